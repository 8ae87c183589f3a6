// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/gossip_book.h"

#include <array>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "plugin/pool/gossip_view.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle::gossip_book_test {
namespace {

using testlib::HeadOfSize;
using testlib::kNowMs;

class GossipBookTest : public testlib::PoolFixture {
 protected:
  GossipBook Book() { return GossipBook(*pool_); }

  KnownHead Known(std::uint64_t id) {
    const auto heads = GossipView(*pool_).HeadsSince(0);
    for (const KnownHead& head : heads.value()) {
      if (head.id == id) {
        return head;
      }
    }
    return {};
  }

  // Waiting is the outbox as "HOST ID" lines.
  std::vector<std::string> Waiting() {
    std::vector<std::string> out;
    const auto promised = Book().Promised();
    for (const PromisedHead& one : promised.value()) {
      out.push_back(one.host + " " + std::to_string(one.head.id));
    }
    return out;
  }
};

TEST_F(GossipBookTest, RemembersWhomHeadsWereGivenToOverARestart) {
  const std::uint64_t web = Add(HeadOfSize(1));
  const std::uint64_t auditor = Add(HeadOfSize(2));
  const std::uint64_t both = Add(HeadOfSize(3));
  const std::uint64_t nobody = Add(HeadOfSize(4));
  ASSERT_TRUE(Book().NoteGiven(std::array{web, both}, HeadAudience::kWebServer));
  ASSERT_TRUE(Book().NoteGiven(std::array{auditor, both}, HeadAudience::kAuditor));
  for (int restarts = 0; restarts < 2; ++restarts) {
    EXPECT_TRUE(Known(web).given_to_web_server);
    EXPECT_FALSE(Known(web).given_to_auditor);
    EXPECT_FALSE(Known(auditor).given_to_web_server);
    EXPECT_TRUE(Known(auditor).given_to_auditor);
    EXPECT_TRUE(Known(both).given_to_web_server && Known(both).given_to_auditor);
    EXPECT_FALSE(Known(nobody).given_to_web_server || Known(nobody).given_to_auditor);
    EXPECT_TRUE(Known(both).is_reported);
    EXPECT_FALSE(Known(nobody).is_reported);
    Open();
  }
}

TEST_F(GossipBookTest, HeadsKnowWhetherWeFetchedThem) {
  const std::uint64_t own = Add(HeadOfSize(1));
  const std::uint64_t learnt =
      pool_->AddHead(testlib::LogNumber(1), HeadOfSize(2), HeadSource::kReply, kNowMs)->id;
  for (int restarts = 0; restarts < 2; ++restarts) {
    EXPECT_EQ(Known(own).source, HeadSource::kLog);
    EXPECT_EQ(Known(learnt).source, HeadSource::kReply);
    Open();
  }
}

TEST_F(GossipBookTest, NothingIsLeftOfAHeadThatWasEvicted) {
  options_.limits.unlinked_heads = 2;
  Open();
  Add(HeadOfSize(1));
  const std::uint64_t promised = Add(HeadOfSize(2));
  ASSERT_TRUE(Book().Promise("a.example", std::array{promised}, kNowMs));
  while (pool_->FindHead(promised).value()) {
    Add(HeadOfSize(pool_->HeadsAfter(0, 10)->back().sth.head.tree_size + 1));
  }
  EXPECT_TRUE(Book().HasHad()->empty());
}

TEST_F(GossipBookTest, WhatIsPromisedWaitsAndStaysGivenWhenItIsWithdrawn) {
  const std::uint64_t first = Add(HeadOfSize(1));
  const std::uint64_t second = Add(HeadOfSize(2));
  const std::uint64_t gone = 99;
  ASSERT_TRUE(Book().Promise("b.example", std::array{first, gone}, kNowMs));
  ASSERT_TRUE(Book().Promise("a.example", std::array{second}, kNowMs + 1));
  Open();
  EXPECT_EQ(Waiting(), (std::vector<std::string>{"a.example 2", "b.example 1"}));
  EXPECT_EQ(Book().Promised()->front().since_ms, kNowMs + 1);
  EXPECT_EQ(Book().Promised()->front().head.sth.head.tree_size, 2U);
  EXPECT_TRUE(Known(first).given_to_web_server);
  ASSERT_TRUE(Book().Withdraw("b.example"));
  EXPECT_EQ(Waiting(), (std::vector<std::string>{"a.example 2"}));
  EXPECT_TRUE(Known(first).given_to_web_server);
  EXPECT_EQ(Book().Promise("", {}, kNowMs).error().fault, PoolFault::kRefused);
  // It is never promised to the same host again, which is remembered for as long as it is a peer.
  ASSERT_TRUE(Book().Promise("b.example", std::array{first}, kNowMs));
  EXPECT_EQ(Waiting(), (std::vector<std::string>{"a.example 2"}));
  EXPECT_EQ(Book().HasHad()->at("b.example"), std::set{first});
  ASSERT_TRUE(pool_->SetPeer({"b.example", true, kNowMs, kNowMs}));
  ASSERT_TRUE(pool_->Prune(kNowMs));
  EXPECT_EQ(Book().HasHad()->size(), 2U);
  ASSERT_TRUE(pool_->Prune(kNowMs + 1));
  EXPECT_EQ(Book().HasHad()->size(), 1U) << "what still waits stays";
}

TEST_F(GossipBookTest, KeepsTheLastExchanges) {
  options_.limits.exchanges = 3;
  Open();
  GossipExchange exchange = {"a.example", ExchangeKind::kFeedback, kNowMs, 1, 2, 3, "no answer"};
  for (std::uint64_t i = 0; i < 5; ++i) {
    exchange.num_sent = i;
    ASSERT_TRUE(Book().AddExchange(exchange));
  }
  const std::vector<GossipExchange> last = Book().Exchanges(10).value();
  ASSERT_EQ(last.size(), 3U);
  EXPECT_EQ(last.front(), exchange);
  EXPECT_EQ(last.back().num_sent, 2U);
  EXPECT_EQ(Book().Exchanges(1)->size(), 1U);
  exchange.host.clear();
  EXPECT_EQ(Book().AddExchange(exchange).error().fault, PoolFault::kRefused);
}

}  // namespace
}  // namespace tattle::gossip_book_test
