// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Who is willing, and which heads wait for whom, to be carried by programs that go there anyway.

#ifndef TATTLE_PLUGIN_GOSSIP_OUTBOX_PLAN_H_
#define TATTLE_PLUGIN_GOSSIP_OUTBOX_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/gossip/header.h"
#include "core/gossip/mix.h"
#include "core/gossip/select_heads.h"
#include "core/loglist/log_list.h"
#include "plugin/gossip/head_intake.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/outbox.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// What a server said is believed for so long: a month.
inline constexpr std::uint64_t kWillingForMs = std::uint64_t{30} * 24 * 3600 * 1000;

// NoteWillingness remembers what a server said of gossip. A No takes back what waits for it; kOther
// and kAbsent are nothing.
Outcome<void> NoteWillingness(Pool& pool, std::string_view host, Willingness said,
                              std::uint64_t now_ms);

// NoteCarried remembers that a program carries there what waits. NoteAnswered, what came back.
Outcome<void> NoteCarried(Pool& pool, std::string_view host, std::uint64_t now_ms);
Outcome<void> NoteAnswered(Pool& pool, std::string_view host, const IntakeCounts& came_back,
                           std::uint64_t now_ms);

// RenewOutbox brings what waits up to date: hosts that are willing and were contacted within a week
// get up to kHeadsForHost heads each, in random order, as long as there are heads that may be
// given; what has waited for a day, or has grown old, is replaced. `num_others` is who beside these
// hosts wants heads. Answers with the content of the outbox, sorted by host. Fails with a sentence.
inline constexpr std::size_t kHeadsForHost = 8;
Outcome<std::vector<OutboxHost>> RenewOutbox(Pool& pool, const LogList& logs, HeadSide side,
                                             std::size_t num_others, std::uint64_t now_ms,
                                             const DrawUint64& draw);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_GOSSIP_OUTBOX_PLAN_H_
