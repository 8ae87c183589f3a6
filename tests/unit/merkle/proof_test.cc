// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Inclusion and consistency proofs, checked against the definitions in RFC 6962, Section 2.1, for
// every leaf and every pair of sizes of small trees.

#include <algorithm>
#include <string_view>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/merkle/consistency.h"
#include "core/merkle/hash.h"
#include "core/merkle/inclusion.h"
#include "tests/testlib/merkle_reference.h"

namespace tattle::proof_test {
namespace {

using testlib::Leaves;

constexpr std::size_t kMaxSize = 66;  // past two powers of two

class MerkleProofTest : public testing::Test {
 protected:
  const std::vector<ByteVector> leaves_ = testlib::MakeLeaves(kMaxSize);
  Hash Root(std::size_t size) const { return testlib::ReferenceRoot(Leaves(leaves_).first(size)); }
};

Errc CodeOf(const Result<void>& result) {
  EXPECT_FALSE(result);
  return result ? Errc{} : result.error().code;
}

// Every way to change a proof that must not survive: one node changed, dropped, doubled, swapped
// with another one.
std::vector<std::vector<Hash>> Mutations(const std::vector<Hash>& proof) {
  std::vector<std::vector<Hash>> all;
  for (std::size_t i = 0; i < proof.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    std::vector<Hash> changed = proof;
    changed[i][i % 32] ^= 1U << (i % 8);
    all.push_back(changed);
    std::vector<Hash> dropped = proof;
    dropped.erase(dropped.begin() + at);
    all.push_back(dropped);
    std::vector<Hash> doubled = proof;
    doubled.insert(doubled.begin() + at, proof[i]);
    all.push_back(doubled);
    std::vector<Hash> swapped = proof;
    std::swap(swapped[i], swapped[(i + 1) % proof.size()]);
    if (swapped != proof) {
      all.push_back(swapped);
    }
  }
  std::vector<Hash> longer = proof;
  longer.push_back(Hash{});
  all.push_back(longer);
  return all;
}

TEST_F(MerkleProofTest, AcceptsTheInclusionProofOfEveryLeafOfEverySmallTree) {
  for (std::size_t size = 1; size <= kMaxSize; ++size) {
    const Hash root = Root(size);
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = testlib::ReferenceInclusion(index, Leaves(leaves_).first(size));
      const Hash leaf = HashLeaf(leaves_[index]);
      EXPECT_TRUE(VerifyInclusion(leaf, index, size, proof, root)) << index << " of " << size;
      const Result<Hash> folded = RootFromInclusion(leaf, index, size, proof);
      ASSERT_TRUE(folded);
      EXPECT_EQ(*folded, root);
    }
  }
}

TEST_F(MerkleProofTest, RefusesEveryChangedInclusionProof) {
  for (const std::size_t size : {1U, 2U, 5U, 8U, 13U, 33U}) {
    const Hash root = Root(size);
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = testlib::ReferenceInclusion(index, Leaves(leaves_).first(size));
      const Hash leaf = HashLeaf(leaves_[index]);
      for (const auto& mutation : Mutations(proof)) {
        EXPECT_EQ(CodeOf(VerifyInclusion(leaf, index, size, mutation, root)),
                  mutation.size() == proof.size() ? Errc::kMismatch : Errc::kBadLength);
      }
      // Another leaf, another root, another place.
      EXPECT_EQ(CodeOf(VerifyInclusion(HashLeaf(leaves_[index + 1]), index, size, proof, root)),
                Errc::kMismatch);
      EXPECT_EQ(CodeOf(VerifyInclusion(leaf, index, size, proof, Root(size + 1))), Errc::kMismatch);
      for (std::size_t other = 0; other < size; ++other) {
        EXPECT_EQ(VerifyInclusion(leaf, other, size, proof, root).has_value(), other == index);
      }
      EXPECT_EQ(CodeOf(VerifyInclusion(leaf, size, size, proof, root)), Errc::kOutOfRange);
    }
  }
}

