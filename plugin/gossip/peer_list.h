// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// All that a pool knows of those with whom gossip is exchanged.

#ifndef TATTLE_PLUGIN_GOSSIP_PEER_LIST_H_
#define TATTLE_PLUGIN_GOSSIP_PEER_LIST_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "plugin/pool/gossip_book.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/site_book.h"

namespace tattle {

// GossipPeer is a host. Exchanges are those that the pool has kept: the last thousand of all hosts.
struct GossipPeer {
  std::optional<PooledPeer> said;      // whether it is willing
  std::optional<SiteSummary> site;     // what it showed
  std::optional<GossipExchange> last;  // exchange
  std::uint64_t last_taken_ms = 0;     // of an exchange that did not fail; 0: of none
  std::uint64_t num_sent = 0;          // heads
  std::uint64_t num_received = 0;      // heads
  std::uint64_t num_waiting = 0;       // heads to be carried there
};

// GossipPeers are peers by their host.
using GossipPeers = std::map<std::string, GossipPeer, std::less<>>;

PoolResult<GossipPeers> ReadGossipPeers(Pool& pool);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_GOSSIP_PEER_LIST_H_
