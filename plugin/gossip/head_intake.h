// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// HeadIntake: tree heads that others bring, into the pool.

#ifndef TATTLE_PLUGIN_GOSSIP_HEAD_INTAKE_H_
#define TATTLE_PLUGIN_GOSSIP_HEAD_INTAKE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>

#include "core/gossip/head_check.h"
#include "core/gossip/head_rate.h"
#include "core/gossip/heads.h"
#include "core/loglist/log_list.h"
#include "plugin/pool/gossip_view.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// IntakeCounts is what has become of heads that came, of one message or of many.
struct IntakeCounts {
  std::size_t num_heads = 0;
  std::size_t num_known = 0;        // of those
  std::size_t num_dropped = 0;      // of those: stale, of unknown logs, with bad signatures
  std::size_t num_stored = 0;       // of those: new and good
  std::size_t num_conflicting = 0;  // of those stored: another root than known
  std::size_t num_checks = 0;       // signatures
  bool is_cut = false;              // the signature checks for one message did not suffice

  IntakeCounts& operator+=(const IntakeCounts& other);
};

// HeadIntake borrows the pool. For one thread; several over one pool are no trouble.
class HeadIntake {
 public:
  explicit HeadIntake(Pool& pool);

  // AreAllKnown says whether nothing of this needs a signature check. Fails where the pool does.
  Outcome<bool> AreAllKnown(std::span<const GossipHead> heads, const LogList& logs) const;

  // Take puts what is new and good into the pool, as a whole. One that conflicts with what is there
  // makes its log's next audit due, at most once a minute. On failure nothing was kept, and the
  // sentence says why; `counts` grows by what was looked at all the same.
  Outcome<void> Take(std::span<const GossipHead> heads, const LogList& logs, HeadSource source,
                     std::uint64_t now_ms, IntakeCounts& counts);

 private:
  Outcome<void> Store(std::span<const CheckedHead> good, HeadSource source, std::uint64_t now_ms,
                      IntakeCounts& counts);
  PoolResult<void> StoreOne(const CheckedHead& head, HeadSource source, std::uint64_t now_ms);
  PoolResult<void> Hurry(const LogId& log_id, std::uint64_t now_ms);

  Pool& pool_;
  const GossipView view_;
  HeadRate rate_;
  std::map<LogId, std::uint64_t> hurried_ms_;  // logs of the list that were caught
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_GOSSIP_HEAD_INTAKE_H_
