// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/heads.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/gossip/bounds.h"
#include "core/gossip/head_check.h"
#include "core/note/checkpoint.h"
#include "tests/unit/gossip/gossip_testing.h"

namespace tattle::gossip_heads_test {
namespace {

using gossip_testing::HeadOf;
using gossip_testing::kNowMs;
using gossip_testing::Unsigned;
using testlib::TestLog;

constexpr HeadDialect kAllHeadDialects[] = {HeadDialect::kSths, HeadDialect::kSthGossip,
                                            HeadDialect::kVersioned};

void ExpectSameHeads(const std::vector<GossipHead>& a, const std::vector<GossipHead>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].log_id, b[i].log_id);
    EXPECT_EQ(a[i].sth.head, b[i].sth.head);
    EXPECT_EQ(a[i].sth.signature, b[i].sth.signature);
  }
}

TEST(EncodeHeadsTest, WritesWhatDecodeHeadsReadsInEachDialect) {
  GossipHead nameless = Unsigned(3, kMaxTreeSize);
  nameless.log_id.reset();
  for (const HeadDialect dialect : kAllHeadDialects) {
    for (const std::vector<GossipHead>& heads : {std::vector<GossipHead>{},
                                                 {Unsigned(1, 0)},
                                                 {Unsigned(1, 7), nameless, Unsigned(2, 8)}}) {
      const Result<std::string> body = EncodeHeads(dialect, heads);
      ASSERT_TRUE(body);
      const Result<HeadMessage> again = DecodeHeads(AsBytes(*body));
      ASSERT_TRUE(again) << *body;
      EXPECT_EQ(again->dialect, dialect);
      EXPECT_EQ(again->skips.total(), 0U);
      ExpectSameHeads(again->heads, heads);
    }
  }
}

TEST(EncodeHeadsTest, WritesTheDeployedDialectAsItsReadersWantIt) {
  const std::string root = EncodeBase64(Hash{9});
  const std::string log_id = EncodeBase64(ByteVector(32, 1));
  const std::string head = R"({"sth_version":0,"tree_size":7,"timestamp":1795000000000,)"
                           R"("sha256_root_hash":")" +
                           root + R"(","tree_head_signature":"BAMAAgcI","log_id":")" + log_id +
                           R"("})";
  const std::vector<GossipHead> heads = {Unsigned(1, 7)};
  EXPECT_EQ(EncodeHeads(HeadDialect::kSths, heads).value(), R"({"sths":[)" + head + "]}");
  EXPECT_EQ(EncodeHeads(HeadDialect::kSthGossip, heads).value(),
            R"({"sth_gossip":[)" + head + "]}");
  EXPECT_EQ(EncodeHeads(HeadDialect::kVersioned, heads).value(), R"({"v1":[)" + head + "]}");
  EXPECT_EQ(EncodeHeads(HeadDialect::kVersioned, {}).value(), R"({"v1":[]})");
}

TEST(EncodeHeadsTest, RefusesWhatNoReaderWouldTake) {
  const std::vector<GossipHead> most(kMaxGossipHeads, Unsigned(1, 7));
  EXPECT_TRUE(EncodeHeads(HeadDialect::kSths, most));
  const std::vector<GossipHead> too_many(kMaxGossipHeads + 1, Unsigned(1, 7));
  EXPECT_EQ(EncodeHeads(HeadDialect::kSths, too_many).error().code, Errc::kTooLarge);
  std::vector<GossipHead> large = most;
  for (GossipHead& head : large) {
    head.sth.signature = testlib::Join({{4, 1, 4, 0}, ByteVector(1024, 7)});
  }
  EXPECT_EQ(EncodeHeads(HeadDialect::kSths, large).error().code, Errc::kTooLarge);
  EXPECT_EQ(
      EncodeHeads(HeadDialect::kSths, std::vector{Unsigned(1, kMaxTreeSize + 1)}).error().code,
      Errc::kInvalidArgument);
  GossipHead cut = Unsigned(1, 7);
  cut.sth.signature.pop_back();
  EXPECT_EQ(EncodeHeads(HeadDialect::kSths, std::vector{cut}).error().code, Errc::kInvalidArgument);
}

