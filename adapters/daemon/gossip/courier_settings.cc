// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/courier_settings.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "adapters/daemon/bounds.h"
#include "adapters/daemon/daemon_config.h"
#include "core/base/time.h"
#include "plugin/gossip/pollinator.h"
#include "plugin/runtime/config_value.h"

namespace tattle::daemon {
namespace {

constexpr std::size_t kMaxIntervalS = 30 * kMsPerDay / kMsPerSecond;
constexpr Choice<bool> kFeedbackChoices[] = {{"yes", true}, {"no", false}};
constexpr Choice<HeadSide> kSides[] = {{"client", HeadSide::kClient}, {"server", HeadSide::kPool}};

Outcome<std::string> ReadSite(std::string_view item) {
  std::string site(item);
  while (site.ends_with('/')) {
    site.pop_back();
  }
  const Outcome<std::string> host = HostOfSite(site);
  if (!host) {
    return Sorry(fmt::format("\"{}\": {}", Excerpt(item), host.error()));
  }
  return site;
}

Outcome<void> SetSites(std::vector<std::string>& place, std::string_view value) {
  Outcome<std::vector<std::string>> sites = ReadList<std::string>(value, ReadSite);
  if (!sites) {
    return Sorry(sites.error());
  }
  if (sites->size() > kMaxGossipSites) {
    return Sorry(fmt::format("has {} sites; {} are the most", sites->size(), kMaxGossipSites));
  }
  place = *std::move(sites);
  return {};
}

Outcome<void> SetInterval(std::size_t& place, std::string_view value) {
  const Outcome<std::size_t> seconds = ReadNumber(value, kMaxIntervalS);
  if (!seconds || *seconds == 0) {
    return Sorry(fmt::format("give a number of seconds from 1 to {}", kMaxIntervalS));
  }
  place = *seconds;
  return {};
}

template <typename T>
Outcome<void> SetChoice(T& place, std::string_view value, std::span<const Choice<T>> choices) {
  const Outcome<T> chosen = Choose<T>(value, "such choice", choices);
  if (!chosen) {
    return Sorry(chosen.error());
  }
  place = *chosen;
  return {};
}

Outcome<void> SetSide(std::optional<HeadSide>& place, std::string_view value) {
  HeadSide side = HeadSide::kClient;
  Outcome<void> set = SetChoice<HeadSide>(side, value, kSides);
  if (set) {
    place = side;
  }
  return set;
}

using D = DaemonConfig;
using V = std::string_view;

constexpr ConfigKey<DaemonConfig> kCourierKeys[] = {
    {"gossip_servers", [](D& d, V value) { return SetSites(d.courier.servers, value); }},
    {"gossip_auditors", [](D& d, V value) { return SetSites(d.courier.auditors, value); }},
    {"gossip_interval", [](D& d, V value) { return SetInterval(d.courier.interval_s, value); }},
    {"gossip_feedback",
     [](D& d, V value) { return SetChoice<bool>(d.courier.feedback, value, kFeedbackChoices); }},
    {"gossip_as", [](D& d, V value) { return SetSide(d.courier.side, value); }},
};

}  // namespace

HeadSide SideOf(const DaemonConfig& config) {
  return config.courier.side.value_or(config.gossip.is_on() ? HeadSide::kPool : HeadSide::kClient);
}

std::span<const ConfigKey<DaemonConfig>> CourierKeys() {
  return kCourierKeys;
}

}  // namespace tattle::daemon
