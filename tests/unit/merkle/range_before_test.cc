// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/range_before.h"

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/merkle/hash.h"
#include "tests/testlib/merkle_reference.h"

namespace tattle::range_before_test {
namespace {

using testlib::Leaves;

TEST(RangeBeforeTest, IsTheTreeToTheLeftOfEveryLeafOfEverySize) {
  const std::vector<ByteVector> leaves = testlib::MakeLeaves(70);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    const Leaves tree = Leaves(leaves).first(size);
    for (std::size_t i = 0; i < size; ++i) {
      Result<CompactRange> range = RangeBefore(i, size, testlib::ReferenceInclusion(i, tree));
      ASSERT_TRUE(range);
      EXPECT_EQ(range->begin(), 0U);
      EXPECT_EQ(range->end(), i);
      EXPECT_EQ(range->Root(), testlib::ReferenceRoot(tree.first(i)));
      for (std::size_t j = i; j < size; ++j) {
        ASSERT_TRUE(range->Append(HashLeaf(tree[j])));
      }
      EXPECT_EQ(range->Root(), testlib::ReferenceRoot(tree));
    }
  }
}

TEST(RangeBeforeTest, RefusesAProofOfAnyOtherLength) {
  const std::vector<ByteVector> leaves = testlib::MakeLeaves(11);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    std::vector<Hash> proof = testlib::ReferenceInclusion(i, leaves);
    proof.push_back(proof.front());
    for (std::size_t len = 0; len <= proof.size(); ++len) {
      const auto range = RangeBefore(i, leaves.size(), std::span(proof).first(len));
      EXPECT_EQ(range.has_value(), len + 1 == proof.size());
      if (!range) {
        EXPECT_EQ(range.error().code, Errc::kBadLength);
      }
    }
  }
}

TEST(RangeBeforeTest, RefusesALeafThatTheTreeDoesNotHave) {
  EXPECT_EQ(RangeBefore(0, 0, {}).error().code, Errc::kOutOfRange);
  EXPECT_EQ(RangeBefore(5, 5, {}).error().code, Errc::kOutOfRange);
  EXPECT_EQ(RangeBefore(0, kMaxTreeSize + 1, {}).error().code, Errc::kTooLarge);
}

}  // namespace
}  // namespace tattle::range_before_test
