// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How a program with some configuration judges, and what is wrong with that.

#ifndef TATTLE_ADAPTERS_CLI_STATUS_CONFIG_FACTS_H_
#define TATTLE_ADAPTERS_CLI_STATUS_CONFIG_FACTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// LogListFacts is the log list by which a program judges.
struct LogListFacts {
  std::string origin;  // the file's path, or "built-in"
  std::optional<std::uint64_t> timestamp_ms;
  bool is_stale = false;
};

// A log list is old two weeks before it is stale: time to find out why no newer one comes.
inline constexpr std::uint64_t kOldListMs = 56 * kMsPerDay;

// DescribeOldList says how old a list is, and what to do.
std::string DescribeOldList(std::uint64_t made_ms, std::uint64_t now_ms);

// ConfigFacts is what follows from a configuration. What is not known is empty.
struct ConfigFacts {
  std::string mode;
  std::string policy;
  std::vector<std::string> exempt_hosts;
  std::vector<std::string> exempt_spki;  // in hexadecimal digits
  std::optional<LogListFacts> log_list;
  std::vector<std::string> problems;  // with which it refuses, or judges nothing
  std::vector<std::string> warnings;
};

// LookAtConfig reads what the configuration names. Its paths are of the system under `root`; empty:
// this one.
ConfigFacts LookAtConfig(const std::string& root, const Config& config, std::uint64_t now_ms);

// LookAtConfigFile does so for a file, and changes nothing. Fails if that cannot be read at all.
Outcome<ConfigFacts> LookAtConfigFile(const std::string& path, std::uint64_t now_ms);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_STATUS_CONFIG_FACTS_H_
