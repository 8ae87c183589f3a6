// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/submission_record.h"

#include <string>

#include <gtest/gtest.h>

#include "core/base/limits.h"

namespace tattle::submission_record_test {
namespace {

SubmissionRecord MakeRecord() {
  SubmissionRecord record;
  record.certificate_file = "/etc/ssl/full \"chain\".pem";
  record.certificate_sha256.fill(7);
  record.not_after_ms = 1'800'000'000'000;
  record.policy = Policy::kStrict;
  record.obtained_ms = 1'793'000'000'000;
  record.only.emplace_back().fill(3);
  RecordedSct sct;
  sct.log_id.fill(9);
  sct.log = "Amber";
  sct.operator_name = "Amber Inc";
  sct.timestamp_ms = 1'793'000'000'123;
  sct.file = "09.sct";
  record.scts = {sct, sct};
  return record;
}

TEST(SubmissionRecordTest, ReadsWhatItWrites) {
  const std::string text = EncodeSubmissionRecord(MakeRecord());
  const Result<SubmissionRecord> record = DecodeSubmissionRecord(AsBytes(text));
  ASSERT_TRUE(record) << Describe(record.error());
  EXPECT_EQ(record->certificate_file, "/etc/ssl/full \"chain\".pem");
  EXPECT_EQ(record->policy, Policy::kStrict);
  EXPECT_EQ(record->scts.size(), 2U);
  EXPECT_EQ(record->only, MakeRecord().only);
  EXPECT_EQ(EncodeSubmissionRecord(*record), text);
}

struct BadRecord {
  const char* name;
  std::string from;
  std::string to;
  Errc want;
};

TEST(SubmissionRecordTest, RefusesWhatItCannotUse) {
  const std::string good = EncodeSubmissionRecord(MakeRecord());
  const std::string hash = "\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\"";
  const BadRecord bad_records[] = {
      {"later format", "\"tattle_scts\": 1", "\"tattle_scts\": 2", Errc::kUnsupportedVersion},
      {"no format", "\"tattle_scts\"", "\"other\"", Errc::kMissing},
      {"unknown policy", "\"strict\"", "\"lax\"", Errc::kOutOfRange},
      {"relative path", "\"/etc", "\"etc", Errc::kOutOfRange},
      {"short hash", hash, "\"Bwc=\"", Errc::kBadLength},
      {"hash that is no base64", hash, "\"?\"", Errc::kBadEncoding},
      {"text for a number", "1800000000000", "\"soon\"", Errc::kBadEncoding},
      {"no list", "\"scts\": [", "\"scts\": 1, \"x\": [", Errc::kBadEncoding},
      {"an SCT without its file", "\"file\"", "\"fill\"", Errc::kMissing},
      {"not the end", "}\n", "}\n}", Errc::kBadEncoding},
  };
  for (const BadRecord& bad : bad_records) {
    std::string text = good;
    const std::size_t place = bad.from == "}\n" ? text.rfind(bad.from) : text.find(bad.from);
    ASSERT_NE(place, std::string::npos) << bad.name;
    text.replace(place, bad.from.size(), bad.to);
    const Result<SubmissionRecord> record = DecodeSubmissionRecord(AsBytes(text));
    ASSERT_FALSE(record) << bad.name;
    EXPECT_EQ(record.error().code, bad.want) << bad.name << ": " << Describe(record.error());
  }
}

TEST(SubmissionRecordTest, RefusesMoreSctsThanThereMayBe) {
  SubmissionRecord record = MakeRecord();
  record.scts.resize(kMaxSctsPerSource + 1);
  const Result<SubmissionRecord> decoded =
      DecodeSubmissionRecord(AsBytes(EncodeSubmissionRecord(record)));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, Errc::kTooLarge);
}

}  // namespace
}  // namespace tattle::submission_record_test
