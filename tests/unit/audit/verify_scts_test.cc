// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "core/der/certificate.h"
#include "core/merkle/hash.h"
#include "core/wire/merkle_leaf.h"
#include "core/wire/sct.h"
#include "tests/testlib/claims.h"

namespace tattle::verify_scts_test {
namespace {

using testlib::kHourMs;
using testlib::kMmdS;
using testlib::kNoonMs;
using testlib::LyingLog;
using testlib::Weigh;

TEST(VerifyWrongLeafTest, ConvictsAtAllSmallSizes) {
  const LyingLog log;
  for (std::size_t size = 1; size <= 9; ++size) {
    for (std::size_t i = 0; i < size; ++i) {
      EXPECT_EQ(Weigh(log.WrongLeaf(log.X509Sct(kNoonMs, i), i, size)), "conclusive");
    }
  }
  EXPECT_EQ(Weigh(log.WrongLeaf(log.PrecertSct(kNoonMs, 4), 4, 9)), "conclusive");
}

TEST(VerifyWrongLeafTest, TakesNoKeptPromise) {
  const LyingLog log;
  const ClaimedSct sct = log.X509Sct(kNoonMs, 4);
  const Sct decoded = DecodeSct(sct.sct).value();
  std::vector<ByteVector> leaves = testlib::MakeLeaves(9);
  leaves.at(4) =
      EncodeMerkleTreeLeaf({kNoonMs, {EntryType::kX509, sct.leaf, {}}, decoded.extensions}).value();
  Claim claim = log.Against(ClaimKind::kWrongLeaf);
  claim.scts = {sct};
  claim.heads = {log.HeadOf(leaves, kNoonMs)};
  claim.proof = testlib::ReferenceInclusion(4, leaves);
  claim.leaf_hash = HashLeaf(leaves.at(4));
  EXPECT_EQ(Weigh(claim), "claim.leaf_hash: does not match");
  // The proof of a neighbour does not do either.
  claim.leaf_hash = HashLeaf(leaves.at(5));
  claim.proof = testlib::ReferenceInclusion(5, leaves);
  EXPECT_EQ(Weigh(claim), "claim.proof: does not match");
}

TEST(VerifyWrongLeafTest, WantsAnIndexInTheTree) {
  const LyingLog log;
  EXPECT_EQ(Weigh(log.WrongLeaf(log.X509Sct(kNoonMs, std::nullopt), 4, 9)),
            "claim.scts.leaf_index: missing");
  EXPECT_EQ(Weigh(log.WrongLeaf(log.X509Sct(kNoonMs, 9), 4, 9)), "claim.proof: does not match");
}

TEST(VerifyWrongLeafTest, EveryBitMatters) {
  const LyingLog log;
  const Claim good = log.WrongLeaf(log.PrecertSct(kNoonMs, 4), 4, 9);
  ASSERT_EQ(Weigh(good), "conclusive");
  const auto flip = [&](auto member) {
    Claim claim = good;
    const std::size_t size = member(claim).size();
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      claim = good;
      member(claim)[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      EXPECT_FALSE(VerifyClaim(claim)) << bit;
    }
  };
  flip([](Claim& claim) -> ByteVector& { return claim.scts.front().sct; });
  for (std::size_t node = 0; node < good.proof.size(); ++node) {
    flip([node](Claim& claim) -> Hash& { return claim.proof.at(node); });
  }
  flip([](Claim& claim) -> Hash& { return *claim.leaf_hash; });
  // Of the certificate only the TBS without its SCTs is signed by the log.
  const Bytes tbs = DecodeCertificate(good.scts.front().leaf).value().tbs_before_extensions;
  const auto offset = static_cast<std::size_t>(tbs.data() - good.scts.front().leaf.data());
  for (std::size_t bit = offset * 8; bit < (offset + tbs.size()) * 8; ++bit) {
    Claim claim = good;
    claim.scts.front().leaf.at(bit / 8) ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(VerifyClaim(claim)) << bit;
  }
}

TEST(VerifyDuplicateIndexTest, ConvictsByTwoLeaves) {
  EXPECT_EQ(Weigh(LyingLog().DuplicateIndex()), "conclusive");
}

TEST(VerifyDuplicateIndexTest, TakesNoHonestPair) {
  const LyingLog log;
  Claim claim = log.DuplicateIndex();
  claim.scts.at(1) = log.X509Sct(kNoonMs, 5);
  EXPECT_EQ(Weigh(claim), "claim.scts.leaf_index: does not match");
  claim.scts.at(1) = log.X509Sct(kNoonMs, std::nullopt);
  EXPECT_EQ(Weigh(claim), "claim.scts.leaf_index: missing");
  // The same promise, signed twice.
  claim.scts.at(1) = claim.scts.at(0);
  claim.scts.at(1).sct =
      log.log().SignX509(claim.scts.at(0).leaf, kNoonMs, testlib::LeafIndexExtension(4));
  EXPECT_NE(claim.scts.at(0).sct, claim.scts.at(1).sct);
  EXPECT_EQ(Weigh(claim), "claim.scts: does not match");
}

TEST(VerifyDuplicateIndexTest, TakesNoOtherLogsSct) {
  Claim claim = LyingLog().DuplicateIndex();
  claim.scts.at(1) = LyingLog().X509Sct(kNoonMs, 4);
  EXPECT_EQ(Weigh(claim), "claim.scts.log_id: does not match");
}

TEST(VerifyNotMergedTest, ConvictsATreeThatDoesNotReachTheIndex) {
  const LyingLog log;
  EXPECT_EQ(Weigh(log.NotMerged(5, 24 * kHourMs)), "conclusive");
  EXPECT_NE(VerifyClaim(log.NotMerged(5, 24 * kHourMs))
                .value()
                .sentence.find("either it was too late, or it dated a head into the future"),
            std::string::npos);
  EXPECT_EQ(Weigh(log.NotMerged(5, 24 * kHourMs - 1)), "claim.heads.timestamp: does not match");
  // Whether the leaf is in the tree cannot be seen from here.
  EXPECT_EQ(Weigh(log.NotMerged(4, 24 * kHourMs)), "indicative");
  EXPECT_EQ(Weigh(log.NotMerged(std::nullopt, 24 * kHourMs)), "indicative");
}

TEST(VerifyNotMergedTest, BelievesNoMmdOfTheFiles) {
  const LyingLog log;
  Claim claim = log.NotMerged(5, kHourMs);
  claim.mmd_s = 60;  // doctored
  EXPECT_EQ(Weigh(claim), "indicative");
  const Log slow = log.Listed(kMmdS);
  EXPECT_EQ(Weigh(claim, &slow), "claim.heads.timestamp: does not match");
  const Log fast = log.Listed(60);
  EXPECT_EQ(Weigh(claim, &fast), "conclusive");
  const Log without_mmd = log.Listed(0);  // OpenSSL's lists have none
  EXPECT_EQ(Weigh(claim, &without_mmd), "indicative");
  EXPECT_EQ(Weigh(log.NotMerged(5, 24 * kHourMs), &without_mmd), "conclusive");
  claim.mmd_s = 0;
  EXPECT_EQ(Weigh(claim, &fast), "claim.log.mmd: missing");
}

TEST(VerifyNotMergedTest, WantsASignedSct) {
  const LyingLog log;
  Claim claim = log.NotMerged(5, 24 * kHourMs);
  claim.scts.front().leaf = log.X509Sct(kNoonMs, 5).leaf;
  EXPECT_EQ(Weigh(claim), "claim.scts.signature: does not match");
}

TEST(ClaimedSctTest, WantsTheIssuerOfAPrecertificateOnly) {
  const LyingLog log;
  Claim claim = log.WrongLeaf(log.X509Sct(kNoonMs, 4), 4, 9);
  claim.scts.front().issuer = log.PrecertSct(kNoonMs, 4).issuer;
  EXPECT_EQ(Weigh(claim), "claim.scts.issuer: length not allowed");
  claim = log.WrongLeaf(log.PrecertSct(kNoonMs, 4), 4, 9);
  claim.scts.front().issuer.clear();
  EXPECT_EQ(Weigh(claim), "claim.scts.issuer: not properly encoded");
  claim = log.WrongLeaf(log.X509Sct(kNoonMs, 4), 4, 9);
  claim.scts.front().is_precert = true;
  claim.scts.front().issuer = log.PrecertSct(kNoonMs, 4).issuer;
  EXPECT_EQ(Weigh(claim), "claim.scts.leaf: missing");
}

TEST(VerifyMissingIndexTest, OnlyIndicatesWhateverTheListSays) {
  const LyingLog log;
  Log listed = log.Listed();
  EXPECT_EQ(Weigh(log.MissingIndex(), &listed), "claim.kind: does not match");
  listed.kind = LogKind::kStaticCt;
  EXPECT_EQ(Weigh(log.MissingIndex(), &listed), "indicative");
  EXPECT_EQ(Weigh(log.MissingIndex()), "indicative");
}

TEST(VerifyMissingIndexTest, WantsAnSctThatTheLogSignedWithoutOne) {
  const LyingLog log;
  Claim claim = log.MissingIndex();
  claim.scts = {log.X509Sct(kNoonMs, 0)};
  EXPECT_EQ(Weigh(claim), "claim.scts.leaf_index: does not match");
  claim.scts = {log.X509Sct(kNoonMs, std::nullopt)};
  EXPECT_EQ(Weigh(claim), "indicative");
  claim.scts.front().sct.back() ^= 1;
  EXPECT_NE(Weigh(claim), "indicative");
  claim.scts.clear();
  EXPECT_EQ(Weigh(claim), "claim.scts: missing");
  claim = log.MissingIndex();
  claim.heads = {log.Sign({9, kNoonMs, {1}})};
  EXPECT_EQ(Weigh(claim), "claim.heads: length not allowed");
}

}  // namespace
}  // namespace tattle::verify_scts_test
