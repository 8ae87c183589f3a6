// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a client did, in numbers that only grow.

#ifndef TATTLE_PLUGIN_RUNTIME_COUNTERS_H_
#define TATTLE_PLUGIN_RUNTIME_COUNTERS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tattle {

enum class Counter : std::uint8_t {
  kJudged = 1,           // connections within the scope of CT, full and resumed
  kCompliant,            // of those
  kNotCompliant,         // of those
  kUndecided,            // of those: no log list, or an internal error
  kOutOfScope,           // private, exempt, DANE, no validated chain
  kRefused,              // in mode require
  kCacheHits,            // full handshakes whose facts were known
  kResumed,              // sessions that were taken up again
  kNotResumed,           // saved sessions that could not be used: a full handshake followed
  kObservationsSent,     // to tattled
  kObservationsDropped,  // no daemon, or a full socket
  kListLoads,            // log lists read
  kListProblems,         // log lists that could not be
  kLogLinesLost,         // nobody takes lines for syslog, or there were too many
};

inline constexpr std::size_t kNumCounters = 14;

// CounterName is a word such as "judged" or "observations_dropped"; "" for what is no counter.
std::string_view CounterName(Counter counter);

// Counters is thread-safe. The numbers are not a snapshot: each is right on its own.
class Counters {
 public:
  void Add(Counter counter) { At(counter).fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t Get(Counter counter) const {
    return counts_.at(static_cast<std::size_t>(counter)).load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t>& At(Counter counter) {
    return counts_.at(static_cast<std::size_t>(counter));
  }

  std::array<std::atomic<std::uint64_t>, kNumCounters + 1> counts_ = {};
};

// DescribeCounters names those that are not zero: "judged 12, compliant 11, not_compliant 1".
std::string DescribeCounters(const Counters& counters);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_COUNTERS_H_
