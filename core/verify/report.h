// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What is true of the SCTs of one connection: facts, no judgement (that is core/policy).

#ifndef TATTLE_CORE_VERIFY_REPORT_H_
#define TATTLE_CORE_VERIFY_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"

namespace tattle {

// How an SCT reached us (RFC 6962, Section 3.3).
enum class SctSource : std::uint8_t { kEmbedded = 1, kTls = 2, kOcsp = 3 };

// SctStatus is what cryptography, format, time and the deny list say of one SCT. The state of its
// log is a fact beside it. Zero is never good news.
enum class SctStatus : std::uint8_t {
  kNotChecked = 0,  // no issuer to rebuild the signed bytes with, or beyond a limit
  kValid,
  kMalformed,
  kUnsupportedVersion,  // not v1: skipped, as RFC 6962, Section 3.3, asks
  kUnknownLog,
  kDeniedLog,       // signed with a key that is public or compromised
  kWrongAlgorithm,  // the algorithm bytes do not fit the log's key
  kBadSignature,
  kInFuture,  // good, but stamped more than kClockDriftMs ahead of our time
};

// SctFacts is one line of a report. `log` and `denied` borrow from the LogList that the report was
// made with and are null where there is none.
struct SctFacts {
  SctSource source = SctSource::kEmbedded;
  SctStatus status = SctStatus::kNotChecked;
  Error error;                  // why, where status is kMalformed or kNotChecked
  std::optional<LogId> log_id;  // absent where even that could not be read
  std::uint64_t timestamp_ms = 0;
  std::optional<std::uint64_t> leaf_index;  // static-ct-api, SCT Extension
  const Log* log = nullptr;
  const DeniedLog* denied = nullptr;
  bool outside_interval = false;  // notAfter is not in the log's temporal_interval; informs only
};

// Report is a value; it borrows from the LogList given to Verify, which must outlive it.
struct Report {
  std::vector<SctFacts> scts;       // embedded, then TLS, then OCSP, each in the order received
  std::uint64_t not_before_ms = 0;  // of the leaf
  std::uint64_t not_after_ms = 0;
  bool issuer_mismatch = false;  // the issuer given is not the one that the leaf names
  bool has_rfc9162 = false;      // RFC 9162 transparency information is there: seen, not judged

  std::size_t CountStatus(SctStatus status) const;
};

// IsInFuture says whether a timestamp lies more than kClockDriftMs ahead.
bool IsInFuture(std::uint64_t timestamp_ms, std::uint64_t now_ms);

// SctSourceName: "embedded", "tls", "ocsp".
std::string_view SctSourceName(SctSource source);

// SctStatusName: "not_checked", "valid", "malformed", "unsupported_version", "unknown_log",
// "denied_log", "wrong_algorithm", "bad_signature", "in_future".
std::string_view SctStatusName(SctStatus status);

// DescribeSct says in half a sentence why the status is what it is; empty for a valid SCT about
// which there is nothing to say.
std::string DescribeSct(const SctFacts& sct);

}  // namespace tattle

#endif  // TATTLE_CORE_VERIFY_REPORT_H_
