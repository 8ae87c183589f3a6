// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip_heads.h"

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
constexpr std::uint64_t kNewsMs = 1000;
constexpr std::uint64_t kDrawMs = 10'000;

// Whoever has a log's key can make splits without end: each makes work for us and the log.
constexpr std::uint64_t kHurryMs = 60'000;

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

GossipHeads::GossipHeads(Pool& pool, Counts& counts, DrawUint64 draw)
    : pool_(pool), view_(pool), counts_(counts), draw_(std::move(draw)) {}

Outcome<bool> GossipHeads::AreAllKnown(std::span<const GossipHead> heads,
                                       const LogList& logs) const {
  for (const GossipHead& head : heads) {
    if (!head.log_id || logs.Find(*head.log_id) == nullptr) {
      return false;
    }
    const PoolResult<HeadRelation> relation = view_.RelateHead(*head.log_id, head.sth.head);
    if (!relation) {
      return Why(relation.error());
    }
    if (*relation != HeadRelation::kKnown) {
      return false;
    }
  }
  return true;
}

Outcome<void> GossipHeads::Take(std::span<const GossipHead> heads, const LogList& logs,
                                HeadSource source, std::uint64_t now_ms, GossipWork& work) {
  std::optional<PoolFailure> failure;
  HeadChecker checker(logs, now_ms, &rate_, [&](const LogId& log_id, const TreeHead& head) {
    const PoolResult<HeadRelation> relation = view_.RelateHead(log_id, head);
    if (!relation) {
      failure = relation.error();
    }
    return relation.value_or(HeadRelation::kNew);
  });
  std::vector<CheckedHead> good;
  for (const GossipHead& head : heads) {
    Result<CheckedHead> checked = checker.Check(head);
    if (failure) {
      return Why(*failure);
    }
    if (!checked) {
      return Why(checked.error());
    }
    if (checked->status == HeadStatus::kGood) {
      good.push_back(*std::move(checked));
    }
  }
  const std::size_t num_known = checker.CountOf(HeadStatus::kKnown);
  counts_.Add(Count::kGossipHeads, heads.size());
  counts_.Add(Count::kGossipHeadsKnown, num_known);
  counts_.Add(Count::kGossipHeadsDropped, heads.size() - num_known - good.size());
  counts_.Add(Count::kGossipChecks, checker.num_signature_checks());
  work.num_checks += checker.num_signature_checks();
  work.is_cut = work.is_cut || checker.CountOf(HeadStatus::kNotChecked) > 0;
  return Store(good, source, now_ms);
}

Outcome<void> GossipHeads::Store(std::span<const CheckedHead> good, HeadSource source,
                                 std::uint64_t now_ms) {
  if (good.empty()) {
    return {};
  }
  std::size_t num_conflicting = 0;
  Pool::Batch batch(pool_);
  for (const CheckedHead& head : good) {
    if (const PoolResult<void> stored = StoreOne(head, source, now_ms); !stored) {
      return Why(stored.error());
    }
    num_conflicting += head.relation == HeadRelation::kConflicting ? 1 : 0;
  }
  if (const PoolResult<void> done = batch.Commit(); !done) {
    return Why(done.error());
  }
  counts_.Add(Count::kGossipHeadsStored, good.size());
  counts_.Add(Count::kGossipHeadsConflicting, num_conflicting);
  has_news_ = true;
  return {};
}

PoolResult<void> GossipHeads::StoreOne(const CheckedHead& head, HeadSource source,
                                       std::uint64_t now_ms) {
  const PoolResult<Added> added = pool_.AddHead(*head.log_id, head.sth, source, now_ms);
  if (!added) {
    return tl::unexpected(added.error());
  }
  return head.relation == HeadRelation::kConflicting ? Hurry(*head.log_id, now_ms)
                                                     : PoolResult<void>();
}

// Hurry: a split that waits for the next round may wait for hours. What is still to be done about
// it, the auditor knows.
PoolResult<void> GossipHeads::Hurry(const LogId& log_id, std::uint64_t now_ms) {
  std::uint64_t& hurried_ms = hurried_ms_[log_id];
  if (hurried_ms != 0 && now_ms < hurried_ms + kHurryMs) {
    return {};
  }
  hurried_ms = now_ms;
  PoolResult<LogProgress> progress = pool_.Progress(log_id);
  if (!progress) {
    return tl::unexpected(progress.error());
  }
  if (progress->next_fetch_ms != 0 && progress->next_fetch_ms <= now_ms) {
    return {};
  }
  progress->log_id = log_id;
  progress->next_fetch_ms = now_ms;
  return pool_.SetProgress(*progress);
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
  if (drawn_ms_ != 0 && age_ms < (has_news_ ? kNewsMs : kDrawMs)) {
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
