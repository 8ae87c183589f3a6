// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How the daemon takes part in gossip as a server.

#ifndef TATTLE_ADAPTERS_DAEMON_GOSSIP_SETTINGS_H_
#define TATTLE_ADAPTERS_DAEMON_GOSSIP_SETTINGS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/runtime/config_lines.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

struct DaemonConfig;

// ListenAddress is an IP address and a port; 0 is any that is free.
struct ListenAddress {
  std::string address;
  std::uint16_t port = 0;

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

// ReadListenAddress takes 192.0.2.1:443 or [2001:db8::1]:443.
Outcome<ListenAddress> ReadListenAddress(std::string_view item);

// FormatListenAddress writes what ReadListenAddress takes.
std::string FormatListenAddress(const ListenAddress& address);

struct GossipSettings {
  std::vector<ListenAddress> listen;  // with TLS
  std::string certificate;            // PEM chain
  std::string key;                    // PEM
  std::string socket;                 // for a front end, without TLS; empty: none
  std::vector<std::string> names;     // whose feedback is taken; none: of nobody
  bool collected = false;             // whether auditors may fetch that feedback
  bool auditor = false;               // whether feedback is taken of every name
  std::size_t rate = 5;               // requests of one client in a second
  std::size_t rate_total = 200;       // of all
  std::size_t checks = 1000;          // signatures in a second; a tenth of it for one client

  bool is_on() const { return !listen.empty() || !socket.empty(); }

  friend bool operator==(const GossipSettings&, const GossipSettings&) = default;
};

// GossipKeys are the keys of the configuration that set them.
std::span<const ConfigKey<DaemonConfig>> GossipKeys();

// CheckGossipSettings finds all that is right alone and not together.
std::vector<std::string> CheckGossipSettings(const GossipSettings& settings);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_GOSSIP_SETTINGS_H_
