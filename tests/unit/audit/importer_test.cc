// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/importer.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/der/certificate.h"
#include "core/wire/sct.h"
#include "tests/testlib/claims.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle::importer_test {
namespace {

using testlib::Join;
using testlib::kNowMs;
using testlib::TestCa;
using testlib::TestKey;
using testlib::TestLog;
using testlib::Uint;

using Reasons = std::map<std::string_view, std::uint64_t>;

class ImporterTest : public testlib::PoolFixture {
 protected:
  ImporterTest()
      : log_("known", "operator"),
        denied_("denied", "operator"),
        stranger_("stranger", "operator"),
        logs_(testlib::ListOf({log_.Entry(), denied_.Entry()},
                              {{denied_.log_id(), denied_.key().Spki(), "key is public"}})) {}

  static PooledHead SignedHead(const TestLog& log, std::uint64_t tree_size, std::uint8_t root = 9) {
    PooledHead head;
    head.log_id = log.log_id();
    head.sth.head.tree_size = tree_size;
    head.sth.head.timestamp_ms = kNowMs;
    head.sth.head.sha256_root_hash.fill(root);
    const ByteVector signature = log.key().Sign(EncodeTreeHeadSignedData(head.sth.head).value());
    head.sth.signature = Join({{4, 3}, Uint(signature.size(), 2), signature});
    head.state = HeadState::kConflicting;
    head.seen_ms = kNowMs - 5;
    return head;
  }

  SctLine EmbeddedSct() {
    const TestCa ca("CA");
    SctLine line;
    const ByteVector issuer_spki = ca.key().Spki();
    const ByteVector leaf = ca.Issue(TestKey::P256(), {}, [&](Bytes tbs) {
      line.sct = log_.SignPrecert(tbs, issuer_spki, kNowMs - 1000, testlib::LeafIndexExtension(5));
      return testlib::SctList({line.sct});
    });
    line.is_precert = true;
    line.state = SctState::kIncluded;
    line.seen_ms = kNowMs + 99;
    line.chain = {leaf, ca.certificate()};
    line.hosts = {"a.example", "b.example"};
    return line;
  }

  ImportCounts Import(const std::vector<PoolLine>& lines) {
    Importer importer(*pool_, logs_, kNowMs);
    for (const PoolLine& line : lines) {
      EXPECT_TRUE(importer.Add(EncodeLine(line)));
    }
    return importer.counts();
  }

