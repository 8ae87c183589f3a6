// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Outbox: what a client has of heads, and what it gives to whom. One in memory (model_outbox.h),
// one over a real pool (pool_outbox.h), and one of rules that are worse (naive_outbox.h).

#ifndef TATTLE_EXAMPLES_SIMULATE_OUTBOX_H_
#define TATTLE_EXAMPLES_SIMULATE_OUTBOX_H_

#include <compare>
#include <cstdint>
#include <vector>

#include "core/gossip/mix.h"

namespace tattle::simulate {

// Face is which of its trees a log showed. A head from before the lie is of both.
enum class Face : std::uint8_t { kBoth = 0, kFirst = 1, kOther = 2 };

// Head is a tree head, as far as it matters here: its root follows from the rest. In the order of a
// pool's.
struct Head {
  std::uint32_t log = 0;
  std::uint64_t size = 0;
  std::uint64_t time_ms = 0;
  Face face = Face::kBoth;

  friend auto operator<=>(const Head&, const Head&) = default;
};
using Heads = std::vector<Head>;

// Outbox is for one client. Times never go back. Its calls stop the program where a real pool
// fails: a simulation with a hole in it means nothing.
class Outbox {
 public:
  Outbox() = default;
  virtual ~Outbox() = default;
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // AddOwn is a head that the client fetched, AddLearnt one that a web server told it.
  virtual void AddOwn(const Head& head, std::uint64_t now_ms) = 0;
  virtual void AddLearnt(const Head& head, std::uint64_t now_ms) = 0;

  // Carry is what a visit brings to a server, which was willing the last time; then it is gone.
  virtual Heads Carry(std::uint32_t server, std::uint64_t now_ms, const DrawUint64& draw) = 0;

  // NoteWilling is what the server says of itself on a visit.
  virtual void NoteWilling(std::uint32_t server, std::uint64_t now_ms) = 0;

  // Renew brings up to date what waits, also for `num_others` beside the servers.
  virtual void Renew(std::size_t num_others, std::uint64_t now_ms, const DrawUint64& draw) = 0;

  // GiveToAuditor is a message to the one auditor of the client.
  virtual Heads GiveToAuditor(std::uint64_t now_ms, const DrawUint64& draw) = 0;
};

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_OUTBOX_H_
