// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What `tattle enable` says to people beside what it does.

#ifndef TATTLE_ADAPTERS_CLI_ENABLE_HELP_H_
#define TATTLE_ADAPTERS_CLI_ENABLE_HELP_H_

#include <string>
#include <string_view>

#include "adapters/cli/enable/program_kind.h"

namespace tattle::cli {

inline constexpr const char* kSystemWideRefusal =
    "system-wide loads the module into every program that uses OpenSSL, sshd among them, so that a "
    "mistake can lock you out: enable single programs; if you mean it all the same, add "
    "--load-into-every-program";

// WarningsOf is what an operator has to know before saying yes; whole lines.
std::string WarningsOf(const ProgramKind& kind, std::string_view mode);

// The texts below the options of --help.
std::string EnableHelp();
std::string DisableHelp();

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_ENABLE_HELP_H_