  TestLog log_;
  TestLog denied_;
  TestLog stranger_;
  LogList logs_;
};

TEST_F(ImporterTest, BelievesTheSignatureOfAHeadAndNothingElse) {
  const PooledHead head = SignedHead(log_, 7);
  EXPECT_EQ(Import({head}).added, 1U);
  EXPECT_EQ(Import({head}).known, 1U);
  const PooledHead kept = pool_->HeadsAfter(0, 9)->front();
  EXPECT_EQ(kept.sth.head, head.sth.head);
  EXPECT_EQ(kept.state, HeadState::kUnlinked);
  EXPECT_EQ(kept.source, HeadSource::kImport);
  EXPECT_EQ(kept.seen_ms, kNowMs - 5);
}

TEST_F(ImporterTest, SaysWhyLinesAreRefused) {
  PooledHead forged = SignedHead(log_, 7);
  forged.sth.head.tree_size = 8;
  const ImportCounts counts =
      Import({forged, SignedHead(denied_, 1), SignedHead(stranger_, 1),
              PooledEvidence{"c", "split_view", log_.log_id(), true, 1, ""}});
  EXPECT_EQ(counts.added, 0U);
  EXPECT_EQ(
      counts.refused,
      (Reasons{{"bad_signature", 1}, {"denied_log", 1}, {"unknown_log", 1}, {"malformed", 1}}));
  Importer importer(*pool_, logs_, kNowMs);
  EXPECT_EQ(importer.Add("hello")->refused, "malformed");
  EXPECT_EQ(importer.Add(EncodeLine(forged))->refused, "bad_signature");
  EXPECT_EQ(importer.Add(EncodeLine(SignedHead(log_, 7)))->refused, "");
  EXPECT_EQ(importer.counts().refused, (Reasons{{"bad_signature", 1}, {"malformed", 1}}));
  EXPECT_EQ(pool_->HeadsAfter(0, 9)->size(), 1U);
}

TEST_F(ImporterTest, ComparesHeadsOfOneSize) {
  const PooledHead head = SignedHead(log_, 7);
  const PooledHead other = SignedHead(log_, 7, 8);
  Importer importer(*pool_, logs_, kNowMs);
  EXPECT_FALSE(importer.Add(EncodeLine(head))->split);
  EXPECT_FALSE(importer.Add(EncodeLine(SignedHead(log_, 6, 8)))->split);
  EXPECT_FALSE(importer.Add(EncodeLine(SignedHead(log_, 8, 8)))->split);
  const Imported split = importer.Add(EncodeLine(other)).value();
  ASSERT_TRUE(split.split);
  EXPECT_EQ(split.refused, "");
  EXPECT_EQ(split.split->head.sth.head, other.sth.head);
  EXPECT_EQ(split.split->other.sth.head, head.sth.head);
  EXPECT_EQ(importer.counts().added, 4U);
  EXPECT_EQ(importer.counts().splits, 1U);
  const std::vector<PooledEvidence> filed = pool_->ListEvidence().value();
  ASSERT_EQ(filed.size(), 1U);
  EXPECT_EQ(filed.front().kind, "split_view");
  EXPECT_TRUE(filed.front().is_conclusive);
  EXPECT_EQ((*pool_->FindHead(split.split->head.id))->state, HeadState::kConflicting);
  // Whoever asks again is told again, and nothing is filed twice.
  EXPECT_EQ(Import({other}).splits, 1U);
  EXPECT_EQ(Import({head}).splits, 1U);
  EXPECT_EQ(pool_->ListEvidence()->size(), 1U);
}

TEST_F(ImporterTest, ComparesHeadsWithinABatch) {
  Importer importer(*pool_, logs_, kNowMs);
  Pool::Batch batch(*pool_);
  EXPECT_TRUE(importer.Add(EncodeLine(SignedHead(log_, 7))));
  EXPECT_TRUE(importer.Add(EncodeLine(SignedHead(log_, 7, 8)))->split);
  ASSERT_TRUE(batch.Commit());
  EXPECT_EQ(pool_->ListEvidence()->size(), 1U);
}

TEST_F(ImporterTest, TakesAnSctThatItsLogSignedForItsChain) {
  const SctLine line = EmbeddedSct();
  EXPECT_EQ(Import({line}).added, 1U);
  EXPECT_EQ(Import({line}).known, 1U);
  const std::vector<PooledSct> scts = pool_->SctsAfter(0, 9).value();
  ASSERT_EQ(scts.size(), 1U);
  EXPECT_EQ(scts[0].state, SctState::kPending);
  EXPECT_EQ(scts[0].leaf_index, 5U);
  EXPECT_EQ(scts[0].seen_ms, kNowMs);
  EXPECT_EQ(scts[0].next_try_ms, kNowMs - 1000 + log_.Entry().mmd_s * 1000);
  EXPECT_EQ(pool_->Chain(scts[0].chain_id).value(), line.chain);
  EXPECT_EQ(pool_->SctHosts(scts[0].id)->size(), 2U);
}

TEST_F(ImporterTest, RefusesAnSctForAnotherChain) {
  SctLine line = EmbeddedSct();
  line.chain[1] = TestCa("another").certificate();
  EXPECT_EQ(Import({line}).refused, (Reasons{{"bad_signature", 1}}));
  line = EmbeddedSct();
  line.is_precert = false;
  EXPECT_EQ(Import({line}).refused, (Reasons{{"bad_signature", 1}}));
  line = EmbeddedSct();
  line.chain.pop_back();
  EXPECT_EQ(Import({line}).refused, (Reasons{{"malformed", 1}}));
  line.chain.clear();
  EXPECT_EQ(Import({line}).refused, (Reasons{{"malformed", 1}}));
  line = EmbeddedSct();
  line.sct.pop_back();
  EXPECT_EQ(Import({line}).refused, (Reasons{{"malformed", 1}}));
  EXPECT_TRUE(pool_->SctsAfter(0, 9)->empty());
}

TEST_F(ImporterTest, TakesAnSctOverTheCertificateItself) {
  const TestCa ca("CA");
  SctLine line;
  line.chain = {ca.Issue(TestKey::P256(), {})};
  line.sct = log_.SignX509(line.chain.front(), kNowMs);
  EXPECT_EQ(Import({line}).added, 1U);
}

class ImportEvidenceTest : public testlib::PoolFixture {
 protected:
  ImportCounts Import(const std::vector<std::string>& records) {
    const LogList list = testlib::ListOf({liar_.Listed()});
    return ImportBy(list, records);
  }

  ImportCounts ImportBy(const LogList& list, const std::vector<std::string>& records) {
    Importer importer(*pool_, list, kNowMs);
    for (const std::string& record : records) {
      EXPECT_TRUE(importer.Add(record));
    }
    return importer.counts();
  }

