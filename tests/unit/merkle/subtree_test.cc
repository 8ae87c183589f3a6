// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/subtree.h"

#include <gtest/gtest.h>

#include "core/base/limits.h"

namespace tattle::subtree_test {
namespace {

TEST(SplitRangeTest, GivesTheFewestCompleteSubtreesFromLeftToRight) {
  EXPECT_TRUE(SplitRange({0, 0}).empty());
  EXPECT_TRUE(SplitRange({7, 7}).empty());
  EXPECT_EQ(SplitRange({0, 7}), (std::vector<CompleteSubtree>{{2, 0}, {1, 2}, {0, 6}}));
  EXPECT_EQ(SplitRange({3, 9}), (std::vector<CompleteSubtree>{{0, 3}, {2, 1}, {0, 8}}));
  EXPECT_EQ(SplitRange({0, kMaxTreeSize}), (std::vector<CompleteSubtree>{{63, 0}}));
  EXPECT_EQ(SplitRange({1, kMaxTreeSize}).size(), 63U);
}

TEST(SplitRangeTest, CoversEverySmallRangeWithoutSiblings) {
  for (std::uint64_t begin = 0; begin < 70; ++begin) {
    for (std::uint64_t end = begin; end < 140; ++end) {
      std::uint64_t next = begin;
      const CompleteSubtree* previous = nullptr;
      const std::vector<CompleteSubtree> subtrees = SplitRange({begin, end});
      for (const CompleteSubtree& subtree : subtrees) {
        EXPECT_EQ(subtree.index << subtree.height, next);
        next += std::uint64_t{1} << subtree.height;
        EXPECT_FALSE(previous != nullptr && previous->height == subtree.height &&
                     subtree.index % 2 == 1);
        previous = &subtree;
      }
      EXPECT_EQ(next, end);
    }
  }
}

TEST(FindAuditPathTest, RefusesLeavesThatTheTreeDoesNotHave) {
  const struct {
    std::uint64_t leaf_index;
    std::uint64_t tree_size;
    Errc want;
  } cases[] = {
      {0, 0, Errc::kOutOfRange},
      {1, 1, Errc::kOutOfRange},
      {kMaxTreeSize, kMaxTreeSize, Errc::kOutOfRange},
      {~std::uint64_t{0}, kMaxTreeSize, Errc::kOutOfRange},
      {0, kMaxTreeSize + 1, Errc::kTooLarge},
      {0, ~std::uint64_t{0}, Errc::kTooLarge},
  };
  for (const auto& c : cases) {
    const Result<AuditPath> path = FindAuditPath(c.leaf_index, c.tree_size);
    ASSERT_FALSE(path) << c.leaf_index << " of " << c.tree_size;
    EXPECT_EQ(path.error().code, c.want) << c.leaf_index << " of " << c.tree_size;
    EXPECT_FALSE(InclusionRanges(c.leaf_index, c.tree_size));
  }
}

TEST(FindAuditPathTest, ReachesTheLargestTree) {
  EXPECT_EQ(FindAuditPath(0, kMaxTreeSize)->size(), 63U);
  EXPECT_EQ(FindAuditPath(kMaxTreeSize - 1, kMaxTreeSize)->size(), 63U);
  // The last leaf of a tree with an odd number of leaves climbs the border from the start.
  EXPECT_EQ(FindAuditPath(kMaxTreeSize - 2, kMaxTreeSize - 1)->size(), 62U);
  EXPECT_EQ(FindAuditPath(std::uint64_t{1} << 62U, (std::uint64_t{1} << 62U) + 1)->size(), 1U);
}

TEST(InclusionRangesTest, AgreeWithTheAuditPathInLengthAndSide) {
  for (const std::uint64_t size : {1ULL, 2ULL, 7ULL, 64ULL, 100ULL, 0x123456789abcdefULL}) {
    for (const std::uint64_t index : {std::uint64_t{0}, size / 3, size / 2, size - 1}) {
      const auto path = FindAuditPath(index, size);
      const auto ranges = InclusionRanges(index, size);
      ASSERT_TRUE(path && ranges);
      ASSERT_EQ(path->size(), ranges->size());
      for (std::size_t i = 0; i < ranges->size(); ++i) {
        EXPECT_EQ(path->SiblingIsLeft(i), (*ranges)[i].end <= index);
      }
    }
  }
}

TEST(ConsistencyRangesTest, RefuseSizesWithoutAProof) {
  const struct {
    std::uint64_t size1;
    std::uint64_t size2;
    Errc want;
  } cases[] = {
      {0, 0, Errc::kOutOfRange},
      {0, 5, Errc::kOutOfRange},
      {6, 5, Errc::kOutOfRange},
      {1, kMaxTreeSize + 1, Errc::kTooLarge},
  };
  for (const auto& c : cases) {
    const auto ranges = ConsistencyRanges(c.size1, c.size2);
    ASSERT_FALSE(ranges) << c.size1 << " to " << c.size2;
    EXPECT_EQ(ranges.error().code, c.want) << c.size1 << " to " << c.size2;
  }
}

}  // namespace
}  // namespace tattle::subtree_test
