// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/outbox_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/time.h"
#include "core/gossip/bounds.h"
#include "tests/unit/plugin_gossip/gossip_world.h"

namespace tattle::outbox_plan_test {
namespace {

using plugin_gossip_testing::SizesOf;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using Sizes = std::vector<std::uint64_t>;
using Content = std::map<std::string, Sizes>;  // tree sizes by host

class OutboxPlanTest : public plugin_gossip_testing::GossipWorld {
 protected:
  void Say(const std::string& host, Willingness said) {
    const auto noted = NoteWillingness(*pool_, host, said, now_ms_);
    ASSERT_TRUE(noted) << noted.error();
  }

  Content Renew(HeadSide side = HeadSide::kClient) {
    const auto hosts = RenewOutbox(*pool_, logs_, side, 0, now_ms_, Draw(++seed_));
    EXPECT_TRUE(hosts) << hosts.error();
    Content out;
    for (const OutboxHost& host : hosts.value()) {
      out[host.host] = {};
      for (const OutboxHead& head : host.heads) {
        out[host.host].push_back(head.sth.head.tree_size);
      }
    }
    return out;
  }

  // OwnHeads adds some of sizes that were never there.
  void OwnHeads(std::size_t num) {
    for (std::size_t i = 0; i < num; ++i) {
      ++last_size_;
      Own(last_size_ % 2 == 0 ? amber_ : birch_, last_size_);
    }
  }

  Sizes Waiting() {
    Sizes out;
    const std::vector<PromisedHead> promised = GossipBook(*pool_).Promised().value();
    for (const PromisedHead& one : promised) {
      out.push_back(one.head.sth.head.tree_size);
    }
    return out;
  }

