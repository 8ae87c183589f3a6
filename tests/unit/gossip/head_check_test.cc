// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/head_check.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include "core/base/limits.h"
#include "core/gossip/bounds.h"
#include "tests/unit/gossip/gossip_testing.h"

namespace tattle::head_check_test {
namespace {

using gossip_testing::HeadOf;
using gossip_testing::kNowMs;
using gossip_testing::SignedBy;
using testlib::Join;
using testlib::ListOf;
using testlib::TestKey;
using testlib::TestLog;
using testlib::Uint;

// TwinOf is the same head with (r, n-s), made by OpenSSL.
GossipHead TwinOf(GossipHead head) {
  const DigitallySigned value = DecodeDigitallySigned(head.sth.signature).value();
  const unsigned char* at = value.signature.data();
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(value.signature.size()));
  BIGNUM* s = nullptr;
  BN_hex2bn(&s, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  BN_sub(s, s, ECDSA_SIG_get0_s(signature));
  ECDSA_SIG_set0(signature, BN_dup(ECDSA_SIG_get0_r(signature)), s);
  unsigned char* der = nullptr;
  const int len = i2d_ECDSA_SIG(signature, &der);
  const Bytes bytes(der, static_cast<std::size_t>(len));
  head.sth.signature = Join({{4, 3}, Uint(bytes.size(), 2), ToVector(bytes)});
  OPENSSL_free(der);
  ECDSA_SIG_free(signature);
  return head;
}

// RSA keys take long to make.
const TestKey& SharedRsaKey() {
  static const TestKey key = TestKey::Rsa(2048);
  return key;
}

class HeadCheckerTest : public testing::Test {
 protected:
  HeadStatus StatusOf(const GossipHead& head, const RelateHead& relate = nullptr) const {
    return HeadChecker(logs_, kNowMs, relate).Check(head)->status;
  }

