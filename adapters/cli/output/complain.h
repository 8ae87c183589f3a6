// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Errors on stderr, one line each.

#ifndef TATTLE_ADAPTERS_CLI_OUTPUT_COMPLAIN_H_
#define TATTLE_ADAPTERS_CLI_OUTPUT_COMPLAIN_H_

#include <string>
#include <string_view>

namespace tattle::cli {

// Complain says why something could not be done. Returns the exit status for it, kExitUnknown.
int Complain(std::string_view sentence);

// ComplainOf says it of `subject`, such as a target, which may come from outside.
int ComplainOf(std::string_view subject, std::string_view sentence);

// SayWaiting says that another update holds the folder, for FolderLock. Returns true: wait for it.
bool SayWaiting(const std::string& folder);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_OUTPUT_COMPLAIN_H_
