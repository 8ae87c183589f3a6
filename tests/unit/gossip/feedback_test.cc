// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/feedback.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/gossip/bounds.h"
#include "core/gossip/trusted_auditor.h"
#include "tests/unit/gossip/gossip_testing.h"

namespace tattle::feedback_test {
namespace {

using gossip_testing::Unsigned;
using gossip_testing::UnsignedSct;
using testlib::Join;
using testlib::SctList;

constexpr FeedbackDialect kAllFeedbackDialects[] = {
    FeedbackDialect::kEntry, FeedbackDialect::kSctObjects, FeedbackDialect::kSctFeedback,
    FeedbackDialect::kArray, FeedbackDialect::kArrayPem,   FeedbackDialect::kArrayVersioned};

const FeedbackEntry kSmall = {{{1}}, {UnsignedSct(1)}};
// A certificate of 100 bytes is more than one line of PEM.
const FeedbackEntry kLarge = {{ByteVector(100, 7), {2, 3}, {4}}, {UnsignedSct(1), UnsignedSct(2)}};

Result<FeedbackMessage> Decode(std::string_view body) {
  return DecodeFeedback(AsBytes(body), kMaxFeedbackSize);
}

TEST(EncodeFeedbackTest, WritesWhatDecodeFeedbackReadsInEachDialect) {
  for (const FeedbackDialect dialect : kAllFeedbackDialects) {
    const std::vector<FeedbackEntry> entries = {kSmall, kLarge};
    const Result<std::string> body = EncodeFeedback(dialect, entries, kMaxFeedbackSize);
    ASSERT_TRUE(body);
    const Result<FeedbackMessage> again = Decode(*body);
    ASSERT_TRUE(again) << *body;
    EXPECT_EQ(again->dialect, dialect);
    EXPECT_EQ(again->skips.total(), 0U);
    if (dialect == FeedbackDialect::kEntry) {
      const std::vector<FeedbackEntry> one_sct_each = {
          kSmall, {kLarge.x509_chain, {kLarge.scts[0]}}, {kLarge.x509_chain, {kLarge.scts[1]}}};
      EXPECT_EQ(again->entries, one_sct_each);
    } else {
      EXPECT_EQ(again->entries, entries);
    }
  }
}

TEST(EncodeFeedbackTest, WritesNothingAsAnEmptyMessage) {
  for (const FeedbackDialect dialect : kAllFeedbackDialects) {
    const Result<std::string> body = EncodeFeedback(dialect, {}, kMaxFeedbackSize);
    ASSERT_TRUE(body);
    EXPECT_TRUE(Decode(*body)->entries.empty());
  }
}

TEST(EncodeFeedbackTest, WritesPemInLinesOf64) {
  const std::string body =
      EncodeFeedback(FeedbackDialect::kArrayPem, std::vector{kLarge}, kMaxFeedbackSize).value();
  const std::string base64 = EncodeBase64(kLarge.x509_chain[0]);
  EXPECT_NE(body.find(R"(["-----BEGIN CERTIFICATE-----\n)" + base64.substr(0, 64) + R"(\n)" +
                      base64.substr(64, 64) + R"(\n)" + base64.substr(128) +
                      R"(\n-----END CERTIFICATE-----\n")"),
            std::string::npos)
      << body;
}

TEST(EncodeFeedbackTest, RefusesWhatNoReaderWouldTake) {
  struct Case {
    const char* name;
    FeedbackEntry entry;
    Errc want;
  };
  const Case cases[] = {
      {"no chain", {{}, {UnsignedSct(1)}}, Errc::kInvalidArgument},
      {"empty certificate", {{{}}, {UnsignedSct(1)}}, Errc::kInvalidArgument},
      {"no sct", {{{1}}, {}}, Errc::kInvalidArgument},
      {"no sct that decodes", {{{1}}, {{0, 1}}}, Errc::kInvalidArgument},
      {"a list for an sct", {{{1}}, {SctList({UnsignedSct(1)})}}, Errc::kInvalidArgument},
      {"65 scts",
       {{{1}}, std::vector<ByteVector>(kMaxFeedbackScts + 1, UnsignedSct(1))},
       Errc::kTooLarge},
      {"33 certificates",
       {std::vector<ByteVector>(kMaxChainCertificates + 1, {1}), {UnsignedSct(1)}},
       Errc::kTooLarge},
  };
  for (const Case& c : cases) {
    const Result<std::string> body =
        EncodeFeedback(FeedbackDialect::kArray, std::vector{c.entry}, kMaxFeedbackSize);
    ASSERT_FALSE(body) << c.name;
    EXPECT_EQ(body.error().code, c.want) << c.name;
  }
  EXPECT_TRUE(EncodeFeedback(FeedbackDialect::kEntry, std::vector{cases[0].entry}, 4096));
  const std::vector<FeedbackEntry> many(kMaxFeedbackEntries, kSmall);
  EXPECT_TRUE(EncodeFeedback(FeedbackDialect::kArray, many, kMaxFeedbackSize));
  EXPECT_EQ(EncodeFeedback(FeedbackDialect::kArray, many, 4096).error().code, Errc::kTooLarge);
  const std::vector<FeedbackEntry> too_many(kMaxFeedbackEntries + 1, kSmall);
  EXPECT_EQ(EncodeFeedback(FeedbackDialect::kArray, too_many, kMaxFeedbackSize).error().code,
            Errc::kTooLarge);
}

TEST(DecodeFeedbackTest, KeepsGoodSctsBesideBadOnes) {
  const std::string body = R"([{"x509_chain":["AQ=="],"sct_data":[")" +
                           EncodeBase64(UnsignedSct(1)) + R"(",7,"AQ==","?",")" +
                           EncodeBase64(SctList({UnsignedSct(2), {1}, {}, UnsignedSct(3)})) +
                           R"("]}])";
  const Result<FeedbackMessage> message = Decode(body);
  ASSERT_TRUE(message);
  ASSERT_EQ(message->entries.size(), 1U);
  EXPECT_EQ(message->entries[0].scts,
            (std::vector<ByteVector>{UnsignedSct(1), UnsignedSct(2), UnsignedSct(3)}));
  EXPECT_EQ(message->skips.CountOf(Errc::kBadEncoding), 2U);
  EXPECT_EQ(message->skips.CountOf(Errc::kUnsupportedVersion), 2U);
  EXPECT_EQ(message->skips.CountOf(Errc::kBadLength), 1U);
}

