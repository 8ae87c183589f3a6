// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Two servers put together all that 100 clients ever sent them, and look for a head that tells them
// of two messages that they are of one client (core/gossip/README.md, "Who gets what").

#include <array>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "plugin/gossip/head_choice.h"
#include "plugin/gossip/outbox_plan.h"
#include "plugin/gossip/pollinator.h"
#include "tests/unit/plugin_gossip/gossip_world.h"

namespace tattle::gossip_privacy_test {
namespace {

using testing::ScriptedAnswer;
using testing::ScriptedRequest;

constexpr std::size_t kNumClients = 100;
constexpr int kNumRounds = 6;  // every second one with exchanges of our own
constexpr std::uint64_t kRoundMs = 3'600'000;

using HeadName = std::tuple<LogId, std::uint64_t, std::uint64_t>;  // log, size, time

struct Message {
  std::size_t client = 0;
  std::string host;
  std::set<HeadName> heads;
};

// Links is what the servers find out.
struct Links {
  std::size_t num_between_servers = 0;  // heads that one client gave to both
  std::size_t num_between_visits = 0;   // pairs of messages of one client with a head in common
  std::size_t num_shared = 0;           // heads that came from several clients: these link nobody
};

Links FindLinks(const std::vector<Message>& messages) {
  std::map<HeadName, std::map<std::size_t, std::vector<std::string>>> hosts_by_client;
  for (const Message& message : messages) {
    for (const HeadName& head : message.heads) {
      hosts_by_client[head][message.client].push_back(message.host);
    }
  }
  Links links;
  for (const auto& [head, clients] : hosts_by_client) {
    links.num_shared += clients.size() > 1 ? 1 : 0;
    for (const auto& [client, hosts] : clients) {
      links.num_between_visits += hosts.size() * (hosts.size() - 1) / 2;
      links.num_between_servers += std::set(hosts.begin(), hosts.end()).size() > 1 ? 1 : 0;
    }
  }
  return links;
}

class GossipPrivacyTest : public plugin_gossip_testing::GossipWorld {
 protected:
  void SetUp() override {
    for (const char* const host : kHosts) {
      ServeBy(host, [this, host](const ScriptedRequest& request) -> ScriptedAnswer {
        Record(host, DecodeHeads(AsBytes(request.body)).value().heads);
        return {.body = EncodeHeads(HeadDialect::kSths, std::vector{Mark()}).value()};
      });
    }
  }

  // SignedAt is what a log that signs each second says in a second: the same to all who ask in it.
  GossipHead SignedAt(const testlib::TestLog& log, std::uint64_t time_ms) {
    GossipHead& head = signed_[{log.log_id(), time_ms / 1000}];
    if (!head.log_id) {
      head = gossip_testing::HeadOf(log, time_ms / 1000, time_ms / 1000 * 1000);
    }
    return head;
  }

