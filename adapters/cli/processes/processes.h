// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Running processes, and what TLS they have in memory.

#ifndef TATTLE_ADAPTERS_CLI_PROCESSES_PROCESSES_H_
#define TATTLE_ADAPTERS_CLI_PROCESSES_PROCESSES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace tattle::cli {

struct Process {
  pid_t pid = 0;
  pid_t group = 0;
  std::optional<std::uint64_t> started_ms;  // since 1970, by the clock of now
  std::string name;                         // as ps shows it
  std::string unit;                         // of systemd, such as "prosody.service"; empty: none
  std::optional<std::string> openssl_conf;  // the variable in the environment it was started with
  std::set<std::string> libraries;          // TLS libraries in memory: "libssl", "libgnutls", ...
  std::set<std::string> files;              // all in memory, as /proc/PID/maps names them
  std::string module_path;                  // Tattle's module in memory; empty: it is not
  bool module_is_replaced = false;          // the file is another or gone since
  std::string changed_since;                // a file of its settings, changed after it began
  bool is_hidden = false;                   // we may not look

  // has_openssl: the shared library; one that is built into a program is not seen.
  bool has_openssl() const { return libraries.count("libcrypto") + libraries.count("libssl") > 0; }
};

// LookAtProcesses looks at all processes of this system, or those of one group. `proc` is where
// they are, /proc. Kernel threads are left out.
std::vector<Process> LookAtProcesses(std::optional<pid_t> group = std::nullopt,
                                     const std::string& proc = "/proc");

// RecogniseModule finds the module in memory under a name that is not its usual one: the path that
// a cnf gives.
void RecogniseModule(Process& process, const std::string& path);

// UnitOfCgroup finds the service in the text of /proc/PID/cgroup.
std::string UnitOfCgroup(std::string_view text);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_PROCESSES_PROCESSES_H_
