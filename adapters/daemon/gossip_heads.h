// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// GossipHeads: tree heads that others bring, into the pool; and out of it, for others.

#ifndef TATTLE_ADAPTERS_DAEMON_GOSSIP_HEADS_H_
#define TATTLE_ADAPTERS_DAEMON_GOSSIP_HEADS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "adapters/daemon/counts.h"
#include "core/gossip/head_check.h"
#include "core/gossip/head_rate.h"
#include "core/gossip/heads.h"
#include "core/gossip/mix.h"
#include "core/gossip/select_heads.h"
#include "core/loglist/log_list.h"
#include "plugin/pool/gossip_view.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// GossipWork is what a message has cost so far, and whether it was done with.
struct GossipWork {
  std::size_t num_checks = 0;
  bool is_cut = false;  // the signature checks for one message did not suffice
};

// GossipHeads borrows pool and counts. For one thread.
class GossipHeads {
 public:
  GossipHeads(Pool& pool, Counts& counts, DrawUint64 draw);

  // AreAllKnown says whether nothing of this needs a signature check. Fails where the pool does.
  Outcome<bool> AreAllKnown(std::span<const GossipHead> heads, const LogList& logs) const;

  // Take puts what is new and good into the pool, as a whole. One that conflicts with what is there
  // makes its log's next audit due, at most once a minute. On failure nothing was kept, and the
  // sentence says why; `work` grows all the same.
  Outcome<void> Take(std::span<const GossipHead> heads, const LogList& logs, HeadSource source,
                     std::uint64_t now_ms, GossipWork& work);

  // Choose draws heads to give away, none of `brought`.
  Outcome<std::vector<GossipHead>> Choose(std::span<const GossipHead> brought, const LogList& logs,
                                          std::uint64_t now_ms);

 private:
  Outcome<void> Store(std::span<const CheckedHead> good, HeadSource source, std::uint64_t now_ms);
  PoolResult<void> StoreOne(const CheckedHead& head, HeadSource source, std::uint64_t now_ms);
  PoolResult<void> Hurry(const LogId& log_id, std::uint64_t now_ms);
  Outcome<void> Refresh(const LogList& logs, std::uint64_t now_ms);
  void MarkGiven();

  Pool& pool_;
  const GossipView view_;
  Counts& counts_;
  const DrawUint64 draw_;
  HeadRate rate_;
  std::map<LogId, std::uint64_t> hurried_ms_;  // logs of the list that were caught

  std::vector<KnownHead> at_hand_;  // drawn of all that may be given
  std::uint64_t drawn_ms_ = 0;      // when; 0: never
  bool has_news_ = false;           // since then
  std::set<std::uint64_t> given_;   // ids of heads that were given for the first time
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_GOSSIP_HEADS_H_
