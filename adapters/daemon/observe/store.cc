// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/observe/store.h"

#include <optional>
#include <vector>

#include "core/gossip/feedback.h"
#include "plugin/gossip/site_feedback.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {
namespace {

LogStatus ToStatus(const LogCounts& counts, const LogProgress& progress, const LogList* logs) {
  LogStatus status;
  status.log_id = counts.log_id;
  if (const Log* log = logs == nullptr ? nullptr : logs->Find(counts.log_id); log != nullptr) {
    status.description = log->description;
  }
  status.num_heads = counts.unlinked + counts.linked + counts.conflicting;
  status.num_unlinked_heads = counts.unlinked;
  status.num_scts = counts.scts;
  status.num_pending_scts = counts.pending_scts;
  status.num_evidence = counts.evidence;
  if (counts.trusted) {
    status.tree_size = counts.trusted->sth.head.tree_size;
    status.head_ms = counts.trusted->sth.head.timestamp_ms;
  }
  status.last_success_ms = progress.last_success_ms;
  status.next_audit_ms = progress.next_fetch_ms;
  status.failures = progress.failures;
  status.last_failure = progress.last_failure;
  return status;
}

}  // namespace

Outcome<void> StoreSightings(Pool& pool, std::span<const Sighting> batch) {
  Pool::Batch transaction(pool);
  for (const Sighting& sighting : batch) {
    for (const PooledSct& sct : sighting.scts) {
      const PoolResult<Added> added = pool.AddSct(sct, sighting.chain, sighting.host);
      if (!added && added.error().fault != PoolFault::kRefused) {
        return tl::unexpected(added.error().sentence);
      }
    }
  }
  if (const PoolResult<void> done = transaction.Commit(); !done) {
    return tl::unexpected(done.error().sentence);
  }
  return {};
}

Outcome<void> KeepForFeedback(Pool& pool, std::span<const Sighting> batch, std::uint64_t now_ms) {
  Pool::Batch transaction(pool);
  for (const Sighting& sighting : batch) {
    const PoolResult<std::optional<PooledPeer>> peer = pool.FindPeer(sighting.host);
    if (!peer) {
      return Sorry(peer.error().sentence);
    }
    const bool is_willing = *peer && (*peer)->is_willing && (*peer)->expires_ms >= now_ms;
    if (sighting.host.empty() || (!is_willing && sighting.bad_scts.empty())) {
      continue;
    }
    FeedbackEntry shown = {sighting.chain, sighting.bad_scts};
    for (const PooledSct& sct : sighting.scts) {
      shown.scts.push_back(sct.sct);
    }
    if (auto kept = KeepShown(pool, sighting.host, shown, now_ms); !kept) {
      return kept;
    }
  }
  const PoolResult<void> done = transaction.Commit();
  return done ? Outcome<void>() : Sorry(done.error().sentence);
}

Outcome<void> LookAtEvidence(Pool& pool, DaemonStatus& status) {
  if (status.num_evidence == 0) {
    return {};
  }
  const PoolResult<std::vector<PooledEvidence>> pieces = pool.LeadingEvidence(kMaxListedEvidence);
  if (!pieces) {
    return Sorry(pieces.error().sentence);
  }
  for (const PooledEvidence& piece : *pieces) {
    status.evidence.push_back(
        {piece.claim_id, piece.kind, piece.log_id, "", piece.is_conclusive, piece.found_ms});
  }
  return {};
}

Outcome<void> LookAtPool(Pool& pool, const LogList* logs, DaemonStatus& status) {
  const PoolResult<PoolCounts> counts = pool.Counts();
  if (!counts) {
    return tl::unexpected(counts.error().sentence);
  }
  status.pool_bytes = counts->file_size;
  status.num_certificates = counts->certificates;
  status.num_peers = counts->peers;
  status.num_conclusive = counts->conclusive_evidence;
  status.last_evidence_ms = counts->last_evidence_ms;
  for (const LogCounts& log : counts->logs) {
    const PoolResult<LogProgress> progress = pool.Progress(log.log_id);
    if (!progress) {
      return tl::unexpected(progress.error().sentence);
    }
    const LogStatus& one = status.logs.emplace_back(ToStatus(log, *progress, logs));
    status.num_scts += one.num_scts;
    status.num_pending_scts += one.num_pending_scts;
    status.num_heads += one.num_heads;
    status.num_evidence += one.num_evidence;
  }
  return {};
}

}  // namespace tattle::daemon
