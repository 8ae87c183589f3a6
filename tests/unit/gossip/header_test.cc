// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/header.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/gossip/bounds.h"
#include "tests/unit/gossip/gossip_testing.h"

namespace tattle::header_test {
namespace {

using gossip_testing::Unsigned;
using Lines = std::vector<std::string_view>;

TEST(DecodeTransGossipEnabledTest, SaysWhatTheServerSaid) {
  const std::pair<Lines, const char*> cases[] = {
      {{}, "absent"},
      {{"Yes"}, "yes"},
      {{" yes\t"}, "yes"},
      {{"YES"}, "yes"},
      {{"Yes", "Yes"}, "yes"},
      {{"No"}, "no"},
      {{"nO"}, "no"},
      {{"Yes, No"}, "no"},
      {{"No", "Yes"}, "no"},
      {{"No", "perhaps"}, "no"},
      {{"Yes", "perhaps"}, "other"},
      {{"perhaps", "Yes"}, "other"},
      {{"perhaps", "No"}, "no"},
      {{""}, "other"},
      {{" , "}, "other"},
      {{"Yes!"}, "other"},
      {{"Ye s"}, "other"},
      {{"1"}, "other"},
      {{"yes\r"}, "other"},
  };
  for (const auto& [lines, want] : cases) {
    EXPECT_EQ(WillingnessName(DecodeTransGossipEnabled(lines)), want)
        << testing::PrintToString(lines);
  }
  const std::string long_line = "No," + std::string(kMaxGossipHeaderSize, ' ');
  EXPECT_EQ(DecodeTransGossipEnabled(Lines{long_line}), Willingness::kOther);
}

TEST(EncodeTransGossipTest, WritesWhatSplitTransGossipReads) {
  const std::vector<TransGossipMessage> messages = {{{1, 2, 3}, {0}}, {{0xff}, {1, 2, 3, 4}}};
  const std::string value = EncodeTransGossip(messages).value();
  EXPECT_EQ(value,
            "0:010203" + std::string(58, '0') + ":AA==, 0:ff" + std::string(62, '0') + ":AQIDBA==");
  const Result<TransGossipMessages> again = SplitTransGossip(Lines{value});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->messages, messages);
  EXPECT_EQ(again->skips.total(), 0U);
}

TEST(EncodeTransGossipTest, KeepsToTheBounds) {
  const std::vector<TransGossipMessage> most(kMaxGossipHeaderMessages, {{}, {1}});
  EXPECT_TRUE(EncodeTransGossip(most));
  const std::vector<TransGossipMessage> too_many(kMaxGossipHeaderMessages + 1, {{}, {1}});
  EXPECT_EQ(EncodeTransGossip(too_many).error().code, Errc::kTooLarge);
  EXPECT_EQ(EncodeTransGossip(std::vector<TransGossipMessage>{{{}, ByteVector(6200)}}).error().code,
            Errc::kTooLarge);
  EXPECT_EQ(EncodeTransGossip(std::vector<TransGossipMessage>{{{}, {}}}).error().code,
            Errc::kInvalidArgument);
}

TEST(SplitTransGossipTest, SaysWhyAMessageIsBad) {
  const std::string id(64, 'a');
  const std::pair<std::string, const char*> cases[] = {
      {"0", "trans_gossip: truncated"},
      {"0:", "trans_gossip: truncated"},
      {"0:" + id, "trans_gossip: truncated"},
      {"0:" + id + ":", "trans_gossip.gossip_data: length not allowed"},
      {"0:" + id + ":A", "trans_gossip.gossip_data: not properly encoded"},
      {"0:" + id + ":AA==:", "trans_gossip.gossip_data: not properly encoded"},
      {"0:" + id + "a:AA==", "trans_gossip.log_id: not properly encoded"},
      {"0:" + id.substr(2) + ":AA==", "trans_gossip.log_id: not properly encoded"},
      {"0::AA==", "trans_gossip.log_id: length not allowed"},
      {"0:" + id.substr(1) + "g:AA==", "trans_gossip.log_id: not properly encoded"},
      {":" + id + ":AA==", "trans_gossip.version: not properly encoded"},
      {"-0:" + id + ":AA==", "trans_gossip.version: not properly encoded"},
      {"0x0:" + id + ":AA==", "trans_gossip.version: not properly encoded"},
      {"1:" + id + ":AA==", "trans_gossip.version: unsupported version"},
      {"18446744073709551616:", "trans_gossip.version: unsupported version"},
  };
  for (const auto& [item, want] : cases) {
    // Beside a good one, which it must not spoil.
    const std::string line = item + ",0:" + id + ":AA==";
    const Result<TransGossipMessages> split = SplitTransGossip(Lines{line});
    ASSERT_TRUE(split);
    EXPECT_EQ(split->messages.size(), 1U) << item;
    ASSERT_EQ(split->skips.reasons().size(), 1U) << item;
    EXPECT_EQ(Describe(split->skips.reasons()[0].error), want) << item;
  }
  const std::string padded = "000:" + id + ":AA==";
  EXPECT_EQ(SplitTransGossip(Lines{padded})->messages.size(), 1U);
}

TEST(SplitTransGossipTest, BoundsMessages) {
  std::string line;
  for (std::size_t i = 0; i < kMaxGossipHeaderMessages + 2; ++i) {
    line += "0:" + std::string(64, 'a') + ":AA==,";
  }
  const Result<TransGossipMessages> split = SplitTransGossip(Lines{line});
  EXPECT_EQ(split->messages.size(), kMaxGossipHeaderMessages);
  EXPECT_EQ(split->skips.CountOf(Errc::kTooLarge), 2U);
}

TEST(SplitTransGossipTest, CountsAllLinesTogether) {
  const std::string half(kMaxGossipHeaderSize / 2, ' ');
  EXPECT_TRUE(SplitTransGossip(Lines{half, half}));
  EXPECT_EQ(SplitTransGossip(Lines{half, half, " "}).error().code, Errc::kTooLarge);
}

TEST(EncodeTransGossipHeadsTest, WritesWhatDecodeTransGossipReads) {
  const std::vector<GossipHead> heads = {Unsigned(1, 7), Unsigned(2, 8)};
  const std::string value = EncodeTransGossipHeads(heads).value();
  const Result<TransGossipContent> content = DecodeTransGossip(Lines{value});
  ASSERT_TRUE(content);
  ASSERT_EQ(content->heads.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(content->heads[i].log_id, heads[i].log_id);
    EXPECT_EQ(content->heads[i].sth.head, heads[i].sth.head);
    EXPECT_EQ(content->heads[i].sth.signature, heads[i].sth.signature);
  }
  EXPECT_EQ(content->skips.total(), 0U);
  // With real signatures, 470 bytes a head, as many as fit into 8 KB.
  EXPECT_TRUE(EncodeTransGossipHeads(std::vector<GossipHead>(14, Unsigned(1, 7))));
  EXPECT_EQ(EncodeTransGossipHeads(std::vector<GossipHead>(30, Unsigned(1, 7))).error().code,
            Errc::kTooLarge);
}

TEST(EncodeTransGossipHeadsTest, WantsALogId) {
  GossipHead head = Unsigned(1, 7);
  head.log_id.reset();
  EXPECT_EQ(EncodeTransGossipHeads(std::vector{head}).error().code, Errc::kMissing);
}

TEST(DecodeTransGossipTest, ReadsFeedbackOfTheDialectThatWentByHeader) {
  const std::vector<FeedbackEntry> entries = {
      {{{1}}, {gossip_testing::UnsignedSct(5), gossip_testing::UnsignedSct(6)}}};
  const std::string json =
      EncodeFeedback(FeedbackDialect::kEntry, entries, kMaxFeedbackSize).value();
  TransGossipMessage message = {{}, ToVector(AsBytes(json))};
  message.log_id.fill(5);
  const std::string value = EncodeTransGossip(std::vector{message}).value();
  const Result<TransGossipContent> content = DecodeTransGossip(Lines{value});
  ASSERT_TRUE(content);
  EXPECT_TRUE(content->heads.empty());
  ASSERT_EQ(content->feedback.size(), 1U);
  EXPECT_EQ(content->feedback[0].scts, (std::vector<ByteVector>{gossip_testing::UnsignedSct(5)}));
  EXPECT_EQ(content->skips.CountOf(Errc::kMismatch), 1U);
}

}  // namespace
}  // namespace tattle::header_test
