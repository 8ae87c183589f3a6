// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A server's half of gossip: what is read, what is to be kept, what is given.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/der/extension.h"
#include "core/gossip/bounds.h"
#include "core/gossip/feedback_check.h"
#include "core/gossip/feedback_record.h"
#include "core/gossip/header.h"
#include "core/wire/sct.h"
#include "plugin/runtime/gossip_findings.h"
#include "plugin/runtime/gossip_message.h"
#include "plugin/runtime/head_shelf.h"
#include "tests/unit/gossip/gossip_testing.h"

namespace tattle::gossip_server_test {
namespace {

using gossip_testing::BrokenDraw;
using gossip_testing::HeadOf;
using gossip_testing::kNowMs;
using gossip_testing::SeededDraw;
using testlib::ListOf;
using testlib::TestCa;
using testlib::TestCertificateSpec;
using testlib::TestKey;
using testlib::TestLog;

class GossipServerTest : public testing::Test {
 protected:
  static GossipMessage Heads(const std::vector<GossipHead>& heads,
                             HeadDialect dialect = HeadDialect::kSths) {
    return ReadHeadMessage(AsBytes(EncodeHeads(dialect, heads).value())).value();
  }

  static GossipMessage Feedback(const std::vector<FeedbackEntry>& entries) {
    return ReadFeedbackMessage(
               AsBytes(EncodeFeedback(FeedbackDialect::kArrayVersioned, entries, kMaxFeedbackSize)
                           .value()))
        .value();
  }

  GossipFindings Check(const GossipMessage& message, std::vector<HeadRelation> relations = {},
                       std::vector<std::uint8_t> known = {},
                       std::size_t max_checks = 2 * kMaxGossipSignatureChecks) const {
    relations.resize(message.heads.size(), HeadRelation::kNew);
    known.resize(message.sct_keys.size());
    return CheckGossipMessage(message, {*logs_, relations, names_, known, kNowMs, max_checks})
        .value();
  }

  std::vector<HeadStatus> Statuses(const GossipFindings& findings) const {
    std::vector<HeadStatus> out;
    for (const HeadFinding& head : findings.heads) {
      out.push_back(head.status);
      EXPECT_EQ(head.record.empty(), head.status != HeadStatus::kGood);
    }
    return out;
  }

  ByteVector RecordOf(const GossipHead& head) const {
    return EncodeHeadRecord(*head.log_id, head.sth).value();
  }

