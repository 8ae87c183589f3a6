// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/options.h"

#include "adapters/daemon/daemon_config.h"
#include "plugin/service/command_line.h"

namespace tattle::daemon {

ParsedOptions ParseOptions(int argc, char** argv) {
  ParsedOptions parsed;
  Options& options = parsed.options;
  options.config_file = kDefaultDaemonConfigFile;
  const CommandLine line("audit logs by what programs saw, and judge for those that cannot",
                         "tattled");
  const Verb program = line.top();
  program.AddVersion("--version", "tattled " TATTLE_VERSION);
  program
      .AddOption("--config", options.config_file,
                 "the configuration; by default /etc/tattle/tattled.conf")
      .TypeName("FILE");
  program
      .AddOption("--metrics", options.metrics, "write metrics for Prometheus here, each 15 seconds")
      .TypeName("FILE");
  program.AddFlag("--check", options.only_check,
                  "say all that is wrong with the configuration and what it names, and end");
  program.Footer(
      "Runs in the foreground until SIGTERM; SIGHUP reads configuration and log list again.\n"
      "--check looks with the rights of whoever runs it: `sudo -u tattle tattled --check`.\n"
      "\n"
      "Exit status: 0 it was stopped; 1 something it needs is missing or taken; 2 the command "
      "line\n"
      "or the configuration is wrong: it is no use to try again.\n"
      "With --check: 0 the configuration is good; 1 it is not; 2 could not tell: the file cannot "
      "be\n"
      "read, or the command line is wrong.");
  if (const Parsed end = line.Parse(argc, argv); end != Parsed::kRead) {
    parsed.exit_status = end == Parsed::kAnswered ? kExitStopped : kExitBadConfig;
  }
  return parsed;
}

}  // namespace tattle::daemon
