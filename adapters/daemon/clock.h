// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The daemon's clock, handed in so that tests can have one of their own.

#ifndef TATTLE_ADAPTERS_DAEMON_CLOCK_H_
#define TATTLE_ADAPTERS_DAEMON_CLOCK_H_

#include <chrono>
#include <cstdint>
#include <functional>

namespace tattle::daemon {

// Clock tells milliseconds since 1970. Any thread may ask.
using Clock = std::function<std::uint64_t()>;

// SystemNowMs is the machine's time.
inline std::uint64_t SystemNowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

// IsPast says whether what was done at a time (0: never) is as old as that. A clock that went back
// makes it so: nothing waits for it to come round again.
inline bool IsPast(std::uint64_t time_ms, std::uint64_t now_ms, std::uint64_t age_ms) {
  return time_ms == 0 || now_ms < time_ms || now_ms - time_ms >= age_ms;
}

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_CLOCK_H_
