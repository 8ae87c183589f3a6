// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// config_defaults FILE: names each key of a configuration whose value is not the one that tattled
// has by default, or is none; the exit status is 1 where there are any. Manual pages are held
// against it.

#include <cstdio>
#include <fstream>
#include <span>
#include <string>

#include "adapters/daemon/daemon_config.h"

namespace {

// IsDefault: `line` alone changes nothing.
bool IsDefault(const std::string& line) {
  const tattle::daemon::DaemonConfigReading read =
      tattle::daemon::DecodeDaemonConfig(line, "default");
  for (const std::string& fault : read.faults) {
    std::printf("%s\n", fault.c_str());
  }
  return read.faults.empty() && read.config == tattle::daemon::DaemonConfig();
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() != 2) {
    return 2;
  }
  std::ifstream file(arguments[1]);
  int status = file ? 0 : 2;
  for (std::string line; std::getline(file, line);) {
    if (!IsDefault(line)) {
      std::printf("not by default: %s\n", line.c_str());
      status = 1;
    }
  }
  return status;
}
