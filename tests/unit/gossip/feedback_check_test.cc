// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/feedback_check.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/sha256.h"
#include "core/der/extension.h"
#include "core/gossip/bounds.h"
#include "tests/unit/gossip/gossip_testing.h"

namespace tattle::feedback_check_test {
namespace {

using gossip_testing::kNowMs;
using testlib::ListOf;
using testlib::TestCa;
using testlib::TestCertificateSpec;
using testlib::TestKey;
using testlib::TestLog;

class FeedbackCheckerTest : public testing::Test {
 protected:
  FeedbackCheckerTest() {
    spec_.common_name = "a.example";
    leaf_ = ca_.Issue(TestKey::P256(), spec_);
  }

  FeedbackChecker Checker(FeedbackDepth depth = FeedbackDepth::kLeaf,
                          IsKnownFeedback is_known = nullptr) const {
    return {logs_, names_, kNowMs, depth, std::move(is_known)};
  }

  TestCa ca_{"CA"};
  TestLog log_{"A", "Operator A"};
  TestLog denied_{"D", "Operator D"};
  LogList logs_ =
      ListOf({log_.Entry(), denied_.Entry()}, {{denied_.log_id(), denied_.key().Spki(), "public"}});
  std::vector<std::string> names_ = {"b.example", "a.example"};
  TestCertificateSpec spec_;
  ByteVector leaf_;
};

TEST_F(FeedbackCheckerTest, KeepsOfAChainWhatItsDepthSays) {
  const FeedbackEntry entry = {{leaf_, ca_.certificate(), {1, 2}}, {log_.SignX509(leaf_, kNowMs)}};
  FeedbackChecker shallow = Checker();
  EXPECT_EQ(shallow.Check(entry)->x509_chain, (std::vector<ByteVector>{leaf_}));
  FeedbackChecker deep = Checker(FeedbackDepth::kWholeChain);
  EXPECT_EQ(deep.Check(entry)->x509_chain, entry.x509_chain);
}

TEST_F(FeedbackCheckerTest, AnAuditorTakesThatOfEveryName) {
  spec_.common_name = "elsewhere.example";
  const ByteVector leaf = ca_.Issue(TestKey::P256(), spec_, [this](Bytes tbs) {
    return testlib::SctList({log_.SignPrecert(tbs, ca_.key().Spki(), kNowMs)});
  });
  const CertificateView view = DecodeCertificate(leaf).value();
  const Bytes list = DecodeSctListExtension(*view.sct_list_value).value();
  const ByteVector embedded = ToVector(SplitSctList(list)->front());
  const FeedbackEntry entry = {{leaf, ca_.certificate()},
                               {embedded, log_.SignX509(leaf, kNowMs + 1)}};
  FeedbackChecker site = Checker();
  EXPECT_EQ(site.Check(entry)->status, FeedbackStatus::kNotOurs);
  FeedbackChecker auditor(logs_, std::nullopt, kNowMs, FeedbackDepth::kLeaf, nullptr);
  const Result<CheckedFeedback> checked = auditor.Check(entry);
  ASSERT_EQ(checked->status, FeedbackStatus::kChecked);
  ASSERT_EQ(checked->scts.size(), 2U);
  EXPECT_EQ(checked->scts[0].status, SctStatus::kValid);
  EXPECT_TRUE(checked->scts[0].is_embedded);
  EXPECT_EQ(checked->scts[1].status, SctStatus::kValid);
  EXPECT_FALSE(checked->scts[1].is_embedded);
}

TEST_F(FeedbackCheckerTest, AMillionChainsAroundOneLeafAreOneFeedback) {
  std::set<Hash> kept;
  const ByteVector sct = log_.SignX509(leaf_, kNowMs);
  const Hash identity = FeedbackIdentityHash(Sha256Of(leaf_), DecodeSct(sct).value());
  FeedbackChecker checker =
      Checker(FeedbackDepth::kLeaf, [&](const Hash& hash) { return kept.contains(hash); });
  for (std::uint8_t i = 0; i < 100; ++i) {
    const CheckedFeedback checked = checker.Check({{leaf_, {i}}, {sct}}).value();
    ASSERT_EQ(checked.scts.size(), 1U);
    EXPECT_EQ(checked.scts[0].status, SctStatus::kValid);
    EXPECT_EQ(checked.scts[0].is_known, i > 0);
    kept.insert(identity);
  }
  EXPECT_EQ(checker.num_signature_checks(), 1U);
  FeedbackChecker next_message =
      Checker(FeedbackDepth::kLeaf, [&](const Hash& hash) { return kept.contains(hash); });
  EXPECT_TRUE(next_message.Check({{leaf_}, {sct}})->scts.at(0).is_known);
  EXPECT_EQ(next_message.num_signature_checks(), 0U);
}

TEST_F(FeedbackCheckerTest, SaysWhatIsWrongWithEachSct) {
  ByteVector flipped = log_.SignX509(leaf_, kNowMs);
  flipped.back() ^= 1U;
  ByteVector wrong_algorithm = log_.SignX509(leaf_, kNowMs + 1);
  wrong_algorithm[44] = 1;  // rsa
  const FeedbackEntry entry = {{leaf_},
                               {flipped,
                                wrong_algorithm,
                                denied_.SignX509(leaf_, kNowMs),
                                log_.SignX509(leaf_, kNowMs + kMsPerDay),
                                {7},
                                gossip_testing::UnsignedSct(3),
                                log_.SignX509(leaf_, kNowMs)}};
  FeedbackChecker checker = Checker();
  std::vector<SctStatus> statuses;
  const CheckedFeedback checked = checker.Check(entry).value();
  for (const CheckedSct& sct : checked.scts) {
    statuses.push_back(sct.status);
    EXPECT_FALSE(sct.is_known);
  }
  EXPECT_EQ(statuses,
            (std::vector{SctStatus::kBadSignature, SctStatus::kWrongAlgorithm,
                         SctStatus::kDeniedLog, SctStatus::kInFuture, SctStatus::kMalformed,
                         SctStatus::kUnknownLog, SctStatus::kValid}));
}

TEST_F(FeedbackCheckerTest, ChecksEmbeddedSctsAgainstTheIssuer) {
  ByteVector sct;
  const ByteVector leaf = ca_.Issue(TestKey::P256(), spec_, [&](Bytes tbs) {
    sct = log_.SignPrecert(tbs, ca_.key().Spki(), kNowMs);
    return testlib::SctList({sct});
  });
  FeedbackChecker checker = Checker();
  EXPECT_EQ(checker.Check({{leaf}, {sct}})->scts.at(0).status, SctStatus::kNotChecked);
  EXPECT_EQ(checker.Check({{leaf, {1, 2}}, {sct}})->scts.at(0).status, SctStatus::kNotChecked);
  EXPECT_EQ(checker.Check({{leaf, leaf}, {sct}})->scts.at(0).status, SctStatus::kBadSignature);
  EXPECT_EQ(checker.Check({{leaf, ca_.certificate()}, {sct}})->scts.at(0).status,
            SctStatus::kValid);
  // And others beside them as what TLS delivers.
  const ByteVector by_tls = log_.SignX509(leaf, kNowMs + 1);
  EXPECT_EQ(checker.Check({{leaf}, {by_tls}})->scts.at(0).status, SctStatus::kValid);
}

TEST_F(FeedbackCheckerTest, TakesNothingForSomebodyElsesName) {
  names_ = {"b.example", "example", "www.a.example"};
  FeedbackChecker checker = Checker();
  const CheckedFeedback checked = checker.Check({{leaf_}, {log_.SignX509(leaf_, kNowMs)}}).value();
  EXPECT_EQ(checked.status, FeedbackStatus::kNotOurs);
  EXPECT_TRUE(checked.scts.empty());
  EXPECT_TRUE(checked.x509_chain.empty());
  EXPECT_EQ(checker.num_signature_checks(), 0U);
  names_.clear();
  FeedbackChecker of_nobody = Checker();
  EXPECT_EQ(of_nobody.Check({{leaf_}, {}})->status, FeedbackStatus::kNotOurs);
}

TEST_F(FeedbackCheckerTest, BoundsSignatureChecksOfAMessage) {
  FeedbackChecker checker = Checker();
  ByteVector bad = log_.SignX509(leaf_, kNowMs);
  bad.back() ^= 1U;
  for (std::size_t i = 0; i < kMaxGossipSignatureChecks; ++i) {
    EXPECT_EQ(checker.Check({{leaf_}, {bad}})->scts.at(0).status, SctStatus::kBadSignature);
  }
  EXPECT_EQ(checker.Check({{leaf_}, {log_.SignX509(leaf_, kNowMs)}})->scts.at(0).status,
            SctStatus::kNotChecked);
  EXPECT_EQ(checker.num_signature_checks(), kMaxGossipSignatureChecks);
}

TEST_F(FeedbackCheckerTest, TakesNoMoreThanItsLimit) {
  FeedbackChecker checker = Checker();
  checker.LimitChecks(2);
  const FeedbackEntry entry = {{leaf_},
                               {log_.SignX509(leaf_, kNowMs), log_.SignX509(leaf_, kNowMs + 1)}};
  EXPECT_EQ(checker.Check(entry)->scts.at(1).status, SctStatus::kValid);
  EXPECT_FALSE(checker.is_cut());
  // What is known needs none.
  EXPECT_TRUE(checker.Check(entry)->scts.at(0).is_known);
  EXPECT_FALSE(checker.is_cut());
  EXPECT_EQ(checker.Check({{leaf_}, {log_.SignX509(leaf_, kNowMs + 2)}})->scts.at(0).status,
            SctStatus::kNotChecked);
  EXPECT_TRUE(checker.is_cut());
  EXPECT_EQ(checker.num_signature_checks(), 2U);
  FeedbackChecker most = Checker();
  most.LimitChecks(kMaxGossipSignatureChecks + 1);
  ByteVector bad = log_.SignX509(leaf_, kNowMs);
  bad.back() ^= 1U;
  for (std::size_t i = 0; i <= kMaxGossipSignatureChecks; ++i) {
    EXPECT_TRUE(most.Check({{leaf_}, {bad}}));
  }
  EXPECT_EQ(most.num_signature_checks(), kMaxGossipSignatureChecks);
}

TEST_F(FeedbackCheckerTest, ALargeLeafCostsMore) {
  ByteVector names;
  for (std::size_t i = 0; i < 2000; ++i) {
    Append(names, ByteVector{0x82, 9, 'a', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e'});
  }
  ByteVector value;
  AppendDerHeader(value, 0x30, names.size());
  Append(value, names);
  spec_.is_ca = true;  // or it would have a name by itself
  spec_.extensions = {{"2.5.29.17", value}};
  const ByteVector leaf = ca_.Issue(TestKey::P256(), spec_);
  const std::size_t cost = 1 + leaf.size() / kLeafBytesACheck;
  ASSERT_GE(cost, 3U);
  FeedbackChecker checker = Checker();
  checker.LimitChecks(2 * cost - 1);
  const FeedbackEntry entry = {{leaf},
                               {log_.SignX509(leaf, kNowMs), log_.SignX509(leaf, kNowMs + 1)}};
  const CheckedFeedback checked = checker.Check(entry).value();
  EXPECT_EQ(checked.scts.at(0).status, SctStatus::kValid);
  EXPECT_EQ(checked.scts.at(1).status, SctStatus::kNotChecked);
  EXPECT_EQ(checker.num_signature_checks(), cost);
}

}  // namespace
}  // namespace tattle::feedback_check_test
