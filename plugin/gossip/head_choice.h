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

// ChooseHeads draws as many heads as `wish` has room for, first among those that nobody of its
// audience has had. Nothing is noted: whoever gives them away
// does that before (GossipBook::NoteGiven). Fails with a sentence, and then nothing is to be sent.
Outcome<std::vector<PooledHead>> ChooseHeads(Pool& pool, const LogList& logs, const HeadWish& wish,
                                             std::uint64_t now_ms, const DrawUint64& draw);

// CountHeads is how many there are that a wish without bound would get.
Outcome<std::size_t> CountHeads(Pool& pool, const LogList& logs, const HeadWish& wish,
                                std::uint64_t now_ms);

// ToGossipHeads are heads as they are written into a message.
std::vector<GossipHead> ToGossipHeads(std::span<const PooledHead> heads);

// IdsOf names them to the pool.
std::vector<std::uint64_t> IdsOf(std::span<const PooledHead> heads);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_GOSSIP_HEAD_CHOICE_H_
