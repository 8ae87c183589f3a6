// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Times: of the clock, as people write them, and as they read them.

#ifndef TATTLE_ADAPTERS_CLI_OUTPUT_MOMENT_H_
#define TATTLE_ADAPTERS_CLI_OUTPUT_MOMENT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// NowMs reads the clock.
std::uint64_t NowMs();

// DecodeMoment reads RFC 3339, or whole seconds since 1970, up to the year 9999.
Outcome<std::uint64_t> DecodeMoment(std::string_view text);

// FormatAge says how long ago a time was, in its largest unit: "93 d", "5 h", "2 min", "8 s"; of a
// time that is still to come, "in 5 h".
std::string FormatAge(std::uint64_t time_ms, std::uint64_t now_ms);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_OUTPUT_MOMENT_H_
