// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/traces.h"

#include <gtest/gtest.h>

namespace tattle::simulate::traces_test {
namespace {

Head HeadOf(std::uint64_t size, std::uint32_t log = 0, Face face = Face::kBoth) {
  return {log, size, size, face};
}

TEST(TracesTest, LinksByAHeadInCommon) {
  Traces traces;
  traces.Add(1, 0, 10, Heads{HeadOf(1), HeadOf(2)}, {});
  traces.Add(1, 1, 20, Heads{HeadOf(2)}, {});
  const Links links = traces.Find(2);
  EXPECT_EQ(links.num_again, 1U);
  EXPECT_EQ(links.num_right, 1U);
  EXPECT_EQ(links.num_wrong, 0U);
  EXPECT_DOUBLE_EQ(links.ShareRight(), 1);
}

TEST(TracesTest, LooksOnlyAtThoseWhoCompare) {
  Traces traces;
  traces.Add(1, 0, 10, Heads{HeadOf(1)}, {});
  traces.Add(1, 1, 20, Heads{HeadOf(1)}, {});
  const Links links = traces.Find(1);
  EXPECT_EQ(links.num_again, 0U);
  EXPECT_EQ(links.num_right, 0U);
  EXPECT_DOUBLE_EQ(links.ShareRight(), 0);
}

TEST(TracesTest, HeadsOfTwoLogsOrFacesAreNotInCommon) {
  Traces traces;
  traces.Add(1, 0, 10, Heads{HeadOf(1)}, {});
  traces.Add(1, 0, 20, Heads{HeadOf(1, 1)}, {});
  traces.Add(1, 0, 30, Heads{HeadOf(1, 0, Face::kOther)}, {});
  EXPECT_EQ(traces.Find(1).num_right, 0U);
  EXPECT_EQ(traces.Find(1).num_again, 2U);
}

TEST(TracesTest, AHeadThatAnotherClientSentLinksWrongly) {
  Traces traces;
  traces.Add(1, 0, 10, Heads{HeadOf(1)}, {});
  traces.Add(2, 0, 20, Heads{HeadOf(1)}, {});
  const Links links = traces.Find(1);
  EXPECT_EQ(links.num_again, 0U);
  EXPECT_EQ(links.num_right, 0U);
  EXPECT_EQ(links.num_wrong, 1U);
}

TEST(TracesTest, MostInCommonWinsThenTheLast) {
  Traces traces;
  traces.Add(1, 0, 10, Heads{HeadOf(1), HeadOf(2)}, {});
  traces.Add(2, 0, 20, Heads{HeadOf(2)}, {});
  traces.Add(1, 0, 30, Heads{HeadOf(1), HeadOf(2)}, {});
  EXPECT_EQ(traces.Find(1).num_right, 1U);
  traces.Add(2, 0, 40, Heads{HeadOf(2)}, {});  // as much as with all before: with client 1's last
  const Links links = traces.Find(1);
  EXPECT_EQ(links.num_right, 1U);
  EXPECT_EQ(links.num_wrong, 2U);
}

TEST(TracesTest, OfSeveralThatHaveAsMuchInCommonTheLastIsTaken) {
  Traces traces;
  traces.Add(1, 0, 10, Heads{HeadOf(1)}, {});
  traces.Add(2, 0, 20, Heads{HeadOf(1)}, {});
  traces.Add(2, 0, 30, Heads{HeadOf(1)}, {});
  const Links links = traces.Find(1);
  EXPECT_EQ(links.num_right, 1U);
  EXPECT_EQ(links.num_wrong, 1U);
}

// Of the messages with a head the last four are looked at. The first has most in common with the
// last, as long as it is among those.
TEST(TracesTest, AHeadThatOthersHaveTooLinksByTheLastFour) {
  for (const auto& [num_others, num_right] : {std::pair(3U, 1U), std::pair(4U, 0U)}) {
    Traces traces;
    traces.Add(1, 0, 1, Heads{HeadOf(1), HeadOf(2)}, {});
    for (std::uint32_t other = 0; other < num_others; ++other) {
      traces.Add(2 + other, 0, 2 + other, Heads{HeadOf(other % 2 == 0 ? 1 : 2)}, {});
      traces.Add(20 + other, 0, 2 + other, Heads{HeadOf(other % 2 == 0 ? 2 : 1)}, {});
    }
    traces.Add(1, 0, 9, Heads{HeadOf(1), HeadOf(2)}, {});
    EXPECT_EQ(traces.Find(1).num_right, num_right);
  }
}

TEST(TracesTest, AMarkLinksOnlyWhenItComesBack) {
  Traces traces;
  traces.Add(1, 0, 10, Heads{HeadOf(1)}, Heads{HeadOf(100)});
  traces.Add(1, 0, 20, Heads{HeadOf(2)}, Heads{HeadOf(101)});
  EXPECT_EQ(traces.Find(1).num_right, 0U);
  traces.Add(1, 0, 30, Heads{HeadOf(100)}, {});
  EXPECT_EQ(traces.Find(1).num_right, 1U);
}

// Whoever was told a head that nobody else has is known by it, whatever else others have as well.
TEST(TracesTest, AMarkSaysMoreThanHeadsInCommon) {
  Traces traces;
  traces.Add(1, 0, 10, Heads{HeadOf(1)}, Heads{HeadOf(100)});
  traces.Add(2, 0, 20, Heads{HeadOf(2), HeadOf(3)}, Heads{HeadOf(101)});
  traces.Add(1, 0, 30, Heads{HeadOf(2), HeadOf(3), HeadOf(100)}, {});
  const Links links = traces.Find(1);
  EXPECT_EQ(links.num_right, 1U);
  EXPECT_EQ(links.num_wrong, 0U);
}

TEST(TracesTest, GoesByTimeNotByOrderOfAdding) {
  Traces traces;
  traces.Add(2, 0, 30, Heads{HeadOf(1)}, {});
  traces.Add(1, 0, 10, Heads{HeadOf(1)}, Heads{HeadOf(9)});
  traces.Add(1, 0, 40, Heads{HeadOf(9)}, {});
  const Links links = traces.Find(1);
  EXPECT_EQ(links.num_right, 1U);
  EXPECT_EQ(links.num_wrong, 1U);
}

}  // namespace
}  // namespace tattle::simulate::traces_test
