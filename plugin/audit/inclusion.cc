// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// SCTs: whether the log kept what it promised.

#include <algorithm>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "plugin/audit/audit_round.h"
#include "plugin/audit/schedule.h"
#include "plugin/audit/wrong_entry.h"

namespace tattle {
namespace {

// "Not found" is asked again: front ends differ.
constexpr std::uint32_t kTriesBeforeNotMerged = 4;

// Where the tree reaches to the promised index, what is missing is a tile: a front end may be
// broken, as with any proof (link.cc). So many pauses of so long are a day.
constexpr std::uint32_t kTriesWithoutTile = 8;
constexpr std::uint64_t kPauseWithoutTileMs = kMsPerDay / (kTriesWithoutTile - 1) + 1;

// An entry that is not the one that the proof shows may be spoiled on its way.
constexpr std::uint32_t kTriesBeforeWrongEntry = 3;

// IsGone: nobody answers there any more, or nobody believes the answer.
bool IsGone(const Log& log, std::uint64_t now_ms) {
  const LogState state = log.StateAt(now_ms);
  return state == LogState::kRejected || state == LogState::kRetired;
}

// TimeOfTree is by when the log had this tree at the latest. What is dated ahead was there when it
// was seen: the log may have merged more since, and done no other wrong than to date it so.
std::uint64_t TimeOfTree(const PooledHead& head) {
  return std::min(head.sth.head.timestamp_ms, head.seen_ms + kClockDriftMs);
}

}  // namespace

PoolResult<void> AuditRound::ResolveScts() {
  const PoolResult<std::vector<PooledSct>> scts =
      pool_.DueScts(log_.log_id, now_ms_, options_.scts_per_round);
  const PoolResult<std::optional<PooledHead>> trusted = pool_.TrustedHead(log_.log_id);
  if (!scts || !trusted) {
    return tl::unexpected(scts ? trusted.error() : scts.error());
  }
  if (!*trusted) {
    return {};  // they stay due
  }
  BeginPart(options_.round_ms);  // silence about heads says nothing of SCTs
  for (const PooledSct& sct : *scts) {
    if (IsPartOver()) {
      is_cut_short_ = is_cut_short_ || !IsAway();
      break;
    }
    if (PoolResult<void> resolved = Resolve(sct, **trusted); !resolved) {
      return resolved;
    }
  }
  return CountSilences((*trusted)->sth);
}

PoolResult<void> AuditRound::Resolve(const PooledSct& sct, const PooledHead& trusted) {
  const bool is_asked_by_hash = log_.kind != LogKind::kStaticCt;
  if (!is_asked_by_hash && !sct.leaf_index) {
    return JudgeMissingIndex(sct);
  }
  if (IsGone(log_, now_ms_) || (is_asked_by_hash && !options_.ask_rfc6962_for_scts)) {
    return Settle(sct, SctState::kSkipped);
  }
  if (sct.leaf_index) {
    const PoolResult<bool> has_twin = HasTwin(sct);
    if (!has_twin) {
      return tl::unexpected(has_twin.error());
    }
  }
  // The log's own clock counts: its tree must have the leaf from then on.
  const std::uint64_t merged_ms = sct.timestamp_ms + MmdMs();
  const bool is_in_time = TimeOfTree(trusted) < merged_ms;
  // A log that is over signs no later tree: then ours has to do.
  if (is_in_time && !(IsOver(log_, now_ms_) && now_ms_ > merged_ms + kClockDriftMs)) {
    return Postpone(sct, std::max(merged_ms, now_ms_ + FetchIntervalMs(log_, now_ms_)),
                    sct.attempts);
  }
  if (sct.leaf_index && *sct.leaf_index >= trusted.sth.head.tree_size) {
    return is_in_time ? JudgeEndedWithout(sct, trusted) : JudgeNotMerged(sct, trusted.sth, {});
  }
  return AskForLeaf(sct, trusted);
}

// JudgeEndedWithout: the tree may yet grow to the index, though the list knows of no more.
PoolResult<void> AuditRound::JudgeEndedWithout(const PooledSct& sct, const PooledHead& trusted) {
  const std::uint32_t attempts = sct.attempts + 1;
  return attempts < kTriesBeforeNotMerged
             ? Postpone(sct, now_ms_ + FetchIntervalMs(log_, now_ms_), attempts)
             : JudgeNotMerged(sct, trusted.sth, {});
}

PoolResult<void> AuditRound::JudgeNotMerged(const PooledSct& sct, const SignedTreeHead& sth,
                                            const std::string& remark) {
  const PoolResult<bool> filed = FileNotMerged(sct, sth, remark);
  return filed ? Settle(sct, SctState::kNotIncluded) : tl::unexpected(filed.error());
}

// FileNotMerged: where the log ended before its delay was over, what it signed shows nothing, and
// it is a line.
PoolResult<bool> AuditRound::FileNotMerged(const PooledSct& sct, const SignedTreeHead& sth,
                                           const std::string& remark) {
  if (sth.head.timestamp_ms < sct.timestamp_ms + MmdMs()) {
    desk_.SayLine(LogLevel::kWarning, log_,
                  "it ended without the leaf of an SCT that it signed at " +
                      EncodeRfc3339(sct.timestamp_ms) + (remark.empty() ? "" : ": ") + remark);
    return false;
  }
  Claim claim = NewClaim(ClaimKind::kNotMerged);
  claim.heads = {sth};
  claim.remark = remark;
  return FileAgainstSct(sct, std::move(claim));
}

// JudgeMissingIndex: such an SCT counts in policies as any other, and there is no question to the
// log whether it was kept.
PoolResult<void> AuditRound::JudgeMissingIndex(const PooledSct& sct) {
  ++summary_.num_without_index;
  const PoolResult<bool> filed = FileAgainstSct(sct, NewClaim(ClaimKind::kMissingIndex));
  return filed ? Settle(sct, SctState::kNotIncluded) : tl::unexpected(filed.error());
}

PoolResult<void> AuditRound::AskForLeaf(const PooledSct& sct, const PooledHead& trusted) {
  if (IsBehindSilence(sct)) {
    return PassOver(sct);
  }
  const Answer<InclusionProof> proof =
      client_.FetchInclusion(sct.leaf_hash, sct.leaf_index, trusted.sth.head);
  const AskedItem item = {AskedKind::kSct, sct.id};
  if (proof) {
    NoteAnswer(item);
    return CheckEntry(sct, trusted, *proof);
  }
  const Failure& failure = proof.error();
  if (IsSilence(failure)) {
    return JudgeSilentSct(sct, failure);
  }
  if (failure.kind == FailureKind::kWrong && !failure.leaf_hash && !failure.path.empty()) {
    const PoolResult<void> judged = JudgeWrongTile(item, trusted.sth, failure);
    return judged ? JudgeSilentSct(sct, failure) : judged;
  }
  NoteAnswer(item);
  return JudgeNotIncluded(sct, trusted, failure);
}

// CheckEntry looks whether the log shows the leaf that it proved to have: those who watch for names
// read entries, and no proof. A data tile is large, so only some are read each round, but each that
// failed before; an entry that cannot be read leaves the proof as good as it is.
PoolResult<void> AuditRound::CheckEntry(const PooledSct& sct, const PooledHead& trusted,
                                        const InclusionProof& proof) {
  const std::uint32_t attempts = sct.attempts + 1;
  const bool has_turn = num_entries_ < options_.entries_per_round;
  if (!has_turn && sct.attempts != 0 && options_.entries_per_round != 0) {
    return PassOver(sct);
  }
  if (has_turn) {
    ++num_entries_;
    const Answer<void> shown = ReadEntry(client_, proof, trusted.sth.head);
    if (!shown && shown.error().kind == FailureKind::kCancelled) {
      return {};
    }
    if (!shown && attempts < kTriesBeforeWrongEntry) {
      num_entries_ = options_.entries_per_round;  // it is the same for others, most likely
      return Postpone(sct, now_ms_ + (FetchIntervalMs(log_, now_ms_) << attempts), attempts);
    }
    if (!shown && shown.error().kind == FailureKind::kWrong) {
      return JudgeWrongEntry(sct, trusted, proof, shown.error());
    }
  }
  ++summary_.num_included;
  return Settle(sct, SctState::kIncluded);
}

// JudgeWrongEntry: the leaf is in the tree, and nobody who reads the log sees it. It is never
// called included as long as that is so, whether others can be shown it or not; the SCT is asked
// for as long as the pool keeps it, once a day.
PoolResult<void> AuditRound::JudgeWrongEntry(const PooledSct& sct, const PooledHead& trusted,
                                             const InclusionProof& proof, const Failure& failure) {
  Claim claim = NewClaim(ClaimKind::kWrongTile);
  SetWrongEntry(claim, log_, trusted.sth, sct.leaf_hash, proof, failure);
  if (EvidenceDesk::Weigh(claim, log_)) {
    if (const PoolResult<bool> filed = desk_.File(claim, log_); !filed) {
      return tl::unexpected(filed.error());
    }
  } else {
    desk_.SayLine(
        LogLevel::kWarning, log_,
        "it proved to have the leaf of an SCT at index " + std::to_string(proof.leaf_index) +
            ", but shows another one there, which cannot be kept as evidence: " + failure.sentence);
  }
  return Postpone(sct, now_ms_ + kMsPerDay, sct.attempts + 1);
}

PoolResult<void> AuditRound::JudgeNotIncluded(const PooledSct& sct, const PooledHead& trusted,
                                              const Failure& failure) {
  if (failure.kind == FailureKind::kWrong && failure.leaf_hash) {
    Claim claim = NewClaim(ClaimKind::kWrongLeaf);
    claim.heads = {trusted.sth};
    claim.leaf_hash = failure.leaf_hash;
    claim.proof = failure.proof;
    const PoolResult<bool> filed = FileAgainstSct(sct, std::move(claim));
    return filed ? Settle(sct, SctState::kNotIncluded) : tl::unexpected(filed.error());
  }
  const std::uint32_t attempts = sct.attempts + 1;
  if (sct.leaf_index) {
    return JudgeNoTile(sct, trusted, failure);
  }
  if (attempts < kTriesBeforeNotMerged) {
    return Postpone(sct, now_ms_ + (FetchIntervalMs(log_, now_ms_) << std::min(attempts, 4U)),
                    attempts);
  }
  return JudgeNotMerged(sct, trusted.sth, failure.sentence);
}

// JudgeNoTile: a leaf within the tree cannot be seen. The tile may come back, so the SCT is asked
// for as long as the pool keeps it, once a day after the claim.
PoolResult<void> AuditRound::JudgeNoTile(const PooledSct& sct, const PooledHead& trusted,
                                         const Failure& failure) {
  const std::uint32_t attempts = sct.attempts + 1;
  if (attempts < kTriesWithoutTile) {
    return Postpone(sct, now_ms_ + kPauseWithoutTileMs, attempts);
  }
  const PoolResult<bool> filed = FileNotMerged(sct, trusted.sth, failure.sentence);
  return filed ? Postpone(sct, now_ms_ + kMsPerDay, attempts) : tl::unexpected(filed.error());
}

// FileAgainstSct puts the SCT with its certificates into the claim.
PoolResult<bool> AuditRound::FileAgainstSct(const PooledSct& sct, Claim claim) {
  PoolResult<std::optional<ClaimedSct>> claimed = ClaimedOf(sct);
  if (!claimed) {
    return tl::unexpected(claimed.error());
  }
  if (!*claimed) {
    return false;
  }
  claim.scts.push_back(**std::move(claimed));
  return desk_.File(claim, log_);
}

PoolResult<std::optional<ClaimedSct>> AuditRound::ClaimedOf(const PooledSct& sct) {
  PoolResult<std::vector<ByteVector>> chain = pool_.Chain(sct.chain_id);
  if (!chain) {
    return tl::unexpected(chain.error());
  }
  const std::size_t needed = sct.is_precert ? 2 : 1;
  if (chain->size() < needed) {
    return std::nullopt;
  }
  ClaimedSct claimed;
  claimed.sct = sct.sct;
  claimed.is_precert = sct.is_precert;
  claimed.leaf = std::move(chain->at(0));
  if (sct.is_precert) {
    claimed.issuer = std::move(chain->at(1));
  }
  return claimed;
}

// HasTwin: an index is promised once.
PoolResult<bool> AuditRound::HasTwin(const PooledSct& sct) {
  const PoolResult<std::vector<PooledSct>> others = pool_.FindTwins(sct);
  if (!others) {
    return tl::unexpected(others.error());
  }
  for (const PooledSct& other : *others) {
    PoolResult<std::optional<ClaimedSct>> claimed = ClaimedOf(other);
    if (!claimed) {
      return tl::unexpected(claimed.error());
    }
    if (!*claimed) {
      continue;
    }
    Claim claim = NewClaim(ClaimKind::kDuplicateIndex);
    claim.scts.push_back(**std::move(claimed));
    const PoolResult<bool> filed = FileAgainstSct(sct, std::move(claim));
    return filed ? PoolResult<bool>(true) : filed;
  }
  return false;
}

PoolResult<void> AuditRound::Postpone(const PooledSct& sct, std::uint64_t next_try_ms,
                                      std::uint32_t attempts) {
  const PoolResult<bool> set =
      pool_.SetSctState(sct.id, SctState::kPending, next_try_ms, attempts, sct.silences);
  return set ? PoolResult<void>() : tl::unexpected(set.error());
}

PoolResult<void> AuditRound::Settle(const PooledSct& sct, SctState state) {
  const PoolResult<bool> set =
      pool_.SetSctState(sct.id, state, sct.next_try_ms, sct.attempts, sct.silences);
  return set ? PoolResult<void>() : tl::unexpected(set.error());
}

}  // namespace tattle
