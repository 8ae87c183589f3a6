// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeSubmissionRecord
// Property: what decodes encodes to text that decodes to the same; its path is absolute, and it has
// no more SCTs than a list may have.

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/limits.h"
#include "fuzz/require.h"
#include "plugin/audit/submission_record.h"

using tattle::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Bytes input(data, size);
  const tattle::Result<tattle::SubmissionRecord> record = tattle::DecodeSubmissionRecord(input);
  if (!record) {
    return 0;
  }
  Require(record->certificate_file.starts_with('/'));
  Require(record->scts.size() <= tattle::kMaxSctsPerSource);
  const std::string text = tattle::EncodeSubmissionRecord(*record);
  const tattle::Result<tattle::SubmissionRecord> again =
      tattle::DecodeSubmissionRecord(tattle::AsBytes(text));
  Require(again.has_value());
  Require(tattle::EncodeSubmissionRecord(*again) == text);
  Require(again->certificate_sha256 == record->certificate_sha256 && again->only == record->only);
  return 0;
}
