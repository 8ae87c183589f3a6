// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/compact_range.h"

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/merkle/hash.h"
#include "tests/testlib/merkle_reference.h"

namespace tattle::compact_range_test {
namespace {

using testlib::Leaves;

constexpr std::size_t kMaxSize = 40;

CompactRange MakeRange(Leaves leaves, std::size_t begin, std::size_t end) {
  CompactRange range(begin);
  for (const ByteVector& leaf : leaves.subspan(begin, end - begin)) {
    EXPECT_TRUE(range.Append(HashLeaf(leaf)));
  }
  return range;
}

bool Same(const CompactRange& a, const CompactRange& b) {
  return a.begin() == b.begin() && a.end() == b.end() &&
         std::vector<Hash>(a.hashes().begin(), a.hashes().end()) ==
             std::vector<Hash>(b.hashes().begin(), b.hashes().end());
}

TEST(CompactRangeTest, HasTheRootOfEveryTreeAsItGrows) {
  const auto leaves = testlib::MakeLeaves(300);
  CompactRange range;
  std::vector<Hash> hashes;
  for (std::size_t size = 0; size < leaves.size(); ++size) {
    const Hash want = testlib::ReferenceRoot(Leaves(leaves).first(size));
    ASSERT_EQ(range.end(), size);
    ASSERT_EQ(range.Root().value(), want);
    ASSERT_EQ(RootOfHashes(hashes), want);
    hashes.push_back(HashLeaf(leaves[size]));
    ASSERT_TRUE(range.Append(hashes.back()));
  }
}

TEST(CompactRangeTest, MergingEqualsAppendingForEveryCut) {
  const auto leaves = testlib::MakeLeaves(kMaxSize);
  for (std::size_t begin = 0; begin <= kMaxSize; begin += 3) {
    for (std::size_t end = begin; end <= kMaxSize; ++end) {
      const CompactRange whole = MakeRange(leaves, begin, end);
      EXPECT_EQ(whole.hashes().size(), SplitRange({begin, end}).size());
      for (std::size_t cut = begin; cut <= end; ++cut) {
        CompactRange left = MakeRange(leaves, begin, cut);
        ASSERT_TRUE(left.Merge(MakeRange(leaves, cut, end)));
        EXPECT_TRUE(Same(left, whole)) << begin << " " << cut << " " << end;
      }
    }
  }
}

TEST(CompactRangeTest, ComesBackFromItsHashes) {
  const auto leaves = testlib::MakeLeaves(kMaxSize);
  for (std::size_t begin = 0; begin <= kMaxSize; ++begin) {
    const CompactRange range = MakeRange(leaves, begin, kMaxSize);
    const auto restored = CompactRange::Create({begin, kMaxSize}, range.hashes());
    ASSERT_TRUE(restored);
    EXPECT_TRUE(Same(*restored, range));
  }
}

TEST(CompactRangeTest, RefusesWhatDoesNotFit) {
  const auto leaves = testlib::MakeLeaves(kMaxSize);
  const CompactRange range = MakeRange(leaves, 0, 7);
  const auto code = [&](std::uint64_t begin, std::uint64_t end) {
    return CompactRange::Create({begin, end}, range.hashes()).error().code;
  };
  EXPECT_EQ(code(0, 8), Errc::kBadLength);
  EXPECT_EQ(code(0, 0), Errc::kBadLength);
  EXPECT_EQ(code(7, 0), Errc::kOutOfRange);
  EXPECT_EQ(code(0, kMaxTreeSize + 1), Errc::kTooLarge);

  CompactRange copy = range;
  EXPECT_EQ(copy.Merge(MakeRange(leaves, 8, 9)).error().code, Errc::kInvalidArgument);
  EXPECT_TRUE(Same(copy, range));
  EXPECT_EQ(MakeRange(leaves, 4, 8).Root().error().code, Errc::kInvalidArgument);

  auto full = CompactRange::Create({0, kMaxTreeSize}, range.hashes().first(1));
  ASSERT_TRUE(full);
  EXPECT_EQ(full->Append(Hash{}).error().code, Errc::kTooLarge);
}

TEST(CompactRangeTest, GrowsToTheLargestTree) {
  auto range = CompactRange::Create({1, kMaxTreeSize - 1}, std::vector<Hash>(124));
  ASSERT_TRUE(range);
  ASSERT_TRUE(range->Append(Hash{}));
  EXPECT_EQ(range->end(), kMaxTreeSize);
  EXPECT_EQ(range->hashes().size(), 63U);
  CompactRange first;
  ASSERT_TRUE(first.Append(Hash{}));
  ASSERT_TRUE(first.Merge(*range));
  EXPECT_EQ(first.hashes().size(), 1U);
  EXPECT_TRUE(first.Root());
}

}  // namespace
}  // namespace tattle::compact_range_test
