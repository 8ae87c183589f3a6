// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/options.h"

#include <CLI/CLI.hpp>

#include "adapters/daemon/daemon_config.h"

namespace tattle::daemon {

ParsedOptions ParseOptions(int argc, char** argv) {
  ParsedOptions parsed;
  Options& options = parsed.options;
  options.config_file = kDefaultDaemonConfigFile;
  CLI::App app("The daemon of Tattle: audits logs by what programs saw, and judges for others",
               "tattled");
  app.set_version_flag("--version", "tattled " TATTLE_VERSION);
  app.add_option("--config", options.config_file,
                 "the configuration; by default /etc/tattle/tattled.conf")
      ->type_name("FILE");
  app.add_option("--metrics", options.metrics, "write metrics for Prometheus here, each 15 seconds")
      ->type_name("FILE");
  app.add_flag("--check", options.only_check, "say what is wrong with the configuration, and end");
  app.footer(
      "Runs in the foreground until SIGTERM; SIGHUP reads configuration and log list again.\n"
      "Exit status: 0 it was stopped, 1 something it needs is missing or taken, 2 the command "
      "line\n"
      "or the configuration is wrong.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version end here too, with status 0.
    parsed.exit_status = app.exit(error) == 0 ? kExitStopped : kExitBadConfig;
  }
  return parsed;
}

}  // namespace tattle::daemon
