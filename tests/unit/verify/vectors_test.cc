// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The vectors of tests/vectors/verify, made by another implementation: one folder a reason. Their
// format is in tests/vectors/README.md; a member that this test does not know fails it.

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/loglist/decode.h"
#include "core/verify/verify.h"
#include "tests/testlib/real_data.h"

namespace tattle::vectors_test {
namespace {

using std::filesystem::path;

path VectorFolder() {
  return path(TATTLE_SOURCE_ROOT) / "tests" / "vectors" / "verify";
}

std::vector<std::string> VectorNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(VectorFolder())) {
    if (entry.is_directory()) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

ByteVector ReadIfThere(const path& file) {
  return std::filesystem::exists(file) ? testlib::ReadFile(file) : ByteVector{};
}

void ExpectKnownMembers(json::Value object, const std::set<std::string_view>& known) {
  object.ForEachMember([&](std::string_view name, json::Value) {
    EXPECT_TRUE(known.contains(name)) << "unknown member " << name;
    return true;
  });
}

void ExpectSct(const SctFacts& sct, json::Value want) {
  ExpectKnownMembers(want, {"source", "status", "error", "log_id", "timestamp_ms", "leaf_index",
                            "outside_interval"});
  EXPECT_EQ(SctSourceName(sct.source), want.FindString("source"));
  EXPECT_EQ(SctStatusName(sct.status), want.FindString("status")) << DescribeSct(sct);
  if (const auto error = want.FindString("error")) {
    EXPECT_EQ(ErrcName(sct.error.code), *error);
  }
  if (const auto log_id = want.FindString("log_id")) {
    ASSERT_TRUE(sct.log_id);
    EXPECT_EQ(EncodeBase64(*sct.log_id), *log_id);
    EXPECT_EQ(sct.timestamp_ms, want.FindUint64("timestamp_ms"));
    EXPECT_EQ(sct.leaf_index, want.FindUint64("leaf_index"));
  }
  const auto outside = want.Find("outside_interval");
  EXPECT_EQ(sct.outside_interval, outside && outside->AsBool() == true);
}

class VerifyVectorTest : public testing::TestWithParam<std::string> {};

TEST_P(VerifyVectorTest, ReportsWhatIsExpected) {
  const path folder = VectorFolder() / GetParam();
  const ByteVector expect_text = testlib::ReadFile(folder / "expect.json");
  const Result<json::Document> expect = json::Document::Decode(expect_text, kMaxJsonSize);
  ASSERT_TRUE(expect);
  const json::Value want = expect->root();
  ExpectKnownMembers(want, {"reason", "now", "issuer", "issuer_mismatch", "has_rfc9162", "scts"});
  const Result<LogList> logs = DecodeLogList(testlib::ReadFile(VectorFolder() / "log_list.json"));
  ASSERT_TRUE(logs);

  const std::vector<ByteVector> chain = testlib::ReadPem(folder / "chain.pem");
  const ByteVector tls_scts = ReadIfThere(folder / "tls.sctlist");
  const ByteVector ocsp_response = ReadIfThere(folder / "ocsp.der");
  ASSERT_FALSE(chain.empty());
  Evidence evidence{.leaf = chain.front(), .tls_scts = tls_scts, .ocsp_response = ocsp_response};
  if (const auto issuer = want.FindUint64("issuer")) {
    ASSERT_LT(*issuer, chain.size());
    evidence.issuer = chain[*issuer];
  }
  const Result<std::uint64_t> now_ms = DecodeRfc3339(want.FindString("now").value_or(""));
  ASSERT_TRUE(now_ms);
  const Result<Report> report = Verify(evidence, *logs, *now_ms);
  ASSERT_TRUE(report) << Describe(report.error());

  std::size_t num_wanted = 0;
  want.Find("scts")->ForEachElement([&](json::Value sct) {
    if (num_wanted < report->scts.size()) {
      SCOPED_TRACE("SCT " + std::to_string(num_wanted + 1));
      ExpectSct(report->scts[num_wanted], sct);
    }
    ++num_wanted;
    return true;
  });
  EXPECT_EQ(report->scts.size(), num_wanted);
  if (const auto mismatch = want.Find("issuer_mismatch")) {
    EXPECT_EQ(report->issuer_mismatch, mismatch->AsBool());
  }
  const auto rfc9162 = want.Find("has_rfc9162");
  EXPECT_EQ(report->has_rfc9162, rfc9162 && rfc9162->AsBool() == true);
}

INSTANTIATE_TEST_SUITE_P(Rfc6962Section33, VerifyVectorTest, testing::ValuesIn(VectorNames()),
                         [](const testing::TestParamInfo<std::string>& vector) {
                           std::string name = vector.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace tattle::vectors_test
