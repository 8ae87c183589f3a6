// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/importer.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/der/certificate.h"
#include "core/wire/sct.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle {
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

  static PooledHead SignedHead(const TestLog& log, std::uint64_t tree_size) {
    PooledHead head;
    head.log_id = log.log_id();
    head.sth.head.tree_size = tree_size;
    head.sth.head.timestamp_ms = kNowMs;
    head.sth.head.sha256_root_hash.fill(9);
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
      (Reasons{{"bad_signature", 1}, {"denied_log", 1}, {"unknown_log", 1}, {"evidence", 1}}));
  Importer importer(*pool_, logs_, kNowMs);
  EXPECT_TRUE(importer.Add("hello"));
  EXPECT_EQ(importer.counts().refused, (Reasons{{"malformed", 1}}));
  EXPECT_TRUE(pool_->HeadsAfter(0, 9)->empty());
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

}  // namespace
}  // namespace tattle
