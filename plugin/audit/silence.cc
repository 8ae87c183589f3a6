// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Questions that have no answer. A log that is away must not be pressed, and one that is silent
// about one head or one SCT must not so escape from the questions about all others.

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "core/base/time.h"
#include "core/merkle/tile.h"
#include "plugin/audit/audit_round.h"
#include "plugin/audit/schedule.h"

namespace tattle {
namespace {

// So many questions in a row without an answer: then it is no single item, and the log is away.
constexpr unsigned kSilencesBeforeAway = 3;

// So many questions a part may ask however late it is: else nothing would ever come of it.
constexpr unsigned kLeastQuestions = 2;

// The operator is told of an item when so many questions had no answer, and when they have doubled.
constexpr std::uint32_t kSilencesBeforeLine = 8;

// A busy front end says 503 to some questions, so it takes very many, over more than a week: so
// many pauses of more than three hours, but for the first.
constexpr std::uint32_t kSilencesBeforeNotMerged = 64;
constexpr std::uint64_t kLongestPauseMs = kMsPerDay / 7 + 1;
constexpr std::uint32_t kMaxPauseDoublings = 6;

// What may be forgotten of tiles that do not fit.
constexpr std::size_t kMaxWrongTiles = 1024;
constexpr unsigned kTriesBeforeWrongTile = 3;

bool IsToldAt(std::uint32_t num_silences) {
  return num_silences >= kSilencesBeforeLine && std::has_single_bit(num_silences);
}

// IsFromServer: it answered, in whatever way. Where nothing came at all it may be our own network.
bool IsFromServer(const Failure& failure) {
  return failure.kind != FailureKind::kNetwork && failure.kind != FailureKind::kTls &&
         failure.kind != FailureKind::kRefused;
}

std::uint64_t PauseMs(const Log& log, std::uint32_t num_silences, std::uint64_t now_ms) {
  return std::min(FetchIntervalMs(log, now_ms) << std::min(num_silences, kMaxPauseDoublings),
                  kLongestPauseMs);
}

std::string Times(std::uint32_t count, const Failure& failure) {
  return std::to_string(count) + " times; the last: " + failure.sentence;
}

}  // namespace

bool IsSilence(const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::kNotFound:
    case FailureKind::kBadSignature:
    case FailureKind::kWrong:
      return false;
    case FailureKind::kStatus:
      // Logs say 400 to sizes that they do not know. Of the rest a wall between us and the log says
      // most (401, 403, 407), or it asks for patience (408, 429, 5xx).
      return failure.http_status != 400;
    case FailureKind::kCancelled:
    case FailureKind::kRefused:
    case FailureKind::kNetwork:
    case FailureKind::kTls:
    case FailureKind::kTooLarge:
    case FailureKind::kMalformed:
      return true;
  }
  return true;
}

std::uint64_t AuditRound::ElapsedMs() const {
  const std::uint64_t now_ms = options_.clock ? options_.clock() : now_ms_;
  return now_ms > now_ms_ ? now_ms - now_ms_ : 0;
}

void AuditRound::BeginPart(std::uint64_t part_ms) {
  part_ms_ = part_ms;
  num_asked_ = 0;
  num_silences_ = 0;
}

bool AuditRound::IsLate() const {
  return num_asked_ >= kLeastQuestions && ElapsedMs() >= part_ms_;
}

// IsAway: timeouts take so long that there may be time for no more than two.
bool AuditRound::IsAway() const {
  return is_silent_ || num_silences_ >= kSilencesBeforeAway ||
         (num_silences_ >= kLeastQuestions && IsLate());
}

void AuditRound::NoteAnswer(const AskedItem& item) {
  ++num_asked_;
  num_silences_ = 0;
  memory_.wrong_tiles.erase(item);
}

void AuditRound::NoteSilence(const Failure& failure) {
  if (failure.kind == FailureKind::kCancelled) {
    is_silent_ = true;
    return;
  }
  ++summary_.num_unanswered;
  ++num_asked_;
  ++num_silences_;
  if (IsAway()) {
    summary_.failure = failure;
  }
}

// SayIfAway: a log that gives its head, and then nothing, looks well from afar.
void AuditRound::SayIfAway() {
  const bool is_away = has_head_ && summary_.failure.has_value();
  if (is_away && !memory_.is_away) {
    desk_.SayLine(LogLevel::kWarning, log_,
                  "it gave its head, but no answer to several questions in a row; the last: " +
                      summary_.failure->sentence);
  }
  memory_.is_away = is_away;
}

