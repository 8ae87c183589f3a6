// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What real logs did, and did not do.

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/data/pinned_log_list.h"
#include "plugin/audit/evidence.h"
#include "plugin/runtime/trusted_list.h"
#include "tests/testlib/real_data.h"

namespace tattle::real_evidence_test {
namespace {

const Log* FindLog(const TrustedList& list, std::string_view id_base64) {
  const ByteVector bytes = DecodeBase64(id_base64).value();
  LogId id;
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return list.logs->Find(id);
}

Claim Against(const Log& log, ClaimKind kind) {
  Claim claim;
  claim.kind = kind;
  claim.log_key = log.key_spki;
  claim.log_description = log.description;
  claim.log_url = log.url;
  claim.mmd_s = log.mmd_s;
  claim.found_ms = 1'500'000'000'000;
  return claim;
}

SignedTreeHead HeadOf(json::Value value) {
  SignedTreeHead sth;
  sth.head.tree_size = value.FindUint64("tree_size").value();
  sth.head.timestamp_ms = value.FindUint64("timestamp").value();
  const ByteVector root = value.FindBytes("sha256_root_hash").value();
  std::copy(root.begin(), root.end(), sth.head.sha256_root_hash.begin());
  sth.signature = value.FindBytes("tree_head_signature").value();
  return sth;
}

TEST(RealEvidenceTest, VenafiOf2017IsConvicted) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "misbehaviour");
  const auto document = json::Document::Decode(
      testlib::ReadFile(folder / "venafi_2017_inconsistent_sths.json"), kMaxJsonSize);
  ASSERT_TRUE(document);
  const json::Value root = document->root();
  const TrustedList list = PinnedTrustedList().value();
  const Log* log = FindLog(list, root.FindString("log_id").value());
  ASSERT_NE(log, nullptr);
  Claim claim = Against(*log, ClaimKind::kInconsistent);
  root.Find("sths")->ForEachElement([&](json::Value value) {
    claim.heads.push_back(HeadOf(value));
    return true;
  });
  root.Find("consistency")->ForEachElement([&](json::Value value) {
    const ByteVector node = DecodeBase64(value.AsString().value()).value();
    std::copy(node.begin(), node.end(), claim.proof.emplace_back().begin());
    return true;
  });
  const Result<Finding> finding = VerifyClaim(claim, log);
  ASSERT_TRUE(finding) << Describe(finding.error());
  // The log's own proof leads to its newer root and to another older one.
  EXPECT_EQ(finding->weight, Weight::kConclusive) << finding->sentence;
  const Result<Claim> exported = DecodeClaim(AsBytes(EncodeClaim(claim)));
  ASSERT_TRUE(exported);
  EXPECT_EQ(VerifyClaim(*exported)->sentence, finding->sentence);
  // Without the proof nothing is shown.
  claim.proof.clear();
  EXPECT_EQ(VerifyClaim(claim)->weight, Weight::kIndicative);
}

TEST(RealEvidenceTest, PilotOf2013IsNotAccused) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "rfc6962api");
  const TrustedList list = PinnedTrustedList().value();
  const Log* log = FindLog(list, "pLkJkLQYWBSHuxOizGdwCjw1mAT5G9+443fNDsgN3BA=");
  ASSERT_NE(log, nullptr);
  const ByteVector file = testlib::ReadFile(folder / "pilot" / "pilot_sths_2013.jsonl");
  std::string_view rest = AsText(file);
  std::vector<SignedTreeHead> heads;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (end > 0) {
      heads.push_back(DecodeGetSth(AsBytes(rest.substr(0, end))).value());
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  ASSERT_EQ(heads.size(), 909U);
  for (std::size_t i = 0; i + 1 < heads.size(); ++i) {
    ASSERT_TRUE(VerifyTreeHead(heads[i], *log->key).value());
    for (const ClaimKind kind : {ClaimKind::kSplitView, ClaimKind::kRollback}) {
      Claim claim = Against(*log, kind);
      claim.heads = {heads[i], heads[i + 1]};
      EXPECT_FALSE(VerifyClaim(claim)) << i;
    }
    for (const ClaimKind kind : {ClaimKind::kFutureHead, ClaimKind::kStaleHead}) {
      Claim claim = Against(*log, kind);
      claim.heads = {heads[i]};
      claim.found_ms = heads[i].head.timestamp_ms + 60'000;
      EXPECT_FALSE(VerifyClaim(claim)) << i;
    }
  }
}

}  // namespace
}  // namespace tattle::real_evidence_test
