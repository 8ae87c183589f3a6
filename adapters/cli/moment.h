// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Times that people write on the command line.

#ifndef TATTLE_ADAPTERS_CLI_MOMENT_H_
#define TATTLE_ADAPTERS_CLI_MOMENT_H_

#include <cstdint>
#include <string_view>

#include "adapters/cli/outcome.h"

namespace tattle::cli {

// DecodeMoment reads RFC 3339, or whole seconds since 1970, up to the year 9999.
Outcome<std::uint64_t> DecodeMoment(std::string_view text);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_MOMENT_H_
