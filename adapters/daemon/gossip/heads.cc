// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/heads.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "adapters/daemon/bounds.h"
#include "core/base/time.h"
#include "core/gossip/bounds.h"

namespace tattle::daemon {
namespace {

// How old what heads are drawn of may be: when there are new ones, and when only their state or
// their age may have changed.
constexpr std::uint64_t kDrawNewsMs = 1000;
constexpr std::uint64_t kDrawMs = 10'000;

HeadWish WishFor(std::size_t max_heads) {
  HeadWish wish;
  wish.side = HeadSide::kPool;
  wish.max_heads = max_heads;
  return wish;
}

std::vector<HeadCandidate> ToCandidates(std::span<const KnownHead> heads) {
  std::vector<HeadCandidate> out;
  out.reserve(heads.size());
  for (const KnownHead& head : heads) {
    HeadCandidate& candidate = out.emplace_back();
    candidate.log_id = head.log_id;
    candidate.timestamp_ms = head.timestamp_ms;
    candidate.is_conflicting = head.is_conflicting;
  }
  return out;
}

using HeadIdentity = std::tuple<LogId, std::uint64_t, std::uint64_t, Hash>;

HeadIdentity IdentityOf(const LogId& log_id, const TreeHead& head) {
  return {log_id, head.tree_size, head.timestamp_ms, head.sha256_root_hash};
}

tl::unexpected<std::string> Why(const PoolFailure& failure) {
  return tl::unexpected(failure.sentence);
}

tl::unexpected<std::string> Why(const Error& error) {
  return tl::unexpected(Describe(error));
}

}  // namespace

void AddIntake(Counts& counts, const IntakeCounts& intake) {
  counts.Add(Count::kGossipHeads, intake.num_heads);
  counts.Add(Count::kGossipHeadsKnown, intake.num_known);
  counts.Add(Count::kGossipHeadsDropped, intake.num_dropped);
  counts.Add(Count::kGossipChecks, intake.num_checks);
  counts.Add(Count::kGossipHeadsStored, intake.num_stored);
  counts.Add(Count::kGossipHeadsConflicting, intake.num_conflicting);
}

GossipHeads::GossipHeads(Pool& pool, Counts& counts, DrawUint64 draw, EvidenceDesk::Say say)
    : pool_(pool),
      view_(pool),
      counts_(counts),
      draw_(std::move(draw)),
      intake_(pool, std::move(say)) {}

Outcome<void> GossipHeads::Take(std::span<const GossipHead> heads, const LogList& logs,
                                const HeadBringer& bringer, std::uint64_t now_ms,
                                GossipWork& work) {
  IntakeCounts counts;
  Outcome<void> taken = intake_.Take(heads, logs, bringer, now_ms, counts);
  AddIntake(counts_, counts);
  work.num_checks += counts.num_checks;
  work.num_new += counts.num_stored;
  work.is_cut = work.is_cut || counts.is_cut;
  has_news_ = has_news_ || counts.num_stored > 0;
  return taken;
}

Outcome<std::vector<GossipHead>> GossipHeads::Choose(std::span<const GossipHead> brought,
                                                     const LogList& logs, std::uint64_t now_ms) {
  if (const Outcome<void> fresh = Refresh(logs, now_ms); !fresh) {
    return Sorry(fresh.error());
  }
  std::set<HeadIdentity> left_out;
  for (const GossipHead& head : brought) {
    if (head.log_id) {
      left_out.insert(IdentityOf(*head.log_id, head.sth.head));
    }
  }
  // More are drawn than are given, since some of them may be left out.
  const Result<std::vector<std::size_t>> chosen = SelectHeads(
      ToCandidates(at_hand_), WishFor(kMaxHeadsGiven + left_out.size()), logs, now_ms, draw_);
  if (!chosen) {
    return Why(chosen.error());
  }
  std::vector<GossipHead> out;
  for (const std::size_t index : *chosen) {
    const KnownHead& known = at_hand_.at(index);
    PoolResult<std::optional<PooledHead>> head = pool_.FindHead(known.id);
    if (!head) {
      return Why(head.error());
    }
    if (out.size() < kMaxHeadsGiven && *head &&
        !left_out.contains(IdentityOf((*head)->log_id, (*head)->sth.head))) {
      out.push_back({(*head)->log_id, std::move((*head)->sth)});
      if (!known.is_reported && given_.size() < kMaxHeadsAtHand) {
        given_.insert(known.id);
      }
    }
  }
  counts_.Add(Count::kGossipHeadsGiven, out.size());
  return out;
}

Outcome<void> GossipHeads::Refresh(const LogList& logs, std::uint64_t now_ms) {
  const std::uint64_t age_ms = now_ms >= drawn_ms_ ? now_ms - drawn_ms_ : kDrawMs;
  if (drawn_ms_ != 0 && age_ms < (has_news_ ? kDrawNewsMs : kDrawMs)) {
    return {};
  }
  MarkGiven();
  const PoolResult<std::vector<KnownHead>> all =
      view_.HeadsSince(now_ms - std::min(now_ms, kHeadFreshnessMs));
  if (!all) {
    return Why(all.error());
  }
  const Result<std::vector<std::size_t>> drawn =
      SelectHeads(ToCandidates(*all), WishFor(kMaxHeadsAtHand), logs, now_ms, draw_);
  if (!drawn) {
    return Why(drawn.error());
  }
  at_hand_.clear();
  for (const std::size_t index : *drawn) {
    at_hand_.push_back(all->at(index));
  }
  drawn_ms_ = now_ms;
  has_news_ = false;
  return {};
}

// MarkGiven lets the pool evict first what others have. Where it fails nothing is lost.
void GossipHeads::MarkGiven() {
  if (given_.empty()) {
    return;
  }
  Pool::Batch batch(pool_);
  for (const std::uint64_t id : given_) {
    if (!pool_.MarkReported(id)) {
      break;
    }
  }
  static_cast<void>(batch.Commit());
  given_.clear();
}

}  // namespace tattle::daemon