  // Mark is a head that a server had its log make for this visit alone. The log signs once more in
  // a second: it helps the server.
  GossipHead Mark() {
    ++num_marks_;
    GossipHead head =
        gossip_testing::HeadOf(amber_, 1'000 + num_marks_, now_ms_ - 500 - num_marks_ % 400);
    marks_.insert(NameOf(head));
    return head;
  }

  static HeadName NameOf(const GossipHead& head) {
    return {head.log_id.value_or(LogId()), head.sth.head.tree_size, head.sth.head.timestamp_ms};
  }

  void Record(const std::string& host, const std::vector<GossipHead>& heads) {
    Message message;
    message.client = client_;
    message.host = host;
    for (const GossipHead& head : heads) {
      message.heads.insert(NameOf(head));
    }
    messages_.push_back(std::move(message));
  }

  // Fetch is what tattled does: each log at a time of its own. Clients are busy in the same minute,
  // so that many of them have the same heads.
  void Fetch(std::mt19937_64& random) {
    for (const testlib::TestLog* log : {&amber_, &birch_}) {
      for (std::uint64_t i = random() % 4; i > 0; --i) {
        const std::uint64_t time_ms = now_ms_ - 60'000 + random() % 60'000;
        Keep(SignedAt(*log, time_ms), HeadSource::kLog);
      }
    }
  }

  // Carry: a program that goes to both hosts anyway offers what waits for them.
  void Carry() {
    for (const char* const host : kHosts) {
      ASSERT_TRUE(NoteWillingness(*pool_, host, Willingness::kYes, now_ms_));
    }
    const auto outbox = RenewOutbox(*pool_, logs_, HeadSide::kClient, 0, now_ms_, draw_);
    ASSERT_TRUE(outbox) << outbox.error();
    for (const OutboxHost& entry : *outbox) {
      std::vector<GossipHead> heads;
      for (const OutboxHead& head : entry.heads) {
        heads.push_back({head.log_id, head.sth});
      }
      Record(entry.host, heads);
      ASSERT_TRUE(NoteCarried(*pool_, entry.host, now_ms_));
    }
  }

  void Pollinate() {
    Pollinator pollinator(*pool_, http_, HeadSide::kClient, draw_);
    std::size_t num_takers = kHosts.size();
    for (const char* const host : kHosts) {
      const auto heads = pollinator.Choose(HeadAudience::kWebServer, num_takers--, logs_, now_ms_);
      ASSERT_TRUE(heads) << heads.error();
      const auto done = pollinator.Send(std::string("https://") + host, HeadAudience::kWebServer,
                                        *heads, logs_, now_ms_);
      ASSERT_TRUE(done) << done.error();
      ASSERT_EQ(done->exchange.failure, "");
      ASSERT_EQ(done->exchange.num_new, 1U) << "the mark was taken";
    }
  }

  // Live is all that one client does, with a pool of its own that is opened twice; `visit` is
  // called once a round. A batch only spares the disk.
  template <typename Visit>
  void Live(std::size_t client, const Visit& visit) {
    client_ = client;
    now_ms_ = gossip_testing::kNowMs;
    draw_ = Draw(client);
    std::mt19937_64 random(client);
    for (int part = 0; part < 2; ++part) {
      pool_.reset();
      pool_ = plugin_gossip_testing::OpenPool(folder_.Path("pool" + std::to_string(client)));
      Pool::Batch batch(*pool_);
      for (int round = 0; round < kNumRounds / 2; ++round) {
        Later(kRoundMs);
        Fetch(random);
        visit(part * kNumRounds / 2 + round);
      }
      ASSERT_TRUE(batch.Commit());
    }
  }

  static constexpr std::array kHosts = {"a.example", "b.example"};
  std::map<std::tuple<LogId, std::uint64_t>, GossipHead> signed_;
  std::size_t num_marks_ = 0;
  std::set<HeadName> marks_;
  std::size_t client_ = 0;
  DrawUint64 draw_;
  std::vector<Message> messages_;
};

TEST_F(GossipPrivacyTest, TwoServersThatPoolAllLinkNoTwoVisits) {
  for (std::size_t client = 0; client < kNumClients; ++client) {
    Live(client, [this](int round) { round % 2 == 0 ? Carry() : Pollinate(); });
    ASSERT_FALSE(HasFatalFailure());
  }
  const Links links = FindLinks(messages_);
  EXPECT_EQ(links.num_between_servers, 0U);
  EXPECT_EQ(links.num_between_visits, 0U);
  for (const Message& message : messages_) {
    for (const HeadName& head : message.heads) {
      EXPECT_EQ(marks_.count(head), 0U) << "a mark came to a web server";
    }
  }
  // All this is worth nothing if little was sent.
  EXPECT_EQ(marks_.size(), kNumClients * kNumRounds / 2 * kHosts.size());
  EXPECT_GT(links.num_shared, 50U) << "several clients had the same head";
  std::map<std::pair<std::size_t, std::string>, std::size_t> num_heads;
  for (const Message& message : messages_) {
    num_heads[{message.client, message.host}] += message.heads.size();
  }
  EXPECT_EQ(num_heads.size(), kNumClients * kHosts.size()) << "everybody met both";
  std::size_t num_without = 0;
  for (const auto& [who, num] : num_heads) {
    num_without += num == 0 ? 1 : 0;
  }
  EXPECT_LT(num_without, 10U);
}

// The servers are no fools: of clients that forget whom they gave what they find both kinds.
TEST_F(GossipPrivacyTest, ClientsThatForgetWhatTheyGaveAreFound) {
  HeadWish wish;
  wish.side = HeadSide::kClient;
  wish.audience = HeadAudience::kWebServer;
  wish.max_heads = kHeadsForHost;
  for (std::size_t client = 0; client < 5; ++client) {
    Live(client, [&](int /* round */) {
      for (const char* const host : kHosts) {
        const auto heads = ChooseHeads(*pool_, logs_, wish, 1, now_ms_, draw_);
        ASSERT_TRUE(heads);
        Record(host, ToGossipHeads(*heads));
      }
    });
  }
  const Links links = FindLinks(messages_);
  EXPECT_GT(links.num_between_servers, 5U);
  EXPECT_GT(links.num_between_visits, 5U);
}

}  // namespace
}  // namespace tattle::gossip_privacy_test