  std::uint64_t seed_ = 0;
  std::uint64_t last_size_ = 0;
};

TEST_F(OutboxPlanTest, ServesWillingHostsOnly) {
  OwnHeads(1);
  Say("no.example", Willingness::kNo);
  Say("absent.example", Willingness::kAbsent);
  Say("other.example", Willingness::kOther);
  Say("Upper.example", Willingness::kYes);
  Say("", Willingness::kYes);
  Say("a b", Willingness::kYes);
  EXPECT_THAT(Renew(), ElementsAre());
  Say("yes.example:8443", Willingness::kYes);
  EXPECT_THAT(Renew(), ElementsAre(Pair("yes.example:8443", ElementsAre(1))));
}

TEST_F(OutboxPlanTest, ANoTakesBackWhatWaitsAndItStaysGiven) {
  OwnHeads(8);
  Say("a.example", Willingness::kYes);
  EXPECT_EQ(Renew()["a.example"].size(), 8U);
  Say("a.example", Willingness::kAbsent);
  Say("a.example", Willingness::kOther);
  EXPECT_EQ(Waiting().size(), 8U);
  Say("a.example", Willingness::kNo);
  EXPECT_EQ(Waiting(), Sizes());
  Say("b.example", Willingness::kYes);
  EXPECT_THAT(Renew(), ElementsAre());
  OwnHeads(1);
  EXPECT_THAT(Renew(), ElementsAre(Pair("b.example", ElementsAre(9))));
}

TEST_F(OutboxPlanTest, ServesForAWeekAfterAContact) {
  Say("a.example", Willingness::kYes);
  Later(7 * kMsPerDay);
  OwnHeads(1);
  EXPECT_THAT(Renew(), ElementsAre(Pair("a.example", ElementsAre(1))));
  Later(1);
  EXPECT_THAT(Renew(), ElementsAre());
  Say("a.example", Willingness::kYes);
  OwnHeads(1);
  EXPECT_THAT(Renew(), ElementsAre(Pair("a.example", ElementsAre(2))));
}

TEST_F(OutboxPlanTest, BelievesAYesUntilItExpires) {
  Say("a.example", Willingness::kYes);
  auto peer = pool_->FindPeer("a.example").value().value();
  EXPECT_EQ(peer.expires_ms, now_ms_ + kWillingForMs);
  EXPECT_EQ(peer.last_contact_ms, now_ms_);
  peer.expires_ms = now_ms_;
  ASSERT_TRUE(pool_->SetPeer(peer));
  OwnHeads(1);
  EXPECT_THAT(Renew(), ElementsAre(Pair("a.example", ElementsAre(1))));
  Later(1);
  OwnHeads(1);
  EXPECT_THAT(Renew(), ElementsAre()) << "what waited is taken back as well";
}

TEST_F(OutboxPlanTest, AHeadGoesToOneHostOnlyWhateverHappens) {
  std::map<std::uint64_t, std::set<std::string>> hosts_of;
  for (int round = 0; round < 60; ++round) {
    for (const char* const host : {"a.example", "b.example", "c.example", "d.example"}) {
      Say(host, (round * 7 + host[0]) % 11 == 0 ? Willingness::kNo : Willingness::kYes);
    }
    OwnHeads(static_cast<std::size_t>(round) % 7);
    for (const auto& [host, sizes] : Renew()) {
      EXPECT_LE(sizes.size(), kHeadsForHost);
      for (const std::uint64_t size : sizes) {
        hosts_of[size].insert(host);
      }
      if ((round + host[0]) % 3 == 0) {
        ASSERT_TRUE(NoteCarried(*pool_, host, now_ms_));
      }
    }
    Later(std::uint64_t{3} * 3'600'000);
    if (round % 5 == 4) {
      Open();
    }
  }
  EXPECT_GT(hosts_of.size(), 100U);
  for (const auto& [size, hosts] : hosts_of) {
    EXPECT_EQ(hosts.size(), 1U) << "head " << size;
  }
}

TEST_F(OutboxPlanTest, WhatWaitsStaysTheSameUntilItHasWaitedForADay) {
  Say("a.example", Willingness::kYes);
  OwnHeads(3);
  EXPECT_THAT(Renew()["a.example"], UnorderedElementsAre(1, 2, 3));
  Later(kMsPerDay);
  EXPECT_THAT(Renew()["a.example"], UnorderedElementsAre(1, 2, 3));
  OwnHeads(2);
  EXPECT_THAT(Renew()["a.example"], UnorderedElementsAre(1, 2, 3, 4, 5));
  Later(1);
  EXPECT_THAT(Renew(), ElementsAre()) << "the oldest has waited for more than a day";
  OwnHeads(1);
  EXPECT_THAT(Renew()["a.example"], ElementsAre(6));
}

TEST_F(OutboxPlanTest, WhatGrowsStaleWhileItWaitsIsTakenBack) {
  OwnHeads(1);
  Later(kHeadFreshnessMs);
  Say("a.example", Willingness::kYes);
  EXPECT_THAT(Renew(), ElementsAre(Pair("a.example", ElementsAre(1))));
  Later(1);
  EXPECT_THAT(Renew(), ElementsAre());
}

TEST_F(OutboxPlanTest, WhatIsOfALogThatWasDeniedIsTakenBack) {
  Say("a.example", Willingness::kYes);
  OwnHeads(2);
  EXPECT_THAT(Renew()["a.example"], UnorderedElementsAre(1, 2));
  logs_.AddDenied({{amber_.log_id(), amber_.key().Spki(), "compromised"}});
  EXPECT_THAT(Renew(), ElementsAre());
  OwnHeads(2);
  EXPECT_THAT(Renew(), ElementsAre(Pair("a.example", ElementsAre(3))));
  logs_ = testlib::ListOf({amber_.Entry()});
  EXPECT_THAT(Renew(), ElementsAre(Pair("a.example", ElementsAre(4))))
      << "Birch is no longer in the list";
}

TEST_F(OutboxPlanTest, LearntHeadsNeverWait) {
  Say("a.example", Willingness::kYes);
  Learnt(amber_, 100);
  Learnt(birch_, 101, HeadSource::kPollination);
  EXPECT_THAT(Renew(), ElementsAre());
}

TEST_F(OutboxPlanTest, ASplitWaitsForEverybodyAndShutsNobodyOut) {
  Split(amber_, 1000);
  Split(birch_, 2000);
  Later(kHeadFreshnessMs + 1);
  for (const char* const host : {"a.example", "b.example", "c.example"}) {
    Say(host, Willingness::kYes);
  }
  for (const auto& [host, sizes] : Renew()) {
    EXPECT_THAT(sizes, UnorderedElementsAre(1000, 1000, 2000, 2000)) << host;
  }
  EXPECT_EQ(Renew().size(), 3U);
  // What comes later finds its place beside it, up to the last.
  for (std::size_t num = 1; num <= std::size_t{4} * 3; ++num) {
    OwnHeads(1);
    EXPECT_EQ(Renew().size(), 3U);
    EXPECT_EQ(Waiting().size(), std::size_t{3} * 4 + num);
  }
  OwnHeads(1);
  Renew();
  EXPECT_EQ(Waiting().size(), 3 * kHeadsForHost);
}

TEST_F(OutboxPlanTest, WhatWaitsAlreadyIsNotCountedAsGivenAgain) {
  Split(amber_, 1000);
  Say("a.example", Willingness::kYes);
  for (int i = 0; i < 5; ++i) {
    Renew();
  }
  const std::vector<PooledHead> heads = pool_->FindHeads(amber_.log_id(), 1000).value();
  for (const PooledHead& head : heads) {
    EXPECT_EQ(head.num_reports, 1U);
  }
}

TEST_F(OutboxPlanTest, APoolGivesEverybodyTheSame) {
  OwnHeads(2);
  Learnt(amber_, 100, HeadSource::kPollination);
  Say("a.example", Willingness::kYes);
  Say("b.example", Willingness::kYes);
  EXPECT_THAT(Renew(HeadSide::kPool),
              ElementsAre(Pair("a.example", UnorderedElementsAre(1, 2, 100)),
                          Pair("b.example", UnorderedElementsAre(1, 2, 100))));
}

TEST_F(OutboxPlanTest, NobodyIsAlwaysFirst) {
  std::set<std::string> lucky;
  for (const char* const host : {"a.example", "b.example", "c.example"}) {
    Say(host, Willingness::kYes);
  }
  for (int i = 0; i < 40; ++i) {
    OwnHeads(1);
    for (const auto& [host, sizes] : Renew()) {
      lucky.insert(host);
      ASSERT_TRUE(NoteCarried(*pool_, host, now_ms_));
    }
  }
  EXPECT_THAT(lucky, ElementsAre("a.example", "b.example", "c.example"));
}

TEST_F(OutboxPlanTest, TheContentIsWhatAnOutboxFileHolds) {
  for (const char* const host : {"z.example", "a.example", "m.example", "a.example:8443"}) {
    Say(host, Willingness::kYes);
  }
  OwnHeads(4 * kHeadsForHost);
  Outbox outbox;
  outbox.made_ms = now_ms_;
  outbox.expires_ms = now_ms_ + 1;
  outbox.hosts = RenewOutbox(*pool_, logs_, HeadSide::kClient, 0, now_ms_, Draw()).value();
  ASSERT_EQ(outbox.hosts.size(), 4U);
  EXPECT_TRUE(
      std::is_sorted(outbox.hosts.begin(), outbox.hosts.end(),
                     [](const OutboxHost& a, const OutboxHost& b) { return a.host < b.host; }));
  const Result<ByteVector> file = EncodeOutbox(outbox);
  ASSERT_TRUE(file);
  EXPECT_EQ(DecodeOutbox(*file)->hosts.size(), 4U);
  for (const OutboxHost& host : outbox.hosts) {
    EXPECT_EQ(SizesOf(host.heads).size(), kHeadsForHost) << host.host;
  }
}

TEST_F(OutboxPlanTest, ABrokenGeneratorPromisesNothing) {
  Say("a.example", Willingness::kYes);
  Say("b.example", Willingness::kYes);
  OwnHeads(20);
  EXPECT_FALSE(
      RenewOutbox(*pool_, logs_, HeadSide::kClient, 0, now_ms_, gossip_testing::BrokenDraw()));
  EXPECT_EQ(Waiting(), Sizes());
  for (std::uint64_t id = 1; id <= 20; ++id) {
    EXPECT_FALSE(Known(id).given_to_web_server);
  }
}

TEST_F(OutboxPlanTest, WhatWasCarriedIsGoneAndWrittenDown) {
  Say("a.example", Willingness::kYes);
  Say("b.example", Willingness::kYes);
  OwnHeads(2 * kHeadsForHost);
  const Content before = Renew();
  Later(5000);
  ASSERT_TRUE(NoteCarried(*pool_, "a.example", now_ms_));
  ASSERT_TRUE(NoteCarried(*pool_, "a.example", now_ms_));
  ASSERT_TRUE(NoteCarried(*pool_, "never.example", now_ms_));
  EXPECT_THAT(Renew(), ElementsAre(Pair("b.example", before.at("b.example"))));
  GossipExchange want;
  want.host = "a.example";
  want.kind = ExchangeKind::kCarried;
  want.at_ms = now_ms_;
  want.num_sent = kHeadsForHost;
  EXPECT_THAT(GossipBook(*pool_).Exchanges(10).value(), ElementsAre(want));
}

TEST_F(OutboxPlanTest, WhereThePoolFailsItSaysWhy) {
  OwnHeads(2);
  Say("a.example", Willingness::kYes);
  Open(/*read_only=*/true);
  EXPECT_FALSE(RenewOutbox(*pool_, logs_, HeadSide::kClient, 0, now_ms_, Draw()));
  EXPECT_FALSE(NoteWillingness(*pool_, "b.example", Willingness::kYes, now_ms_));
}

}  // namespace
}  // namespace tattle::outbox_plan_test
