// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The configuration of the daemon: flat "key = value" lines, /etc/tattle/tattled.conf.
// adapters/daemon/README.md has what each key is for.

#ifndef TATTLE_ADAPTERS_DAEMON_DAEMON_CONFIG_H_
#define TATTLE_ADAPTERS_DAEMON_DAEMON_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/daemon/gossip/courier_settings.h"
#include "adapters/daemon/gossip/settings.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

inline constexpr const char* kDefaultDaemonConfigFile = "/etc/tattle/tattled.conf";

struct DaemonConfig {
  // mode, policy, on_stale, log_list, public_roots, exempt_hosts, exempt_spki, verdict_cache and
  // syslog as in tattle.conf: how the check socket judges. `observe_socket` is where the daemon
  // listens, `outbox` what it writes.
  Config judge;

  std::vector<std::string> observe_also;                    // more sockets like observe_socket
  std::string check_socket = "/run/tattle/check.sock";      // empty: none
  std::string control_socket = "/run/tattle/control.sock";  // empty: none
  std::vector<std::string> check_users;  // who may ask the check socket; empty: the group
  std::string socket_group;        // may use check and control socket; empty: the process's own
  std::size_t observe_rate = 100;  // observations of one user in a second
  std::size_t observe_rate_total = 1000;  // of all
  std::string pool = "/var/lib/tattle/pool";
  std::string log_list_url;             // where newer lists are; empty: they are not fetched
  std::string log_list_key;             // PEM file with the key that signs them
  std::string ca_file;                  // PEM bundle; empty: the system's CAs
  std::string proxy;                    // for HTTP; empty: none
  bool audit = true;                    // whether logs are asked at all
  std::vector<std::string> audit_skip;  // substrings of the descriptions of logs that are not asked
  bool rfc6962_inclusion = false;       // get-proof-by-hash tells a log what was seen
  std::string hook;                     // program that is run when there is evidence; empty: none
  std::string metrics;                  // file for Prometheus; empty: none
  std::vector<ListenAddress> status_listen;  // where the status is served over HTTP; none: nowhere
  GossipSettings gossip;
  CourierSettings courier;

  friend bool operator==(const DaemonConfig&, const DaemonConfig&) = default;
};

// DaemonConfigReading is a file's configuration over the defaults, and what is wrong with it: a
// sentence each, FILE:LINE and the key in front, or FILE where keys do not fit together. With
// faults it is no configuration to run by.
struct DaemonConfigReading {
  DaemonConfig config;
  std::vector<std::string> faults;
};

// DecodeDaemonConfig takes a file's text; a key may stand once. `name` is what faults call the
// file.
DaemonConfigReading DecodeDaemonConfig(std::string_view text, std::string_view name);

// ReadDaemonConfig fails where the file cannot be read.
Outcome<DaemonConfigReading> ReadDaemonConfig(const std::string& path);

// DescribeFixed names the keys that differ and that a reload does not change; empty if there are
// none.
std::string DescribeFixed(const DaemonConfig& before, const DaemonConfig& after);

// HasSameAudit says that logs are asked, or not, as before.
bool HasSameAudit(const DaemonConfig& before, const DaemonConfig& after);

// HasSameCourier says that gossip goes out as before.
bool HasSameCourier(const DaemonConfig& before, const DaemonConfig& after);

// KeepFixed puts the values that are in force in the place of those that need a restart.
void KeepFixed(const DaemonConfig& running, DaemonConfig& read);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_DAEMON_CONFIG_H_
