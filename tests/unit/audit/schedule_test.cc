// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/schedule.h"

#include <gtest/gtest.h>

namespace tattle::schedule_test {
namespace {

constexpr std::uint64_t kNowMs = 1'795'000'000'000;
constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint64_t kHourMs = 60 * kMinuteMs;

Log LogOf(LogKind kind, std::uint64_t mmd_s) {
  Log log;
  log.kind = kind;
  log.mmd_s = mmd_s;
  log.state = LogState::kUsable;
  return log;
}

TEST(FetchIntervalMsTest, FollowsKindAndMmd) {
  EXPECT_EQ(FetchIntervalMs(LogOf(LogKind::kRfc6962, 86'400), kNowMs), kHourMs);
  EXPECT_EQ(FetchIntervalMs(LogOf(LogKind::kRfc6962, 1800), kNowMs), kHourMs / 2);
  EXPECT_EQ(FetchIntervalMs(LogOf(LogKind::kRfc6962, 0), kNowMs), kHourMs);
  EXPECT_EQ(FetchIntervalMs(LogOf(LogKind::kStaticCt, 60), kNowMs), 5 * kMinuteMs);
  EXPECT_EQ(FetchIntervalMs(LogOf(LogKind::kStaticCt, 600), kNowMs), 10 * kMinuteMs);
  EXPECT_EQ(FetchIntervalMs(LogOf(LogKind::kStaticCt, 86'400), kNowMs), 15 * kMinuteMs);
  EXPECT_EQ(FetchIntervalMs(LogOf(LogKind::kStaticCt, ~std::uint64_t{0}), kNowMs), 15 * kMinuteMs);
  Log over = LogOf(LogKind::kStaticCt, 60);
  over.state = LogState::kReadOnly;
  EXPECT_EQ(FetchIntervalMs(over, kNowMs), 24 * kHourMs);
}

TEST(IsOverTest, BelievesAListOnlyFromTheDayOnThatItNames) {
  for (const LogState state : {LogState::kReadOnly, LogState::kRetired, LogState::kRejected}) {
    Log log = LogOf(LogKind::kStaticCt, 60);
    log.state = state;
    log.state_since_ms = kNowMs + 1;
    log.final_tree_head = FinalTreeHead{};
    EXPECT_FALSE(IsOver(log, kNowMs));
    EXPECT_EQ(FetchIntervalMs(log, kNowMs), 5 * kMinuteMs);
    EXPECT_TRUE(IsOver(log, kNowMs + 1));
    EXPECT_EQ(FetchIntervalMs(log, kNowMs + 1), 24 * kHourMs);
  }
  Log log = LogOf(LogKind::kStaticCt, 60);
  log.state = LogState::kUsable;
  EXPECT_FALSE(IsOver(log, kNowMs));
}

TEST(FirstFetchMsTest, SpreadsTheStart) {
  const Log log = LogOf(LogKind::kRfc6962, 86'400);
  EXPECT_EQ(FirstFetchMs(log, kNowMs, 0), kNowMs);
  EXPECT_EQ(FirstFetchMs(log, kNowMs, 0.5), kNowMs + 5 * kMinuteMs / 2);
  EXPECT_LE(FirstFetchMs(log, kNowMs, 1), kNowMs + 5 * kMinuteMs);
}

TEST(NextFetchMsTest, BacksOffUpToHoursWithJitter) {
  const Log log = LogOf(LogKind::kRfc6962, 86'400);
  EXPECT_EQ(NextFetchMs(log, 0, 0, kNowMs, 0), kNowMs + kHourMs);
  EXPECT_EQ(NextFetchMs(log, 0, 0, kNowMs, 1), kNowMs + kHourMs + 12 * kMinuteMs);
  EXPECT_EQ(NextFetchMs(log, 1, 0, kNowMs, 0), kNowMs + 2 * kHourMs);
  EXPECT_EQ(NextFetchMs(log, 2, 0, kNowMs, 0), kNowMs + 4 * kHourMs);
  for (const std::uint32_t failures : {3U, 10U, 64U, ~0U}) {
    EXPECT_EQ(NextFetchMs(log, failures, 0, kNowMs, 0), kNowMs + 6 * kHourMs);
  }
  Log over = log;
  over.state = LogState::kRetired;
  EXPECT_EQ(NextFetchMs(over, 5, 0, kNowMs, 0), kNowMs + 24 * kHourMs);
}

TEST(NextFetchMsTest, WaitsAsLongAsTheServerAsks) {
  const Log log = LogOf(LogKind::kStaticCt, 60);
  EXPECT_EQ(NextFetchMs(log, 1, 3 * kHourMs, kNowMs, 0), kNowMs + 3 * kHourMs);
  EXPECT_EQ(NextFetchMs(log, 1, 1, kNowMs, 0), kNowMs + 10 * kMinuteMs);
  EXPECT_EQ(NextFetchMs(log, 1, ~std::uint64_t{0}, kNowMs, 0), kNowMs + 24 * kHourMs);
}

TEST(IsFetchDueTest, PlansOfAClockThatWasWrongAreDue) {
  LogProgress progress;
  progress.next_fetch_ms = kNowMs;
  EXPECT_TRUE(IsFetchDue(progress, kNowMs));
  EXPECT_FALSE(IsFetchDue(progress, kNowMs - 1));
  EXPECT_FALSE(IsFetchDue(progress, kNowMs - 48 * kHourMs));
  EXPECT_TRUE(IsFetchDue(progress, kNowMs - 48 * kHourMs - 1));
}

}  // namespace
}  // namespace tattle::schedule_test
