// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/gossip_client.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/json.h"
#include "core/base/time.h"

namespace tattle::daemon::gossip_client_test {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t kNowMs = 1'795'000'000'000;

GossipPeer Said(bool is_willing, std::uint64_t expires_ms = kNowMs + 1) {
  GossipPeer peer;
  peer.said = PooledPeer{"", is_willing, expires_ms, kNowMs};
  return peer;
}

GossipPeer Exchanged(GossipPeer peer, std::uint64_t ago_ms, const std::string& failure = "") {
  peer.last = GossipExchange{"", ExchangeKind::kHeads, kNowMs - ago_ms, 3, 2, 1, failure};
  peer.last_taken_ms = failure.empty() ? kNowMs - ago_ms : 0;
  return peer;
}

CourierSettings Settings() {
  CourierSettings settings;
  settings.servers = {"https://server.example:8443", "https://new.example"};
  settings.auditors = {"https://auditor.example"};
  return settings;
}

std::vector<std::string> Hosts(const GossipClientStatus& client) {
  std::vector<std::string> hosts;
  for (const PeerStatus& peer : client.peers) {
    hosts.push_back(peer.host);
  }
  return hosts;
}

TEST(SummarizePeersTest, CountsEachByItsKindAndByItsLastExchange) {
  GossipPeers peers;
  peers["server.example:8443"] = Exchanged({}, 60, "HTTP status 503");
  peers["auditor.example"] = Exchanged({}, kMsPerDay);
  peers["quick.example"] = Exchanged(Said(true), 1);
  peers["silent.example"] = Exchanged(Said(true), kMsPerDay + 1);
  peers["willing.example"] = Said(true);
  peers["willing.example"].num_waiting = 4;
  peers["no.example"] = Said(false);
  peers["expired.example"] = Exchanged(Said(true, kNowMs - 1), 5);
  peers["shown.example"].site.emplace();
  const GossipClientStatus client = SummarizePeers(peers, Settings(), kNowMs);
  EXPECT_EQ(client.num_servers, 2U);
  EXPECT_EQ(client.num_auditors, 1U);
  EXPECT_EQ(client.num_found, 3U);
  EXPECT_EQ(client.num_unwilling, 1U);
  EXPECT_EQ(client.num_reached, 2U);
  EXPECT_EQ(client.num_failing, 1U);
  EXPECT_EQ(client.num_silent, 1U);
  EXPECT_EQ(client.num_never, 2U);
  EXPECT_EQ(client.num_waiting, 4U);
  EXPECT_THAT(Hosts(client),
              ElementsAre("server.example:8443", "auditor.example", "new.example", "quick.example",
                          "silent.example", "willing.example", "no.example"));
}

TEST(SummarizePeersTest, ListsThoseThatMatterOfMany) {
  GossipPeers peers;
  for (int i = 0; i < 200; ++i) {
    peers["host" + std::to_string(i)] = Exchanged(Said(true), static_cast<std::uint64_t>(i));
  }
  peers["host150"] = Exchanged(Said(true), 150, "timeout");
  const GossipClientStatus client = SummarizePeers(peers, {}, kNowMs);
  EXPECT_EQ(client.num_found, 200U);
  ASSERT_EQ(client.peers.size(), kMaxListedPeers);
  EXPECT_EQ(client.peers[0].host, "host150");
  EXPECT_EQ(client.peers[1].host, "host0");
  EXPECT_EQ(client.peers[kMaxListedPeers - 1].host, "host48");
}

TEST(EncodeGossipClientTest, NamesPeersOnlyWhereItMay) {
  GossipPeers peers;
  peers["a \"peer\""] = Exchanged(Said(true), 1000, "a \"peer\" is gone\n");
  const GossipClientStatus client = SummarizePeers(peers, {}, kNowMs);
  const std::string all = EncodeGossipClient(client, true);
  const Result<json::Document> document = json::Document::Decode(AsBytes(all), all.size());
  ASSERT_TRUE(document) << all;
  EXPECT_EQ(document->root().FindUint64("failing"), 1U);
  document->root().Find("peers")->ForEachElement([](json::Value peer) {
    EXPECT_EQ(peer.FindString("host"), "a \"peer\"");
    EXPECT_EQ(peer.FindString("kind"), "found");
    EXPECT_EQ(peer.FindString("last"), "2026-11-18T11:06:39Z");
    EXPECT_FALSE(peer.FindString("last_taken"));
    EXPECT_EQ(peer.FindString("failure"), "a \"peer\" is gone\n");
    return true;
  });
  EXPECT_THAT(EncodeGossipClient(client, false), testing::Not(testing::HasSubstr("peer")));
}

}  // namespace
}  // namespace tattle::daemon::gossip_client_test
