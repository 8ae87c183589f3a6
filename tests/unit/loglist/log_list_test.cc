// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/log_list.h"

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/time.h"

namespace tattle::log_list_test {
namespace {

Log MakeLog(std::uint8_t id, const std::string& description) {
  Log log;
  log.log_id[0] = id;
  log.description = description;
  return log;
}

TEST(LogListTest, FindsLogsByIdAndNothingElse) {
  LogList::Content content;
  content.logs = {MakeLog(1, "one"), MakeLog(2, "two")};
  const Result<LogList> list = LogList::Create(std::move(content));
  ASSERT_TRUE(list);
  ASSERT_NE(list->Find(MakeLog(2, "").log_id), nullptr);
  EXPECT_EQ(list->Find(MakeLog(2, "").log_id)->description, "two");
  EXPECT_EQ(list->Find(MakeLog(3, "").log_id), nullptr);
}

TEST(LogListTest, SkipsTheLaterOfTwoLogsWithOneId) {
  LogList::Content content;
  content.logs = {MakeLog(1, "first"), MakeLog(1, "second"), MakeLog(2, "third")};
  const Result<LogList> list = LogList::Create(std::move(content));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->content().logs.size(), 2U);
  EXPECT_EQ(list->Find(MakeLog(1, "").log_id)->description, "first");
  EXPECT_EQ(list->Find(MakeLog(2, "").log_id)->description, "third");
  ASSERT_EQ(list->content().skipped.size(), 1U);
  EXPECT_EQ(list->content().skipped[0].description, "second");
  EXPECT_EQ(list->content().skipped[0].error.code, Errc::kDuplicate);
}

TEST(LogListTest, RefusesMoreLogsThanTheLimit) {
  LogList::Content content;
  content.logs.resize(kMaxLogs + 1);
  const Result<LogList> list = LogList::Create(std::move(content));
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().code, Errc::kTooLarge);
}

TEST(LogListTest, AddsDeniedKeysOnce) {
  LogList::Content content;
  content.denied = {{MakeLog(1, "").log_id, {}, "first"}, {MakeLog(1, "").log_id, {}, "again"}};
  Result<LogList> list = LogList::Create(std::move(content));
  ASSERT_TRUE(list);
  list->AddDenied({{MakeLog(1, "").log_id, {}, "third"}, {MakeLog(2, "").log_id, {}, "other"}});
  EXPECT_EQ(list->content().denied.size(), 2U);
  EXPECT_EQ(list->FindDenied(MakeLog(1, "").log_id)->reason, "first");
  EXPECT_EQ(list->FindDenied(MakeLog(2, "").log_id)->reason, "other");
}

TEST(LogListTest, IsStaleAfterSeventyDaysAndNeverWithoutADate) {
  LogList::Content content;
  content.timestamp_ms = 1'000'000;
  const Result<LogList> dated = LogList::Create(content);
  ASSERT_TRUE(dated);
  EXPECT_FALSE(dated->IsStaleAt(0));
  EXPECT_FALSE(dated->IsStaleAt(1'000'000 + 70 * kMsPerDay));
  EXPECT_TRUE(dated->IsStaleAt(1'000'000 + 70 * kMsPerDay + 1));
  content.timestamp_ms.reset();
  const Result<LogList> undated = LogList::Create(content);
  ASSERT_TRUE(undated);
  EXPECT_FALSE(undated->IsStaleAt(~std::uint64_t{0}));
}

TEST(StateAtTest, GoesOneStepBackBeforeTheLastChange) {
  struct Case {
    LogState state;
    LogState before;
  };
  for (const Case& c :
       {Case{LogState::kNone, LogState::kNone}, Case{LogState::kPending, LogState::kPending},
        Case{LogState::kQualified, LogState::kPending}, Case{LogState::kUsable, LogState::kPending},
        Case{LogState::kReadOnly, LogState::kUsable}, Case{LogState::kRetired, LogState::kUsable},
        Case{LogState::kRejected, LogState::kUsable},
        Case{LogState::kUnknown, LogState::kUnknown}}) {
    Log log;
    log.state = c.state;
    log.state_since_ms = 100;
    EXPECT_EQ(log.StateAt(99), c.before) << LogStateName(c.state);
    EXPECT_EQ(log.StateAt(100), c.state) << LogStateName(c.state);
  }
}

TEST(OperatorAtTest, FollowsPreviousOperatorsWhateverTheirOrder) {
  Log log;
  log.operator_name = "now";
  log.previous_operators = {{"second", 200}, {"first", 100}};
  EXPECT_EQ(log.OperatorAt(99), "first");
  EXPECT_EQ(log.OperatorAt(100), "second");
  EXPECT_EQ(log.OperatorAt(199), "second");
  EXPECT_EQ(log.OperatorAt(200), "now");
}

}  // namespace
}  // namespace tattle::log_list_test
