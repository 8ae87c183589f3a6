// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/daemon_config.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "plugin/runtime/config_lines.h"
#include "plugin/runtime/config_value.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {
namespace {

constexpr std::size_t kMaxFaults = 100;
constexpr std::size_t kMaxRate = 1'000'000;

// ReadUrl takes https:// only: a list that is signed may be fetched by anybody, and who fetches it
// is still nobody's business.
Outcome<std::string> ReadHttpsUrl(std::string_view value) {
  if (!value.empty() && !value.starts_with("https://")) {
    return Sorry(fmt::format("\"{}\" does not begin with https://", Excerpt(value)));
  }
  return std::string(value);
}

Outcome<std::string> ReadProxy(std::string_view value) {
  if (!value.empty() && value.find("://") == std::string_view::npos) {
    return Sorry(fmt::format("\"{}\" is no URL; write http://HOST:PORT", Excerpt(value)));
  }
  return std::string(value);
}

Outcome<std::string> ReadWords(std::string_view item) {
  if (item.empty()) {
    return Sorry("something is missing between two commas; remove one");
  }
  return std::string(item);
}

Outcome<std::string> ReadOneSocket(std::string_view item) {
  if (item.empty()) {
    return Sorry("a path is missing between two commas; remove one");
  }
  return ReadSocketPath(item);
}

Outcome<std::size_t> ReadRate(std::string_view value) {
  Outcome<std::size_t> rate = ReadNumber(value, kMaxRate);
  if (rate && *rate == 0) {
    return Sorry("nothing would be taken; give a number from 1 to " + std::to_string(kMaxRate));
  }
  return rate;
}

Outcome<std::string> ReadNeededPath(std::string_view value) {
  return value.empty() ? Sorry("has no value; give a path") : ReadPath(value);
}

using D = DaemonConfig;
using V = std::string_view;

constexpr ConfigKey<DaemonConfig> kKeys[] = {
    {"observe_also",
     [](D& d, V value) {
       return Assign(d.observe_also, ReadList<std::string>(value, ReadOneSocket));
     }},
    {"check_socket", [](D& d, V value) { return Assign(d.check_socket, ReadSocketPath(value)); }},
    {"check_users",
     [](D& d, V value) { return Assign(d.check_users, ReadList<std::string>(value, ReadWords)); }},
    {"control_socket",
     [](D& d, V value) { return Assign(d.control_socket, ReadSocketPath(value)); }},
    {"socket_group",
     [](D& d, V value) { return Assign(d.socket_group, Outcome<std::string>(value)); }},
    {"observe_rate", [](D& d, V value) { return Assign(d.observe_rate, ReadRate(value)); }},
    {"observe_rate_total",
     [](D& d, V value) { return Assign(d.observe_rate_total, ReadRate(value)); }},
    {"pool", [](D& d, V value) { return Assign(d.pool, ReadNeededPath(value)); }},
    {"log_list_url", [](D& d, V value) { return Assign(d.log_list_url, ReadHttpsUrl(value)); }},
    {"log_list_key", [](D& d, V value) { return Assign(d.log_list_key, ReadPath(value)); }},
    {"ca_file", [](D& d, V value) { return Assign(d.ca_file, ReadPath(value)); }},
    {"proxy", [](D& d, V value) { return Assign(d.proxy, ReadProxy(value)); }},
    {"audit", [](D& d, V value) { return Assign(d.audit, ReadYesOrNo(value)); }},
    {"audit_skip",
     [](D& d, V value) { return Assign(d.audit_skip, ReadList<std::string>(value, ReadWords)); }},
    {"rfc6962_inclusion",
     [](D& d, V value) { return Assign(d.rfc6962_inclusion, ReadYesOrNo(value)); }},
    {"hook", [](D& d, V value) { return Assign(d.hook, ReadPath(value)); }},
    {"metrics", [](D& d, V value) { return Assign(d.metrics, ReadPath(value)); }},
    {"status_listen",
     [](D& d, V value) {
       return Assign(d.status_listen, ReadList<ListenAddress>(value, ReadListenAddress));
     }},
};

// SetOne asks the daemon's own keys first, then those of tattle.conf.
Outcome<void> SetOne(DaemonConfig& config, std::string_view key, std::string_view value) {
  if (FindKey<DaemonConfig>(kKeys, key) != nullptr) {
    return SetKey<DaemonConfig>(config, kKeys, key, value);
  }
  for (const auto& keys : {GossipKeys(), CourierKeys()}) {
    if (FindKey<DaemonConfig>(keys, key) != nullptr) {
      return SetKey<DaemonConfig>(config, keys, key, value);
    }
  }
  std::vector<std::string_view> known = ConfigKeyNames();
  if (std::find(known.begin(), known.end(), key) != known.end()) {
    return SetConfig(config.judge, key, value);
  }
  for (const auto& keys :
       {std::span<const ConfigKey<DaemonConfig>>(kKeys), GossipKeys(), CourierKeys()}) {
    const std::vector<std::string_view> names = KeyNames<DaemonConfig>(keys);
    known.insert(known.end(), names.begin(), names.end());
  }
  return Sorry(Excerpt(key) + ": " + DescribeUnknownKey(key, known));
}

// CheckTogether finds what is right alone and not beside the rest.
std::vector<std::string> CheckTogether(const DaemonConfig& config) {
  std::vector<std::string> faults = CheckGossipSettings(config.gossip);
  if (config.gossip.is_on() && config.courier.side == HeadSide::kClient) {
    faults.emplace_back(
        "gossip_as: client goes with no endpoint (gossip_listen, gossip_socket), which gives "
        "everybody "
        "the same heads; leave it out, or have the endpoint on another machine");
  }
  if (config.log_list_url.empty() != config.log_list_key.empty()) {
    faults.emplace_back(
        "log_list_url and log_list_key: one needs the other, since only a signed list is taken");
  }
  std::vector<std::string> paths = config.observe_also;
  for (const std::string& path : {config.judge.observe_socket, config.check_socket,
                                  config.control_socket, config.gossip.socket}) {
    if (!path.empty()) {
      paths.push_back(path);
    }
  }
  std::sort(paths.begin(), paths.end());
  if (const auto twice = std::adjacent_find(paths.begin(), paths.end()); twice != paths.end()) {
    faults.push_back("two sockets have the path " + Excerpt(*twice) + "; give each its own");
  }
  return faults;
}

// ForEachFixed visits the keys that a reload does not change, with their values in both.
template <typename B, typename Visit>
void ForEachFixed(const DaemonConfig& a, B& b, Visit visit) {
  visit("observe_socket", a.judge.observe_socket, b.judge.observe_socket);
  visit("observe_also", a.observe_also, b.observe_also);
  visit("check_socket", a.check_socket, b.check_socket);
  visit("check_users", a.check_users, b.check_users);
  visit("control_socket", a.control_socket, b.control_socket);
  visit("socket_group", a.socket_group, b.socket_group);
  visit("observe_rate", a.observe_rate, b.observe_rate);
  visit("observe_rate_total", a.observe_rate_total, b.observe_rate_total);
  visit("pool", a.pool, b.pool);
  visit("syslog", a.judge.syslog, b.judge.syslog);
  visit("status_listen", a.status_listen, b.status_listen);
  visit("gossip_listen", a.gossip.listen, b.gossip.listen);
  visit("gossip_certificate", a.gossip.certificate, b.gossip.certificate);
  visit("gossip_key", a.gossip.key, b.gossip.key);
  visit("gossip_socket", a.gossip.socket, b.gossip.socket);
  visit("gossip_rate", a.gossip.rate, b.gossip.rate);
  visit("gossip_rate_total", a.gossip.rate_total, b.gossip.rate_total);
  visit("gossip_checks", a.gossip.checks, b.gossip.checks);
}

}  // namespace

