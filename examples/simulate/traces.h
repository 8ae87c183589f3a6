// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Traces: what servers that put together all they were sent find out about who was there twice.

#ifndef TATTLE_EXAMPLES_SIMULATE_TRACES_H_
#define TATTLE_EXAMPLES_SIMULATE_TRACES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "examples/simulate/outbox.h"

namespace tattle::simulate {

// Links is what some servers found out.
struct Links {
  std::uint32_t num_servers = 0;
  std::uint64_t num_again =
      0;  // messages of clients that had sent some of these servers one before
  std::uint64_t num_right = 0;  // of those: put together with an earlier one of the same client
  std::uint64_t num_wrong = 0;  // of all messages: put together with one of another client

  // The share of messages of clients who come again that are linked. 0 where nobody does.
  double ShareRight() const {
    return num_again == 0 ? 0 : static_cast<double>(num_right) / static_cast<double>(num_again);
  }
};

// Heads that are kept, of all messages. One takes 8 bytes, and 100 more while links are looked for.
inline constexpr std::size_t kMaxTracedHeads = std::size_t{4} << 20U;

class Traces {
 public:
  // IsFull says that no further client fits.
  bool IsFull() const { return names_.size() >= kMaxTracedHeads; }

  // Add keeps what a client sent to a server of the coalition, where `rank` 0 is the one that is
  // visited most, and the heads that it was told, to know it by.
  void Add(std::uint32_t client, std::uint32_t rank, std::uint64_t time_ms,
           std::span<const Head> sent, std::span<const Head> told);

  // Find lets the first `num_servers` compare. A message that brings back what somebody was told is
  // put together with the message that it was told to; any other with the earlier one that it has
  // most heads in common with, of several with the last. Nothing else is looked at: no addresses,
  // no times.
  Links Find(std::uint32_t num_servers) const;

 private:
  struct Trace {
    std::uint32_t client = 0;
    std::uint32_t rank = 0;
    std::uint64_t time_ms = 0;
    std::size_t begin = 0;  // in names_: what was sent, then what was told
    std::size_t sent_end = 0;
    std::size_t end = 0;
  };
  std::span<const std::uint64_t> NamesOf(std::size_t begin, std::size_t end) const {
    return std::span(names_).subspan(begin, end - begin);
  }

  std::vector<Trace> traces_;
  std::vector<std::uint64_t> names_;  // of heads
};

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_TRACES_H_
