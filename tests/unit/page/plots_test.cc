// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/page/plots.h"

#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "core/base/json.h"

namespace tattle {
namespace {

constexpr std::uint64_t kHourMs = 3'600'000;
constexpr std::uint64_t kNowMs = 1'792'000'000'000;

std::vector<HourCounts> Hours(const std::string& hours) {
  const auto document = json::Document::Decode(AsBytes(R"({"hours":[)" + hours + "]}"), 4096);
  return document ? ReadHours(document->root(), kNowMs) : std::vector<HourCounts>();
}

TEST(GrowthTest, StaysInsideItsFrame) {
  const std::vector<GrowthPoint> points = {{0, 0}, {kNowMs / 2, 5}, {kNowMs, ~std::uint64_t{0}}};
  Html html;
  WriteGrowth(html, points);
  const std::string& text = html.text();
  static const std::regex kPoint(R"((\d+)\.\d,(\d+)\.\d )");
  std::size_t num_points = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), kPoint); it != std::sregex_iterator();
       ++it) {
    EXPECT_LE(std::stoi((*it)[1]), 120);
    EXPECT_LE(std::stoi((*it)[2]), 28);
    ++num_points;
  }
  EXPECT_EQ(num_points, points.size());
}

TEST(GrowthTest, IsNothingForOneMoment) {
  for (const std::vector<GrowthPoint>& points :
       {std::vector<GrowthPoint>{}, {{5, 1}}, {{5, 1}, {5, 2}}}) {
    Html html;
    WriteGrowth(html, points);
    EXPECT_EQ(html.text(), "");
  }
}

TEST(GrowthTest, ReadsPointsInAnyOrderAndNotTooMany) {
  std::string points = R"({"time":"2026-10-14T00:00:00Z","tree_size":9},)"
                       R"({"time":"2026-10-13T00:00:00Z","tree_size":7},{"time":"never"},7)";
  for (std::size_t i = 0; i < 100; ++i) {
    points += R"(,{"time":"2026-10-15T00:00:00Z","tree_size":10})";
  }
  const auto document = json::Document::Decode(AsBytes(R"({"growth":[)" + points + "]}"), 65536);
  ASSERT_TRUE(document);
  const std::vector<GrowthPoint> read = ReadGrowth(document->root());
  ASSERT_EQ(read.size(), kMaxGrowthPoints);
  EXPECT_EQ(read[0].tree_size, 7U);
  EXPECT_EQ(read[1].tree_size, 9U);
}

TEST(HoursTest, FillsHoursInWhichNothingWas) {
  const std::vector<HourCounts> hours =
      Hours(R"({"from":"2026-10-14T00:00:00Z","compliant":4},)"
            R"({"from":"2026-10-14T17:00:00Z","not_compliant":1,"undecided":2})");
  ASSERT_EQ(hours.size(), 18U);
  EXPECT_EQ(hours.front().compliant, 4U);
  EXPECT_EQ(hours[1].Sum(), 0U);
  EXPECT_EQ(hours.back().not_compliant, 1U);
  EXPECT_EQ(hours.back().Sum(), 3U);
  for (std::size_t i = 1; i < hours.size(); ++i) {
    EXPECT_EQ(hours[i].from_ms, hours[i - 1].from_ms + kHourMs);
  }
}

TEST(HoursTest, LeavesOutWhatIsTooOldOrToCome) {
  EXPECT_EQ(Hours("").size(), 12U);
  for (const HourCounts& hour : Hours(R"({"from":"2026-10-12T17:00:00Z","compliant":4},)"
                                      R"({"from":"2026-10-14T18:00:00Z","compliant":4},)"
                                      R"({"from":"1970-01-01T00:00:00Z","compliant":4})")) {
    EXPECT_EQ(hour.Sum(), 0U);
  }
  EXPECT_EQ(Hours(R"({"from":"2026-10-12T18:00:00Z","compliant":4})").size(), kMaxHours);
}

TEST(HoursTest, ShowsWhatIsSmallBesideWhatIsLarge) {
  Html html;
  const std::vector<HourCounts> hours = {{0, 1'000'000, 1, 1}};
  WriteVerdicts(html, hours);
  for (const char* part : {"class=\"ok\"", "class=\"bad\"", "class=\"warn\""}) {
    EXPECT_NE(html.text().find(part), std::string::npos) << part;
  }
  EXPECT_EQ(html.text().find("height=\"0.0\""), std::string::npos);
  EXPECT_EQ(html.text().find("\"-"), std::string::npos);
}

}  // namespace
}  // namespace tattle
