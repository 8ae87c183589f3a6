// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A log's newest head: whether it is the log's, of this time, and of the line that is trusted.

#include <algorithm>

#include "core/base/limits.h"
#include "plugin/audit/audit_round.h"
#include "plugin/audit/file_split.h"
#include "plugin/audit/schedule.h"

namespace tattle {
namespace {

// What others may have made is evidence only when it comes again and again.
constexpr unsigned kTriesBeforeBadHead = 3;

}  // namespace

PoolResult<void> AuditRound::FetchHead(LogProgress& progress) {
  const Answer<SignedTreeHead> sth = client_.FetchTreeHead();
  if (!sth) {
    summary_.failure = sth.error();
    is_silent_ = true;
    return NoteFailure(sth.error());
  }
  has_head_ = true;
  memory_.num_bad_answers = 0;
  if (PoolResult<void> judged = JudgeTime(*sth, progress); !judged) {
    return judged;
  }
  const PoolResult<Added> added = pool_.AddHead(log_.log_id, *sth, HeadSource::kLog, now_ms_);
  if (!added) {
    return tl::unexpected(added.error());
  }
  newest_head_id_ = added->id;
  const PoolResult<std::optional<PooledHead>> head = pool_.FindHead(added->id);
  if (!head) {
    return tl::unexpected(head.error());
  }
  JudgeFinalHead(sth->head);
  return *head ? Adopt(**head) : PoolResult<void>();
}

// NoteFailure: a head that the log's key did not sign may be anybody's doing, so it is told of
// when it has come several times in a row.
PoolResult<void> AuditRound::NoteFailure(const Failure& failure) {
  const bool is_signature = failure.kind == FailureKind::kBadSignature;
  if (!is_signature && failure.kind != FailureKind::kWrong) {
    return {};
  }
  if (++memory_.num_bad_answers < kTriesBeforeBadHead) {
    return {};
  }
  Claim claim = NewClaim(is_signature ? ClaimKind::kBadSignature : ClaimKind::kWrongOrigin);
  SetAnswer(claim, log_.kind == LogKind::kStaticCt ? "checkpoint" : "ct/v1/get-sth", failure);
  const PoolResult<bool> filed = desk_.File(claim, log_);
  return filed ? PoolResult<void>() : tl::unexpected(filed.error());
}

PoolResult<void> AuditRound::JudgeTime(const SignedTreeHead& sth, LogProgress& progress) {
  const PoolResult<void> judged = JudgeFuture(sth, progress);
  return judged ? JudgeAge(sth, progress) : judged;
}

PoolResult<void> AuditRound::JudgeFuture(const SignedTreeHead& sth, const LogProgress& progress) {
  const bool is_future = sth.head.timestamp_ms > now_ms_ + kClockDriftMs;
  const bool is_slow = clock_sense_.IsSlow(log_.log_id, now_ms_, progress.last_success_ms);
  clock_sense_.Note(log_.log_id, is_future);
  if (!is_future || is_slow) {
    memory_.num_future_heads = 0;
    return {};
  }
  if (++memory_.num_future_heads < kTriesBeforeBadHead) {
    return {};
  }
  Claim claim = NewClaim(ClaimKind::kFutureHead);
  claim.heads = {sth};
  const PoolResult<bool> filed = desk_.File(claim, log_);
  return filed ? PoolResult<void>() : tl::unexpected(filed.error());
}

// JudgeAge counts how long no newer head was seen. A quarter of the MMD is the most that one pause
// between two rounds counts for, and it takes twice the MMD: so a clock that jumps, or a machine
// that slept, makes no log stale that signs as seldom as it may. What was counted is in the pool:
// it takes longer than some processes live.
PoolResult<void> AuditRound::JudgeAge(const SignedTreeHead& sth, LogProgress& progress) {
  const std::uint64_t mmd_ms = MmdMs();
  const std::uint64_t pause_ms = progress.last_success_ms != 0 && now_ms_ > progress.last_success_ms
                                     ? now_ms_ - progress.last_success_ms
                                     : 0;
  if (sth.head.timestamp_ms > progress.newest_head_ms) {
    progress.newest_head_ms = sth.head.timestamp_ms;
    progress.unchanged_ms = 0;
    return {};
  }
  progress.unchanged_ms += std::min(pause_ms, mmd_ms / 4);
  if (IsOver(log_, now_ms_) || progress.unchanged_ms <= 2 * mmd_ms ||
      now_ms_ <= sth.head.timestamp_ms + mmd_ms + kClockDriftMs) {
    return {};
  }
  Claim claim = NewClaim(ClaimKind::kStaleHead);
  claim.heads = {sth};
  const PoolResult<bool> filed = desk_.File(claim, log_);
  return filed ? PoolResult<void>() : tl::unexpected(filed.error());
}

// JudgeFinalHead: the list is signed by its maker and not by the log, so it is a line for the
// operator and no evidence.
void AuditRound::JudgeFinalHead(const TreeHead& head) const {
  if (!log_.final_tree_head) {
    return;
  }
  const FinalTreeHead& last = *log_.final_tree_head;
  if (head.tree_size > last.tree_size ||
      (head.tree_size == last.tree_size && head.sha256_root_hash != last.sha256_root_hash)) {
    desk_.SayLine(LogLevel::kWarning, log_,
                  "it signed a tree of " + std::to_string(head.tree_size) +
                      " leaves, but by the log list it ended with another one of " +
                      std::to_string(last.tree_size));
  }
}

// Adopt makes the head the trusted one where a proof says that it goes on from there. The first
// head of a log is trusted as it is: everything later is compared with it.
PoolResult<void> AuditRound::Adopt(const PooledHead& head) {
  const PoolResult<std::optional<PooledHead>> trusted = pool_.TrustedHead(log_.log_id);
  if (!trusted) {
    return tl::unexpected(trusted.error());
  }
  const PoolResult<bool> conflicts = ConflictsAtItsSize(head);
  if (!conflicts) {
    return tl::unexpected(conflicts.error());
  }
  if (!*trusted) {
    const PoolResult<bool> set = pool_.SetTrustedHead(head.id);
    return set ? PoolResult<void>() : tl::unexpected(set.error());
  }
  if (*conflicts || head.state == HeadState::kConflicting) {
    return {};
  }
  PoolResult<bool> linked = head.state == HeadState::kLinked;
  if (!*linked) {
    linked = Link(head);
  }
  const TreeHead& old = (*trusted)->sth.head;
  const bool is_newer =
      head.sth.head.tree_size > old.tree_size ||
      (head.sth.head.tree_size == old.tree_size && head.sth.head.timestamp_ms > old.timestamp_ms);
  if (linked && *linked && is_newer) {
    linked = pool_.SetTrustedHead(head.id);
  }
  return linked ? PoolResult<void>() : tl::unexpected(linked.error());
}

// ConflictsAtItsSize needs no network: one size has one root. One head that disagrees is enough.
PoolResult<bool> AuditRound::ConflictsAtItsSize(const PooledHead& head) {
  const PoolResult<std::optional<HeadSplit>> split = pool_.FindSplit(log_.log_id, head.sth.head);
  if (!split || !*split) {
    return split ? PoolResult<bool>(false) : tl::unexpected(split.error());
  }
  const PoolResult<void> judged = FileSplit(pool_, desk_, log_, **split, now_ms_);
  return judged ? PoolResult<bool>(true) : tl::unexpected(judged.error());
}

}  // namespace tattle