TEST_F(MerkleProofTest, LengthIsExactForTheLargestTrees) {
  const std::vector<Hash> proof(64);
  for (const std::uint64_t size : {kMaxTreeSize, kMaxTreeSize - 1}) {
    EXPECT_TRUE(RootFromInclusion(Hash{}, 0, size, std::span(proof).first(63)));
    EXPECT_EQ(RootFromInclusion(Hash{}, 0, size, std::span(proof).first(62)).error().code,
              Errc::kBadLength);
    EXPECT_EQ(RootFromInclusion(Hash{}, 0, size, proof).error().code, Errc::kBadLength);
  }
  EXPECT_EQ(RootFromInclusion(Hash{}, 0, kMaxTreeSize + 1, proof).error().code, Errc::kTooLarge);
  EXPECT_TRUE(RootsFromConsistency(kMaxTreeSize - 1, Hash{}, kMaxTreeSize, proof));
  EXPECT_EQ(RootsFromConsistency(1, Hash{}, kMaxTreeSize + 1, proof).error().code, Errc::kTooLarge);
}

TEST_F(MerkleProofTest, AcceptsTheConsistencyProofOfEveryPairOfSmallTrees) {
  for (std::size_t size2 = 1; size2 <= kMaxSize; ++size2) {
    const Hash root2 = Root(size2);
    for (std::size_t size1 = 1; size1 <= size2; ++size1) {
      const auto proof = testlib::ReferenceConsistency(size1, Leaves(leaves_).first(size2));
      const Hash root1 = Root(size1);
      EXPECT_TRUE(VerifyConsistency(size1, root1, size2, root2, proof)) << size1 << " " << size2;
      const auto roots = RootsFromConsistency(size1, root1, size2, proof);
      ASSERT_TRUE(roots);
      EXPECT_EQ(roots->older, root1);
      EXPECT_EQ(roots->newer, root2);
    }
  }
}

TEST_F(MerkleProofTest, RefusesEveryChangedConsistencyProof) {
  for (const std::size_t size2 : {1U, 2U, 5U, 8U, 13U, 33U}) {
    const Hash root2 = Root(size2);
    for (std::size_t size1 = 1; size1 <= size2; ++size1) {
      const auto proof = testlib::ReferenceConsistency(size1, Leaves(leaves_).first(size2));
      const Hash root1 = Root(size1);
      for (const auto& mutation : Mutations(proof)) {
        EXPECT_EQ(CodeOf(VerifyConsistency(size1, root1, size2, root2, mutation)),
                  mutation.size() == proof.size() ? Errc::kMismatch : Errc::kBadLength);
      }
      EXPECT_EQ(CodeOf(VerifyConsistency(size1, root1, size2, Root(size2 + 1), proof)),
                Errc::kMismatch);
      EXPECT_EQ(CodeOf(VerifyConsistency(size1, Root(size1 - 1), size2, root2, proof)),
                Errc::kMismatch);
      for (const std::size_t outside : {std::size_t{0}, size2 + 1}) {
        const Result<void> refused = VerifyConsistency(outside, Root(outside), size2, root2, proof);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::kOutOfRange);
        EXPECT_EQ(std::string_view(refused.error().field), "consistency.size1");
      }
    }
  }
}

// What convicts a log: it signed a newer head over other leaves, and its own proof shows it.
TEST_F(MerkleProofTest, TellsAProofThatFitsOnlyTheNewerRootApart) {
  std::vector<ByteVector> rewritten = leaves_;
  rewritten[2] = {0xff};
  const Hash old_root = Root(7);
  const Hash new_root = testlib::ReferenceRoot(Leaves(rewritten).first(12));
  const auto proof = testlib::ReferenceConsistency(7, Leaves(rewritten).first(12));
  const auto roots = RootsFromConsistency(7, old_root, 12, proof);
  ASSERT_TRUE(roots);
  EXPECT_EQ(roots->newer, new_root);
  EXPECT_NE(roots->older, old_root);
  EXPECT_EQ(roots->older, testlib::ReferenceRoot(Leaves(rewritten).first(7)));
  const Result<void> verdict = VerifyConsistency(7, old_root, 12, new_root, proof);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(std::string_view(verdict.error().field), "consistency.root1");
  const Result<void> other = VerifyConsistency(7, old_root, 12, old_root, proof);
  ASSERT_FALSE(other);
  EXPECT_EQ(std::string_view(other.error().field), "consistency.root2");
}

}  // namespace
}  // namespace tattle::proof_test