  TestLog log_{"A", "Operator A"};
  TestLog other_{"B", "Operator B"};
  TestLog rsa_{"C", "Operator C", SharedRsaKey()};
  TestLog denied_{"D", "Operator D"};
  LogList logs_ = ListOf({log_.Entry(), other_.Entry(), rsa_.Entry(), denied_.Entry()},
                         {{denied_.log_id(), denied_.key().Spki(), "public"}});
};

TEST_F(HeadCheckerTest, BelievesAHeadOfAKnownLog) {
  HeadChecker checker(logs_, kNowMs, nullptr);
  const GossipHead head = HeadOf(log_, 7);
  const CheckedHead checked = checker.Check(head).value();
  EXPECT_EQ(checked.status, HeadStatus::kGood);
  EXPECT_EQ(checked.log_id, log_.log_id());
  EXPECT_EQ(checked.log, logs_.Find(log_.log_id()));
  EXPECT_EQ(checked.sth.head, head.sth.head);
  const GossipHead rsa = {rsa_.log_id(), SignedBy(rsa_.key(), {7, kNowMs, {1}}, 1)};
  EXPECT_EQ(checker.Check(rsa)->status, HeadStatus::kGood);
  EXPECT_EQ(checker.CountOf(HeadStatus::kGood), 2U);
  EXPECT_EQ(checker.num_signature_checks(), 2U);
}

TEST_F(HeadCheckerTest, DoesNotBelieveOthers) {
  const TestLog unknown("E", "Operator E");
  EXPECT_EQ(StatusOf(HeadOf(unknown, 7)), HeadStatus::kUnknownLog);
  EXPECT_EQ(StatusOf(HeadOf(denied_, 7)), HeadStatus::kDeniedLog);
  GossipHead head = HeadOf(log_, 7);
  head.log_id = other_.log_id();
  EXPECT_EQ(StatusOf(head), HeadStatus::kBadSignature);
  head = HeadOf(log_, 7);
  head.sth.head.tree_size = 8;
  EXPECT_EQ(StatusOf(head), HeadStatus::kBadSignature);
  head = HeadOf(log_, 7);
  head.sth.signature[1] = 1;  // rsa
  EXPECT_EQ(StatusOf(head), HeadStatus::kBadSignature);
  head = HeadOf(log_, 7);
  head.sth.signature.pop_back();
  EXPECT_EQ(StatusOf(head), HeadStatus::kBadSignature);
  head.log_id.reset();
  EXPECT_EQ(StatusOf(head), HeadStatus::kBadSignature);
}

TEST_F(HeadCheckerTest, FindsTheLogOfAHeadThatNamesNone) {
  for (const TestLog* log : {&log_, &other_}) {
    GossipHead head = HeadOf(*log, 7);
    head.log_id.reset();
    HeadChecker checker(logs_, kNowMs, nullptr);
    const CheckedHead checked = checker.Check(head).value();
    EXPECT_EQ(checked.status, HeadStatus::kGood);
    EXPECT_EQ(checked.log_id, log->log_id());
  }
  GossipHead denied = HeadOf(denied_, 7);
  denied.log_id.reset();
  EXPECT_EQ(StatusOf(denied), HeadStatus::kUnknownLog);
}

TEST_F(HeadCheckerTest, TriesTheLogOfTheHeadBeforeFirst) {
  HeadChecker checker(logs_, kNowMs, nullptr);
  GossipHead head = HeadOf(other_, 7);
  head.log_id.reset();
  EXPECT_EQ(checker.Check(head)->status, HeadStatus::kGood);
  EXPECT_EQ(checker.num_signature_checks(), 2U);
  head = HeadOf(other_, 8);
  head.log_id.reset();
  EXPECT_EQ(checker.Check(head)->status, HeadStatus::kGood);
  EXPECT_EQ(checker.num_signature_checks(), 3U);
}

TEST_F(HeadCheckerTest, SparesASignatureForWhatIsKnown) {
  const GossipHead known = HeadOf(other_, 7);
  const RelateHead relate = [&](const LogId& log_id, const TreeHead& head) {
    return log_id == *known.log_id && head == known.sth.head ? HeadRelation::kKnown
                                                             : HeadRelation::kNew;
  };
  HeadChecker checker(logs_, kNowMs, relate);
  EXPECT_EQ(checker.Check(known)->status, HeadStatus::kKnown);
  GossipHead nameless = known;
  nameless.log_id.reset();
  const CheckedHead checked = checker.Check(nameless).value();
  EXPECT_EQ(checked.status, HeadStatus::kKnown);
  EXPECT_EQ(checked.log_id, other_.log_id());
  EXPECT_EQ(checker.num_signature_checks(), 0U);
}

TEST_F(HeadCheckerTest, ABadSignatureDoesNotShutOutTheGoodOne) {
  HeadChecker checker(logs_, kNowMs, nullptr);
  GossipHead bad = HeadOf(log_, 7);
  bad.sth.signature.back() ^= 1U;
  EXPECT_EQ(checker.Check(bad)->status, HeadStatus::kBadSignature);
  EXPECT_EQ(checker.Check(HeadOf(log_, 7))->status, HeadStatus::kGood);
  EXPECT_EQ(checker.Check(HeadOf(log_, 7))->status, HeadStatus::kKnown);
}

TEST_F(HeadCheckerTest, TakesBothSignaturesOfAHeadForOneAndKeepsOneForm) {
  const GossipHead head = HeadOf(log_, 7);
  const GossipHead twin = TwinOf(head);
  ASSERT_NE(head.sth.signature, twin.sth.signature);
  EXPECT_EQ(HeadIdentityHash(*head.log_id, head.sth.head),
            HeadIdentityHash(*twin.log_id, twin.sth.head));
  for (const auto& [first, second] : {std::pair{head, twin}, std::pair{twin, head}}) {
    HeadChecker checker(logs_, kNowMs, nullptr);
    EXPECT_EQ(checker.Check(first)->status, HeadStatus::kGood);
    EXPECT_EQ(checker.Check(second)->status, HeadStatus::kKnown);
    EXPECT_EQ(checker.num_signature_checks(), 1U);
  }
  const CheckedHead a = HeadChecker(logs_, kNowMs, nullptr).Check(head).value();
  const CheckedHead b = HeadChecker(logs_, kNowMs, nullptr).Check(twin).value();
  EXPECT_EQ(a.sth.signature, b.sth.signature);
  EXPECT_TRUE(VerifyTreeHead(a.sth, *logs_.Find(log_.log_id())->key).value());
}

TEST_F(HeadCheckerTest, BoundsSignatureChecksOfAMessage) {
  HeadChecker checker(logs_, kNowMs, nullptr);
  GossipHead bad = HeadOf(log_, 7);
  bad.sth.signature.back() ^= 1U;
  const auto last = static_cast<std::uint64_t>(kMaxGossipSignatureChecks);
  for (std::uint64_t i = 0; i < last; ++i) {
    bad.sth.head.tree_size = i;
    EXPECT_EQ(checker.Check(bad)->status, HeadStatus::kBadSignature);
  }
  GossipHead good = HeadOf(log_, 7);
  EXPECT_EQ(checker.Check(good)->status, HeadStatus::kNotChecked);
  good.log_id.reset();
  EXPECT_EQ(checker.Check(good)->status, HeadStatus::kNotChecked);
  EXPECT_EQ(checker.num_signature_checks(), kMaxGossipSignatureChecks);
  EXPECT_EQ(checker.CountOf(HeadStatus::kBadSignature), kMaxGossipSignatureChecks);
  EXPECT_EQ(checker.CountOf(HeadStatus::kNotChecked), 2U);
}

TEST_F(HeadCheckerTest, TakesNoMoreThanItsLimit) {
  HeadChecker checker(logs_, kNowMs, nullptr);
  checker.LimitChecks(1);
  EXPECT_EQ(checker.Check(HeadOf(log_, 1))->status, HeadStatus::kGood);
  EXPECT_EQ(checker.Check(HeadOf(log_, 1))->status, HeadStatus::kKnown);
  EXPECT_EQ(checker.Check(HeadOf(log_, 2))->status, HeadStatus::kNotChecked);
  GossipHead nameless = HeadOf(log_, 3);
  nameless.log_id.reset();
  EXPECT_EQ(checker.Check(nameless)->status, HeadStatus::kNotChecked);
  EXPECT_EQ(checker.num_signature_checks(), 1U);
}

TEST_F(HeadCheckerTest, KeepsToTheWindow) {
  const std::pair<std::uint64_t, HeadStatus> cases[] = {
      {0, HeadStatus::kStale},
      {kNowMs - kHeadFreshnessMs - 1, HeadStatus::kStale},
      {kNowMs - kHeadFreshnessMs, HeadStatus::kGood},
      {kNowMs, HeadStatus::kGood},
      {kNowMs + kClockDriftMs, HeadStatus::kGood},
      {kNowMs + kClockDriftMs + 1, HeadStatus::kInFuture},
      {UINT64_MAX, HeadStatus::kInFuture},
  };
  for (const auto& [timestamp_ms, want] : cases) {
    GossipHead head = HeadOf(log_, 7, timestamp_ms);
    EXPECT_EQ(StatusOf(head), want) << timestamp_ms;
    EXPECT_EQ(IsFreshHead(timestamp_ms, kNowMs), want == HeadStatus::kGood) << timestamp_ms;
    head.log_id.reset();
    EXPECT_EQ(StatusOf(head), want) << timestamp_ms;
  }
}

// What the future says is worth knowing only if the log said it.
TEST_F(HeadCheckerTest, VerifiesHeadsOfTheFuture) {
  GossipHead head = HeadOf(log_, 7, kNowMs + kMsPerDay);
  head.sth.head.tree_size = 8;
  EXPECT_EQ(StatusOf(head), HeadStatus::kBadSignature);
}

TEST_F(HeadCheckerTest, TheFutureDoesNotStopEvidence) {
  const RelateHead conflict = [&](const LogId& log_id, const TreeHead& head) {
    return log_id == log_.log_id() && head.tree_size == 7 ? HeadRelation::kConflicting
                                                          : HeadRelation::kNew;
  };
  for (const bool is_named : {true, false}) {
    for (const std::uint64_t ahead_ms : {kClockDriftMs + 1, 30 * kMsPerDay}) {
      HeadChecker checker(logs_, kNowMs, conflict);
      GossipHead head = HeadOf(log_, 7, kNowMs + ahead_ms);
      GossipHead other = HeadOf(log_, 8, kNowMs + ahead_ms);
      if (!is_named) {
        head.log_id.reset();
        other.log_id.reset();
      }
      const CheckedHead checked = checker.Check(head).value();
      EXPECT_EQ(checked.status, HeadStatus::kGood);
      EXPECT_EQ(checked.relation, HeadRelation::kConflicting);
      EXPECT_EQ(checker.Check(other)->status, HeadStatus::kInFuture);
      EXPECT_EQ(checker.Check(other)->status, HeadStatus::kKnown) << "twice in a message";
    }
  }
}

TEST_F(HeadCheckerTest, AgeDoesNotStopEvidence) {
  const RelateHead conflict = [&](const LogId& log_id, const TreeHead& head) {
    return log_id == log_.log_id() && head.tree_size == 7 ? HeadRelation::kConflicting
                                                          : HeadRelation::kNew;
  };
  for (const bool is_named : {true, false}) {
    HeadChecker checker(logs_, kNowMs, conflict);
    GossipHead old = HeadOf(log_, 7, 1000);
    if (!is_named) {
      old.log_id.reset();
    }
    const CheckedHead checked = checker.Check(old).value();
    EXPECT_EQ(checked.status, HeadStatus::kGood);
    EXPECT_EQ(checked.relation, HeadRelation::kConflicting);
    EXPECT_EQ(checked.log_id, log_.log_id());
    old.sth.head.sha256_root_hash[0] ^= 1U;  // not signed
    EXPECT_NE(checker.Check(old)->status, HeadStatus::kGood);
    EXPECT_EQ(checker.Check(HeadOf(log_, 8, 1000))->status, HeadStatus::kStale);
    EXPECT_EQ(checker.Check(HeadOf(other_, 8))->status, HeadStatus::kGood);
  }
}

TEST(HeadIdentityHashTest, DependsOnLogSizeTimeAndRoot) {
  const LogId log_id = {1};
  const TreeHead head = {7, kNowMs, {9}};
  const Hash hash = HeadIdentityHash(log_id, head);
  EXPECT_EQ(hash, HeadIdentityHash(log_id, head));
  EXPECT_NE(hash, HeadIdentityHash({2}, head));
  EXPECT_NE(hash, HeadIdentityHash(log_id, {8, kNowMs, {9}}));
  EXPECT_NE(hash, HeadIdentityHash(log_id, {7, kNowMs + 1, {9}}));
  EXPECT_NE(hash, HeadIdentityHash(log_id, {7, kNowMs, {8}}));
}

}  // namespace
}  // namespace tattle::head_check_test
