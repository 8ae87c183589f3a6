// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/peer_list.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tattle {
namespace {

// AddExchange is called for the newest first.
void AddExchange(GossipPeer& peer, GossipExchange exchange) {
  if (exchange.failure.empty()) {
    peer.last_taken_ms = std::max(peer.last_taken_ms, exchange.at_ms);
  }
  if (exchange.kind != ExchangeKind::kFeedback) {
    peer.num_sent += exchange.num_sent;
    peer.num_received += exchange.num_received;
  }
  if (!peer.last) {
    peer.last = std::move(exchange);
  }
}

}  // namespace

PoolResult<GossipPeers> ReadGossipPeers(Pool& pool) {
  GossipPeers out;
  const GossipBook book(pool);
  const auto said = pool.ListPeers();
  const auto sites = SiteBook(pool).ListSites();
  const auto waiting = book.NumWaiting();
  auto exchanges = book.Exchanges(std::numeric_limits<std::uint32_t>::max());
  if (!said || !sites || !waiting || !exchanges) {
    return tl::unexpected(!said      ? said.error()
                          : !sites   ? sites.error()
                          : !waiting ? waiting.error()
                                     : exchanges.error());
  }
  for (const PooledPeer& one : *said) {
    out[one.host].said = one;
  }
  for (const SiteSummary& one : *sites) {
    out[one.site.host].site = one;
  }
  for (const auto& [host, number] : *waiting) {
    out[host].num_waiting = number;
  }
  for (GossipExchange& one : *exchanges) {
    GossipPeer& peer = out[one.host];
    AddExchange(peer, std::move(one));
  }
  return out;
}

}  // namespace tattle
