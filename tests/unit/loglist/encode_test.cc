// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/encode.h"

#include <string>

#include <gtest/gtest.h>

#include "core/data/pinned_log_list.h"
#include "core/loglist/decode.h"
#include "core/loglist/diff.h"
#include "tests/testlib/real_data.h"
#include "tests/unit/loglist/list_text.h"

namespace tattle::encode_test {
namespace {

using loglist_test::DeniedJson;
using loglist_test::kKey1;
using loglist_test::kKey2;
using loglist_test::kKey3;
using loglist_test::ListJson;
using loglist_test::LogIdOf;
using loglist_test::LogJson;
using loglist_test::OperatorJson;

// ExpectRoundTrip checks that a list survives being written and read again.
void ExpectRoundTrip(Bytes text) {
  const Result<LogList> list = DecodeLogList(text);
  ASSERT_TRUE(list) << Describe(list.error());
  const std::string written = EncodeLogListJson(*list);
  const Result<LogList> again = DecodeLogListJson(AsBytes(written));
  ASSERT_TRUE(again) << Describe(again.error()) << written.substr(0, 500);
  EXPECT_TRUE(again->content().skipped.empty());
  EXPECT_EQ(again->content().timestamp_ms, list->content().timestamp_ms);
  EXPECT_EQ(again->content().version, list->content().version);
  EXPECT_EQ(again->content().operators.size(), list->content().operators.size());
  EXPECT_EQ(again->content().logs.size(), list->content().logs.size());
  for (const LogDifference& difference : DiffLogLists(*list, *again)) {
    ADD_FAILURE() << LogChangeName(difference.change) << " of " << difference.description << ": "
                  << difference.before << " -> " << difference.after;
  }
  EXPECT_EQ(EncodeLogListJson(*again), written);
}

TEST(EncodeLogListJsonTest, RoundTripsEveryField) {
  ExpectRoundTrip(AsBytes(ListJson(
      OperatorJson("First \\\"quoted\\\" \\u0001\\n\\t \\u00e9 \\ud83d\\ude00", LogJson(kKey1, R"(
        "description": "A log", "url": "https://log.example/", "mmd": 86400, "log_type": "test",
        "state": {"readonly": {"timestamp": "2025-01-02T03:04:05.678Z", "final_tree_head": {
          "tree_size": 7, "sha256_root_hash": "AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}},
        "temporal_interval": {"start_inclusive": "2025-01-01T00:00:00Z",
                              "end_exclusive": "2026-01-01T00:00:00+02:00"},
        "previous_operators": [{"name": "Earlier", "end_time": "2024-01-01T00:00:00Z"}])"),
                   LogJson(kKey2, R"("submission_url": "https://a/", "monitoring_url": "https://b/",
                                     "log_type": "new", "state": {"new": {}})")) +
          R"(, {"name": "Bare"})",
      R"("version": "3.1", "log_list_timestamp": "2026-01-02T12:00:00Z", "denied_logs": [)" +
          DeniedJson(kKey3) + "]")));
}

TEST(EncodeLogListJsonTest, RoundTripsTheEmptyList) {
  ExpectRoundTrip(AsBytes(ListJson("")));
}

TEST(EncodeLogListJsonTest, RoundTripsThePinnedList) {
  ExpectRoundTrip(PinnedLogListJson());
}

TEST(EncodeLogListJsonTest, RoundTripsEveryRealList) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "loglists");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".json") {
      SCOPED_TRACE(entry.path());
      ExpectRoundTrip(testlib::ReadFile(entry.path()));
    }
  }
}

TEST(EncodeLogListJsonTest, GathersAnOperatorThatStandsTwice) {
  const std::string text =
      ListJson(OperatorJson("A", LogJson(kKey1)) + "," + OperatorJson("B", LogJson(kKey2)) + "," +
               OperatorJson("A", LogJson(kKey3)));
  const Result<LogList> list = DecodeLogList(AsBytes(text));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->content().operators, (std::vector<std::string>{"A", "B"}));
  ExpectRoundTrip(AsBytes(text));
}

TEST(EncodeLogListJsonTest, WritesOperatorsThatOnlyALogNames) {
  const Result<LogList> list = DecodeLogList(AsBytes(ListJson(OperatorJson("A", LogJson(kKey1)))));
  ASSERT_TRUE(list);
  LogList::Content content = list->content();
  content.operators.clear();
  const Result<LogList> bare = LogList::Create(std::move(content));
  ASSERT_TRUE(bare);
  const Result<LogList> again = DecodeLogListJson(AsBytes(EncodeLogListJson(*bare)));
  ASSERT_TRUE(again);
  ASSERT_NE(again->Find(LogIdOf(kKey1)), nullptr);
  EXPECT_EQ(again->Find(LogIdOf(kKey1))->operator_name, "A");
}

}  // namespace
}  // namespace tattle::encode_test
