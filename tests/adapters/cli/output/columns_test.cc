// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/columns.h"

#include <gtest/gtest.h>

namespace tattle::cli::columns_test {
namespace {

TEST(FormatColumnsTest, AlignsCellsByCharacters) {
  EXPECT_EQ(FormatColumns({{"A", "B", "C"}, {"\xc3\xbc\xc3\xbc", "", "c"}, {"a\x1b", "b"}}),
            "A   B  C\n"
            "\xc3\xbc\xc3\xbc     c\n"
            "a?  b\n");
  EXPECT_EQ(FormatColumns({}), "");
}

TEST(FormatColumnsTest, ColoursTakeNoRoom) {
  const auto paint = [](std::size_t row, std::size_t column, const std::string& cell) {
    return row == 1 && column == 0 ? "<red>" + cell + "</red>" : cell;
  };
  EXPECT_EQ(FormatColumns({{"A", "B"}, {"aa", "b"}}, paint), "A   B\n<red>aa</red>  b\n");
}

}  // namespace
}  // namespace tattle::cli::columns_test