TEST(DecodeHeadsTest, ReadsAllDialectsOfOneMessage) {
  const std::string old_ones = EncodeHeads(HeadDialect::kSths, std::vector{Unsigned(1, 1)}).value();
  const std::string new_ones =
      EncodeHeads(HeadDialect::kVersioned, std::vector{Unsigned(2, 2)}).value();
  const std::string body = old_ones.substr(0, old_ones.size() - 1) + "," + new_ones.substr(1);
  const Result<HeadMessage> message = DecodeHeads(AsBytes(body));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->dialect, HeadDialect::kVersioned);
  ExpectSameHeads(message->heads, {Unsigned(1, 1), Unsigned(2, 2)});
}

TEST(DecodeHeadsTest, CountsHeadsBeyondTheBoundAndKeepsThoseBefore) {
  std::string body = R"({"sths":[)";
  for (std::size_t i = 0; i < kMaxGossipHeads - 1; ++i) {
    body += "0,";
  }
  const std::string one = EncodeHeads(HeadDialect::kSths, std::vector{Unsigned(1, 7)}).value();
  const std::string head = one.substr(9, one.size() - 11);
  const Result<HeadMessage> message = DecodeHeads(AsBytes(body + head + "," + head + ",0]}"));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->heads.size(), 1U);
  EXPECT_EQ(message->skips.CountOf(Errc::kBadEncoding), kMaxGossipHeads - 1);
  EXPECT_EQ(message->skips.CountOf(Errc::kTooLarge), 2U);
  EXPECT_EQ(message->skips.reasons().size(), 2U);
  EXPECT_EQ(message->skips.total(), kMaxGossipHeads + 1);
}

TEST(DecodeHeadsTest, BoundsTheBody) {
  const std::string body = R"({"sths":[]})";
  const std::string blanks(kMaxHeadMessageSize - body.size(), ' ');
  EXPECT_TRUE(DecodeHeads(AsBytes(body + blanks)));
  EXPECT_EQ(DecodeHeads(AsBytes(body + blanks + " ")).error().code, Errc::kTooLarge);
}

TEST(DecodeHeadsTest, EveryPrefixIsNoMessage) {
  const std::string body =
      EncodeHeads(HeadDialect::kSths, std::vector{Unsigned(1, 7), Unsigned(2, 8)}).value();
  for (std::size_t len = 0; len < body.size(); ++len) {
    const Result<HeadMessage> message = DecodeHeads(AsBytes(body.substr(0, len)));
    ASSERT_FALSE(message) << len;
    EXPECT_EQ(message.error().code, Errc::kBadEncoding);
  }
}

// A static-ct log has no get-sth; its checkpoint becomes a head of the same form.
TEST(DecodeHeadsTest, CarriesTheCheckpointOfAStaticCtLog) {
  const TestLog log("Tiles", "Operator");
  Log entry = log.Entry();
  entry.kind = LogKind::kStaticCt;
  const SignedTreeHead signed_head = HeadOf(log, 5).sth;
  constexpr std::string_view kOrigin = "tiles.example/2026h2";
  Note note;
  const std::string text = EncodeCheckpoint({kOrigin, 5, signed_head.head.sha256_root_hash, {}});
  note.text = text;
  note.signatures = {EncodeTreeHeadNoteSignature(kOrigin, log.log_id(), signed_head).value()};
  const std::string served = EncodeNote(note);
  const Result<SignedTreeHead> sth =
      VerifyCheckpoint(AsBytes(served), kOrigin, log.log_id(), *entry.key);
  ASSERT_TRUE(sth);
  const std::string body =
      EncodeHeads(HeadDialect::kSths, std::vector{GossipHead{log.log_id(), *sth}}).value();
  const LogList logs = testlib::ListOf({entry});
  HeadChecker checker(logs, kNowMs, nullptr);
  EXPECT_EQ(checker.Check(DecodeHeads(AsBytes(body))->heads.at(0))->status, HeadStatus::kGood);
}

}  // namespace
}  // namespace tattle::gossip_heads_test
