// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What most files here include, compiled once. Each still includes what it uses.

#ifndef TATTLE_ADAPTERS_CLI_PCH_CLI_H_
#define TATTLE_ADAPTERS_CLI_PCH_CLI_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <tl/expected.hpp>

#endif  // TATTLE_ADAPTERS_CLI_PCH_CLI_H_
