// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/head_intake.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugin/audit/file_split.h"

namespace tattle {
namespace {

// What it costs to check the claim of a split: the signatures of two heads.
constexpr std::size_t kChecksForSplit = 2;

// IsToBeKept: also what is dated ahead, or a log could hide a split by it. The pool's bounds hold
// for both.
bool IsToBeKept(HeadStatus status) {
  return status == HeadStatus::kGood || status == HeadStatus::kInFuture;
}

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

HeadIntake::HeadIntake(Pool& pool, EvidenceDesk::Say say)
    : pool_(pool), view_(pool), desk_(pool, std::move(say)) {}

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
                               const HeadBringer& bringer, std::uint64_t now_ms,
                               IntakeCounts& counts) {
  std::optional<PoolFailure> failure;
  HeadChecker checker(logs, now_ms, [&](const LogId& log_id, const TreeHead& head) {
    const PoolResult<HeadRelation> relation = view_.RelateHead(log_id, head);
    if (!relation) {
      failure = relation.error();
    }
    return relation.value_or(HeadRelation::kNew);
  });
  std::vector<CheckedHead> good;
  std::optional<std::string> fault;
  for (auto head = heads.begin(); head != heads.end() && !fault; ++head) {
    Result<CheckedHead> checked = checker.Check(*head);
    if (failure || !checked) {
      fault = failure ? failure->sentence : Describe(checked.error());
    } else if (IsToBeKept(checked->status)) {
      good.push_back(*std::move(checked));
    }
  }
  const std::size_t num_known = checker.CountOf(HeadStatus::kKnown);
  counts.num_heads += heads.size();
  counts.num_known += num_known;
  counts.num_dropped += heads.size() - num_known - good.size();
  counts.num_checks += checker.num_signature_checks();
  counts.is_cut = counts.is_cut || checker.CountOf(HeadStatus::kNotChecked) > 0;
  if (fault) {
    return Sorry(*fault);
  }
  return Store(good, bringer, now_ms, counts);
}

Outcome<void> HeadIntake::Store(std::span<const CheckedHead> good, const HeadBringer& bringer,
                                std::uint64_t now_ms, IntakeCounts& counts) {
  if (good.empty()) {
    return {};
  }
  Pool::Batch batch(pool_);
  for (const CheckedHead& head : good) {
    const PoolResult<Added> added =
        pool_.AddHead(*head.log_id, head.sth, bringer.source, now_ms, bringer.giver);
    if (!added) {
      return Sorry(added.error().sentence);
    }
  }
  if (const PoolResult<void> done = batch.Commit(); !done) {
    return Sorry(done.error().sentence);
  }
  counts.num_stored += good.size();
  for (const CheckedHead& head : good) {
    const PoolResult<bool> filed = FileIfSplit(head, now_ms);
    if (!filed) {
      return Sorry(filed.error().sentence);
    }
    counts.num_conflicting += *filed || head.relation == HeadRelation::kConflicting ? 1 : 0;
    counts.num_checks += *filed ? kChecksForSplit : 0;
  }
  return {};
}

// FileIfSplit compares a head with all that are kept, also with those that came in one message with
// it. It may have been evicted meanwhile by one that came behind it.
PoolResult<bool> HeadIntake::FileIfSplit(const CheckedHead& head, std::uint64_t now_ms) {
  const auto split = pool_.FindSplit(*head.log_id, head.sth.head);
  if (!split) {
    return tl::unexpected(split.error());
  }
  if (!*split) {
    return false;
  }
  const PoolResult<void> filed = FileSplit(pool_, desk_, *head.log, **split, now_ms);
  return filed ? PoolResult<bool>(true) : tl::unexpected(filed.error());
}

}  // namespace tattle