TEST(DecodeFeedbackTest, BoundsSctsAndEntries) {
  std::string scts;
  for (std::size_t i = 0; i < kMaxFeedbackScts + 3; ++i) {
    scts += (i == 0 ? "\"" : ",\"") + EncodeBase64(UnsignedSct(1, i)) + '"';
  }
  const std::string entry = R"({"x509_chain":["AQ=="],"sct_data":[)" + scts + "]}";
  const Result<FeedbackMessage> one = Decode("[" + entry + "]");
  EXPECT_EQ(one->entries.at(0).scts.size(), kMaxFeedbackScts);
  EXPECT_EQ(one->skips.CountOf(Errc::kTooLarge), 3U);

  std::string body = "[";
  for (std::size_t i = 0; i < kMaxFeedbackEntries; ++i) {
    body += "0,";
  }
  const Result<FeedbackMessage> many = Decode(body + entry + "]");
  EXPECT_TRUE(many->entries.empty());
  EXPECT_EQ(many->skips.CountOf(Errc::kTooLarge), 1U);
  EXPECT_EQ(DecodeFeedback(AsBytes("[  ]"), 3).error().code, Errc::kTooLarge);
}

TEST(SplitSctDataTest, TellsAnSctFromAListByItsForm) {
  const ByteVector sct = UnsignedSct(1);
  EXPECT_EQ(SplitSctData(sct)->size(), 1U);
  EXPECT_EQ(ToVector(SplitSctData(sct)->front()), sct);
  // Lists of fewer than 256 bytes begin with a zero byte, and so does an SCT.
  const ByteVector one = SctList({sct});
  const ByteVector three = SctList({sct, UnsignedSct(2), UnsignedSct(3)});
  ASSERT_EQ(one[0], 0);
  ASSERT_EQ(three[0], 0);
  EXPECT_EQ(ToVector(SplitSctData(one)->front()), sct);
  EXPECT_EQ(SplitSctData(three)->size(), 3U);
  const ByteVector long_list = SctList(std::vector<ByteVector>(20, sct));
  ASSERT_NE(long_list[0], 0);
  EXPECT_EQ(SplitSctData(long_list)->size(), 20U);
}

TEST(SplitSctDataTest, RefusesEveryPrefixAndEveryTail) {
  for (const ByteVector& whole : {UnsignedSct(1), SctList({UnsignedSct(1), UnsignedSct(2)})}) {
    for (std::size_t len = 0; len < whole.size(); ++len) {
      EXPECT_FALSE(SplitSctData(Bytes(whole).first(len))) << len;
    }
    EXPECT_FALSE(SplitSctData(Join({whole, {0}})));
  }
}

TEST(TrustedAuditorTest, WritesWhatItReads) {
  const std::vector<GossipHead> heads = {Unsigned(1, 7)};
  const std::vector<FeedbackEntry> feedback = {kSmall, kLarge};
  for (const HeadDialect dialect : {HeadDialect::kSths, HeadDialect::kVersioned}) {
    const Result<std::string> body =
        EncodeTrustedAuditor(dialect, heads, FeedbackDialect::kArrayVersioned, feedback);
    ASSERT_TRUE(body);
    const Result<AuditorMessage> message = DecodeTrustedAuditor(AsBytes(*body));
    ASSERT_TRUE(message);
    EXPECT_EQ(message->feedback.entries, feedback);
    EXPECT_EQ(message->feedback.dialect, FeedbackDialect::kArrayVersioned);
    ASSERT_EQ(message->heads.heads.size(), 1U);
    EXPECT_EQ(message->heads.heads[0].sth.head, heads[0].sth.head);
    EXPECT_EQ(message->heads.dialect, dialect);
  }
  const std::vector<GossipHead> too_many(kMaxGossipHeads + 1, Unsigned(1, 7));
  EXPECT_EQ(EncodeTrustedAuditor(HeadDialect::kSths, too_many, FeedbackDialect::kArray, feedback)
                .error()
                .code,
            Errc::kTooLarge);
}

}  // namespace
}  // namespace tattle::feedback_test
