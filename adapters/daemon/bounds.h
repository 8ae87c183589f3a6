// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Bounds on what tattled takes from outside, each with its reason (core/base/limits.h).

#ifndef TATTLE_ADAPTERS_DAEMON_BOUNDS_H_
#define TATTLE_ADAPTERS_DAEMON_BOUNDS_H_

#include <cstddef>
#include <cstdint>

namespace tattle {

// A request to tattled's check socket: a chain in base64. Real ones are 3 to 20 KB.
inline constexpr std::size_t kMaxCheckRequestSize = 256U << 10U;

// A request to tattled's control socket, which is one question.
inline constexpr std::size_t kMaxControlRequestSize = 4096;

}  // namespace tattle

#endif  // TATTLE_ADAPTERS_DAEMON_BOUNDS_H_
