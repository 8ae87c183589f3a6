// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/head_intake.h"

#include <optional>
#include <utility>
#include <vector>

namespace tattle {
namespace {

// Whoever has a log's key can make splits without end: each makes work for us and the log.
constexpr std::uint64_t kHurryMs = 60'000;

}  // namespace

IntakeCounts& IntakeCounts::operator+=(const IntakeCounts& other) {
  num_heads += other.num_heads;
  num_known += other.num_known;
  num_dropped += other.num_dropped;
  num_stored += other.num_stored;
  num_conflicting += other.num_conflicting;
  num_checks += other.num_checks;
  is_cut = is_cut || other.is_cut;
  return *this;
}

HeadIntake::HeadIntake(Pool& pool) : pool_(pool), view_(pool) {}

Outcome<bool> HeadIntake::AreAllKnown(std::span<const GossipHead> heads,
                                      const LogList& logs) const {
  for (const GossipHead& head : heads) {
    if (!head.log_id || logs.Find(*head.log_id) == nullptr) {
      return false;
    }
    const PoolResult<HeadRelation> relation = view_.RelateHead(*head.log_id, head.sth.head);
    if (!relation) {
      return Sorry(relation.error().sentence);
    }
    if (*relation != HeadRelation::kKnown) {
      return false;
    }
  }
  return true;
}

Outcome<void> HeadIntake::Take(std::span<const GossipHead> heads, const LogList& logs,
                               HeadSource source, std::uint64_t now_ms, IntakeCounts& counts) {
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
      return Sorry(failure->sentence);
    }
    if (!checked) {
      return Sorry(Describe(checked.error()));
    }
    if (checked->status == HeadStatus::kGood) {
      good.push_back(*std::move(checked));
    }
  }
  const std::size_t num_known = checker.CountOf(HeadStatus::kKnown);
  counts.num_heads += heads.size();
  counts.num_known += num_known;
  counts.num_dropped += heads.size() - num_known - good.size();
  counts.num_checks += checker.num_signature_checks();
  counts.is_cut = counts.is_cut || checker.CountOf(HeadStatus::kNotChecked) > 0;
  return Store(good, source, now_ms, counts);
}

Outcome<void> HeadIntake::Store(std::span<const CheckedHead> good, HeadSource source,
                                std::uint64_t now_ms, IntakeCounts& counts) {
  if (good.empty()) {
    return {};
  }
  std::size_t num_conflicting = 0;
  Pool::Batch batch(pool_);
  for (const CheckedHead& head : good) {
    if (const PoolResult<void> stored = StoreOne(head, source, now_ms); !stored) {
      return Sorry(stored.error().sentence);
    }
    num_conflicting += head.relation == HeadRelation::kConflicting ? 1 : 0;
  }
  if (const PoolResult<void> done = batch.Commit(); !done) {
    return Sorry(done.error().sentence);
  }
  counts.num_stored += good.size();
  counts.num_conflicting += num_conflicting;
  return {};
}

PoolResult<void> HeadIntake::StoreOne(const CheckedHead& head, HeadSource source,
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
PoolResult<void> HeadIntake::Hurry(const LogId& log_id, std::uint64_t now_ms) {
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

}  // namespace tattle
