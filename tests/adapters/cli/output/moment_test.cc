// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/moment.h"

#include <cstdint>

#include <gtest/gtest.h>

namespace tattle::cli::moment_test {
namespace {

TEST(FormatAgeTest, UsesTheLargestUnitThatSaysEnough) {
  constexpr std::uint64_t kNow = 1'000'000'000'000;
  constexpr std::uint64_t kHour = 3'600'000;
  EXPECT_EQ(FormatAge(kNow, kNow), "0 s");
  EXPECT_EQ(FormatAge(kNow - 119'999, kNow), "119 s");
  EXPECT_EQ(FormatAge(kNow - 120'000, kNow), "2 min");
  EXPECT_EQ(FormatAge(kNow - 2 * kHour, kNow), "2 h");
  EXPECT_EQ(FormatAge(kNow - 47 * kHour, kNow), "47 h");
  EXPECT_EQ(FormatAge(kNow - 48 * kHour, kNow), "2 d");
  EXPECT_EQ(FormatAge(kNow + 5 * kHour, kNow), "in 5 h");
  EXPECT_EQ(FormatAge(~std::uint64_t{0}, kNow), "in 213503970760 d");
}

}  // namespace
}  // namespace tattle::cli::moment_test
