// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The module that OpenSSL loads, as a file.

#ifndef TATTLE_ADAPTERS_CLI_MODULE_FILE_H_
#define TATTLE_ADAPTERS_CLI_MODULE_FILE_H_

#include <string>

#include "adapters/cli/outcome.h"

namespace tattle::cli {

// InstalledModulePath is where the module is installed with this command; of a command in its build
// tree, unless it is asked for another system's (`root`), the module that was built with it.
std::string InstalledModulePath(const std::string& root);

// CheckModuleFile says what is wrong with a module's file as a file.
Outcome<void> CheckModuleFile(const std::string& path);

// CheckModuleLoads loads the module, in a process of its own, as OpenSSL would.
Outcome<void> CheckModuleLoads(const std::string& path);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_MODULE_FILE_H_
