// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The operator's program, which is told of evidence.

#ifndef TATTLE_ADAPTERS_DAEMON_HOOK_H_
#define TATTLE_ADAPTERS_DAEMON_HOOK_H_

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// HookRun is one run of the program.
struct HookRun {
  std::string program;                 // absolute path
  std::vector<std::string> arguments;  // behind its name
  std::string input;                   // what it reads from its stdin
};

// CheckHook looks whether a program can be run, and runs nothing; an empty path is fine. Fails with
// a sentence that begins with the path.
Outcome<void> CheckHook(const std::string& program);

// RunHook waits for the program to end, and kills it when the time is up or `stop` says so. It sees
// no more of us than stdin, stderr and a PATH. Fails with a sentence unless it ends with status 0.
Outcome<void> RunHook(const HookRun& run, std::chrono::milliseconds patience,
                      const std::stop_token& stop);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_HOOK_H_
