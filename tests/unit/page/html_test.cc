// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/page/html.h"

#include <string>

#include <gtest/gtest.h>

#include "core/base/time.h"

namespace tattle {
namespace {

std::string Escaped(std::string_view text) {
  Html html;
  html.Text(text);
  return html.text();
}

TEST(HtmlTest, EscapesWhatMeansSomething) {
  EXPECT_EQ(Escaped("<a href=\"x\" id='y'>&"), "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;");
  EXPECT_EQ(Escaped("&lt;"), "&amp;lt;");
  EXPECT_EQ(Escaped("Straße \xD9\x85"), "Straße \xD9\x85");
}

TEST(HtmlTest, ReplacesControls) {
  EXPECT_EQ(Escaped(std::string_view("a\0b\n\x7F", 5)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(Escaped("\xC2\x85"), "\xEF\xBF\xBD");  // U+0085
  EXPECT_EQ(Escaped("\xC2\xA0"), "\xC2\xA0");      // U+00A0 is a space
}

TEST(HtmlTest, ShowsCommandsOfASentenceAsCode) {
  const auto shown = [](std::string_view text) { return Html().Sentence(text).Take(); };
  EXPECT_EQ(shown("see `tattle <status>`, or `x`"),
            "<bdi>see <code>tattle &lt;status&gt;</code>, or <code>x</code></bdi>");
  EXPECT_EQ(shown("a `lonely one"), "<bdi>a `lonely one</bdi>");
  EXPECT_EQ(shown("``"), "<bdi><code></code></bdi>");
  EXPECT_EQ(shown("`" + std::string(kMaxShownText, 'x') + "`"),
            "<bdi>`" + std::string(kMaxShownText - 1, 'x') + "\xE2\x80\xA6</bdi>");
}

TEST(HtmlTest, CutsBetweenCharacters) {
  for (std::size_t length = kMaxShownText - 4; length < kMaxShownText + 4; ++length) {
    const std::string text = std::string(length, 'x') + "\xE2\x82\xAC" + "<<";
    const std::string shown = Escaped(text);
    const bool is_cut = text.size() > kMaxShownText;
    EXPECT_EQ(shown.ends_with("\xE2\x80\xA6"), is_cut) << length;
    EXPECT_LE(shown.size(), kMaxShownText + 3 + 6) << length;
    // The euro is there as a whole, or not at all.
    EXPECT_EQ(shown.find('\xE2') == shown.find(is_cut ? "\xE2\x80\xA6" : "\xE2\x82\xAC") ||
                  shown.find("\xE2\x82\xAC") != std::string::npos,
              true)
        << length;
  }
}

TEST(HtmlTest, WritesNumbersForPeople) {
  EXPECT_EQ(WithCommas(0), "0");
  EXPECT_EQ(WithCommas(999), "999");
  EXPECT_EQ(WithCommas(1000), "1,000");
  EXPECT_EQ(WithCommas(12'345'678), "12,345,678");
  EXPECT_EQ(WithCommas(~std::uint64_t{0}), "18,446,744,073,709,551,615");
  EXPECT_EQ(Plural(1, "head"), "1 head");
  EXPECT_EQ(Plural(0, "head"), "0 heads");
}

TEST(HtmlTest, DescribesTimesAndSizes) {
  EXPECT_EQ(DescribeSpan(0), "0 s");
  EXPECT_EQ(DescribeSpan(119'999), "119 s");
  EXPECT_EQ(DescribeSpan(120'000), "2 min");
  EXPECT_EQ(DescribeSpan(3 * 3'600'000), "3 h");
  EXPECT_EQ(DescribeSpan(2 * kMsPerDay), "2 days");
  EXPECT_EQ(DescribeMoment(1'792'000'000'123), "2026-10-14 17:46 UTC");
  EXPECT_EQ(DescribeDay(1'792'000'000'123), "2026-10-14");
  EXPECT_EQ(DescribeMoment(~std::uint64_t{0}), "far future (18446744073709551615 ms)");
  EXPECT_EQ(DescribeSize(1023), "1023 bytes");
  EXPECT_EQ(DescribeSize(1024), "1.0 KB");
  EXPECT_EQ(DescribeSize(1536), "1.5 KB");
  EXPECT_EQ(DescribeSize(48'234'496), "46.0 MB");
  EXPECT_EQ(DescribeSize((1U << 20U) - 1), "1,023.9 KB");
  EXPECT_EQ(DescribeSize(~std::uint64_t{0}), "16,777,215.9 TB");
}

}  // namespace
}  // namespace tattle
