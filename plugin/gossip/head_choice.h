// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Heads of the pool, chosen for somebody by the rule of core/gossip.

#ifndef TATTLE_PLUGIN_GOSSIP_HEAD_CHOICE_H_
#define TATTLE_PLUGIN_GOSSIP_HEAD_CHOICE_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "core/gossip/heads.h"
#include "core/gossip/mix.h"
#include "core/gossip/select_heads.h"
#include "core/loglist/log_list.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/records.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// ChooseHeads draws as many heads as `wish` has room for, first those that nobody has had. Of these
// a client takes the share of one of `num_takers`, since what goes to one goes to no other. Nothing
// is noted: whoever gives them away does that before (GossipBook::NoteGiven). Fails with a
// sentence, and then nothing is to be sent.
Outcome<std::vector<PooledHead>> ChooseHeads(Pool& pool, const LogList& logs, const HeadWish& wish,
                                             std::size_t num_takers, std::uint64_t now_ms,
                                             const DrawUint64& draw);

// HeadStock are heads that web servers may be given, read once for many of them: a client's new
// ones; for a server a draw of all that are fresh.
class HeadStock {
 public:
  static Outcome<HeadStock> Read(Pool& pool, const LogList& logs, HeadSide side,
                                 std::uint64_t now_ms, const DrawUint64& draw);

  bool empty() const { return heads_.empty(); }

  // Draw draws up to `max_heads` for a host, of a client's the share of one of `num_takers`, but
  // none that it `has_had`. What a client gives to one is then no longer there, but for those of
  // splits. Answers with their ids.
  Result<std::vector<std::uint64_t>> Draw(std::size_t max_heads, std::size_t num_takers,
                                          const std::set<std::uint64_t>& has_had,
                                          const DrawUint64& draw);

 private:
  struct Item {
    std::uint64_t id = 0;
    HeadCandidate head;
  };
  HeadStock(const LogList& logs, const HeadWish& wish, std::uint64_t now_ms)
      : logs_(&logs), wish_(wish), now_ms_(now_ms) {}

  const LogList* logs_;
  HeadWish wish_;
  std::uint64_t now_ms_;
  std::vector<Item> heads_;
};

// ToGossipHeads are heads as they are written into a message.
std::vector<GossipHead> ToGossipHeads(std::span<const PooledHead> heads);

// IdsOf names them to the pool.
std::vector<std::uint64_t> IdsOf(std::span<const PooledHead> heads);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_GOSSIP_HEAD_CHOICE_H_
