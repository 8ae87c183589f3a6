// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "plugin/audit/bounds.h"
#include "plugin/pool/bounds.h"
#include "tests/testlib/claims.h"

namespace tattle::evidence_json_test {
namespace {

using testlib::kHourMs;
using testlib::kNoonMs;
using testlib::LyingLog;

std::string Problem(std::string_view text) {
  const Result<Claim> claim = DecodeClaim(AsBytes(text));
  return claim ? "" : Describe(claim.error());
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(EncodeClaimTest, EveryKindComesBack) {
  for (Claim claim : LyingLog().AllKinds()) {
    claim.remark = "seen \"twice\"\n\x7f";
    SCOPED_TRACE(ClaimKindName(claim.kind));
    ASSERT_TRUE(VerifyClaim(claim)) << Describe(VerifyClaim(claim).error());
    const std::string text = EncodeClaim(claim);
    EXPECT_TRUE(text.ends_with("}\n"));
    const Result<Claim> again = DecodeClaim(AsBytes(text));
    ASSERT_TRUE(again) << Describe(again.error()) << text;
    EXPECT_EQ(EncodeClaim(*again), text);
    EXPECT_EQ(ClaimId(*again), ClaimId(claim));
    EXPECT_EQ(VerifyClaim(*again)->weight, VerifyClaim(claim)->weight);
    EXPECT_EQ(VerifyClaim(*again)->sentence, VerifyClaim(claim)->sentence);
    EXPECT_EQ(again->remark, claim.remark);
  }
}

TEST(DecodeClaimTest, NamesMembersByRfc6962) {
  const std::string text = EncodeClaim(LyingLog().Inconsistent(4, 7));
  for (const std::string_view name :
       {"\"log_id\":", "\"tree_size\":4,", "\"timestamp\":", "\"sha256_root_hash\":",
        "\"tree_head_signature\":", "\"consistency\":[", "\"mmd\":86400", "\"older_root\":"}) {
    EXPECT_NE(text.find(name), std::string::npos) << name;
  }
}

TEST(DecodeClaimTest, RefusesEveryPrefix) {
  const std::string text = EncodeClaim(LyingLog().SplitView());
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    EXPECT_FALSE(DecodeClaim(AsBytes(std::string_view(text).substr(0, size)))) << size;
  }
}

TEST(DecodeClaimTest, RefusesUnknownMembersEverywhere) {
  const LyingLog log;
  const std::string split = EncodeClaim(log.SplitView());
  EXPECT_EQ(Problem(Replaced(split, "{", "{\"conclusive\":true,")), "claim: not properly encoded");
  EXPECT_EQ(Problem(Replaced(split, "\"log\":{", "\"log\":{\"operator\":\"x\",")),
            "claim.log: not properly encoded");
  EXPECT_EQ(Problem(Replaced(split, "\"tree_size\"", "\"x\":1,\"tree_size\"")),
            "claim.heads: not properly encoded");
  EXPECT_EQ(Problem(Replaced(split, "\"heads\"", "\"audit_path\":[],\"heads\"")),
            "claim: not properly encoded");
  const std::string duplicate = EncodeClaim(log.DuplicateIndex());
  EXPECT_EQ(Problem(Replaced(duplicate, "\"sct\"", "\"x\":1,\"sct\"")),
            "claim.scts: not properly encoded");
}

TEST(DecodeClaimTest, NamesWhatIsMissingOrWrong) {
  const LyingLog log;
  const std::string split = EncodeClaim(log.SplitView());
  EXPECT_EQ(Problem("[]"), "claim.tattle_evidence: missing");
  EXPECT_EQ(Problem(Replaced(split, "evidence\":1", "evidence\":2")),
            "claim.tattle_evidence: unsupported version");
  EXPECT_EQ(Problem(Replaced(split, "split_view", "split_screen")),
            "claim.kind: value not allowed");
  EXPECT_EQ(Problem(Replaced(split, "\"found\":", "\"found\":-")),
            "claim.found: not properly encoded");
  EXPECT_EQ(Problem(Replaced(split, "\"tree_size\":7", "\"tree_size\":9223372036854775809")),
            "claim.heads.tree_size: value not allowed");
  const std::string id = EncodeBase64(log.log().log_id());
  const std::string other = EncodeBase64(LyingLog().log().log_id());
  EXPECT_EQ(Problem(Replaced(split, id, other)), "claim.log.log_id: does not match");
  const std::size_t second = split.find(id, split.find(id) + 1);
  EXPECT_EQ(Problem(std::string(split).replace(second, id.size(), other)),
            "claim.heads.log_id: does not match");
  EXPECT_EQ(Problem(Replaced(split, "\"heads\":[", "\"heads\":[],\"x\":[")),
            "claim: not properly encoded");
  const std::string tile = EncodeClaim(log.AllKinds().at(10));
  EXPECT_EQ(Problem(Replaced(tile, "\"path\":\"tile/0/000.p/9\",\n ", "")), "claim.path: missing");
  const std::string scts = EncodeClaim(log.DuplicateIndex());
  EXPECT_EQ(Problem(Replaced(scts, "x509_entry", "x510_entry")),
            "claim.scts.entry_type: value not allowed");
}

TEST(DecodeClaimTest, IsBounded) {
  Claim claim = LyingLog().SplitView();
  claim.remark = std::string(kMaxEvidenceText, 'x');
  EXPECT_EQ(Problem(EncodeClaim(claim)), "");
  EXPECT_TRUE(VerifyClaim(claim));
  claim.remark += 'x';
  EXPECT_EQ(Problem(EncodeClaim(claim)), "claim.text: larger than the limit");
  EXPECT_FALSE(VerifyClaim(claim));
  claim = LyingLog().SplitView();
  claim.proof.resize(kMaxProofNodes + 1);
  EXPECT_EQ(Problem(EncodeClaim(claim)), "claim.proof: larger than the limit");
  claim = LyingLog().SplitView();
  claim.path = "x";
  claim.body.resize(kMaxEvidenceBody + 1);
  EXPECT_EQ(Problem(EncodeClaim(claim)), "claim.body: larger than the limit");
  EXPECT_EQ(Problem(std::string(kMaxEvidenceSize + 1, ' ')),
            "json: larger than the limit at byte 8388608");
}

TEST(ClaimIdTest, NamesWhatIsProven) {
  const LyingLog log;
  const std::string id = ClaimId(log.SplitView());
  EXPECT_EQ(id.size(), 32U);
  Claim claim = log.SplitView();
  claim.found_ms += kHourMs;
  claim.remark = "another finder";
  claim.log_url = "https://mirror.test/";
  std::swap(claim.heads.at(0), claim.heads.at(1));
  claim.heads.at(0) = log.Sign({7, kNoonMs + kHourMs, {2}});
  EXPECT_EQ(ClaimId(claim), id);
  claim.heads.at(0) = log.Sign({7, kNoonMs, {3}});
  EXPECT_NE(ClaimId(claim), id);
  EXPECT_NE(ClaimId(LyingLog().SplitView()), id);
}

TEST(ClaimIdTest, ProofThatConvictsIsAnotherClaim) {
  const LyingLog log;
  const Claim proven = log.Inconsistent(4, 7);
  Claim claim = proven;
  claim.heads.at(0).head.timestamp_ms += 1;
  EXPECT_EQ(ClaimId(claim), ClaimId(proven));
  claim.older_root.reset();
  EXPECT_NE(ClaimId(claim), ClaimId(proven));
  const std::string unproven = ClaimId(claim);
  claim.proof.clear();
  EXPECT_EQ(ClaimId(claim), unproven);
}

TEST(ClaimIdTest, SctsAreKnownByTheirPromise) {
  const LyingLog log;
  const Claim first = log.NotMerged(5, 24 * kHourMs);
  Claim claim = first;
  claim.heads = {log.Sign({5, kNoonMs + 48 * kHourMs, {9}})};
  claim.scts.front().sct =
      log.log().SignX509(claim.scts.front().leaf, kNoonMs, testlib::LeafIndexExtension(5));
  EXPECT_NE(claim.scts.front().sct, first.scts.front().sct);
  EXPECT_EQ(ClaimId(claim), ClaimId(first));
  claim.heads = {log.Sign({6, kNoonMs + 48 * kHourMs, {9}})};
  EXPECT_NE(ClaimId(claim), ClaimId(first));
  EXPECT_NE(ClaimId(log.NotMerged(5, 24 * kHourMs)), ClaimId(first));
}

TEST(ClaimIdTest, AllKindsDiffer) {
  std::vector<std::string> ids;
  for (const Claim& claim : LyingLog().AllKinds()) {
    for (const std::string& id : ids) {
      EXPECT_NE(ClaimId(claim), id);
    }
    ids.push_back(ClaimId(claim));
  }
  EXPECT_EQ(ids.size(), 12U);
}

}  // namespace
}  // namespace tattle::evidence_json_test
