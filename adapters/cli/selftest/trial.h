// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A program is run against a server without SCTs: once where nothing is judged, once where it must
// refuse. What follows from the two.

#ifndef TATTLE_ADAPTERS_CLI_SELFTEST_TRIAL_H_
#define TATTLE_ADAPTERS_CLI_SELFTEST_TRIAL_H_

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "adapters/cli/files/temp_folder.h"
#include "adapters/cli/processes/child.h"
#include "adapters/cli/selftest/server.h"
#include "plugin/runtime/config.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// Trial is one run.
struct Trial {
  Seen seen;
  std::set<std::string> libraries;  // TLS libraries in the client's memory at its ClientHello
  bool has_module = false;          // so was the module
  bool is_hidden = false;           // nobody could look
  bool timed_out = false;
  int exit_status = 0;
  std::string output;  // what it wrote to stderr, or, if that is nothing, to stdout
  std::string words;   // the line of it that says most
};

// Conclusion is the answer. What is not known is not there.
struct Conclusion {
  std::optional<bool> loaded;   // the program loads the module
  std::optional<bool> asks;     // asks the server for SCTs and a staple
  std::optional<bool> refused;  // and refuses one without SCTs
  std::string sentence;

  int exit_status() const;  // 0 all three, 1 not, 2 could not tell
};

// Laboratory is what all trials share: a CA, a server, a folder for the files. It is used by one
// thread.
class Laboratory {
 public:
  // Create makes all of it. `module_path` must be one for a cnf.
  static Outcome<Laboratory> Create(const std::string& module_path);

  Outcome<Trial> Run(const Command& command, Mode mode, std::chrono::milliseconds timeout);

 private:
  Laboratory(TempFolder folder, TestServer server, std::string module_path)
      : folder_(std::move(folder)),
        server_(std::move(server)),
        module_path_(std::move(module_path)) {}

  Outcome<std::string> WriteCnf(Mode mode) const;

  TempFolder folder_;
  TestServer server_;
  std::string module_path_;
};

// Conclude compares a run in mode off with one in mode require. `name` is what the program is
// called.
Conclusion Conclude(const std::string& name, const Trial& control, const Trial& judged);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_SELFTEST_TRIAL_H_
