// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What `-o FILE` of a verb names.

#ifndef TATTLE_ADAPTERS_CLI_FILES_OUTPUT_FILE_H_
#define TATTLE_ADAPTERS_CLI_FILES_OUTPUT_FILE_H_

#include <string>

#include "core/base/bytes.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// WriteOutput replaces a file at one stroke (ReplaceFile), and writes into a device, pipe or
// terminal as it is: /dev/null stays one. Fails with a sentence.
Outcome<void> WriteOutput(const std::string& path, Bytes content);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FILES_OUTPUT_FILE_H_
