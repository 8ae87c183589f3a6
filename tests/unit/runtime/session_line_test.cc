// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/session_line.h"

#include <gtest/gtest.h>

namespace tattle::session_line_test {
namespace {

TEST(DescribeStaleListTest, SaysWhatFollows) {
  LogList::Content content;
  content.timestamp_ms = 1'790'000'000'000;
  const Result<LogList> dated = LogList::Create(content);
  ASSERT_TRUE(dated);
  EXPECT_EQ(
      DescribeStaleList(*dated, OnStale::kLenient),
      "the log list is older than 70 days (of 2026-09-21), so that newer logs are unknown and "
      "verdicts lenient; bring in a newer one with `tattle loglist update`");
  EXPECT_EQ(DescribeStaleList(*dated, OnStale::kFail),
            "the log list is older than 70 days (of 2026-09-21), so that nothing is compliant; "
            "bring in a newer one with `tattle loglist update`");
}

}  // namespace
}  // namespace tattle::session_line_test
