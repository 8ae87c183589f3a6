// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Random numbers that are the same for the same seed, on every machine and with every library.

#ifndef TATTLE_EXAMPLES_SIMULATE_STREAM_H_
#define TATTLE_EXAMPLES_SIMULATE_STREAM_H_

#include <cmath>
#include <cstdint>
#include <initializer_list>

#include "core/gossip/mix.h"

namespace tattle::simulate {

// Stream is SplitMix64: eight bytes of state, so that each client, server and moment has one of its
// own and nothing depends on the order in which they are looked at. No cryptography.
class Stream {
 public:
  explicit Stream(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t out = state_;
    out = (out ^ (out >> 30U)) * 0xbf58476d1ce4e5b9U;
    out = (out ^ (out >> 27U)) * 0x94d049bb133111ebU;
    return out ^ (out >> 31U);
  }

  // Unit is uniform over [0, 1).
  double Unit() { return static_cast<double>(Next() >> 11U) * 0x1p-53; }

  // Below is uniform over 0..bound-1, for bounds below 2^32.
  std::uint64_t Below(std::uint64_t bound) {
    return static_cast<std::uint64_t>(Unit() * static_cast<double>(bound));
  }

  // Exponential is the time to the next event of those that are `mean` apart on average.
  double Exponential(double mean) { return -mean * std::log1p(-Unit()); }

 private:
  std::uint64_t state_;
};

// Use is what a stream is for, so that no two use the same numbers.
enum Use : std::uint64_t {
  kOfServer = 1,
  kOfVisits,
  kOfClient,
  kOfFetches,
  kOfAuditor,
  kOfMoment,
  kOfLifetime = 8,
};

// Blend makes one number of several: the seed of a stream for a client at a moment.
inline std::uint64_t Blend(std::initializer_list<std::uint64_t> parts) {
  std::uint64_t out = 0;
  for (const std::uint64_t part : parts) {
    out = Stream(out ^ part).Next();
  }
  return out;
}

// DrawOf is a stream as core/gossip draws from it.
inline DrawUint64 DrawOf(std::uint64_t seed) {
  return [stream = Stream(seed)]() mutable -> Result<std::uint64_t> { return stream.Next(); };
}

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_STREAM_H_