void AuditRound::SayIfSlow() {
  if (is_cut_short_ && !memory_.is_slow) {
    desk_.SayLine(LogLevel::kWarning, log_,
                  "it answers so slowly that the round with it was cut short, after " +
                      std::to_string(ElapsedMs() / kMsPerSecond) + " s");
  }
  memory_.is_slow = is_cut_short_;
}

// JudgeSilentHead counts the try, so that other heads have their turn.
PoolResult<void> AuditRound::JudgeSilentHead(const PooledHead& head, const TreeHead& older,
                                             const TreeHead& newer, const Failure& failure) {
  NoteSilence(failure);
  if (is_silent_) {
    return {};
  }
  const std::uint32_t num_silences = head.proof_attempts - head.proof_failures + 1;
  if (IsToldAt(num_silences)) {
    desk_.SayLine(LogLevel::kWarning, log_,
                  "it did not say how its tree of " + std::to_string(older.tree_size) +
                      " leaves became that of " + std::to_string(newer.tree_size) + ", " +
                      Times(num_silences, failure));
  }
  const PoolResult<bool> marked = pool_.MarkProofTried(head.id);
  return marked ? PoolResult<void>() : tl::unexpected(marked.error());
}

// JudgeWrongTile: nothing can be read of this tree there, as if nothing had come.
PoolResult<void> AuditRound::JudgeWrongTile(const AskedItem& item, const SignedTreeHead& sth,
                                            const Failure& failure) {
  if (memory_.wrong_tiles.size() >= kMaxWrongTiles) {
    memory_.wrong_tiles.clear();
  }
  if (++memory_.wrong_tiles[item] < kTriesBeforeWrongTile) {
    return {};
  }
  Claim claim = NewClaim(ClaimKind::kWrongTile);
  claim.heads = {sth};
  SetAnswer(claim, failure.path, failure);
  const PoolResult<bool> filed = desk_.File(claim, log_);
  return filed ? PoolResult<void>() : tl::unexpected(filed.error());
}

// IsBehindSilence: a tile that did not come is not asked for again in the same round, for
// whichever of its leaves.
bool AuditRound::IsBehindSilence(const PooledSct& sct) const {
  return sct.leaf_index && log_.kind == LogKind::kStaticCt &&
         silent_tiles_.contains(*sct.leaf_index / kTileWidth);
}

PoolResult<void> AuditRound::PassOver(const PooledSct& sct) {
  return Postpone(sct, now_ms_ + FetchIntervalMs(log_, now_ms_), sct.attempts);
}

// JudgeSilentSct makes room for others. Whether the silence counts shows at the end: not where the
// log was away.
PoolResult<void> AuditRound::JudgeSilentSct(const PooledSct& sct, const Failure& failure) {
  NoteSilence(failure);
  if (is_silent_) {
    return {};
  }
  if (sct.leaf_index) {
    silent_tiles_.insert(*sct.leaf_index / kTileWidth);
  }
  unanswered_.emplace_back(sct, failure);
  return Postpone(sct, now_ms_ + PauseMs(log_, sct.silences + 1, now_ms_), sct.attempts);
}

PoolResult<void> AuditRound::CountSilences(const SignedTreeHead& sth) {
  if (IsAway()) {
    return {};
  }
  for (auto& [sct, failure] : unanswered_) {
    ++sct.silences;
    if (PoolResult<void> counted = CountSilence(sct, sth, failure); !counted) {
      return counted;
    }
  }
  return {};
}

PoolResult<void> AuditRound::CountSilence(const PooledSct& sct, const SignedTreeHead& sth,
                                          const Failure& failure) {
  if (IsToldAt(sct.silences)) {
    const std::string leaf = sct.leaf_index
                                 ? "at index " + std::to_string(*sct.leaf_index)
                                 : "that it promised at " + EncodeRfc3339(sct.timestamp_ms);
    desk_.SayLine(
        LogLevel::kWarning, log_,
        "it did not show the leaf " + leaf + " of an SCT, " + Times(sct.silences, failure));
  }
  if (sct.silences < kSilencesBeforeNotMerged) {
    return Postpone(sct, now_ms_ + PauseMs(log_, sct.silences, now_ms_), sct.attempts);
  }
  if (IsFromServer(failure)) {
    if (const PoolResult<bool> filed = FileNotMerged(sct, sth, failure.sentence); !filed) {
      return tl::unexpected(filed.error());
    }
  }
  return Postpone(sct, now_ms_ + kMsPerDay, sct.attempts);
}

}  // namespace tattle
