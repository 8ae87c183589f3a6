// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// GossipFeedback: SCTs that clients say a name showed them, into the pool; and out of it, for
// auditors.

#ifndef TATTLE_ADAPTERS_DAEMON_GOSSIP_FEEDBACK_H_
#define TATTLE_ADAPTERS_DAEMON_GOSSIP_FEEDBACK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "adapters/daemon/counts.h"
#include "adapters/daemon/gossip/heads.h"
#include "adapters/daemon/observe/ingest.h"
#include "adapters/daemon/observe/recent_set.h"
#include "core/gossip/feedback.h"
#include "core/gossip/feedback_check.h"
#include "core/gossip/mix.h"
#include "core/loglist/log_list.h"
#include "core/verify/report.h"
#include "plugin/pool/gossip_view.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// InvalidSct is what a client says that a name of ours showed, and what no log's key vouches for.
struct InvalidSct {
  std::string host;
  ByteVector leaf;  // DER
  ByteVector sct;
  SctStatus status = SctStatus::kNotChecked;
};

// SiteNames are the names whose feedback is taken; absent for an auditor, who takes that of all.
using SiteNames = std::optional<std::span<const std::string>>;

// GossipFeedback borrows pool and counts. For one thread, but for Invalid.
class GossipFeedback {
 public:
  GossipFeedback(Pool& pool, Counts& counts, DrawUint64 draw);

  // Take puts what is new and valid into the pool, as a whole, and what is not valid into a ring in
  // memory. A chain is cut to what its SCTs vouch for: the leaf, and the issuer of embedded ones.
  // On failure the pool has kept nothing, and the sentence says why; `work` grows all the same.
  Outcome<void> Take(std::span<const FeedbackEntry> entries, const LogList& logs, SiteNames names,
                     std::uint64_t now_ms, GossipWork& work);

  // Collected is a message of what was seen at the names: by feedback, or by programs here. It is
  // put together once a minute.
  Outcome<std::string> Collected(FeedbackDialect dialect, std::span<const std::string> names,
                                 std::uint64_t now_ms);

  // Renew puts together anew what is collected, when it is asked for.
  void Renew() { collected_.clear(); }

  // Invalid is the ring, the newest last. Any thread may ask.
  std::vector<InvalidSct> Invalid() const;

 private:
  // Found is what of a message is to be kept.
  struct Found {
    std::vector<Sighting> sightings;
    std::vector<Hash> identities;
  };

  void Look(const CheckedFeedback& checked, const FeedbackEntry& entry, SiteNames names,
            const LogList& logs, std::uint64_t now_ms, Found& found);
  Outcome<void> Store(const Found& found);
  void KeepInvalid(const std::string& host, const ByteVector& leaf, const CheckedSct& sct);
  Outcome<std::string> Collect(FeedbackDialect dialect, std::span<const std::string> names);
  PoolResult<std::vector<FeedbackEntry>> ReadCollected(std::span<const std::string> names) const;

  Pool& pool_;
  const GossipView view_;
  Counts& counts_;
  const DrawUint64 draw_;
  RecentSet known_;  // identities of what is in the pool
  std::map<FeedbackDialect, std::pair<std::uint64_t, std::string>> collected_;

  mutable std::mutex mutex_;  // guards what follows
  std::deque<InvalidSct> invalid_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_GOSSIP_FEEDBACK_H_
