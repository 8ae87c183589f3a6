// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/update.h"

#include <optional>

#include <gtest/gtest.h>

#include "core/base/limits.h"

namespace tattle::update_test {
namespace {

constexpr std::uint64_t kNowMs = 1'000'000'000;

LogList ListOf(std::optional<std::uint64_t> timestamp_ms) {
  LogList::Content content;
  content.timestamp_ms = timestamp_ms;
  content.logs.resize(1);
  return *LogList::Create(std::move(content));
}

TEST(CheckUpdateTest, TakesAListThatIsNotOlder) {
  EXPECT_TRUE(CheckUpdate(ListOf(1000), ListOf(1001), kNowMs));
  EXPECT_TRUE(CheckUpdate(ListOf(1000), ListOf(1000), kNowMs));
  EXPECT_TRUE(CheckUpdate(ListOf(std::nullopt), ListOf(1), kNowMs));
}

TEST(CheckUpdateTest, RefusesAnOlderList) {
  const Result<void> done = CheckUpdate(ListOf(1000), ListOf(999), kNowMs);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kOlder);
}

TEST(CheckUpdateTest, RefusesAListWithoutADate) {
  for (const auto& current : {ListOf(1000), ListOf(std::nullopt)}) {
    const Result<void> done = CheckUpdate(current, ListOf(std::nullopt), kNowMs);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::kMissing);
  }
}

TEST(CheckUpdateTest, RefusesAListWithoutLogs) {
  LogList::Content content;
  content.timestamp_ms = 1001;
  const Result<void> done = CheckUpdate(ListOf(1000), *LogList::Create(content), kNowMs);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kMissing);
  EXPECT_STREQ(done.error().field, "log_list.logs");
}

TEST(CheckUpdateTest, RefusesAListFromTheFuture) {
  EXPECT_TRUE(CheckUpdate(ListOf(1000), ListOf(kNowMs + kClockDriftMs), kNowMs));
  const Result<void> done = CheckUpdate(ListOf(1000), ListOf(kNowMs + kClockDriftMs + 1), kNowMs);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::kOutOfRange);
}

}  // namespace
}  // namespace tattle::update_test
