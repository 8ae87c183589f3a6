// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/head_check.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "core/gossip/bounds.h"
#include "core/verify/report.h"
#include "core/wire/canonical_signature.h"
#include "core/wire/digitally_signed.h"

namespace tattle {
namespace {

std::tuple<LogId, std::uint64_t, std::uint64_t, Hash> SeenAs(const LogId& log_id,
                                                             const TreeHead& head) {
  return {log_id, head.tree_size, head.timestamp_ms, head.sha256_root_hash};
}

}  // namespace

std::string_view HeadStatusName(HeadStatus status) {
  switch (status) {
    case HeadStatus::kNotChecked:
      return "not_checked";
    case HeadStatus::kGood:
      return "good";
    case HeadStatus::kKnown:
      return "known";
    case HeadStatus::kStale:
      return "stale";
    case HeadStatus::kUnknownLog:
      return "unknown_log";
    case HeadStatus::kDeniedLog:
      return "denied_log";
    case HeadStatus::kBadSignature:
      return "bad_signature";
    case HeadStatus::kInFuture:
      break;
  }
  return "in_future";
}

Hash HeadIdentityHash(const LogId& log_id, const TreeHead& head) {
  Sha256 hash;
  hash.Update(log_id);
  // All its fields are of fixed length, so it can be written.
  const Result<ByteVector> signed_data = EncodeTreeHeadSignedData(head);
  hash.Update(signed_data ? Bytes(*signed_data) : Bytes());
  return hash.Finish();
}

bool IsFreshHead(std::uint64_t timestamp_ms, std::uint64_t now_ms) {
  return timestamp_ms > now_ms ? !IsInFuture(timestamp_ms, now_ms)
                               : now_ms - timestamp_ms <= kHeadFreshnessMs;
}

HeadChecker::HeadChecker(const LogList& logs, std::uint64_t now_ms, RelateHead relate)
    : logs_(logs), now_ms_(now_ms), relate_(std::move(relate)) {}

std::size_t HeadChecker::CountOf(HeadStatus status) const {
  return counts_.at(static_cast<std::size_t>(status));
}

void HeadChecker::LimitChecks(std::size_t max_checks) {
  max_checks_ = std::min(max_checks, kMaxGossipSignatureChecks);
}

bool HeadChecker::IsStale(const CheckedHead& head) const {
  const std::uint64_t timestamp_ms = head.sth.head.timestamp_ms;
  return timestamp_ms < now_ms_ && !IsFreshHead(timestamp_ms, now_ms_);
}

// Relate is kKnown, kStale, or kNotChecked where a signature must tell.
HeadStatus HeadChecker::Relate(const LogId& log_id, CheckedHead& head) const {
  head.relation = relate_ ? relate_(log_id, head.sth.head) : HeadRelation::kNew;
  if (head.relation == HeadRelation::kKnown || seen_.contains(SeenAs(log_id, head.sth.head))) {
    return HeadStatus::kKnown;
  }
  return head.relation != HeadRelation::kConflicting && IsStale(head) ? HeadStatus::kStale
                                                                      : HeadStatus::kNotChecked;
}

// Verify brings the signature into its canonical form where it is good.
Result<bool> HeadChecker::Verify(const Log& log, CheckedHead& head) {
  ++num_signature_checks_;
  const Result<bool> verified = VerifyTreeHead(head.sth, *log.key);
  if (!verified) {
    // A signature that is no DigitallySigned is the sender's fault, what libcrypto can't do is
    // ours.
    if (CategoryOf(verified.error().code) == ErrorCategory::kMalformed) {
      return false;
    }
    return verified;
  }
  if (!*verified) {
    return false;
  }
  Result<ByteVector> canonical = CanonicalSignature(head.sth.signature);
  if (!canonical) {
    return false;  // not strict DER: what can't be brought into one form could carry a mark
  }
  head.sth.signature = *std::move(canonical);
  head.log_id = log.log_id;
  head.log = &log;
  return true;
}

// JudgeGood: a log may date what it shows its victims as it likes, so no time stops evidence.
HeadStatus HeadChecker::JudgeGood(CheckedHead& head) {
  seen_.insert(SeenAs(*head.log_id, head.sth.head));
  return head.relation != HeadRelation::kConflicting &&
                 IsInFuture(head.sth.head.timestamp_ms, now_ms_)
             ? HeadStatus::kInFuture
             : HeadStatus::kGood;
}

Result<void> HeadChecker::CheckNamed(CheckedHead& head) {
  if (logs_.FindDenied(*head.log_id) != nullptr) {
    head.status = HeadStatus::kDeniedLog;
    return {};
  }
  const Log* const log = logs_.Find(*head.log_id);
  if (log == nullptr) {
    head.status = HeadStatus::kUnknownLog;
    return {};
  }
  head.log = log;
  head.status = Relate(log->log_id, head);
  if (head.status != HeadStatus::kNotChecked || num_signature_checks_ >= max_checks_) {
    return {};
  }
  const Result<bool> verified = Verify(*log, head);
  if (!verified) {
    return tl::unexpected(verified.error());
  }
  head.status = *verified ? JudgeGood(head) : HeadStatus::kBadSignature;
  return {};
}

// TryLogs looks for the log of a head that names none. A head that is known, or that conflicts, is
// so of some log; one that is stale must conflict to be tried.
Result<void> HeadChecker::TryLogs(CheckedHead& head) {
  const Result<DigitallySigned> signature = DecodeDigitallySigned(head.sth.signature);
  if (!signature) {
    head.status = HeadStatus::kBadSignature;
    return {};
  }
  std::vector<const Log*> candidates;
  HeadStatus none = HeadStatus::kUnknownLog;
  for (const Log& log : logs_.content().logs) {
    if (!signature->Fits(log.key->type()) || logs_.FindDenied(log.log_id) != nullptr) {
      continue;
    }
    const HeadStatus status = Relate(log.log_id, head);
    if (status == HeadStatus::kKnown) {
      head.status = status;
      head.log_id = log.log_id;
      head.log = &log;
      return {};
    }
    if (status == HeadStatus::kStale) {
      none = HeadStatus::kStale;
      continue;
    }
    candidates.push_back(&log);
  }
  const auto likely = std::find(candidates.begin(), candidates.end(), last_log_);
  if (likely != candidates.end()) {
    std::iter_swap(candidates.begin(), likely);
  }
  for (const Log* const log : candidates) {
    if (num_signature_checks_ >= max_checks_) {
      head.relation = HeadRelation::kNew;
      head.status = HeadStatus::kNotChecked;
      return {};
    }
    const Result<bool> verified = Verify(*log, head);
    if (!verified) {
      return tl::unexpected(verified.error());
    }
    if (*verified) {
      last_log_ = log;
      Relate(log->log_id, head);
      head.status = JudgeGood(head);
      return {};
    }
  }
  head.relation = HeadRelation::kNew;
  head.status = none;
  return {};
}

Result<CheckedHead> HeadChecker::Check(const GossipHead& head) {
  CheckedHead checked;
  checked.log_id = head.log_id;
  checked.sth = head.sth;
  const Result<void> done = head.log_id ? CheckNamed(checked) : TryLogs(checked);
  if (!done) {
    return tl::unexpected(done.error());
  }
  ++counts_.at(static_cast<std::size_t>(checked.status));
  return checked;
}

}  // namespace tattle
