// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/merkle/compact_range.h"
#include "core/merkle/hash.h"
#include "core/wire/merkle_leaf.h"
#include "core/wire/sct.h"
#include "plugin/audit/claim_check.h"
#include "tests/testlib/claims.h"
#include "tests/testlib/merkle_reference.h"

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

TEST(VerifyWrongOriginTest, BelievesTheListAndNotTheFile) {
  const LyingLog log;
  Log listed = log.Listed();
  listed.url = "https://log.test/2026/";
  SignedTreeHead sth = log.Sign({7, kNoonMs, {1}});
  Claim claim = log.Served(ClaimKind::kWrongOrigin, "checkpoint", log.CheckpointText(kOrigin, sth));
  claim.log_url = "https://elsewhere.test/";
  EXPECT_EQ(Weigh(claim), "indicative");
  EXPECT_EQ(Weigh(claim, &listed), "claim.body.origin: does not match");
  ++sth.head.tree_size;  // not signed
  claim = log.Served(ClaimKind::kBadSignature, "checkpoint", log.CheckpointText(kOrigin, sth));
  claim.log_url = "https://elsewhere.test/";
  EXPECT_EQ(Weigh(claim, &listed), "indicative");
  Log without_url = listed;
  without_url.url.clear();
  EXPECT_EQ(Weigh(claim, &without_url), "claim.body.origin: does not match");
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

TEST(VerifyWrongTileTest, TakesPartialTilesOfWhichOneIsWrong) {
  const LyingLog log;
  const std::vector<ByteVector> leaves = testlib::MakeLeaves(600);
  std::vector<Hash> hashes;
  for (const ByteVector& leaf : leaves) {
    hashes.push_back(HashLeaf(leaf));
  }
  const std::span<const Hash> all(hashes);
  ByteVector tiles;
  for (std::size_t i = 512; i < 600; ++i) {
    Append(tiles, hashes.at(i));
  }
  Append(tiles, RootOfHashes(all.subspan(0, 256)));
  Append(tiles, RootOfHashes(all.subspan(256, 256)));
  Claim claim = log.Served(ClaimKind::kWrongTile, "tile/0/002.p/88 tile/1/000.p/2", AsText(tiles));
  claim.heads = {log.HeadOf(leaves, kNoonMs)};
  EXPECT_EQ(Weigh(claim), "claim.body: does not match");
  for (const std::size_t at : {std::size_t{0}, std::size_t{88 * 32}, tiles.size() - 1}) {
    claim.body = tiles;
    claim.body.at(at) ^= 1U;
    EXPECT_EQ(Weigh(claim), "indicative") << at;
  }
  const Claim again = DecodeClaim(AsBytes(EncodeClaim(claim))).value();
  EXPECT_NE(VerifyClaim(again).value().sentence.find("together"), std::string::npos);
  claim.body.pop_back();
  EXPECT_EQ(Weigh(claim), "claim.body: length not allowed");
  claim.body = tiles;
  claim.body.push_back(0);
  EXPECT_EQ(Weigh(claim), "claim.body: length not allowed");
  claim.path = "tile/0/002.p/88 tile/1/000.p/3";  // not those of this tree: it says nothing
  EXPECT_NE(VerifyClaim(claim).value().sentence.find("as the finder says"), std::string::npos);
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

TEST(VerifyWrongTileTest, TakesEntriesThatAreNotThoseOfTheTree) {
  const LyingLog log;
  const ClaimedSct sct = log.X509Sct(kNoonMs, 2);
  const auto leaf_at = [&](std::uint64_t timestamp_ms) {
    return EncodeMerkleTreeLeaf({timestamp_ms, {EntryType::kX509, sct.leaf, {}}, {}}).value();
  };
  std::vector<ByteVector> leaves = testlib::MakeLeaves(5);
  leaves.at(2) = leaf_at(kNoonMs);
  const auto served = [&](std::string path, const ByteVector& body) {
    Claim claim = log.Served(ClaimKind::kWrongTile, std::move(path), AsText(body));
    claim.heads = {log.HeadOf(leaves, kNoonMs)};
    claim.leaf_hash = HashLeaf(leaves.at(2));
    claim.proof = testlib::ReferenceInclusion(2, leaves);
    return claim;
  };
  const auto answer = [&](std::uint64_t timestamp_ms) {
    return ToVector(AsBytes(R"({"entries":[{"leaf_input":")" + EncodeBase64(leaf_at(timestamp_ms)) +
                            R"(","extra_data":"AAAA"}]})"));
  };
  const std::string asked = "ct/v1/get-entries?start=2&end=2";
  EXPECT_EQ(Weigh(served(asked, answer(kNoonMs + 1))), "indicative");
  EXPECT_EQ(Weigh(served(asked, answer(kNoonMs))), "claim.body: does not match");
  EXPECT_EQ(Weigh(served("ct/v1/get-entries?start=3&end=3", answer(kNoonMs + 1))),
            "claim.proof: does not match");
  for (const char* path : {"ct/v1/get-entries?start=2&end=3", "ct/v1/get-entries?start=02&end=02",
                           "ct/v1/get-entries?start=&end=", "ct/v1/get-entries?start=2", "x"}) {
    EXPECT_EQ(Weigh(served(path, answer(kNoonMs + 1))), "claim.path: value not allowed") << path;
  }
  const std::string tile = "tile/data/000.p/5";
  const Claim holds = served(tile, leaf_at(kNoonMs + 1));
  EXPECT_EQ(Weigh(holds), "indicative");
  EXPECT_EQ(Weigh(DecodeClaim(AsBytes(EncodeClaim(holds))).value()), "indicative");
  EXPECT_EQ(Weigh(served(tile, leaf_at(kNoonMs))), "claim.body: does not match");
  EXPECT_EQ(Weigh(served("tile/data/001", leaf_at(kNoonMs + 1))), "claim.proof: does not match");
  EXPECT_EQ(Weigh(served("tile/0/000.p/5", leaf_at(kNoonMs + 1))),
            "claim.leaf_hash: length not allowed");
  // The tile has grown, and is the same evidence.
  EXPECT_EQ(ClaimId(served("tile/data/000.p/4", leaf_at(kNoonMs + 1))), ClaimId(holds));
  Claim without = holds;
  without.leaf_hash.reset();
  EXPECT_EQ(Weigh(without), "claim.proof: length not allowed");
}

