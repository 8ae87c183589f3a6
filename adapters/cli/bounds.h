// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Bounds on what the command takes from outside, each with its reason (core/base/limits.h).

#ifndef TATTLE_ADAPTERS_CLI_BOUNDS_H_
#define TATTLE_ADAPTERS_CLI_BOUNDS_H_

#include <cstddef>
#include <cstdint>

namespace tattle {

// What a server may say in clear text before STARTTLS is done. Real ones stay below 4 KB.
inline constexpr std::size_t kMaxClearText = 64U << 10U;

// A file of another program that the command reads or changes: main.cf, openssl.cnf, a unit. Real
// ones stay below 100 KB.
inline constexpr std::size_t kMaxHostFileSize = 4U << 20U;

// What the command keeps of the words of a program that it runs.
inline constexpr std::size_t kMaxProgramOutput = 64U << 10U;

// What tattled answers there: a line for each log of a list is 300 bytes.
inline constexpr std::size_t kMaxControlAnswerSize = 4U << 20U;

// The seconds that --timeout may give a target or a program.
inline constexpr double kMaxTimeoutS = 3600;

}  // namespace tattle

#endif  // TATTLE_ADAPTERS_CLI_BOUNDS_H_
