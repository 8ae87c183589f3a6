// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/diff.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/loglist/decode.h"
#include "tests/testlib/real_data.h"
#include "tests/unit/loglist/list_text.h"

namespace tattle::diff_test {
namespace {

using loglist_test::DeniedJson;
using loglist_test::kKey1;
using loglist_test::kKey2;
using loglist_test::kKey3;
using loglist_test::ListJson;
using loglist_test::LogIdOf;
using loglist_test::LogIdText;
using loglist_test::LogJson;
using loglist_test::OperatorJson;

LogList List(const std::string& text) {
  Result<LogList> list = DecodeLogList(AsBytes(text));
  EXPECT_TRUE(list) << text;
  return list ? *std::move(list) : LogList();
}

// OneLog is a list with one log that has these members.
LogList OneLog(const std::string& members, const std::string& operator_name = "Op") {
  return List(ListJson(OperatorJson(operator_name, LogJson(kKey1, members))));
}

TEST(DiffLogListsTest, IsEmptyForOneList) {
  const LogList list = OneLog(R"("description": "A log")");
  EXPECT_TRUE(DiffLogLists(list, list).empty());
}

TEST(DiffLogListsTest, PassesOverDateVersionAndOrder) {
  const LogList older =
      List(ListJson(OperatorJson("A", LogJson(kKey1) + "," + LogJson(kKey2)), R"("version": "1")"));
  const LogList newer = List(ListJson(OperatorJson("A", LogJson(kKey2) + "," + LogJson(kKey1)),
                                      R"("log_list_timestamp": "2026-01-01T00:00:00Z")"));
  EXPECT_TRUE(DiffLogLists(older, newer).empty());
}

TEST(DiffLogListsTest, NamesEachPropertyThatChanged) {
  struct Case {
    std::string before;
    std::string after;
    LogChange change;
    std::string before_text;
    std::string after_text;
  };
  const std::string head =
      R"("state": {"readonly": {"final_tree_head": {"tree_size": 7, "sha256_root_hash":
         "AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}})";
  const Case cases[] = {
      {R"("state": {"usable": {"timestamp": "2025-01-01T00:00:00Z"}})",
       R"("state": {"retired": {"timestamp": "2026-01-01T00:00:00Z"}})", LogChange::kState,
       "usable since 2025-01-01T00:00:00Z", "retired since 2026-01-01T00:00:00Z"},
      {"", R"("temporal_interval": {"start_inclusive": "2025-01-01T00:00:00Z",
                                    "end_exclusive": "2026-01-01T00:00:00Z"})",
       LogChange::kInterval, "", "2025-01-01T00:00:00Z to 2026-01-01T00:00:00Z"},
      {"", R"("previous_operators": [{"name": "X", "end_time": "2025-01-01T00:00:00Z"}])",
       LogChange::kPreviousOperators, "", "\"X\" until 2025-01-01T00:00:00Z"},
      {"", R"("log_type": "test")", LogChange::kType, "prod", "test"},
      {"", R"("description": "A log")", LogChange::kDescription, "", "A log"},
      {R"("url": "https://a/")", R"("url": "https://b/")", LogChange::kUrl, "https://a/",
       "https://b/"},
      {R"("mmd": 86400)", R"("mmd": 60)", LogChange::kMmd, "86400 s", "60 s"},
      {R"("state": {"readonly": {}})", head, LogChange::kFinalTreeHead, "",
       "size 7 root AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
  };
  for (const Case& c : cases) {
    const std::vector<LogDifference> diff = DiffLogLists(OneLog(c.before), OneLog(c.after));
    ASSERT_EQ(diff.size(), 1U) << c.after;
    EXPECT_EQ(diff[0].change, c.change) << c.after;
    EXPECT_EQ(diff[0].log_id, LogIdOf(kKey1)) << c.after;
    EXPECT_EQ(diff[0].before, c.before_text);
    EXPECT_EQ(diff[0].after, c.after_text);
  }
}

TEST(DiffLogListsTest, NamesANewOperatorAndKind) {
  const std::vector<LogDifference> moved = DiffLogLists(OneLog("", "A"), OneLog("", "B"));
  ASSERT_EQ(moved.size(), 1U);
  EXPECT_EQ(moved[0].change, LogChange::kOperator);
  EXPECT_EQ(moved[0].before, "A");
  EXPECT_EQ(moved[0].after, "B");
  const std::vector<LogDifference> tiled =
      DiffLogLists(OneLog(""), List(ListJson(OperatorJson("Op", "", LogJson(kKey1)))));
  ASSERT_EQ(tiled.size(), 1U);
  EXPECT_EQ(tiled[0].change, LogChange::kKind);
}

TEST(DiffLogListsTest, NamesLogsThatComeAndGo) {
  const std::vector<LogDifference> diff =
      DiffLogLists(List(ListJson(OperatorJson("A", LogJson(kKey1) + "," + LogJson(kKey2)))),
                   List(ListJson(OperatorJson("A", LogJson(kKey2) + "," + LogJson(kKey3)))));
  ASSERT_EQ(diff.size(), 2U);
  EXPECT_EQ(diff[0].change, LogChange::kRemoved);
  EXPECT_EQ(diff[0].log_id, LogIdOf(kKey1));
  EXPECT_EQ(diff[1].change, LogChange::kAdded);
  EXPECT_EQ(diff[1].log_id, LogIdOf(kKey3));
}

TEST(DiffLogListsTest, PairsANewKeyWithTheOldOneAtItsUrlOneToOne) {
  const std::string url = R"("url": "https://log.example/")";
  const std::vector<LogDifference> diff = DiffLogLists(
      List(ListJson(OperatorJson("A", LogJson(kKey1, url) + "," + LogJson(kKey2, url)))),
      List(ListJson(OperatorJson("A", LogJson(kKey3, url)))));
  ASSERT_EQ(diff.size(), 2U);
  EXPECT_EQ(diff[0].change, LogChange::kRemoved);
  EXPECT_EQ(diff[0].log_id, LogIdOf(kKey2));
  EXPECT_EQ(diff[1].change, LogChange::kKey);
  EXPECT_EQ(diff[1].before, LogIdText(kKey1));
  EXPECT_EQ(diff[1].after, LogIdText(kKey3));
}

TEST(DiffLogListsTest, NamesKeysThatAreDeniedAndNoLonger) {
  const LogList older = List(ListJson("", "\"denied_logs\": [" + DeniedJson(kKey1) + "]"));
  const LogList newer = List(ListJson("", "\"denied_logs\": [" + DeniedJson(kKey2) + "]"));
  const std::vector<LogDifference> diff = DiffLogLists(older, newer);
  ASSERT_EQ(diff.size(), 2U);
  EXPECT_EQ(diff[0].change, LogChange::kNoLongerDenied);
  EXPECT_EQ(diff[0].log_id, LogIdOf(kKey1));
  EXPECT_EQ(diff[1].change, LogChange::kDenied);
  EXPECT_EQ(diff[1].log_id, LogIdOf(kKey2));
}

// Whatever two lists differ in, they differ in it the other way round as well.
TEST(DiffLogListsTest, IsEmptyBothWaysOrNeitherForRealLists) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "loglists");
  std::vector<LogList> lists;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".json") {
      lists.push_back(List(std::string(AsText(testlib::ReadFile(entry.path())))));
    }
  }
  for (const LogList& a : lists) {
    for (const LogList& b : lists) {
      EXPECT_EQ(DiffLogLists(a, b).empty(), DiffLogLists(b, a).empty());
      EXPECT_EQ(DiffLogLists(a, b).empty(), &a == &b);
    }
  }
}

}  // namespace
}  // namespace tattle::diff_test
