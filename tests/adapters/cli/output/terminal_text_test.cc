// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/terminal_text.h"

#include <string>

#include <gtest/gtest.h>

namespace tattle::cli::terminal_text_test {
namespace {

TEST(SanitizeTest, LeavesReadableTextAlone) {
  for (const char* text :
       {"", "plain", "b\303\274cher", "\xe6\x97\xa5\xe6\x9c\xac", "\xf0\x9f\x94\x92"}) {
    EXPECT_EQ(Sanitize(text), text);
  }
}

TEST(SanitizeTest, TakesOutWhatSteersATerminal) {
  const std::pair<std::string, std::string> cases[] = {
      {"a\x1b[31mb", "a?[31mb"},
      {std::string("a\0b", 3), "a?b"},
      {"a\r\nb\x7f", "a??b?"},
      {"a\xc2\x9b"
       "31mb",
       "a?31mb"},  // U+009B, CSI in one character
      // NOLINTNEXTLINE(misc-misleading-bidirectional): the subject matter
      {"a\xe2\x80\xae"
       "b",
       "a?b"},  // U+202E, right-to-left override
      // NOLINTNEXTLINE(misc-misleading-bidirectional): the subject matter
      {"a\xe2\x81\xa6"
       "b",
       "a?b"},  // U+2066, isolate
      {"a\xef\xbb\xbf"
       "b",
       "a?b"},  // U+FEFF
      {"a\x9b"
       "b",
       "a?b"},                       // not UTF-8
      {"a\xc3", "a?"},               // cut
      {"\xc1\xa1", "??"},            // longer than needed
      {"\xed\xa0\x80", "???"},       // half of a surrogate pair
      {"\xf4\x90\x80\x80", "????"},  // beyond U+10FFFF
  };
  for (const auto& [text, want] : cases) {
    EXPECT_EQ(Sanitize(text), want);
  }
}

TEST(SanitizeTest, CutsAtCharacters) {
  EXPECT_EQ(Sanitize("\xc3\xbc\xc3\xbc\xc3\xbc", 3), "\xc3\xbc\xc3\xbc\xc3\xbc");
  EXPECT_EQ(Sanitize("\xc3\xbc\xc3\xbc\xc3\xbc", 2), "\xc3\xbc\xc3\xbc...");
}

TEST(PaddingTest, CountsCharacters) {
  EXPECT_EQ(Padding("\xc3\xbc", 3), "  ");
  EXPECT_EQ(Padding("abcd", 3), "");
}

TEST(StyleTest, PaintsOnlyWhereWanted) {
  EXPECT_EQ(Style(true).Good("ok"), "\x1b[32mok\x1b[0m");
  EXPECT_EQ(Style(false).Good("ok"), "ok");
}

TEST(WordsTest, AreThoseOfPeople) {
  EXPECT_EQ(Words("not_merged_yet"), "not merged yet");
  EXPECT_EQ(Words(""), "");
}

TEST(CountedTest, IsOfOneOrMany) {
  EXPECT_EQ(Counted(0, "log"), "0 logs");
  EXPECT_EQ(Counted(1, "log"), "1 log");
  EXPECT_EQ(Counted(2, "log"), "2 logs");
}

}  // namespace
}  // namespace tattle::cli::terminal_text_test
