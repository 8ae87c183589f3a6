// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/evidence_desk.h"

#include "core/base/json.h"

namespace tattle {
namespace {

// MayWeigh: what claims of most kinds weigh is known before they are checked (README.md).
bool MayWeigh(ClaimKind kind, Weight weight) {
  switch (kind) {
    case ClaimKind::kSplitView:
    case ClaimKind::kWrongLeaf:
    case ClaimKind::kDuplicateIndex:
      return weight == Weight::kConclusive;
    case ClaimKind::kInconsistent:
    case ClaimKind::kNotMerged:
      return true;
    case ClaimKind::kRollback:
    case ClaimKind::kFutureHead:
    case ClaimKind::kStaleHead:
    case ClaimKind::kBadSignature:
    case ClaimKind::kWrongOrigin:
    case ClaimKind::kWrongTile:
    case ClaimKind::kMissingIndex:
      return weight == Weight::kIndicative;
  }
  return true;
}

}  // namespace

std::optional<Weight> EvidenceDesk::Weigh(const Claim& claim, const Log& log) {
  const Result<Finding> finding = VerifyClaim(claim, &log);
  return finding ? std::optional(finding->weight) : std::nullopt;
}

void EvidenceDesk::SayLine(LogLevel level, const Log& log, const std::string& line) const {
  if (say_) {
    say_(level, "log " + json::Quote(log.description) + ": " + line);
  }
}

PoolResult<bool> EvidenceDesk::HasRoom(const Shelf& shelf) {
  if (!counts_) {
    const PoolResult<std::vector<PooledEvidence>> all = pool_.ListEvidence();
    if (!all) {
      return tl::unexpected(all.error());
    }
    counts_.emplace();
    for (const PooledEvidence& evidence : *all) {
      ++(*counts_)[{evidence.log_id, {evidence.kind, evidence.is_conclusive}}];
    }
  }
  return (*counts_)[shelf] < kMaxEvidenceOfAKind;
}

PoolResult<bool> EvidenceDesk::HasRoomFor(ClaimKind kind, const Log& log) {
  const std::scoped_lock lock(mutex_);
  for (const Weight weight : {Weight::kConclusive, Weight::kIndicative}) {
    if (!MayWeigh(kind, weight)) {
      continue;
    }
    PoolResult<bool> has_room =
        HasRoom({log.log_id, {std::string(ClaimKindName(kind)), weight == Weight::kConclusive}});
    if (!has_room || *has_room) {
      return has_room;
    }
  }
  return false;
}

PoolResult<bool> EvidenceDesk::File(const Claim& claim, const Log& log,
                                    std::span<const std::uint64_t> head_ids) {
  // Who has a log's key can make any number of claims: signatures are verified for none too many.
  if (PoolResult<bool> has_room = HasRoomFor(claim.kind, log); !has_room || !*has_room) {
    return has_room;
  }
  const Result<Finding> finding = VerifyClaim(claim, &log);
  if (!finding) {
    SayLine(LogLevel::kWarning, log,
            "a claim of " + std::string(ClaimKindName(claim.kind)) +
                " was dropped, since it does not hold: " + Describe(finding.error()));
    const PoolResult<void> counted = pool_.Count("claims_dropped");
    return counted ? PoolResult<bool>(false) : tl::unexpected(counted.error());
  }
  return Keep(claim, *finding, log, head_ids).map([](Filed filed) { return filed == Filed::kNew; });
}

PoolResult<Filed> EvidenceDesk::Store(const PooledEvidence& evidence,
                                      std::span<const std::uint64_t> head_ids) {
  const std::scoped_lock lock(mutex_);
  const PoolResult<std::vector<PooledEvidence>> known = pool_.FindEvidence(evidence.claim_id);
  if (!known) {
    return tl::unexpected(known.error());
  }
  if (!known->empty() && (known->front().is_conclusive || !evidence.is_conclusive)) {
    return Filed::kKnown;
  }
  const Shelf shelf = {evidence.log_id, {evidence.kind, evidence.is_conclusive}};
  PoolResult<bool> is_kept = HasRoom(shelf);
  if (is_kept && *is_kept) {
    is_kept = pool_.AddEvidence(evidence, head_ids);
  }
  if (!is_kept) {
    return tl::unexpected(is_kept.error());
  }
  (*counts_)[shelf] += *is_kept ? 1 : 0;
  if (*is_kept && !known->empty()) {
    --(*counts_)[{evidence.log_id, {evidence.kind, false}}];  // it stood there until now
  }
  return *is_kept ? Filed::kNew : Filed::kNoRoom;
}

PoolResult<Filed> EvidenceDesk::Keep(const Claim& claim, const Finding& finding, const Log& log,
                                     std::span<const std::uint64_t> head_ids) {
  const bool is_conclusive = finding.weight == Weight::kConclusive;
  const PooledEvidence evidence = {ClaimId(claim), std::string(ClaimKindName(claim.kind)),
                                   log.log_id,     is_conclusive,
                                   claim.found_ms, EncodeClaim(claim)};
  PoolResult<Filed> filed = Store(evidence, head_ids);
  if (filed && *filed == Filed::kNew) {
    SayLine(is_conclusive ? LogLevel::kError : LogLevel::kWarning, log,
            std::string(is_conclusive ? "PROVEN " : "suspected ") + evidence.kind + ": " +
                finding.sentence + " (tattle evidence show " + evidence.claim_id + ")");
  }
  return filed;
}

}  // namespace tattle