TEST(VerifyWrongTileTest, TakesProofsThatDoNotShowTheLeaf) {
  const LyingLog log;
  const std::vector<ByteVector> leaves = testlib::MakeLeaves(5);
  const auto answer = [](std::uint64_t leaf_index, const std::vector<Hash>& nodes) {
    std::string path;
    for (const Hash& node : nodes) {
      path += (path.empty() ? "\"" : ",\"") + EncodeBase64(node) + '"';
    }
    return R"({"leaf_index":)" + std::to_string(leaf_index) + R"(,"audit_path":[)" + path + "]}";
  };
  const auto weigh = [&](std::string path, const std::string& body) {
    Claim claim = log.Served(ClaimKind::kWrongTile, std::move(path), body);
    claim.heads = {log.HeadOf(leaves, kNoonMs)};
    return Weigh(claim);
  };
  std::vector<Hash> nodes = testlib::ReferenceInclusion(2, leaves);
  const std::string good = answer(2, nodes);
  nodes.front().front() ^= 1U;
  const std::string bad = answer(2, nodes);
  const std::string asked = ProofPath(HashLeaf(leaves.at(2)), 5);
  EXPECT_EQ(weigh(asked, bad), "indicative");
  EXPECT_EQ(weigh(asked, answer(3, testlib::ReferenceInclusion(2, leaves))), "indicative");
  EXPECT_EQ(weigh(asked, good), "claim.body: does not match");
  EXPECT_EQ(weigh(asked, "<html>"), "claim.body: not properly encoded");
  const std::string begin = "ct/v1/get-proof-by-hash?hash=";
  const std::string unescaped = begin + EncodeBase64(HashLeaf(leaves.at(2))) + "&tree_size=5";
  for (const std::string& path :
       {ProofPath(HashLeaf(leaves.at(2)), 4), asked + "0", begin, begin + "%", begin + "AAAA",
        begin + "%zz%4", unescaped, asked.substr(0, asked.find('&'))}) {
    EXPECT_EQ(weigh(path, bad), "claim.path: value not allowed") << path;
  }
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