DaemonConfigReading DecodeDaemonConfig(std::string_view text, std::string_view name) {
  DaemonConfigReading reading;
  std::vector<std::string> broken;  // keys whose values were not taken
  reading.faults = SetAllConfigLines(
      text, name,
      [&](std::string_view key, std::string_view value) {
        Outcome<void> set = SetOne(reading.config, key, value);
        if (!set) {
          broken.emplace_back(key);
        }
        return set;
      },
      kMaxFaults);
  for (const std::string& fault : CheckTogether(reading.config)) {
    // A key that is named there and has a fault of its own is not missing.
    const bool follows = std::any_of(broken.begin(), broken.end(), [&fault](const auto& key) {
      return fault.find(key) != std::string::npos;
    });
    if (!follows) {
      reading.faults.push_back(std::string(name) + ": " + fault);
    }
  }
  return reading;
}

Outcome<DaemonConfigReading> ReadDaemonConfig(const std::string& path) {
  const Outcome<std::string> text = ReadConfigFile(path);
  if (!text) {
    return Sorry(text.error());
  }
  return DecodeDaemonConfig(*text, path);
}

std::string DescribeFixed(const DaemonConfig& before, const DaemonConfig& after) {
  std::string out;
  ForEachFixed(before, after, [&out](const char* key, const auto& a, const auto& b) {
    if (a != b) {
      out += (out.empty() ? "" : ", ") + std::string(key);
    }
  });
  return out;
}

bool HasSameCourier(const DaemonConfig& before, const DaemonConfig& after) {
  const auto settings = [](const DaemonConfig& config) {
    return std::tie(config.courier, config.judge.outbox, config.ca_file, config.proxy);
  };
  return settings(before) == settings(after);
}

bool HasSameAudit(const DaemonConfig& before, const DaemonConfig& after) {
  const auto settings = [](const DaemonConfig& config) {
    return std::tie(config.audit, config.audit_skip, config.rfc6962_inclusion, config.ca_file,
                    config.proxy);
  };
  return settings(before) == settings(after);
}

void KeepFixed(const DaemonConfig& running, DaemonConfig& read) {
  ForEachFixed(running, read, [](const char* /*key*/, const auto& a, auto& b) { b = a; });
}

}  // namespace tattle::daemon
