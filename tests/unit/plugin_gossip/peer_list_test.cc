// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/peer_list.h"

#include <array>

#include <gtest/gtest.h>

#include "tests/unit/pool/pool_fixture.h"

namespace tattle::peer_list_test {
namespace {

using testlib::HeadOfSize;
using testlib::kNowMs;

class PeerListTest : public testlib::PoolFixture {};

TEST_F(PeerListTest, BringsTogetherWhatThePoolKnowsOfAHost) {
  GossipBook book(*pool_);
  ASSERT_TRUE(pool_->SetPeer({"a.example", true, kNowMs + 1, kNowMs}));
  const std::array waiting = {Add(HeadOfSize(1)), Add(HeadOfSize(2))};
  ASSERT_TRUE(book.Promise("a.example", waiting, kNowMs));
  ASSERT_TRUE(book.AddExchange({"a.example", ExchangeKind::kCarried, 1000, 5, 0, 0, ""}));
  ASSERT_TRUE(book.AddExchange({"a.example", ExchangeKind::kHeads, 2000, 3, 2, 1, ""}));
  ASSERT_TRUE(book.AddExchange({"a.example", ExchangeKind::kFeedback, 3000, 9, 0, 0, "timeout"}));
  ASSERT_TRUE(book.AddExchange({"b.example", ExchangeKind::kHeads, 4000, 1, 0, 0, "refused"}));
  const auto peers = ReadGossipPeers(*pool_);
  ASSERT_TRUE(peers);
  ASSERT_EQ(peers->size(), 2U);
  const GossipPeer& a = peers->at("a.example");
  EXPECT_TRUE(a.said && a.said->is_willing);
  EXPECT_FALSE(a.site);
  EXPECT_EQ(a.last->at_ms, 3000U);
  EXPECT_EQ(a.last_taken_ms, 2000U);
  EXPECT_EQ(a.num_sent, 8U) << "heads, and no chains";
  EXPECT_EQ(a.num_received, 2U);
  EXPECT_EQ(a.num_waiting, 2U);
  const GossipPeer& b = peers->at("b.example");
  EXPECT_FALSE(b.said);
  EXPECT_EQ(b.last->failure, "refused");
  EXPECT_EQ(b.last_taken_ms, 0U);
}

TEST_F(PeerListTest, WhatIsTakenOutOfTheOutboxDoesNotWait) {
  GossipBook book(*pool_);
  ASSERT_TRUE(book.Promise("a.example", std::array{Add(HeadOfSize(1))}, kNowMs));
  ASSERT_TRUE(book.Withdraw("a.example"));
  EXPECT_TRUE(ReadGossipPeers(*pool_)->empty());
}

}  // namespace
}  // namespace tattle::peer_list_test
