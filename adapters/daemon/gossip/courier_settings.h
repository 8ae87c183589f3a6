// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How the daemon takes part in gossip as a client.

#ifndef TATTLE_ADAPTERS_DAEMON_GOSSIP_COURIER_SETTINGS_H_
#define TATTLE_ADAPTERS_DAEMON_GOSSIP_COURIER_SETTINGS_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/gossip/select_heads.h"
#include "plugin/runtime/config_lines.h"

namespace tattle::daemon {

struct DaemonConfig;

// What a problem with one of these begins with, in front of its host.
inline constexpr const char* kGossipWith = "gossip with ";

struct CourierSettings {
  std::vector<std::string> servers;   // https://HOST[:PORT] each, that are willing
  std::vector<std::string> auditors;  // the same, that pool heads for everybody
  std::size_t interval_s = 3600;      // between two messages to one of those
  bool feedback = false;              // whether sites are told what they showed
  std::optional<HeadSide> side;       // for whom we speak; nothing: see SideOf

  friend bool operator==(const CourierSettings&, const CourierSettings&) = default;
};

// SideOf is for whom the daemon speaks. Whoever answers everybody at an endpoint has no heads that
// are for one server only, so there it is a server unless the configuration says otherwise, and
// saying otherwise is refused.
HeadSide SideOf(const DaemonConfig& config);

// CourierKeys are the keys of the configuration that set them.
std::span<const ConfigKey<DaemonConfig>> CourierKeys();

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_GOSSIP_COURIER_SETTINGS_H_
