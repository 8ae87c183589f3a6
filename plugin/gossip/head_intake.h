// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// HeadIntake: tree heads that others bring, into the pool.

#ifndef TATTLE_PLUGIN_GOSSIP_HEAD_INTAKE_H_
#define TATTLE_PLUGIN_GOSSIP_HEAD_INTAKE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/gossip/head_check.h"
#include "core/gossip/heads.h"
#include "core/loglist/log_list.h"
#include "plugin/audit/evidence_desk.h"
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

// HeadBringer is how heads came, and by whom.
struct HeadBringer {
  HeadSource source = HeadSource::kReply;
  HeadGiver giver = kNobody;
};

// HeadIntake borrows the pool. For one thread; several over one pool are no trouble.
class HeadIntake {
 public:
  // `say` is given a line about each log that is convicted; may be empty.
  explicit HeadIntake(Pool& pool, EvidenceDesk::Say say = {});

  // AreAllKnown says whether nothing of this needs a signature check. Fails where the pool does.
  Outcome<bool> AreAllKnown(std::span<const GossipHead> heads, const LogList& logs) const;

  // Take puts what is new and good into the pool, as a whole. One that conflicts with what is there
  // is evidence as it stands, and is filed as such. Where a log has more than its bound, those go
  // first whose giver has brought the most. On failure nothing of the message was kept, or all of
  // it without its evidence, which the next audit of the log finds; the sentence says why. `counts`
  // grows by what was looked at all the same.
  Outcome<void> Take(std::span<const GossipHead> heads, const LogList& logs,
                     const HeadBringer& bringer, std::uint64_t now_ms, IntakeCounts& counts);

 private:
  Outcome<void> Store(std::span<const CheckedHead> good, const HeadBringer& bringer,
                      std::uint64_t now_ms, IntakeCounts& counts);
  PoolResult<bool> FileIfSplit(const CheckedHead& head, std::uint64_t now_ms);

  Pool& pool_;
  const GossipView view_;
  EvidenceDesk desk_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_GOSSIP_HEAD_INTAKE_H_
