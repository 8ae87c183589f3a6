// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// SubmissionRecord: what lies in a folder of SCTs, so that a timer knows whether it still holds.

#ifndef TATTLE_PLUGIN_AUDIT_SUBMISSION_RECORD_H_
#define TATTLE_PLUGIN_AUDIT_SUBMISSION_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/policy/policy.h"

namespace tattle {

struct RecordedSct {
  LogId log_id = {};
  std::string log;  // its description, for people
  std::string operator_name;
  std::uint64_t timestamp_ms = 0;
  std::string file;  // its name in the folder
};

// SubmissionRecord is a value.
struct SubmissionRecord {
  std::string certificate_file;  // absolute path of the chain
  Hash certificate_sha256 = {};
  bool is_precertificate = false;
  std::uint64_t not_after_ms = 0;  // the SCTs are of no use beyond
  Policy policy = Policy::kChrome;
  std::vector<LogId> only;  // the logs that were named; empty: those that the policy needed
  std::uint64_t obtained_ms = 0;
  std::vector<RecordedSct> scts;
};

// EncodeSubmissionRecord writes the file, a member a line.
std::string EncodeSubmissionRecord(const SubmissionRecord& record);

// DecodeSubmissionRecord reads it. Members that it does not know are passed over. Fails with
// kUnsupportedVersion for a later format, kMissing, kBadEncoding, kBadLength (an id or a hash that
// is not of 32 bytes), kOutOfRange (a policy that we do not know, a path that is not absolute),
// kTooLarge beyond kMaxJsonSize or kMaxSctsPerSource.
Result<SubmissionRecord> DecodeSubmissionRecord(Bytes json);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_SUBMISSION_RECORD_H_
