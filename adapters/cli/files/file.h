// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Files from outside, read with a bound.

#ifndef TATTLE_ADAPTERS_CLI_FILES_FILE_H_
#define TATTLE_ADAPTERS_CLI_FILES_FILE_H_

#include <cstddef>
#include <optional>
#include <string>

#include "adapters/cli/deadline.h"
#include "core/base/bytes.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// Exists counts a path that cannot be looked at as there: opening it then says why it cannot.
bool Exists(const std::string& path);

// ReadFile reads a whole file, pipe or device of at most `max_size` bytes. What is larger is
// refused, by its size where the system knows it, before anything is read. A pipe that stays silent
// ends with the deadline; without one it is waited for.
Outcome<ByteVector> ReadFile(const std::string& path, std::size_t max_size,
                             const std::optional<Deadline>& deadline = std::nullopt);

// ReadFilledFile is ReadFile and refuses a file with nothing in it.
Outcome<ByteVector> ReadFilledFile(const std::string& path, std::size_t max_size,
                                   const Deadline& deadline);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_FILES_FILE_H_
