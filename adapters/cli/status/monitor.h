// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What `tattle status --monitor` says: a check as the Monitoring Plugins have it, for Nagios,
// Icinga and their like.

#ifndef TATTLE_ADAPTERS_CLI_STATUS_MONITOR_H_
#define TATTLE_ADAPTERS_CLI_STATUS_MONITOR_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/cli/status/facts.h"

namespace tattle::cli {

// MonitorState has the numbers of the convention, which are exit statuses.
enum class MonitorState : std::uint8_t { kOk = 0, kWarning = 1, kCritical = 2, kUnknown = 3 };

// MonitorRules are what the operator asked for, and when.
struct MonitorRules {
  std::uint64_t now_ms = 0;
  std::uint32_t evidence_days = 7;  // how long evidence is an alarm: it never leaves a pool
  bool is_program_named = false;    // so that it is to be enabled
};

// MonitorAnswer is what is printed, a line and what stands below it, and the exit status.
struct MonitorAnswer {
  MonitorState state = MonitorState::kUnknown;
  std::string text;

  int exit_status() const { return static_cast<int>(state); }
};

// EvaluateMonitor judges what was found. Of several states the worst is that of all: critical, then
// warning, then unknown.
MonitorAnswer EvaluateMonitor(const StatusFacts& facts, const MonitorRules& rules);

// MonitorFailure is the answer where nothing could be looked at.
MonitorAnswer MonitorFailure(std::string_view sentence);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_STATUS_MONITOR_H_
