// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <bit>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/merkle/hash.h"
#include "core/wire/merkle_leaf.h"
#include "tests/testlib/claims.h"

namespace tattle::verify_heads_test {
namespace {

using testlib::kMmdS;
using testlib::kNoonMs;
using testlib::LyingLog;
using testlib::Weigh;

TEST(VerifySplitViewTest, ConvictsByTwoRootsOfOneSize) {
  EXPECT_EQ(Weigh(LyingLog().SplitView()), "conclusive");
  EXPECT_EQ(Weigh(LyingLog(testlib::TestKey::Rsa(2048)).SplitView()), "conclusive");
}

TEST(VerifySplitViewTest, TakesNoHonestPair) {
  const LyingLog log;
  Claim claim = log.SplitView();
  claim.heads.at(1) = log.Sign({8, kNoonMs + 1, {2}});
  EXPECT_EQ(Weigh(claim), "claim.heads.tree_size: does not match");
  // The same tree, signed later.
  claim.heads.at(1) = log.Sign({7, kNoonMs + 1, {1}});
  EXPECT_EQ(Weigh(claim), "claim.heads.sha256_root_hash: does not match");
  // The same head, signed twice: ECDSA gives another signature.
  claim.heads.at(1) = log.Sign({7, kNoonMs, {1}});
  EXPECT_NE(claim.heads.at(0).signature, claim.heads.at(1).signature);
  EXPECT_EQ(Weigh(claim), "claim.heads.sha256_root_hash: does not match");
}

TEST(VerifySplitViewTest, TakesNoOtherLogsHead) {
  Claim claim = LyingLog().SplitView();
  claim.heads.at(1) = LyingLog().Sign({7, kNoonMs, {2}});
  EXPECT_EQ(Weigh(claim), "claim.heads.tree_head_signature: does not match");
}

TEST(VerifyInconsistentTest, ConvictsAtAllSmallSizes) {
  const LyingLog log;
  for (std::size_t size2 = 2; size2 <= 17; ++size2) {
    for (std::size_t size1 = 1; size1 < size2; ++size1) {
      SCOPED_TRACE(testing::Message() << size1 << " of " << size2);
      Claim claim = log.Inconsistent(size1, size2);
      EXPECT_EQ(Weigh(claim), "conclusive");
      // A proof of a power of two does not carry the older root.
      claim.older_root.reset();
      EXPECT_EQ(Weigh(claim), std::has_single_bit(size1) ? "indicative" : "conclusive");
    }
  }
}

TEST(VerifyInconsistentTest, TakesNoHonestPair) {
  const LyingLog log;
  const std::vector<ByteVector> leaves = testlib::MakeLeaves(9);
  for (std::size_t size1 = 1; size1 < 9; ++size1) {
    SCOPED_TRACE(size1);
    Claim claim = log.Against(ClaimKind::kInconsistent);
    claim.heads = {log.HeadOf(testlib::Leaves(leaves).first(size1), kNoonMs),
                   log.HeadOf(leaves, kNoonMs + 1)};
    claim.proof = testlib::ReferenceConsistency(size1, leaves);
    EXPECT_EQ(Weigh(claim), "claim.heads.sha256_root_hash: does not match");
    claim.older_root = claim.heads.at(0).head.sha256_root_hash;
    EXPECT_EQ(Weigh(claim), "claim.heads.sha256_root_hash: does not match");
    // Doctored: no proof leads to the newer root from there.
    claim.older_root->at(0) ^= 1U;
    EXPECT_EQ(Weigh(claim), std::has_single_bit(size1) ? "claim.proof: does not match"
                                                       : "claim.older_root: does not match");
    // A spoiled proof convicts nobody.
    claim.older_root.reset();
    claim.proof.back().at(0) ^= 1U;
    EXPECT_EQ(Weigh(claim), "indicative");
    claim.proof.clear();
    EXPECT_EQ(Weigh(claim), "indicative");
  }
}

TEST(VerifyInconsistentTest, WantsTheOlderHeadFirst) {
  Claim claim = LyingLog().Inconsistent(3, 7);
  std::swap(claim.heads.at(0), claim.heads.at(1));
  EXPECT_EQ(Weigh(claim), "claim.heads.tree_size: does not match");
}

TEST(VerifyInconsistentTest, ConvictsAnEmptyTreeOfAnotherRoot) {
  const LyingLog log;
  Claim claim = log.Against(ClaimKind::kInconsistent);
  claim.heads = {log.Sign({0, kNoonMs, {1}}), log.Sign({7, kNoonMs + 1, {2}})};
  EXPECT_EQ(Weigh(claim), "conclusive");
  claim.proof = {Hash{}};
  EXPECT_EQ(Weigh(claim), "claim.proof: length not allowed");
  claim.proof.clear();
  claim.heads.at(0) = log.Sign({0, kNoonMs, EmptyRoot()});
  EXPECT_EQ(Weigh(claim), "claim.heads: does not match");
}

TEST(VerifyRollbackTest, OnlyIndicates) {
  const LyingLog log;
  Claim claim = log.Rollback();
  EXPECT_EQ(Weigh(claim), "indicative");
  claim.heads.at(1) = log.Sign({9, kNoonMs + 1, {1}});
  EXPECT_EQ(Weigh(claim), "claim.heads.tree_size: does not match");
  // An older head that was seen later is no rollback.
  claim.heads.at(1) = log.Sign({7, kNoonMs, {2}});
  EXPECT_EQ(Weigh(claim), "claim.heads.timestamp: does not match");
}

TEST(VerifyFutureHeadTest, OnlyIndicatesAndToleratesDrift) {
  const LyingLog log;
  Claim claim = log.Against(ClaimKind::kFutureHead);
  claim.heads = {log.Sign({9, kNoonMs + kClockDriftMs + 1, {1}})};
  EXPECT_EQ(Weigh(claim), "indicative");
  claim.heads = {log.Sign({9, kNoonMs + kClockDriftMs, {1}})};
  EXPECT_EQ(Weigh(claim), "claim.heads.timestamp: does not match");
  claim.heads = {log.Sign({9, 5, {1}})};
  EXPECT_EQ(Weigh(claim), "claim.heads.timestamp: does not match");
}

TEST(VerifyStaleHeadTest, OnlyIndicatesAndUsesTheListsMmd) {
  const LyingLog log;
  Claim claim = log.Against(ClaimKind::kStaleHead);
  claim.heads = {log.Sign({9, kNoonMs - (kMmdS + 1) * 1000, {1}})};
  EXPECT_EQ(Weigh(claim), "indicative");
  const Log slower = log.Listed(kMmdS * 2);
  EXPECT_EQ(Weigh(claim, &slower), "claim.heads.timestamp: does not match");
  claim.heads = {log.Sign({9, kNoonMs - kMmdS * 1000, {1}})};
  EXPECT_EQ(Weigh(claim), "claim.heads.timestamp: does not match");
  claim.mmd_s = 0;
  EXPECT_EQ(Weigh(claim), "claim.log.mmd: missing");
}

TEST(VerifyClaimTest, WantsWhatTheKindNeedsAndNothingMore) {
  const LyingLog log;
  Claim claim = log.SplitView();
  claim.heads.pop_back();
  EXPECT_EQ(Weigh(claim), "claim.heads: missing");
  claim = log.SplitView();
  claim.heads.push_back(claim.heads.front());
  EXPECT_EQ(Weigh(claim), "claim.heads: larger than the limit");
  claim = log.SplitView();
  claim.proof = {Hash{}};
  EXPECT_EQ(Weigh(claim), "claim.proof: length not allowed");
  claim = log.SplitView();
  claim.body = {1};
  EXPECT_EQ(Weigh(claim), "claim.body: length not allowed");
  claim = log.SplitView();
  claim.scts = {log.X509Sct(kNoonMs, 1)};
  EXPECT_EQ(Weigh(claim), "claim.scts: length not allowed");
  claim = log.SplitView();
  claim.kind = static_cast<ClaimKind>(0);
  EXPECT_EQ(Weigh(claim), "claim.kind: value not allowed");
}

TEST(VerifyClaimTest, RefusesKeysThatSignNoHeads) {
  const testlib::TestKey key = testlib::TestKey::Ed25519();
  Claim claim = LyingLog().SplitView();
  claim.log_key = key.Spki();
  EXPECT_EQ(Weigh(claim), "claim.heads.tree_head_signature: does not match");
  claim.log_key.pop_back();
  EXPECT_EQ(Weigh(claim), "claim.log.key: not properly encoded");
}

TEST(VerifyClaimTest, RefusesAnotherLogsEntryOfTheList) {
  const Log other = LyingLog().Listed();
  EXPECT_EQ(Weigh(LyingLog().SplitView(), &other), "listed: invalid argument");
}

TEST(VerifyClaimTest, EveryBitOfAHeadMatters) {
  const LyingLog log;
  for (const Claim& good : {log.SplitView(), log.Inconsistent(3, 7), log.Inconsistent(4, 7)}) {
    ASSERT_EQ(Weigh(good), "conclusive");
    for (std::size_t i = 0; i < 2; ++i) {
      for (unsigned bit = 0; bit < 64; ++bit) {
        Claim claim = good;
        claim.heads.at(i).head.tree_size ^= std::uint64_t{1} << bit;
        EXPECT_FALSE(VerifyClaim(claim)) << bit;
        claim = good;
        claim.heads.at(i).head.timestamp_ms ^= std::uint64_t{1} << bit;
        EXPECT_FALSE(VerifyClaim(claim)) << bit;
      }
      for (unsigned bit = 0; bit < 256; ++bit) {
        Claim claim = good;
        claim.heads.at(i).head.sha256_root_hash.at(bit / 8) ^=
            static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_FALSE(VerifyClaim(claim)) << bit;
      }
      for (unsigned bit = 0; bit < good.heads.at(i).signature.size() * 8; ++bit) {
        Claim claim = good;
        claim.heads.at(i).signature.at(bit / 8) ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_FALSE(VerifyClaim(claim)) << bit;
      }
    }
  }
}

TEST(VerifyInconsistentTest, EveryBitOfTheProofMatters) {
  const LyingLog log;
  const Claim good = log.Inconsistent(3, 7);
  for (std::size_t node = 0; node < good.proof.size(); ++node) {
    for (unsigned bit = 0; bit < 256; ++bit) {
      Claim claim = good;
      claim.proof.at(node).at(bit / 8) ^= static_cast<std::uint8_t>(1U << bit % 8);
      EXPECT_FALSE(VerifyClaim(claim));
      claim.older_root.reset();
      EXPECT_EQ(Weigh(claim), "indicative");
    }
  }
}

TEST(ClaimKindNameTest, NamesAreFound) {
  for (unsigned number = 1; number <= 12; ++number) {
    const auto kind = static_cast<ClaimKind>(number);
    EXPECT_EQ(FindClaimKind(ClaimKindName(kind)), kind);
  }
  EXPECT_EQ(ClaimKindName(ClaimKind::kWrongTile), "wrong_tile");
  EXPECT_EQ(ClaimKindName(static_cast<ClaimKind>(0)), "unknown");
  EXPECT_EQ(ClaimKindName(static_cast<ClaimKind>(13)), "unknown");
  EXPECT_FALSE(FindClaimKind("unknown"));
}

}  // namespace
}  // namespace tattle::verify_heads_test
