// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/gossip_client.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "adapters/daemon/status/time_or_null.h"
#include "core/base/json.h"
#include "core/base/time.h"
#include "plugin/gossip/pollinator.h"

namespace tattle::daemon {
namespace {

using Kinds = std::map<std::string, PeerKind, std::less<>>;

// AddSites adds the hosts of what is configured.
void AddSites(Kinds& kinds, const std::vector<std::string>& sites, PeerKind kind) {
  for (const std::string& site : sites) {
    if (const Outcome<std::string> host = HostOfSite(site)) {
      kinds.emplace(*host, kind);
    }
  }
}

// KindOf is nothing for a host of which nothing but what it showed is known, or of which what is
// known has expired.
std::optional<PeerKind> KindOf(const GossipPeer& peer, std::uint64_t now_ms) {
  if (!peer.said || peer.said->expires_ms < now_ms) {
    return std::nullopt;
  }
  return peer.said->is_willing ? PeerKind::kFound : PeerKind::kUnwilling;
}

PeerStatus ToStatus(const std::string& host, PeerKind kind, const GossipPeer& peer) {
  PeerStatus out;
  out.host = host;
  out.kind = kind;
  out.last_ms = peer.last ? peer.last->at_ms : 0;
  out.last_taken_ms = peer.last_taken_ms;
  out.failure = peer.last ? peer.last->failure : "";
  out.num_sent = peer.num_sent;
  out.num_received = peer.num_received;
  out.num_waiting = peer.num_waiting;
  return out;
}

void AddTo(GossipClientStatus& client, const PeerStatus& peer, std::uint64_t now_ms) {
  client.num_waiting += peer.num_waiting;
  switch (peer.kind) {
    case PeerKind::kServer:
      ++client.num_servers;
      break;
    case PeerKind::kAuditor:
      ++client.num_auditors;
      break;
    case PeerKind::kFound:
      ++client.num_found;
      break;
    case PeerKind::kUnwilling:
      ++client.num_unwilling;
      return;  // that nothing is exchanged is as it should be
  }
  if (peer.last_ms == 0) {
    ++client.num_never;
  } else if (!peer.failure.empty()) {
    ++client.num_failing;
  } else {
    // A clock that went back is no reason to call it silent.
    ++(peer.last_ms + kMsPerDay >= now_ms ? client.num_reached : client.num_silent);
  }
}

// Rank puts first what whoever looks has to look at.
auto Rank(const PeerStatus& peer) {
  const bool is_configured = peer.kind == PeerKind::kServer || peer.kind == PeerKind::kAuditor;
  return std::tuple(peer.failure.empty(), !is_configured, peer.kind == PeerKind::kUnwilling,
                    ~peer.last_ms, std::string_view(peer.host));
}

std::string PeerObject(const PeerStatus& peer) {
  return fmt::format(
      R"({{"host":{},"kind":"{}","last":{},"last_taken":{},"failure":{},"sent":{},"received":{},)"
      R"("waiting":{}}})",
      json::Quote(peer.host), PeerKindName(peer.kind), TimeOrNull(peer.last_ms),
      TimeOrNull(peer.last_taken_ms), peer.failure.empty() ? "null" : json::Quote(peer.failure),
      peer.num_sent, peer.num_received, peer.num_waiting);
}

}  // namespace

std::string_view PeerKindName(PeerKind kind) {
  switch (kind) {
    case PeerKind::kServer:
      return "server";
    case PeerKind::kAuditor:
      return "auditor";
    case PeerKind::kFound:
      return "found";
    case PeerKind::kUnwilling:
      break;
  }
  return "unwilling";
}

GossipClientStatus SummarizePeers(const GossipPeers& peers, const CourierSettings& settings,
                                  std::uint64_t now_ms) {
  Kinds kinds;
  AddSites(kinds, settings.auditors, PeerKind::kAuditor);
  AddSites(kinds, settings.servers, PeerKind::kServer);
  for (const auto& [host, peer] : peers) {
    if (const std::optional<PeerKind> kind = KindOf(peer, now_ms)) {
      kinds.emplace(host, *kind);
    }
  }
  GossipClientStatus client;
  for (const auto& [host, kind] : kinds) {
    const auto found = peers.find(host);
    client.peers.push_back(
        ToStatus(host, kind, found == peers.end() ? GossipPeer() : found->second));
    AddTo(client, client.peers.back(), now_ms);
  }
  const std::size_t num_listed = std::min(client.peers.size(), kMaxListedPeers);
  std::partial_sort(client.peers.begin(),
                    client.peers.begin() + static_cast<std::ptrdiff_t>(num_listed),
                    client.peers.end(),
                    [](const PeerStatus& a, const PeerStatus& b) { return Rank(a) < Rank(b); });
  client.peers.resize(num_listed);
  return client;
}

std::string EncodeGossipClient(const GossipClientStatus& client, bool with_peers) {
  std::string out = fmt::format(
      R"({{"servers":{},"auditors":{},"found":{},"unwilling":{},"reached":{},"failing":{},)"
      R"("silent":{},"never":{},"waiting":{})",
      client.num_servers, client.num_auditors, client.num_found, client.num_unwilling,
      client.num_reached, client.num_failing, client.num_silent, client.num_never,
      client.num_waiting);
  if (with_peers) {
    std::vector<std::string> peers;
    peers.reserve(client.peers.size());
    for (const PeerStatus& peer : client.peers) {
      peers.push_back(PeerObject(peer));
    }
    out += fmt::format(R"(,"peers":[{}])", fmt::join(peers, ","));
  }
  return out + "}";
}

}  // namespace tattle::daemon
