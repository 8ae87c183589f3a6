// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What is true of the programs for which CT is switched on, and of what runs.

#ifndef TATTLE_ADAPTERS_CLI_STATUS_FACTS_H_
#define TATTLE_ADAPTERS_CLI_STATUS_FACTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/enable/program_kind.h"
#include "adapters/cli/processes/processes.h"
#include "adapters/cli/status/config_facts.h"
#include "adapters/cli/status/daemon_facts.h"
#include "adapters/cli/status/settings_age.h"

namespace tattle::cli {

// ProgramFacts is one program. What is not known is empty.
struct ProgramFacts {
  Place place;
  const ProgramKind* kind = nullptr;
  std::optional<std::string> cnf;  // what our setting names; nothing: the program is not enabled
  std::string module_path;
  std::string mode;
  std::string policy;
  std::optional<LogListFacts> log_list;
  std::vector<SettingsFile> settings;  // what its processes read once
  std::vector<Process> processes;      // the program's own
  std::vector<std::string> problems;   // why it is not in effect
  std::vector<std::string> warnings;   // what weakens it
  std::vector<std::string> unknowns;   // what nobody could tell
};

struct StatusFacts {
  std::vector<ProgramFacts> programs;
  // Processes of no program above that have the module, or name a cnf that loads it.
  std::vector<Process> others;
  std::optional<DaemonFacts> daemon;  // tattled, if it was asked and answered
  std::string daemon_silence;         // why it did not, behind "tattled: "
  bool should_daemon_answer = false;  // so that its silence is no good sign
  std::vector<std::string> unknowns;
  std::vector<std::string> notes;  // what was left out, and leaves nothing in doubt

  int exit_status() const;  // 0 all is well, 1 something is not in effect, 2 could not tell
};

// CollectStatus looks at the place that is named, or, if it has no program, at every place where
// something of ours is found.
StatusFacts CollectStatus(const Place& place, std::uint64_t now_ms);

// LookAtProcessesOf notes which of the processes are the program's, and what is wrong with them,
// also that they began before the settings were changed.
// `is_root`: what we may not look at, nobody may.
void LookAtProcessesOf(ProgramFacts& facts, const std::vector<Process>& processes, bool is_root);

// LacksModule: the process has OpenSSL in memory and not the module.
bool LacksModule(const Process& process);

// IsInOrder: it has what it should have, with the settings of now.
bool IsInOrder(const Process& process);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_STATUS_FACTS_H_
