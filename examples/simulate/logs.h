// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The logs of a simulation: names and keys of real ones, out of the pinned list.

#ifndef TATTLE_EXAMPLES_SIMULATE_LOGS_H_
#define TATTLE_EXAMPLES_SIMULATE_LOGS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "core/gossip/heads.h"
#include "core/gossip/select_heads.h"
#include "core/loglist/log_list.h"
#include "examples/simulate/outbox.h"
#include "plugin/runtime/outcome.h"

namespace tattle::simulate {

// Logs: immutable after construction. Head::log is the place in `logs`.
struct Logs {
  LogList list;           // what the rule of gossip looks at
  std::vector<Log> logs;  // as they are fetched: all by one interval

  // Create takes the first `num_logs` usable ones of the pinned list. Fails with a sentence
  // when it has fewer.
  static Outcome<Logs> Create(std::uint32_t num_logs, std::uint32_t fetch_s);

  // CandidateOf is a head that the client fetched and that nobody has had yet.
  HeadCandidate CandidateOf(const Head& head) const;

  // SignedOf is the head as it goes over the wire. Its signature has the usual size and is none.
  GossipHead SignedOf(const Head& head) const;
};

// A head of a log of today, which has some 10^9 entries.
inline constexpr Head kUsualHead = {0, 1'234'567'890, 1'795'000'000'000, Face::kFirst};

// MessageSizes are the sizes of JSON messages, as core/gossip writes them, in bytes without HTTP.
// Borrows the logs.
class MessageSizes {
 public:
  explicit MessageSizes(const Logs& logs) : logs_(logs) {}

  // Of is for 0 to kMaxGossipHeads heads, which is what a message holds.
  std::size_t Of(std::size_t num_heads);

 private:
  const Logs& logs_;
  std::map<std::size_t, std::size_t> known_;
};

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_LOGS_H_
