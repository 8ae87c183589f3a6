// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/lower_case.h"

#include <gtest/gtest.h>

namespace tattle::lower_case_test {
namespace {

TEST(LowerCaseTest, ChangesAsciiLettersOnly) {
  EXPECT_EQ(LowerCase("@AZ[`az{ \303\204"), "@az[`az{ \303\204");
  EXPECT_EQ(LowerCase('Q'), 'q');
}

TEST(EqualsInAnyCaseTest, LooksAtAllOfBoth) {
  EXPECT_TRUE(EqualsInAnyCase("", ""));
  EXPECT_TRUE(EqualsInAnyCase("Mail.Example", "mAIL.example"));
  EXPECT_FALSE(EqualsInAnyCase("mail", "mail.example"));
  EXPECT_FALSE(EqualsInAnyCase("mail.example", "mail"));
  EXPECT_FALSE(EqualsInAnyCase("@", "`"));
}

}  // namespace
}  // namespace tattle::lower_case_test
