// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The ways in which a program is told to load Tattle's module: one row a way. Each is one setting
// in one file, and its value is the path of a cnf (module_cnf.h).

#ifndef TATTLE_ADAPTERS_CLI_ENABLE_PROGRAM_KIND_H_
#define TATTLE_ADAPTERS_CLI_ENABLE_PROGRAM_KIND_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapters/cli/files/file_change.h"
#include "adapters/cli/processes/processes.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// Place is where the setting of one program stands.
struct Place {
  std::string program;  // as the operator says it, such as "prosody"
  std::string root;     // all paths are below this folder; empty: this system
  std::string file;     // of `env` and `node`: the file that sets the variable; empty: none
};

struct ProgramKind {
  const char* name;     // the word for it; of systemd units, which have names of their own, "UNIT"
  const char* summary;  // for --help
  bool is_included;     // its cnf is included by the system's, and is read with that only

  // find is the cnf that our setting names; nothing where we have set nothing.
  Outcome<std::optional<std::string>> (*find)(const Place& place);
  // enable is the change that makes the program load `cnf`. A setting that is not ours is an error.
  Outcome<FileChange> (*enable)(const Place& place, const std::string& cnf);
  // disable is the change that takes exactly that back.
  Outcome<FileChange> (*disable)(const Place& place);
  // next is what puts a change in force, as words behind "now: ".
  std::string (*next)(const Place& place);
  // again is what makes processes that run read changed settings; empty: they have to be started
  // again.
  std::string (*again)(const Place& place);
  // list is the places of this kind at which we find a setting of ours.
  Outcome<std::vector<Place>> (*list)(const std::string& root);
  // where is the file that has the setting.
  std::string (*where)(const Place& place);
  // owns says whether a running process is one of the program's that should load `cnf`.
  bool (*owns)(const Place& place, const std::string& cnf, const Process& process);
};

extern const ProgramKind kUnitKind;
extern const ProgramKind kPostfixKind;
extern const ProgramKind kNodeKind;
extern const ProgramKind kEnvKind;
extern const ProgramKind kSystemWideKind;

// AllProgramKinds is in the order of --help; systemd units come first.
std::span<const ProgramKind* const> AllProgramKinds();

// FindProgramKind finds the kind of what an operator calls a program. Words that are no other kind
// are systemd units.
const ProgramKind& FindProgramKind(const std::string& program);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_ENABLE_PROGRAM_KIND_H_
