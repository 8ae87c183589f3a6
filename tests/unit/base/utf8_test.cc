// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/utf8.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace tattle::utf8_test {
namespace {

TEST(ReadCodePointTest, ReadsTheFirstAndLastOfEveryLength) {
  const struct {
    std::string_view text;
    char32_t want;
  } cases[] = {
      {std::string_view("\0", 1), 0},
      {"\x7f", 0x7f},
      {"\xc2\x80", 0x80},
      {"\xdf\xbf", 0x7ff},
      {"\xe0\xa0\x80", 0x800},
      {"\xed\x9f\xbf", 0xd7ff},
      {"\xee\x80\x80", 0xe000},
      {"\xef\xbf\xbf", 0xffff},
      {"\xf0\x90\x80\x80", 0x10000},
      {"\xf4\x8f\xbf\xbf", 0x10ffff},
  };
  for (const auto& c : cases) {
    const std::string text = std::string(c.text) + "rest";
    std::string_view rest = text;
    char32_t code_point = 0;
    ASSERT_TRUE(ReadCodePoint(rest, code_point)) << static_cast<std::uint32_t>(c.want);
    EXPECT_TRUE(code_point == c.want) << static_cast<std::uint32_t>(code_point);
    EXPECT_EQ(rest, "rest");
    for (std::size_t len = 0; len < c.text.size(); ++len) {
      std::string_view prefix = c.text.substr(0, len);
      EXPECT_FALSE(ReadCodePoint(prefix, code_point)) << static_cast<std::uint32_t>(c.want);
      EXPECT_EQ(prefix.size(), len);
    }
  }
}

TEST(ReadCodePointTest, RefusesEverythingElse) {
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80\x80", "\xfe", "\xff", "\xc2\x41", "\xe2\x80\x41", "\xf0\x9f\x98\x41",
        "\xc2\xc2"}) {
    std::string_view rest = text;
    char32_t code_point = 0;
    EXPECT_FALSE(ReadCodePoint(rest, code_point));
    EXPECT_EQ(rest, text);
  }
}

TEST(IsUnicodeSpaceTest, KnowsAllTwentyFive) {
  int num_spaces = 0;
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    num_spaces += IsUnicodeSpace(c) ? 1 : 0;
  }
  EXPECT_EQ(num_spaces, 25);
  EXPECT_TRUE(IsUnicodeSpace(U' ') && IsUnicodeSpace(0xa0) && IsUnicodeSpace(0x3000));
  EXPECT_FALSE(IsUnicodeSpace(0x200b) || IsUnicodeSpace(0x2014) || IsUnicodeSpace(U'a'));
}

}  // namespace
}  // namespace tattle::utf8_test
