// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// GossipHeads: tree heads for others, out of the pool; and those that they bring, into it.

#ifndef TATTLE_ADAPTERS_DAEMON_GOSSIP_HEADS_H_
#define TATTLE_ADAPTERS_DAEMON_GOSSIP_HEADS_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "adapters/daemon/counts.h"
#include "core/gossip/heads.h"
#include "core/gossip/mix.h"
#include "core/gossip/select_heads.h"
#include "core/loglist/log_list.h"
#include "plugin/gossip/head_intake.h"
#include "plugin/pool/gossip_view.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// GossipWork is what a message has cost so far, and whether it was done with.
struct GossipWork {
  std::size_t num_checks = 0;
  std::size_t num_new = 0;  // what was kept of it, and costs nothing when it comes again
  bool is_cut = false;      // the signature checks for one message did not suffice
};

// AddIntake adds up what has become of heads.
void AddIntake(Counts& counts, const IntakeCounts& intake);

// GossipHeads borrows pool and counts. For one thread.
class GossipHeads {
 public:
  // `say` is for logs that are convicted.
  GossipHeads(Pool& pool, Counts& counts, DrawUint64 draw, EvidenceDesk::Say say);

  // AreAllKnown says whether nothing of this needs a signature check. Fails where the pool does.
  Outcome<bool> AreAllKnown(std::span<const GossipHead> heads, const LogList& logs) const {
    return intake_.AreAllKnown(heads, logs);
  }

  // Take is HeadIntake::Take; `work` grows, also on failure.
  Outcome<void> Take(std::span<const GossipHead> heads, const LogList& logs,
                     const HeadBringer& bringer, std::uint64_t now_ms, GossipWork& work);

  // Choose draws heads to give away, none of `brought`.
  Outcome<std::vector<GossipHead>> Choose(std::span<const GossipHead> brought, const LogList& logs,
                                          std::uint64_t now_ms);

 private:
  Outcome<void> Refresh(const LogList& logs, std::uint64_t now_ms);
  void MarkGiven();

  Pool& pool_;
  const GossipView view_;
  Counts& counts_;
  const DrawUint64 draw_;
  HeadIntake intake_;

  std::vector<KnownHead> at_hand_;  // drawn of all that may be given
  std::uint64_t drawn_ms_ = 0;      // when; 0: never
  bool has_news_ = false;           // since then
  std::set<std::uint64_t> given_;   // ids of heads that were given for the first time
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_GOSSIP_HEADS_H_
