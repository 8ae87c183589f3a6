// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What is true of gossip as a client: with whom, and how well it goes.

#ifndef TATTLE_ADAPTERS_DAEMON_STATUS_GOSSIP_CLIENT_H_
#define TATTLE_ADAPTERS_DAEMON_STATUS_GOSSIP_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/daemon/gossip/courier_settings.h"
#include "plugin/gossip/peer_list.h"

namespace tattle::daemon {

// PeerKind is how we know of somebody.
enum class PeerKind : std::uint8_t {
  kServer = 1,  // gossip_servers
  kAuditor,     // gossip_auditors
  kFound,       // said to programs here that it is willing
  kUnwilling,   // said No to them
};

// PeerKindName: "server", "auditor", "found", "unwilling".
std::string_view PeerKindName(PeerKind kind);

// PeerStatus is one of those with whom we gossip.
struct PeerStatus {
  std::string host;
  PeerKind kind = PeerKind::kFound;
  std::uint64_t last_ms = 0;        // exchange; 0: never, or so long ago that it is forgotten
  std::uint64_t last_taken_ms = 0;  // the same of one that went well
  std::string failure;              // of the last exchange; empty: it went well
  std::uint64_t num_sent = 0;       // heads, in the exchanges that are remembered
  std::uint64_t num_received = 0;
  std::uint64_t num_waiting = 0;
};

// Peers that are listed: those that fail first, then those that are configured, then those that
// were there last.
inline constexpr std::size_t kMaxListedPeers = 50;

// GossipClientStatus counts each of those of the configuration and those that are willing in one of
// reached, failing, silent and never.
struct GossipClientStatus {
  std::uint64_t num_servers = 0;   // configured
  std::uint64_t num_auditors = 0;  // configured
  std::uint64_t num_found = 0;
  std::uint64_t num_unwilling = 0;
  std::uint64_t num_reached = 0;  // the last exchange went well, within a day
  std::uint64_t num_failing = 0;  // the last exchange failed
  std::uint64_t num_silent = 0;   // the last exchange went well, more than a day ago
  std::uint64_t num_never = 0;    // nothing was exchanged yet
  std::uint64_t num_waiting = 0;  // heads that wait to be carried
  std::vector<PeerStatus> peers;
};

GossipClientStatus SummarizePeers(const GossipPeers& peers, const CourierSettings& settings,
                                  std::uint64_t now_ms);

// EncodeGossipClient is one JSON object; `peers` are in it only where the reader may know whom.
std::string EncodeGossipClient(const GossipClientStatus& client, bool with_peers);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_STATUS_GOSSIP_CLIENT_H_