  TestCa ca_{"CA"};
  TestLog log_{"A", "Operator A"};
  TestLog other_{"B", "Operator B"};
  TestLog denied_{"D", "Operator D"};
  std::shared_ptr<const LogList> logs_ =
      std::make_shared<const LogList>(ListOf({log_.Entry(), other_.Entry(), denied_.Entry()},
                                             {{denied_.log_id(), denied_.key().Spki(), "public"}}));
  std::vector<std::string> names_ = {"a.example"};
};

TEST_F(GossipServerTest, ReadsKeysOfHeads) {
  const GossipMessage message = Heads({HeadOf(log_, 7), HeadOf(other_, 8)});
  ASSERT_EQ(message.head_keys.size(), 2U);
  EXPECT_EQ(message.head_keys[1], HeadKeyOf(other_.log_id(), message.heads[1].sth.head));
  EXPECT_EQ(message.dialect, HeadDialect::kSths);
  GossipHead nameless = HeadOf(log_, 7);
  nameless.log_id.reset();
  const GossipMessage newer = Heads({nameless}, HeadDialect::kVersioned);
  EXPECT_EQ(newer.dialect, HeadDialect::kVersioned);
  EXPECT_EQ(newer.head_keys[0], HeadKeyOf(LogId{}, nameless.sth.head));
}

TEST_F(GossipServerTest, SaysThatMoreStoodThereThanIsRead) {
  std::string body = R"({"sths":[{})";
  for (std::size_t i = 0; i < kMaxGossipHeads; ++i) {
    body += ",{}";
  }
  EXPECT_TRUE(ReadHeadMessage(AsBytes(body + "]}"))->is_cut);
  EXPECT_FALSE(Heads({HeadOf(log_, 7)}).is_cut);
}

TEST_F(GossipServerTest, ReadsHeadsAndFeedbackOfAHeader) {
  const std::string header = EncodeTransGossipHeads(std::vector{HeadOf(log_, 7)}).value();
  const GossipMessage message = ReadHeaderMessage(std::vector<std::string_view>{header}).value();
  EXPECT_EQ(message.head_keys.size(), 1U);
  EXPECT_FALSE(ReadHeaderMessage(std::vector<std::string_view>(2, std::string(5000, 'a'))));
}

TEST_F(GossipServerTest, KeepsGoodHeadsInTheirOneForm) {
  GossipHead bad = HeadOf(log_, 8);
  bad.sth.head.tree_size = 9;
  const TestLog unknown("E", "Operator E");
  const GossipMessage message =
      Heads({HeadOf(log_, 7), HeadOf(log_, 7), bad, HeadOf(unknown, 1), HeadOf(denied_, 1),
             HeadOf(log_, 3, kNowMs - 15 * kMsPerDay), HeadOf(log_, 4, kNowMs + kMsPerDay)});
  const GossipFindings findings = Check(message);
  EXPECT_EQ(Statuses(findings),
            (std::vector{HeadStatus::kGood, HeadStatus::kKnown, HeadStatus::kBadSignature,
                         HeadStatus::kUnknownLog, HeadStatus::kDeniedLog, HeadStatus::kStale,
                         HeadStatus::kInFuture}));
  EXPECT_EQ(findings.num_checks, 3U);
  EXPECT_FALSE(findings.is_cut);
  const GossipHead kept = DecodeHeadRecord(findings.heads[0].record).value();
  EXPECT_EQ(kept.log_id, log_.log_id());
  EXPECT_TRUE(VerifyTreeHead(kept.sth, *logs_->Find(log_.log_id())->key).value());
}

TEST_F(GossipServerTest, ChecksNothingThatIsKnown) {
  const GossipMessage message = Heads({HeadOf(log_, 7), HeadOf(log_, 8)});
  const GossipFindings findings = Check(message, {HeadRelation::kKnown, HeadRelation::kNew});
  EXPECT_EQ(Statuses(findings), (std::vector{HeadStatus::kKnown, HeadStatus::kGood}));
  EXPECT_EQ(findings.num_checks, 1U);
}

TEST_F(GossipServerTest, AHeadThatContradictsIsNeverTooOld) {
  GossipHead stale = HeadOf(log_, 7, kNowMs - 15 * kMsPerDay);
  const GossipFindings named = Check(Heads({stale}), {HeadRelation::kConflicting});
  EXPECT_EQ(Statuses(named), std::vector{HeadStatus::kGood});
  EXPECT_FALSE(named.heads[0].only_if_conflicting);
  // Where its log was not known, whoever keeps it must compare it again.
  stale.log_id.reset();
  const GossipMessage nameless = Heads({stale}, HeadDialect::kVersioned);
  EXPECT_EQ(Statuses(Check(nameless)), std::vector{HeadStatus::kStale});
  const GossipFindings found = Check(nameless, {HeadRelation::kConflicting});
  EXPECT_EQ(Statuses(found), std::vector{HeadStatus::kGood});
  EXPECT_TRUE(found.heads[0].only_if_conflicting);
  EXPECT_EQ(DecodeHeadRecord(found.heads[0].record)->log_id, log_.log_id());
}

TEST_F(GossipServerTest, SaysThatChecksWereUsedUp) {
  std::vector<GossipHead> heads;
  for (std::uint64_t size = 0; size < kMaxGossipHeads; ++size) {
    GossipHead& head = heads.emplace_back(HeadOf(log_, size));
    head.log_id.reset();  // several keys are tried
    head.sth.head.tree_size += 1'000'000;
  }
  const GossipFindings findings = Check(Heads(heads, HeadDialect::kVersioned));
  EXPECT_TRUE(findings.is_cut);
  EXPECT_EQ(findings.num_checks, kMaxGossipSignatureChecks);
}

class GossipServerFeedbackTest : public GossipServerTest {
 protected:
  GossipServerFeedbackTest() {
    spec_.common_name = "a.example";
    leaf_ = ca_.Issue(TestKey::P256(), spec_);
  }

