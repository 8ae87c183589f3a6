// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The module that OpenSSL loads, as a file.

#ifndef TATTLE_ADAPTERS_CLI_ENABLE_MODULE_FILE_H_
#define TATTLE_ADAPTERS_CLI_ENABLE_MODULE_FILE_H_

#include <string>

#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// ModulePath is the module that an operator has named, as an absolute path; if none was named, the
// one that is installed with this command. It may be written into files that stay.
std::string ModulePath(const std::string& root, const std::string& named);

// TrialModulePath is the same for a trial on this system: of a command in its build tree, if none
// was named, the one that was built with it.
std::string TrialModulePath(const std::string& named);

// CheckModuleFile says what is wrong with a module's file as a file.
Outcome<void> CheckModuleFile(const std::string& path);

// CheckModuleLoads loads the module, in a process of its own, as OpenSSL would.
Outcome<void> CheckModuleLoads(const std::string& path);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_ENABLE_MODULE_FILE_H_
