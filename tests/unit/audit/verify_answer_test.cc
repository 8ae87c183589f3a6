// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "core/merkle/hash.h"
#include "core/wire/merkle_leaf.h"
#include "core/wire/sct.h"
#include "tests/testlib/claims.h"

namespace tattle::verify_answer_test {
namespace {

using testlib::kNoonMs;
using testlib::LyingLog;
using testlib::Weigh;

constexpr std::string_view kOrigin = "log.test/2026";

TEST(VerifyBadSignatureTest, TakesHeadsThatAreNotSigned) {
  const LyingLog log;
  SignedTreeHead sth = log.Sign({7, kNoonMs, {1}});
  const auto weigh = [&] {
    return Weigh(log.Served(ClaimKind::kBadSignature, "ct/v1/get-sth", EncodeGetSth(sth)));
  };
  EXPECT_EQ(weigh(), "claim.body: does not match");
  ++sth.head.tree_size;
  EXPECT_EQ(weigh(), "indicative");
  EXPECT_EQ(Weigh(log.Served(ClaimKind::kBadSignature, "ct/v1/get-sth", "<html>")),
            "claim.body: not properly encoded");
  EXPECT_EQ(Weigh(log.Served(ClaimKind::kBadSignature, "elsewhere", EncodeGetSth(sth))),
            "claim.path: value not allowed");
}

TEST(VerifyBadSignatureTest, TakesCheckpointsThatAreNotSigned) {
  const LyingLog log;
  SignedTreeHead sth = log.Sign({7, kNoonMs, {1}});
  const auto weigh = [&](std::string_view origin) {
    return Weigh(
        log.Served(ClaimKind::kBadSignature, "checkpoint", log.CheckpointText(origin, sth)));
  };
  EXPECT_EQ(weigh(kOrigin), "claim.body: does not match");
  ++sth.head.tree_size;
  EXPECT_EQ(weigh(kOrigin), "indicative");
  EXPECT_EQ(weigh("log.test/2027"), "claim.body.origin: does not match");
  // Signed by somebody else alone.
  sth = LyingLog().Sign({7, kNoonMs, {1}});
  EXPECT_EQ(weigh(kOrigin), "indicative");
}

TEST(VerifyBadSignatureTest, TakesSctsThatAreNotSigned) {
  const LyingLog log;
  Claim claim = log.Against(ClaimKind::kBadSignature);
  claim.scts = {log.X509Sct(kNoonMs, 4)};
  EXPECT_EQ(Weigh(claim), "claim.scts.signature: does not match");
  claim.scts.front().leaf = log.X509Sct(kNoonMs, 4).leaf;
  EXPECT_EQ(Weigh(claim), "indicative");
  claim.scts = {LyingLog().X509Sct(kNoonMs, 4)};
  EXPECT_EQ(Weigh(claim), "claim.scts.log_id: does not match");
  claim.path = "checkpoint";
  EXPECT_EQ(Weigh(claim), "claim.path: length not allowed");
}

TEST(VerifyWrongOriginTest, TakesCheckpointsOfOtherOrigins) {
  const LyingLog log;
  const SignedTreeHead sth = log.Sign({7, kNoonMs, {1}});
  const auto weigh = [&](std::string_view origin) {
    return Weigh(
        log.Served(ClaimKind::kWrongOrigin, "checkpoint", log.CheckpointText(origin, sth)));
  };
  EXPECT_EQ(weigh("log.test/2027"), "indicative");
  EXPECT_EQ(weigh(kOrigin), "claim.body.origin: does not match");
  EXPECT_EQ(Weigh(log.Served(ClaimKind::kWrongOrigin, "checkpoint", "no note")),
            "claim.body: missing at byte 7");
  Claim claim =
      log.Served(ClaimKind::kWrongOrigin, "checkpoint", log.CheckpointText("a.test", sth));
  claim.log_url = "ftp://log.test/";
  EXPECT_EQ(Weigh(claim), "claim.log.url: value not allowed");
}

TEST(VerifyWrongTileTest, TakesTilesThatDoNotHashToTheRoot) {
  const LyingLog log;
  for (const std::size_t size : {5U, 256U}) {
    const std::vector<ByteVector> leaves = testlib::MakeLeaves(size);
    ByteVector tile;
    for (const ByteVector& leaf : leaves) {
      Append(tile, HashLeaf(leaf));
    }
    Claim claim = log.Served(ClaimKind::kWrongTile, size == 5 ? "tile/0/000.p/5" : "tile/0/000",
                             AsText(tile));
    claim.heads = {log.HeadOf(leaves, kNoonMs)};
    EXPECT_EQ(Weigh(claim), "claim.body: does not match");
    claim.body.at(40) ^= 1U;
    EXPECT_EQ(Weigh(claim), "indicative");
    claim.body.pop_back();
    EXPECT_EQ(Weigh(claim), "indicative");
    claim.body.clear();
    EXPECT_EQ(Weigh(claim), "indicative");
    claim.path = "tile/0/001";
    EXPECT_EQ(Weigh(claim), "claim.path: does not match");
  }
}

TEST(VerifyWrongTileTest, SaysWhatItCannotShow) {
  const LyingLog log;
  Claim claim = log.Served(ClaimKind::kWrongTile, "tile/0/000", std::string(8192, 'x'));
  claim.heads = {log.Sign({70'000, kNoonMs, {1}})};
  const Result<Finding> finding = VerifyClaim(claim);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->weight, Weight::kIndicative);
  EXPECT_NE(finding->sentence.find("as the finder says"), std::string::npos) << finding->sentence;
  claim.path = "ct/v1/get-entries?start=0&end=5";
  EXPECT_EQ(Weigh(claim), "indicative");
  claim.heads.clear();
  EXPECT_EQ(Weigh(claim), "claim.heads: missing");
}

TEST(FindingTest, SentencesAreSafeToPrint) {
  const LyingLog log;
  Claim claim = log.Served(ClaimKind::kWrongTile, "\x1b[31mred", "x");
  claim.heads = {log.Sign({70'000, kNoonMs, {1}})};
  const Result<Finding> finding = VerifyClaim(claim);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->sentence.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace tattle::verify_answer_test