  TestCertificateSpec spec_;
  ByteVector leaf_;
};

TEST_F(GossipServerFeedbackTest, KeepsWhatIsGoodAndWhatIsSuspect) {
  ByteVector flipped = log_.SignX509(leaf_, kNowMs + 1);
  flipped.back() ^= 1U;
  const GossipMessage message = Feedback(
      {{{leaf_}, {log_.SignX509(leaf_, kNowMs), flipped, denied_.SignX509(leaf_, kNowMs)}}});
  ASSERT_EQ(message.sct_keys.size(), 3U);
  EXPECT_EQ(message.sct_keys[0],
            FeedbackIdentityHash(Sha256Of(leaf_), DecodeSct(message.entries[0].scts[0]).value()));
  const GossipFindings findings = Check(message);
  EXPECT_EQ(findings.scts[0].fate, SctFate::kKeep);
  EXPECT_EQ(findings.scts[1].fate, SctFate::kSuspect);
  EXPECT_EQ(findings.scts[1].status, SctStatus::kBadSignature);
  EXPECT_EQ(findings.scts[2].status, SctStatus::kDeniedLog);
  const FeedbackRecord kept = DecodeFeedbackRecord(findings.scts[0].record).value();
  EXPECT_EQ(kept.host, "a.example");
  EXPECT_EQ(kept.leaf, leaf_);
  EXPECT_TRUE(kept.issuer.empty());
  EXPECT_EQ(CanonicalSct(kept.sct), kept.sct);
  EXPECT_EQ(DecodeFeedbackRecord(findings.scts[1].record)->sct, flipped);
}

TEST_F(GossipServerFeedbackTest, DropsWhatIsForOtherNames) {
  spec_.common_name = "b.example";
  const ByteVector foreign = ca_.Issue(TestKey::P256(), spec_);
  const GossipMessage message = Feedback(
      {{{foreign}, {log_.SignX509(foreign, kNowMs)}}, {{leaf_}, {log_.SignX509(leaf_, kNowMs)}}});
  const GossipFindings findings = Check(message);
  EXPECT_EQ(findings.scts[0].fate, SctFate::kDrop);
  EXPECT_TRUE(findings.scts[0].record.empty());
  EXPECT_EQ(findings.scts[1].fate, SctFate::kKeep);
  EXPECT_EQ(findings.num_checks, 1U);
  names_.clear();
  EXPECT_EQ(Check(message).scts[1].fate, SctFate::kDrop);
}

TEST_F(GossipServerFeedbackTest, ChecksNothingThatIsKnown) {
  const GossipMessage message =
      Feedback({{{leaf_}, {log_.SignX509(leaf_, kNowMs), log_.SignX509(leaf_, kNowMs + 1)}}});
  const GossipFindings findings = Check(message, {}, {1, 0});
  EXPECT_EQ(findings.scts[0].fate, SctFate::kKnown);
  EXPECT_EQ(findings.scts[1].fate, SctFate::kKeep);
  EXPECT_EQ(findings.num_checks, 1U);
}

TEST_F(GossipServerFeedbackTest, ChecksNoMoreThanItMay) {
  GossipMessage message =
      Feedback({{{leaf_}, {log_.SignX509(leaf_, kNowMs), log_.SignX509(leaf_, kNowMs + 1)}}});
  const GossipMessage heads = Heads({HeadOf(log_, 7), HeadOf(log_, 8)});
  message.heads = heads.heads;
  message.head_keys = heads.head_keys;
  for (std::size_t max = 1; max <= 5; ++max) {
    const GossipFindings findings = Check(message, {}, {}, max);
    EXPECT_EQ(findings.num_checks, std::min<std::size_t>(max, 4));
    EXPECT_EQ(findings.is_cut, max < 4);
    EXPECT_EQ(Statuses(findings), (std::vector{HeadStatus::kGood, max < 2 ? HeadStatus::kNotChecked
                                                                          : HeadStatus::kGood}));
    EXPECT_EQ(findings.scts[0].fate, max < 3 ? SctFate::kDrop : SctFate::kKeep);
    EXPECT_EQ(findings.scts[1].fate, max < 4 ? SctFate::kDrop : SctFate::kKeep);
  }
  // What is known costs nothing, so with one for each of what is left it goes on.
  EXPECT_FALSE(Check(message, {HeadRelation::kKnown}, {1, 0}, 2).is_cut);
}

TEST_F(GossipServerFeedbackTest, ReadingManyLeavesCosts) {
  spec_.common_name = "b.example";
  const ByteVector foreign = ca_.Issue(TestKey::P256(), spec_);
  std::vector<FeedbackEntry> entries(2 * kLeafBytesACheck / foreign.size() + 1,
                                     {{foreign}, {log_.SignX509(foreign, kNowMs)}});
  EXPECT_EQ(Check(Feedback(entries)).num_checks, 2U);
  entries.push_back({{leaf_}, {log_.SignX509(leaf_, kNowMs)}});
  const GossipMessage message = Feedback(entries);
  EXPECT_EQ(Check(message).scts.back().fate, SctFate::kKeep);
  const GossipFindings cut = Check(message, {}, {}, 1);
  EXPECT_EQ(cut.scts.back().fate, SctFate::kDrop);
  EXPECT_TRUE(cut.is_cut);
  EXPECT_EQ(cut.num_checks, 1U);
}

TEST_F(GossipServerFeedbackTest, AnEmbeddedSctStaysAsItIsAndHasItsIssuer) {
  const ByteVector leaf = ca_.Issue(TestKey::P256(), spec_, [this](Bytes tbs) {
    return testlib::SctList({log_.SignPrecert(tbs, ca_.key().Spki(), kNowMs)});
  });
  const CertificateView view = DecodeCertificate(leaf).value();
  const Bytes list = DecodeSctListExtension(*view.sct_list_value).value();
  const ByteVector embedded = ToVector(SplitSctList(list)->front());
  const GossipFindings findings = Check(Feedback({{{leaf, ca_.certificate()}, {embedded}}}));
  ASSERT_EQ(findings.scts[0].fate, SctFate::kKeep);
  const FeedbackRecord kept = DecodeFeedbackRecord(findings.scts[0].record).value();
  EXPECT_EQ(kept.sct, embedded);
  EXPECT_EQ(kept.issuer, ca_.certificate());
  // As it is passed on, it is found good again.
  const Bytes record = findings.scts[0].record;
  const std::string body = EncodeFeedbackRecords({&record, 1}).value();
  EXPECT_EQ(Check(ReadFeedbackMessage(AsBytes(body)).value()).scts[0].fate, SctFate::kKeep);
}

TEST_F(GossipServerTest, TheShelfTakesWhatMayBeGiven) {
  const TestLog unknown("E", "Operator E");
  HeadShelf shelf(logs_);
  for (const GossipHead& head : {HeadOf(log_, 7), HeadOf(unknown, 1), HeadOf(denied_, 1)}) {
    shelf.Put(RecordOf(head), false);
  }
  shelf.Put(AsBytes("no record"), true);
  EXPECT_EQ(shelf.num_heads(), 1U);
}

TEST_F(GossipServerTest, TheShelfGivesNothingThatWasBroughtAndNothingOld) {
  HeadShelf shelf(logs_);
  const GossipHead split = HeadOf(log_, 5, kNowMs - 30 * kMsPerDay);
  shelf.Put(RecordOf(split), true);
  for (const GossipHead& head :
       {HeadOf(log_, 7), HeadOf(other_, 8), HeadOf(other_, 9, kNowMs - 15 * kMsPerDay)}) {
    shelf.Put(RecordOf(head), false);
  }
  const GossipMessage brought = Heads({HeadOf(log_, 7)});
  const auto sizes = [&](std::size_t max, const GossipMessage* left_out) {
    const std::string body =
        shelf.Draw(HeadDialect::kVersioned, max, left_out, kNowMs, SeededDraw(1)).value();
    const HeadMessage message = DecodeHeads(AsBytes(body)).value();
    EXPECT_EQ(message.dialect, HeadDialect::kVersioned);
    std::multiset<std::uint64_t> out;
    for (const GossipHead& head : message.heads) {
      out.insert(head.sth.head.tree_size);
    }
    return out;
  };
  EXPECT_EQ(sizes(64, nullptr), (std::multiset<std::uint64_t>{5, 7, 8}));
  EXPECT_EQ(sizes(64, &brought), (std::multiset<std::uint64_t>{5, 8}));
  EXPECT_EQ(sizes(1, &brought), (std::multiset<std::uint64_t>{5}));
  EXPECT_EQ(shelf.Draw(HeadDialect::kSths, 64, nullptr, kNowMs, BrokenDraw()).error().code,
            Errc::kCryptoFailed);
}

TEST_F(GossipServerTest, RecordsArePassedOnAsTheyAre) {
  const ByteVector one = RecordOf(HeadOf(log_, 7));
  const ByteVector two = RecordOf(HeadOf(other_, 8));
  const std::vector<Bytes> records = {one, two};
  const HeadMessage message =
      DecodeHeads(AsBytes(EncodeHeadRecords(HeadDialect::kSths, records).value())).value();
  ASSERT_EQ(message.heads.size(), 2U);
  EXPECT_EQ(RecordOf(message.heads[1]), two);
  const std::vector<Bytes> broken = {one, Bytes(two).first(90)};
  EXPECT_FALSE(EncodeHeadRecords(HeadDialect::kSths, broken));
  EXPECT_FALSE(EncodeFeedbackRecords(broken));
}

}  // namespace
}  // namespace tattle::gossip_server_test
