// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/verdict_hours.h"

#include <gtest/gtest.h>

namespace tattle::daemon::verdict_hours_test {
namespace {

constexpr std::uint64_t kHourMs = 3'600'000;
constexpr std::uint64_t kStartMs = 497'777 * kHourMs;

TEST(VerdictHoursTest, CountsByTheHour) {
  VerdictHours hours;
  hours.Add(true, kStartMs);
  hours.Add(true, kStartMs + kHourMs - 1);
  hours.Add(false, kStartMs + kHourMs);
  const std::vector<VerdictHour> seen = hours.Look(kStartMs + 3 * kHourMs);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].from_ms, kStartMs);
  EXPECT_EQ(seen[0].compliant, 2U);
  EXPECT_EQ(seen[0].not_compliant, 0U);
  EXPECT_EQ(seen[1].from_ms, kStartMs + kHourMs);
  EXPECT_EQ(seen[1].not_compliant, 1U);
}

TEST(VerdictHoursTest, KeepsTwoDays) {
  VerdictHours hours;
  for (std::uint64_t i = 0; i < 100; ++i) {
    hours.Add(true, kStartMs + i * kHourMs);
  }
  const std::vector<VerdictHour> seen = hours.Look(kStartMs + 99 * kHourMs);
  ASSERT_EQ(seen.size(), VerdictHours::kNumHours);
  EXPECT_EQ(seen.front().from_ms, kStartMs + 52 * kHourMs);
  EXPECT_EQ(seen.back().from_ms, kStartMs + 99 * kHourMs);
  for (const VerdictHour& hour : seen) {
    EXPECT_EQ(hour.compliant, 1U);
  }
  EXPECT_TRUE(hours.Look(kStartMs + 200 * kHourMs).empty());
  EXPECT_TRUE(hours.Look(0).empty());
}

}  // namespace
}  // namespace tattle::daemon::verdict_hours_test
