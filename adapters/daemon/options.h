// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The command line of `tattled`.

#ifndef TATTLE_ADAPTERS_DAEMON_OPTIONS_H_
#define TATTLE_ADAPTERS_DAEMON_OPTIONS_H_

#include <optional>
#include <string>

namespace tattle::daemon {

// How the process ends.
inline constexpr int kExitStopped = 0;    // it was asked to
inline constexpr int kExitFailed = 1;     // something it needs is not there, or is taken
inline constexpr int kExitBadConfig = 2;  // command line or configuration: no use to try again

// How `tattled --check` ends.
inline constexpr int kExitGood = 0;
inline constexpr int kExitBad = 1;
inline constexpr int kExitUnknown = 2;  // the file cannot be read, or the command line

struct Options {
  std::string config_file;
  std::string metrics;      // instead of the configuration's
  bool only_check = false;  // say what is wrong with the configuration, do nothing
};

// ParsedOptions is either options, or the exit status after help, version or a mistake.
struct ParsedOptions {
  Options options;
  std::optional<int> exit_status;
};

ParsedOptions ParseOptions(int argc, char** argv);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_OPTIONS_H_
