// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/verify/report.h"

#include "core/base/limits.h"

namespace tattle {
namespace {

std::string DescribeNotChecked(const Error& error) {
  switch (error.code) {
    case Errc::kMissing:
      return "not checked: the issuer's certificate is missing";
    case Errc::kTooLarge:
      return "not checked: there are more SCTs than are worth checking";
    default:
      return "not checked: the issuer's certificate cannot be read: " + Describe(error);
  }
}

}  // namespace

std::size_t Report::CountStatus(SctStatus status) const {
  std::size_t count = 0;
  for (const SctFacts& sct : scts) {
    count += sct.status == status ? 1U : 0U;
  }
  return count;
}

bool IsInFuture(std::uint64_t timestamp_ms, std::uint64_t now_ms) {
  return timestamp_ms > now_ms && timestamp_ms - now_ms > kClockDriftMs;
}

std::string_view SctSourceName(SctSource source) {
  switch (source) {
    case SctSource::kEmbedded:
      return "embedded";
    case SctSource::kTls:
      return "tls";
    case SctSource::kOcsp:
      return "ocsp";
  }
  return "unknown";
}

std::string_view SctStatusName(SctStatus status) {
  switch (status) {
    case SctStatus::kNotChecked:
      return "not_checked";
    case SctStatus::kValid:
      return "valid";
    case SctStatus::kMalformed:
      return "malformed";
    case SctStatus::kUnsupportedVersion:
      return "unsupported_version";
    case SctStatus::kUnknownLog:
      return "unknown_log";
    case SctStatus::kDeniedLog:
      return "denied_log";
    case SctStatus::kWrongAlgorithm:
      return "wrong_algorithm";
    case SctStatus::kBadSignature:
      return "bad_signature";
    case SctStatus::kInFuture:
      return "in_future";
  }
  return "unknown";
}

std::string DescribeSct(const SctFacts& sct) {
  switch (sct.status) {
    case SctStatus::kNotChecked:
      return DescribeNotChecked(sct.error);
    case SctStatus::kMalformed:
      return Describe(sct.error);
    case SctStatus::kUnsupportedVersion:
      return "not a version 1 SCT, skipped";
    case SctStatus::kUnknownLog:
      return "the log is not in the log list";
    case SctStatus::kDeniedLog:
      return "the log's key is denied" +
             (sct.denied == nullptr || sct.denied->reason.empty() ? "" : ": " + sct.denied->reason);
    case SctStatus::kWrongAlgorithm:
      return "the signature algorithm does not fit the log's key";
    case SctStatus::kBadSignature:
      return sct.error.code == Errc::kMismatch
                 ? "the signature does not verify: the issuer certificate is not the leaf's"
                 : "the signature does not verify";
    case SctStatus::kInFuture:
      return "stamped in the future";
    case SctStatus::kValid:
      break;
  }
  return sct.outside_interval ? "the certificate expires outside the log's interval" : "";
}

}  // namespace tattle
