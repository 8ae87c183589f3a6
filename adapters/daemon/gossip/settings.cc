// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/settings.h"

#include <array>
#include <limits>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include "adapters/daemon/bounds.h"
#include "adapters/daemon/daemon_config.h"
#include "plugin/runtime/config_value.h"

namespace tattle::daemon {
namespace {

constexpr std::size_t kMaxGossipRate = 1'000'000;

bool IsAddress(const std::string& text) {
  std::array<std::uint8_t, sizeof(in6_addr)> address = {};
  return inet_pton(text.find(':') == std::string::npos ? AF_INET : AF_INET6, text.c_str(),
                   address.data()) == 1;
}

Outcome<std::size_t> ReadGossipRate(std::string_view value) {
  Outcome<std::size_t> rate = ReadNumber(value, kMaxGossipRate);
  if (rate && *rate == 0) {
    return Sorry(
        fmt::format("everybody would be refused; give a number from 1 to {}", kMaxGossipRate));
  }
  return rate;
}

// ReadSiteName takes one exact name: what is told to it was shown by it.
Outcome<std::string> ReadSiteName(std::string_view item) {
  if (item.find('*') != std::string_view::npos) {
    return Sorry(fmt::format("\"{}\" is a pattern; write each name", Excerpt(item)));
  }
  return ReadHostPattern(item);
}

Outcome<std::vector<std::string>> ReadSiteNames(std::string_view value) {
  Outcome<std::vector<std::string>> names = ReadList<std::string>(value, ReadSiteName);
  if (names && names->size() > kMaxGossipNames) {
    return Sorry(fmt::format("has {} names; {} are the most", names->size(), kMaxGossipNames));
  }
  return names;
}

using D = DaemonConfig;
using V = std::string_view;

constexpr ConfigKey<DaemonConfig> kGossipKeys[] = {
    {"gossip_listen",
     [](D& d, V value) {
       return Assign(d.gossip.listen, ReadList<ListenAddress>(value, ReadListenAddress));
     }},
    {"gossip_certificate",
     [](D& d, V value) { return Assign(d.gossip.certificate, ReadPath(value)); }},
    {"gossip_key", [](D& d, V value) { return Assign(d.gossip.key, ReadPath(value)); }},
    {"gossip_socket", [](D& d, V value) { return Assign(d.gossip.socket, ReadSocketPath(value)); }},
    {"gossip_names", [](D& d, V value) { return Assign(d.gossip.names, ReadSiteNames(value)); }},
    {"gossip_collected",
     [](D& d, V value) { return Assign(d.gossip.collected, ReadYesOrNo(value)); }},
    {"gossip_auditor", [](D& d, V value) { return Assign(d.gossip.auditor, ReadYesOrNo(value)); }},
    {"gossip_rate", [](D& d, V value) { return Assign(d.gossip.rate, ReadGossipRate(value)); }},
    {"gossip_rate_total",
     [](D& d, V value) { return Assign(d.gossip.rate_total, ReadGossipRate(value)); }},
    {"gossip_checks", [](D& d, V value) { return Assign(d.gossip.checks, ReadGossipRate(value)); }},
};

}  // namespace

Outcome<ListenAddress> ReadListenAddress(std::string_view item) {
  const std::size_t colon = item.rfind(':');
  if (colon == std::string_view::npos) {
    return Sorry(fmt::format("\"{}\" has no port; write ADDRESS:PORT", Excerpt(item)));
  }
  const Outcome<std::size_t> port =
      ReadNumber(item.substr(colon + 1), std::numeric_limits<std::uint16_t>::max());
  if (!port) {
    return Sorry(fmt::format("the port of \"{}\": {}", Excerpt(item), port.error()));
  }
  std::string_view address = item.substr(0, colon);
  const bool has_brackets = address.starts_with('[') && address.ends_with(']');
  if (has_brackets) {
    address = address.substr(1, address.size() - 2);
  }
  const bool is_ipv6 = address.find(':') != std::string_view::npos;
  ListenAddress out = {std::string(address), static_cast<std::uint16_t>(*port)};
  if (is_ipv6 != has_brackets || !IsAddress(out.address)) {
    return Sorry(
        fmt::format("\"{}\" has no IP address in front of its port; write 192.0.2.1:443 "
                    "or [2001:db8::1]:443",
                    Excerpt(item)));
  }
  return out;
}

std::string FormatListenAddress(const ListenAddress& address) {
  const bool is_ipv6 = address.address.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", address.address, address.port)
                 : fmt::format("{}:{}", address.address, address.port);
}

std::span<const ConfigKey<DaemonConfig>> GossipKeys() {
  return kGossipKeys;
}

std::vector<std::string> CheckGossipSettings(const GossipSettings& settings) {
  std::vector<std::string> faults;
  if (settings.certificate.empty() != settings.key.empty()) {
    faults.emplace_back("gossip_certificate and gossip_key: one needs the other");
  }
  if (!settings.listen.empty() && settings.certificate.empty()) {
    faults.emplace_back(
        "gossip_listen: needs gossip_certificate and gossip_key, since gossip goes over TLS only; "
        "behind a front end that has them use gossip_socket");
  }
  if (settings.collected && settings.names.empty()) {
    faults.emplace_back("gossip_collected: there is nothing to collect without gossip_names");
  }
  return faults;
}

}  // namespace tattle::daemon
