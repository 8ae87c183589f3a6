// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// From heads to one line of trees: by roots that are equal, and by consistency proofs.

#include <algorithm>
#include <array>
#include <iterator>

#include "core/base/time.h"
#include "plugin/audit/audit_round.h"
#include "plugin/audit/file_split.h"

namespace tattle {
namespace {

// A proof that does not fold is asked for again: whoever answered may have spoiled it.
constexpr std::uint32_t kTriesBeforeNotLinked = 3;

// A proof that is not given is asked for more often, over more than a day: a front end may not know
// the head yet, or be broken.
constexpr std::uint32_t kTriesWithoutAnswer = 8;
constexpr std::uint64_t kWaitForAnswerMs = kMsPerDay;

// Unlinked heads of one log beyond which the operator is told.
constexpr std::size_t kManyHeads = 256;

}  // namespace

// JudgeSplits compares all heads of one size with each other, also where the log is silent. Those
// that there is no more room for prove nothing new.
PoolResult<void> AuditRound::JudgeSplits() {
  const PoolResult<bool> has_room = desk_.HasRoomFor(ClaimKind::kSplitView, log_);
  if (!has_room || !*has_room) {
    return has_room ? PoolResult<void>() : tl::unexpected(has_room.error());
  }
  const PoolResult<std::vector<HeadSplit>> splits = pool_.FindSplits(log_.log_id, kManyHeads);
  if (!splits) {
    return tl::unexpected(splits.error());
  }
  for (const HeadSplit& split : *splits) {
    if (PoolResult<void> judged = FileSplit(pool_, desk_, log_, split, now_ms_); !judged) {
      return judged;
    }
  }
  return {};
}

// LinkOthers goes through what others brought, and through what could not be linked before.
PoolResult<void> AuditRound::LinkOthers() {
  if (PoolResult<void> judged = JudgeSplits(); !judged) {
    return judged;
  }
  const PoolResult<std::vector<PooledHead>> heads =
      pool_.UnlinkedHeads(log_.log_id, kManyHeads + 1);
  if (!heads) {
    return tl::unexpected(heads.error());
  }
  const bool is_flooded = heads->size() > kManyHeads;
  if (is_flooded && !memory_.is_flooded) {
    desk_.SayLine(LogLevel::kWarning, log_,
                  "more than " + std::to_string(kManyHeads) +
                      " of its heads wait for a proof; only some of them are kept");
  }
  memory_.is_flooded = is_flooded;
  // The one that has waited longest comes first: it would starve while new ones come in every
  // round, since those with the fewest tries come next.
  const PoolResult<std::optional<PooledHead>> waiting = pool_.FindLongestWaiting(log_.log_id);
  if (!waiting) {
    return tl::unexpected(waiting.error());
  }
  std::vector<PooledHead> turns;
  if (*waiting) {
    turns.push_back(**waiting);
  }
  std::copy_if(heads->begin(), heads->end(), std::back_inserter(turns),
               [&](const PooledHead& head) { return !*waiting || head.id != (*waiting)->id; });
  turns.resize(std::min(turns.size(), options_.links_per_round));
  for (const PooledHead& head : turns) {
    if (IsPartOver()) {
      is_cut_short_ = is_cut_short_ || !IsAway();
      return {};
    }
    if (head.id == newest_head_id_) {
      continue;  // was tried already
    }
    if (const PoolResult<bool> linked = Link(head); !linked) {
      return tl::unexpected(linked.error());
    }
  }
  return {};
}

// Link ties a head to its linked neighbour: the larger one, whose proof the log has for certain,
// else the smaller one.
PoolResult<bool> AuditRound::Link(const PooledHead& head) {
  const PoolResult<HeadNeighbours> neighbours =
      pool_.FindNeighbours(log_.log_id, head.sth.head.tree_size);
  if (!neighbours) {
    return tl::unexpected(neighbours.error());
  }
  // Before all else: the smaller tree may be one that was seen before, and need no proof.
  if (neighbours->above) {
    if (const PoolResult<void> judged = JudgeRollback(head, *neighbours->above); !judged) {
      return tl::unexpected(judged.error());
    }
  }
  if (neighbours->below && neighbours->below->sth.head.tree_size == head.sth.head.tree_size) {
    if (neighbours->below->sth.head.sha256_root_hash != head.sth.head.sha256_root_hash) {
      return false;
    }
    ++summary_.num_linked;
    return pool_.MarkLinked(head.id, std::nullopt);
  }
  if (neighbours->above) {
    return LinkBetween(head, head, *neighbours->above);
  }
  return neighbours->below ? LinkBetween(head, *neighbours->below, head) : PoolResult<bool>(false);
}

// JudgeRollback: a larger tree was signed before this one. The next larger one may itself be of a
// rollback, and later; so the trusted one, which is the largest, is compared too.
PoolResult<void> AuditRound::JudgeRollback(const PooledHead& head, const PooledHead& above) {
  const PoolResult<std::optional<PooledHead>> trusted = pool_.TrustedHead(log_.log_id);
  if (!trusted) {
    return tl::unexpected(trusted.error());
  }
  const TreeHead& newer = head.sth.head;
  for (const PooledHead& larger : {above, trusted->value_or(above)}) {
    const TreeHead& older = larger.sth.head;
    if (older.tree_size <= newer.tree_size || newer.timestamp_ms <= older.timestamp_ms) {
      continue;  // an older head that comes late is a front end that lags
    }
    Claim claim = NewClaim(ClaimKind::kRollback);
    claim.heads = {larger.sth, head.sth};
    const PoolResult<bool> filed = desk_.File(claim, log_, std::array{larger.id, head.id});
    return filed ? PoolResult<void>() : tl::unexpected(filed.error());
  }
  return {};
}

PoolResult<bool> AuditRound::LinkBetween(const PooledHead& head, const PooledHead& older,
                                         const PooledHead& newer) {
  if (IsPartOver()) {
    return false;
  }
  const Answer<std::vector<Hash>> proof = client_.FetchConsistency(older.sth.head, newer.sth.head);
  if (proof) {
    ++summary_.num_linked;
    NoteAnswer({AskedKind::kHead, head.id});
    return pool_.MarkLinked(
        head.id, PooledProof{older.sth.head.tree_size, newer.sth.head.tree_size, *proof});
  }
  const Failure& failure = proof.error();
  const bool is_wrong_tile =
      failure.kind == FailureKind::kWrong && failure.proof.empty() && !failure.path.empty();
  if (IsSilence(failure) || is_wrong_tile) {
    PoolResult<void> judged = JudgeSilentHead(head, older.sth.head, newer.sth.head, failure);
    if (judged && is_wrong_tile) {
      judged = JudgeWrongTile({AskedKind::kHead, head.id}, newer.sth, failure);
    }
    return judged ? PoolResult<bool>(false) : tl::unexpected(judged.error());
  }
  NoteAnswer({AskedKind::kHead, head.id});
  Claim claim = NewClaim(ClaimKind::kInconsistent);
  claim.heads = {older.sth, newer.sth};
  const PoolResult<void> judged = failure.kind == FailureKind::kWrong
                                      ? JudgeWrongProof(head, std::move(claim), failure)
                                      : JudgeNoProof(head, std::move(claim), failure);
  return judged ? PoolResult<bool>(false) : tl::unexpected(judged.error());
}

PoolResult<void> AuditRound::JudgeNoProof(const PooledHead& head, Claim claim,
                                          const Failure& failure) {
  if (const PoolResult<bool> marked = pool_.MarkProofFailed(head.id); !marked) {
    return tl::unexpected(marked.error());
  }
  if (head.proof_failures + 1 < kTriesWithoutAnswer || now_ms_ < head.seen_ms + kWaitForAnswerMs) {
    return {};
  }
  claim.remark = failure.sentence;
  const PoolResult<bool> filed = desk_.File(claim, log_, std::array{head.id});
  return filed ? PoolResult<void>() : tl::unexpected(filed.error());
}

PoolResult<void> AuditRound::JudgeWrongProof(const PooledHead& head, Claim claim,
                                             const Failure& failure) {
  FillInconsistent(claim, failure, client_);
  if (EvidenceDesk::Weigh(claim, log_) == Weight::kConclusive) {
    if (const PoolResult<bool> filed = desk_.File(claim, log_, std::array{head.id}); !filed) {
      return tl::unexpected(filed.error());
    }
    const PoolResult<std::size_t> marked = pool_.MarkConflicting(std::array{head.id});
    return marked ? PoolResult<void>() : tl::unexpected(marked.error());
  }
  if (const PoolResult<bool> marked = pool_.MarkProofFailed(head.id); !marked) {
    return tl::unexpected(marked.error());
  }
  if (head.proof_failures + 1 < kTriesBeforeNotLinked) {
    return {};
  }
  const PoolResult<bool> filed = desk_.File(claim, log_, std::array{head.id});
  return filed ? PoolResult<void>() : tl::unexpected(filed.error());
}

}  // namespace tattle
