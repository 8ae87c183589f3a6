// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/offer.h"

#include <string_view>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/gossip/header.h"
#include "core/gossip/heads.h"
#include "plugin/runtime/bounds.h"

namespace tattle::offer_test {
namespace {

OutboxHead HeadOf(std::uint8_t log) {
  OutboxHead head;
  head.log_id.fill(log);
  head.sth.head.tree_size = 1000U + log;
  head.sth.head.timestamp_ms = 1'795'000'000'000;
  head.sth.signature = {4, 3, 0, 2, 0xaa, log};
  return head;
}

std::vector<OutboxHead> Heads(std::size_t count) {
  std::vector<OutboxHead> heads;
  for (std::size_t i = 0; i < count; ++i) {
    heads.push_back(HeadOf(static_cast<std::uint8_t>(i)));
  }
  return heads;
}

TEST(MakeOfferTest, OffersNothingWhereThereIsNothing) {
  const Offer offer = MakeOffer({}).value();
  EXPECT_EQ(offer.num_heads, 0U);
  EXPECT_EQ(offer.header, "");
  EXPECT_EQ(offer.body, "");
}

TEST(MakeOfferTest, WritesAllHeadsInTheBodyAndTheFirstInTheHeader) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{3}, kMaxOutboxHeads}) {
    const Offer offer = MakeOffer(Heads(count)).value();
    EXPECT_EQ(offer.num_heads, count);
    const Result<HeadMessage> body = DecodeHeads(AsBytes(offer.body));
    ASSERT_TRUE(body);
    EXPECT_EQ(body->dialect, HeadDialect::kSths);
    EXPECT_EQ(body->heads.size(), count);
    EXPECT_LE(offer.header.size(), kMaxOfferedHeaderSize);
    const std::string_view value = offer.header;
    const auto header = DecodeTransGossip({&value, 1});
    ASSERT_TRUE(header);
    EXPECT_EQ(header->skips.total(), 0U);
    ASSERT_GE(header->heads.size(), std::min<std::size_t>(count, 3));
    ASSERT_LE(header->heads.size(), count);
    for (std::size_t i = 0; i < header->heads.size(); ++i) {
      EXPECT_EQ(header->heads[i].log_id, HeadOf(static_cast<std::uint8_t>(i)).log_id);
    }
  }
}

TEST(MakeOfferTest, RefusesAHeadThatNoMessageCanHold) {
  std::vector<OutboxHead> heads = Heads(2);
  heads[1].sth.head.tree_size = kMaxTreeSize + 1;
  EXPECT_EQ(MakeOffer(heads).error().code, Errc::kInvalidArgument);
}

}  // namespace
}  // namespace tattle::offer_test
