// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "core/base/json.h"
#include "core/gossip/heads.h"
#include "examples/simulate/logs.h"

namespace tattle::simulate::report_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<Found> FoundAt(std::initializer_list<std::uint64_t> times, std::size_t num_never) {
  std::vector<Found> out(num_never);
  for (const std::uint64_t time_ms : times) {
    out.push_back({time_ms, std::nullopt});
  }
  return out;
}

TEST(TimesTest, SharesCountThoseThatNeverFound) {
  const Times all = TimesOf(FoundAt({30, 10, 20, 40}, 0), &Found::seen_ms);
  EXPECT_EQ(all.At(0.5), 20U);
  EXPECT_EQ(all.At(0.9), 40U);
  EXPECT_DOUBLE_EQ(all.ShareNever(), 0);
  const Times half = TimesOf(FoundAt({30, 10}, 2), &Found::seen_ms);
  EXPECT_EQ(half.At(0.5), 30U);
  EXPECT_EQ(half.At(0.9), std::nullopt);
  EXPECT_DOUBLE_EQ(half.ShareNever(), 0.5);
  EXPECT_EQ(TimesOf({}, &Found::seen_ms).At(0.5), std::nullopt);
}

TEST(TimesTest, OfAnOddNumberTheMedianIsTheMiddleOne) {
  const Times times = TimesOf(FoundAt({1, 2, 3}, 0), &Found::seen_ms);
  EXPECT_EQ(times.At(0.5), 2U);
  EXPECT_EQ(times.At(0.9), 3U);
}

TEST(TimesTest, DurationsAreSaidInTheUnitThatFits) {
  EXPECT_EQ(DurationText(59'000), "59 s");
  EXPECT_EQ(DurationText(90'000), "1.5 min");
  EXPECT_EQ(DurationText(36ULL * 3'600'000), "36.0 h");
  EXPECT_EQ(DurationText(72ULL * 3'600'000), "3.0 d");
}

RuleResult Some() {
  RuleResult result;
  result.found = FoundAt({3'600'000}, 1);
  result.sample.client_bytes = {1000, 2000};
  result.sample.server_bytes = {0, 5'000'000};
  result.sample.links = {{1, 4, 1, 0}, {2, 0, 0, 0}};
  return result;
}

TEST(ReportTest, TableSaysWhatWasFoundAndWhatNot) {
  Settings settings;
  settings.trials = 2;
  const std::string table = WriteTable(settings, {Some()});
  EXPECT_THAT(table, HasSubstr("     1.0 h     never      50 %"));
  EXPECT_THAT(table, HasSubstr("25.0 %         -"));
  EXPECT_THAT(table, HasSubstr("1.5 kB"));
  EXPECT_THAT(table, HasSubstr("5.0 MB"));
  EXPECT_THAT(table, Not(HasSubstr("proven")));
}

TEST(ReportTest, JsonIsRead) {
  Settings settings;
  settings.trials = 2;
  const std::string text = WriteJson(settings, {Some()});
  const auto document = json::Document::Decode(AsBytes(text), text.size());
  ASSERT_TRUE(document) << text;
  const json::Value rules = document->root().Find("rules").value();
  std::size_t num_rules = 0;
  rules.ForEachElement([&](const json::Value& rule) {
    ++num_rules;
    const json::Value found = rule.Find("found").value();
    EXPECT_EQ(found.FindUint64("median_ms"), 3'600'000U);
    EXPECT_TRUE(found.Find("ninety_percent_ms").value().IsNull());
    EXPECT_TRUE(rule.Find("proven").value().IsNull());
    return true;
  });
  EXPECT_EQ(num_rules, 1U);
}

TEST(ReportTest, PlotsAreOfWhatWasMeasured) {
  Settings settings;
  settings.days = 4;
  const auto plots = PlotsOf(settings, {Some()});
  ASSERT_EQ(plots.size(), 3U);
  using Points = std::vector<std::pair<double, double>>;
  ASSERT_EQ(plots[0].second.lines.size(), 1U) << "proofs were not looked for";
  // One of two worlds after an hour, and that was all, in four days.
  EXPECT_EQ(plots[0].second.lines[0].points, (Points{{1, 0}, {1, 0.5}, {96, 0.5}}));
  ASSERT_EQ(plots[1].second.lines.size(), 2U);
  EXPECT_EQ(plots[1].second.lines[0].points,
            (Points{{1000, 0}, {1000, 0.5}, {2000, 0.5}, {2000, 1}}));
  EXPECT_EQ(plots[1].second.lines[1].points.back(), std::pair(5e6, 1.0));
  // By two servers nobody came again: that is not none of all.
  EXPECT_EQ(plots[2].second.lines[0].points, (Points{{1, 0.25}}));
  settings.is_proof_wanted = true;
  EXPECT_EQ(PlotsOf(settings, {Some()})[0].second.lines.size(), 2U);
}

TEST(PlotTest, DrawsWithinItsFrameAndSaysWhatItIs) {
  Plot plot = {"A < B", "hours", "share", {{"one & two", {{0, 0}, {0.5, 0.25}, {200, 1}}}}};
  const std::string svg = WriteSvg(plot);
  EXPECT_THAT(svg, HasSubstr("A &lt; B"));
  EXPECT_THAT(svg, HasSubstr("one &amp; two"));
  // 0.1 to 1000 hours are 560 pixels; what has no logarithm is left out.
  EXPECT_THAT(svg, HasSubstr("points=\"157.9,265.0 522.1,40.0\""));
  // The x axis is below, and 100 % is above.
  EXPECT_THAT(svg, HasSubstr("y=\"344.0\" text-anchor=\"end\">0 %</text>"));
  EXPECT_THAT(svg, HasSubstr("y=\"44.0\" text-anchor=\"end\">100 %</text>"));
  EXPECT_THAT(svg, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(svg, HasSubstr(">0.1</text>"));
  EXPECT_THAT(svg, HasSubstr(">1 k</text>"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(PlotTest, ALineWithoutPointsIsNamedAllTheSame) {
  const std::string svg = WriteSvg({"t", "x", "y", {{"nothing", {}}}});
  EXPECT_THAT(svg, HasSubstr(">nothing</text>"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(MessageSizesTest, AreThoseOfMessages) {
  const Logs logs = Logs::Create(1, 300).value();
  MessageSizes sizes(logs);
  EXPECT_EQ(sizes.Of(0), EncodeHeads(HeadDialect::kSths, {}).value().size());
  // Equal heads: each is as long as the first, and a comma.
  EXPECT_EQ(sizes.Of(3) - sizes.Of(2), sizes.Of(2) - sizes.Of(1));
  EXPECT_GT(sizes.Of(2) - sizes.Of(1), 250U);
  EXPECT_LT(sizes.Of(2) - sizes.Of(1), 400U);
  const auto message = DecodeHeads(
      AsBytes(EncodeHeads(HeadDialect::kSths, std::vector{logs.SignedOf(kUsualHead)}).value()));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->heads.size(), 1U) << "the signature can be read";
}

}  // namespace
}  // namespace tattle::simulate::report_test
