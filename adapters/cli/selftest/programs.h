// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How to make programs connect to a server: one row a program.

#ifndef TATTLE_ADAPTERS_CLI_SELFTEST_PROGRAMS_H_
#define TATTLE_ADAPTERS_CLI_SELFTEST_PROGRAMS_H_

#include <string>
#include <vector>

#include "adapters/cli/processes/child.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// What a command line may ask for, between braces.
struct Placeholders {
  std::string host;
  std::string port;
  std::string url;
  std::string cafile;
  std::string cnf;
};

// FindTestCommand makes a command line of what the operator said: of one word, which is a program
// of the table by its name or path (versions such as python3.11 are passed over), that program's;
// of more words, or one with a placeholder, themselves. `words` is not empty.
Outcome<Command> FindTestCommand(const std::vector<std::string>& words);

// FillIn puts values in the place of {host}, {port}, {url}, {cafile} and {cnf}, and into the
// variables TATTLE_HOST, TATTLE_PORT, TATTLE_URL, TATTLE_CAFILE and OPENSSL_CONF.
Command FillIn(Command command, const Placeholders& values);

// TestProgramNames is the table's names: "curl, openssl, ...".
std::string TestProgramNames();

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_SELFTEST_PROGRAMS_H_