  testlib::LyingLog liar_;
};

TEST_F(ImportEvidenceTest, TakesFilesThatHoldAndKnowsThemAgain) {
  std::vector<Claim> claims = liar_.AllKinds();
  claims.pop_back();  // a missing index, which is none where the list says RFC 6962
  std::vector<std::string> files;
  for (const Claim& claim : claims) {
    files.push_back(EncodeClaim(claim));
  }
  EXPECT_EQ(Import(files).added, claims.size());
  const ImportCounts again = Import(files);
  EXPECT_EQ(again.known, claims.size());
  EXPECT_EQ(again.refused, Reasons());
  const Log listed = liar_.Listed();
  const std::vector<PooledEvidence> kept = pool_->ListEvidence().value();
  ASSERT_EQ(kept.size(), claims.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(kept[i].claim_id, ClaimId(claims[i]));
    EXPECT_EQ(kept[i].json, files[i]);
    EXPECT_EQ(kept[i].log_id, liar_.log().log_id());
    EXPECT_EQ(kept[i].is_conclusive, testlib::Weigh(claims[i], &listed) == "conclusive");
  }
}

TEST_F(ImportEvidenceTest, KnowsNoMissingIndexOfAnRfc6962Log) {
  EXPECT_EQ(Import({EncodeClaim(liar_.MissingIndex())}).refused, (Reasons{{"bad_evidence", 1}}));
}

TEST_F(ImportEvidenceTest, BelievesOfALineItsClaimOnly) {
  const Claim claim = liar_.Rollback();
  PooledEvidence line = {"another id", "split_view", {}, true, 1, EncodeClaim(claim)};
  EXPECT_EQ(Import({EncodeLine(line)}).added, 1U);
  EXPECT_EQ(Import({EncodeClaim(claim)}).known, 1U);
  const PooledEvidence kept = pool_->ListEvidence()->front();
  EXPECT_EQ(kept.claim_id, ClaimId(claim));
  EXPECT_EQ(kept.kind, "rollback");
  EXPECT_FALSE(kept.is_conclusive);
  EXPECT_EQ(kept.found_ms, claim.found_ms);
}

TEST_F(ImportEvidenceTest, RefusesWhatDoesNotHold) {
  Claim agreeing = liar_.SplitView();
  agreeing.heads.back() = agreeing.heads.front();
  Claim forged = liar_.SplitView();
  forged.heads.back().head.timestamp_ms += 1;
  std::string longer = EncodeClaim(liar_.SplitView());
  longer.insert(1, R"("more":1,)");
  EXPECT_EQ(Import({EncodeClaim(agreeing), EncodeClaim(forged), longer, "{}"}).refused,
            (Reasons{{"bad_evidence", 2}, {"malformed", 2}}));
  EXPECT_TRUE(pool_->ListEvidence()->empty());
}

TEST_F(ImportEvidenceTest, RefusesWhatNobodyCanHaveFoundThen) {
  const std::uint64_t latest_ms = kNowMs + kClockDriftMs;
  for (const std::uint64_t found_ms : {std::uint64_t{0}, latest_ms + 1, UINT64_MAX}) {
    Claim claim = liar_.FutureHead();
    claim.heads.front() = liar_.Sign({9, UINT64_MAX, {1}});
    claim.found_ms = found_ms;
    if (found_ms > latest_ms) {
      claim = liar_.StaleHead();
      claim.found_ms = found_ms;
    }
    EXPECT_EQ(Import({EncodeClaim(claim)}).refused, (Reasons{{"impossible_time", 1}})) << found_ms;
  }
  Claim claim = liar_.StaleHead();
  claim.heads.front() = liar_.Sign({9, latest_ms - 25 * 3'600'000, {1}});
  claim.found_ms = latest_ms;
  EXPECT_EQ(Import({EncodeClaim(claim)}).added, 1U);
  // Two signatures of the log need no finder.
  claim = liar_.SplitView();
  claim.found_ms = UINT64_MAX;
  EXPECT_EQ(Import({EncodeClaim(claim)}).added, 1U);
}

TEST_F(ImportEvidenceTest, RefusesEvidenceAgainstLogsThatNobodyListsOrSomebodyDenies) {
  const std::string file = EncodeClaim(liar_.SplitView());
  EXPECT_EQ(ImportBy(testlib::ListOf({}), {file}).refused, (Reasons{{"unknown_log", 1}}));
  const LogList denying = testlib::ListOf(
      {liar_.Listed()}, {{liar_.log().log_id(), liar_.log().key().Spki(), "key is public"}});
  EXPECT_EQ(ImportBy(denying, {file}).refused, (Reasons{{"denied_log", 1}}));
  EXPECT_TRUE(pool_->ListEvidence()->empty());
}

TEST_F(ImportEvidenceTest, HasRoomForSoManyOfAKind) {
  std::vector<std::string> files;
  for (std::uint64_t size = 1; size <= kMaxEvidenceOfAKind + 1; ++size) {
    Claim claim = liar_.Against(ClaimKind::kSplitView);
    claim.heads = {liar_.Sign({size, kNowMs, {1}}), liar_.Sign({size, kNowMs, {2}})};
    files.push_back(EncodeClaim(claim));
  }
  const ImportCounts counts = Import(files);
  EXPECT_EQ(counts.added, kMaxEvidenceOfAKind);
  EXPECT_EQ(counts.refused, (Reasons{{"not_kept", 1}}));
  EXPECT_EQ(Import({files.front()}).known, 1U);
}

}  // namespace
}  // namespace tattle::importer_test
