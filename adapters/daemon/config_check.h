// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a configuration names, looked at without a daemon: `tattled --check`.

#ifndef TATTLE_ADAPTERS_DAEMON_CONFIG_CHECK_H_
#define TATTLE_ADAPTERS_DAEMON_CONFIG_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/daemon/daemon_config.h"

namespace tattle::daemon {

// ConfigCheck is what was found. Nothing is made, bound or run to find it, and files are read as
// the user of this process.
struct ConfigCheck {
  std::vector<std::string> faults;    // sentences with the key in front
  std::vector<std::string> warnings;  // what a start would put up with
  std::string summary;                // what the configuration says, in lines
};

// WarningOfStatus is what to say of a place where the status is served; empty: nothing, it is on
// the loopback.
std::string WarningOfStatus(const ListenAddress& address);

ConfigCheck CheckConfig(const DaemonConfig& config, std::uint64_t now_ms);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_CONFIG_CHECK_H_
