// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/time.h"

#include <limits>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace tattle::time_test {
namespace {

TEST(ToMsTest, AgreesWithKnownTimes) {
  const std::pair<CivilTime, std::uint64_t> cases[] = {
      {{1970, 1, 1, 0, 0, 0}, 0},
      {{1970, 1, 1, 0, 0, 1}, 1000},
      {{2000, 2, 29, 12, 0, 0}, 951'825'600'000},
      {{2038, 1, 19, 3, 14, 8}, 2'147'483'648'000},
      {{2100, 2, 28, 23, 59, 59}, 4'107'542'399'000},
      {{9999, 12, 31, 23, 59, 59}, 253'402'300'799'000},
  };
  for (const auto& [time, want] : cases) {
    const Result<std::uint64_t> ms = ToMs(time);
    ASSERT_TRUE(ms) << want;
    EXPECT_EQ(*ms, want);
  }
}

TEST(ToMsTest, RefusesTimesThatDoNotExist) {
  const CivilTime cases[] = {
      {1969, 12, 31, 23, 59, 59},    {2023, 2, 29, 0, 0, 0},  {2100, 2, 29, 0, 0, 0},
      {2024, 4, 31, 0, 0, 0},        {2024, 0, 1, 0, 0, 0},   {2024, 13, 1, 0, 0, 0},
      {2024, 1, 0, 0, 0, 0},         {2024, 1, 32, 0, 0, 0},  {2024, 1, 1, 24, 0, 0},
      {2024, 1, 1, 0, 60, 0},        {2024, 1, 1, 0, 0, 60},  {-1, 1, 1, 0, 0, 0},
      {10000, 1, 1, 0, 0, 0},        {2024, 257, 1, 0, 0, 0}, {2024, 1, 257, 0, 0, 0},
      {65536 + 2024, 1, 1, 0, 0, 0},
  };
  for (const CivilTime& time : cases) {
    const Result<std::uint64_t> ms = ToMs(time);
    ASSERT_FALSE(ms) << time.year << ' ' << time.month << ' ' << time.day;
    EXPECT_EQ(ms.error().code, Errc::kOutOfRange);
  }
}

TEST(DecodeRfc3339Test, ReadsZoneAndFraction) {
  const std::pair<std::string, std::uint64_t> cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2026-04-15T00:00:00Z", 1'776'211'200'000},
      {"2026-04-15T00:00:00.5Z", 1'776'211'200'500},
      {"2026-04-15T00:00:00.123999999999999999999Z", 1'776'211'200'123},
      {"2026-04-15T02:00:00+02:00", 1'776'211'200'000},
      {"2026-04-14T19:30:00-04:30", 1'776'211'200'000},
      {"1970-01-01T00:00:00-00:01", 60'000},
      {"9999-12-31T23:59:59.999Z", 253'402'300'799'999},
  };
  for (const auto& [text, want] : cases) {
    const Result<std::uint64_t> ms = DecodeRfc3339(text);
    ASSERT_TRUE(ms) << text;
    EXPECT_EQ(*ms, want) << text;
  }
}

TEST(DecodeRfc3339Test, RefusesWhatIsNot) {
  for (const char* text : {"",
                           "2026",
                           "2026-04-15",
                           "2026-04-15T00:00:00",
                           "2026-04-15 00:00:00Z",
                           "2026-04-15t00:00:00Z",
                           "2026-04-15T00:00:00z",
                           "2026-04-15T00:00:00.Z",
                           "2026-04-15T00:00:00,5Z",
                           "2026-04-15T00:00Z",
                           "26-04-15T00:00:00Z",
                           "2026-4-15T00:00:00Z",
                           "2026-04-15T00:00:00ZZ",
                           "2026-04-15T00:00:00+0200",
                           "2026-04-15T00:00:00+02",
                           "2026-04-15T00:00:00+24:00",
                           "2026-04-15T00:00:00+02:60",
                           " 2026-04-15T00:00:00Z",
                           "+026-04-15T00:00:00Z",
                           "2026-04-15T-1:00:00Z"}) {
    const Result<std::uint64_t> ms = DecodeRfc3339(text);
    ASSERT_FALSE(ms) << text;
    EXPECT_EQ(ms.error().code, Errc::kBadEncoding) << text;
  }
  for (const char* text :
       {"1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01", "2026-02-29T00:00:00Z",
        "2026-04-15T24:00:00Z", "2026-04-15T00:00:60Z", "0000-01-01T00:00:00Z"}) {
    const Result<std::uint64_t> ms = DecodeRfc3339(text);
    ASSERT_FALSE(ms) << text;
    EXPECT_EQ(ms.error().code, Errc::kOutOfRange) << text;
  }
}

TEST(EncodeRfc3339Test, RoundTripsUpToTheYear9999) {
  // Steps of a prime number of milliseconds meet every day and many times of it.
  for (std::uint64_t ms = 0; ms <= 253'402'300'799'999; ms += 86'413'999'963) {
    const std::string text = EncodeRfc3339(ms);
    const Result<std::uint64_t> decoded = DecodeRfc3339(text);
    ASSERT_TRUE(decoded) << text;
    EXPECT_EQ(*decoded, ms) << text;
  }
  EXPECT_EQ(EncodeRfc3339(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(EncodeRfc3339(1'776'211'200'007), "2026-04-15T00:00:00.007Z");
}

TEST(EncodeRfc3339Test, HasAWordForEveryTime) {
  EXPECT_EQ(EncodeRfc3339(253'402'300'800'000), "10000-01-01T00:00:00Z");
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t ms = std::numeric_limits<std::uint64_t>::max() >> bit;
    EXPECT_FALSE(EncodeRfc3339(ms).empty());
  }
  EXPECT_EQ(EncodeRfc3339(std::numeric_limits<std::uint64_t>::max()),
            "far future (18446744073709551615 ms)");
}

}  // namespace
}  // namespace tattle::time_test
