// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Other programs, run with a deadline.

#ifndef TATTLE_ADAPTERS_CLI_PROCESSES_CHILD_H_
#define TATTLE_ADAPTERS_CLI_PROCESSES_CHILD_H_

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "adapters/cli/deadline.h"
#include "adapters/cli/files/descriptor.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

struct Command {
  std::vector<std::string> argv;                               // the program is looked for in PATH
  std::vector<std::pair<std::string, std::string>> variables;  // beside ours
  std::vector<std::string> without;                            // variables of ours that it lacks
  std::string input;  // what it reads on stdin, at most 4 KB; then the end of the file
};

// Child is a running program in a process group of its own. If it still runs when the Child goes,
// its group is killed; if we die, it is killed too. Of its output the first 64 KB are kept.
class Child {
 public:
  // Start fails if there is no such program, or it cannot be run.
  static Outcome<Child> Start(const Command& command);

  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  ~Child();

  pid_t group() const { return pid_; }

  // HasEnded takes what the program has written, and looks whether it lives.
  bool HasEnded();

  // Wait waits for the end. Returns false when the deadline came first.
  bool Wait(const Deadline& deadline);

  // exit_status is the program's once it has ended, or 128 and the signal that ended it.
  int exit_status() const { return exit_status_; }
  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }

 private:
  Child(pid_t pid, Descriptor out, Descriptor err)
      : pid_(pid), out_pipe_(std::move(out)), err_pipe_(std::move(err)) {}

  pid_t pid_;
  Descriptor out_pipe_;
  Descriptor err_pipe_;
  std::string out_;
  std::string err_;
  bool ended_ = false;
  int exit_status_ = 0;
};

// RunProgram runs a program to its end; one that outlasts the deadline is an error.
Outcome<Child> RunProgram(const Command& command, const Deadline& deadline);

// FindProgram looks a program up in PATH and in the folders of administrators; a name with a slash
// is a path. Empty if it is nowhere.
std::string FindProgram(const std::string& name);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_PROCESSES_CHILD_H_
