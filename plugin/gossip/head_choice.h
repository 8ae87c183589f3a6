// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Heads of the pool, chosen for somebody by the rule of core/gossip.

#ifndef TATTLE_PLUGIN_GOSSIP_HEAD_CHOICE_H_
#define TATTLE_PLUGIN_GOSSIP_HEAD_CHOICE_H_

#include <cstddef>
#include <cstdint>
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

// ToGossipHeads are heads as they are written into a message.
std::vector<GossipHead> ToGossipHeads(std::span<const PooledHead> heads);

// IdsOf names them to the pool.
std::vector<std::uint64_t> IdsOf(std::span<const PooledHead> heads);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_GOSSIP_HEAD_CHOICE_H_
