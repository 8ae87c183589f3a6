// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/clock_sense.h"

#include <algorithm>
#include <cstddef>

#include "core/base/limits.h"

namespace tattle {

void ClockSense::Note(const LogId& log_id, bool is_future) {
  const std::scoped_lock lock(mutex_);
  is_future_[log_id] = is_future;
}

bool ClockSense::IsSlow(const LogId& log_id, std::uint64_t now_ms, std::uint64_t before_ms) {
  const std::scoped_lock lock(mutex_);
  latest_ms_ = std::max({latest_ms_, now_ms, before_ms});
  if (now_ms + kClockDriftMs < latest_ms_) {
    return true;
  }
  std::size_t others = 0;
  std::size_t in_future = 0;
  for (const auto& [other, is_future] : is_future_) {
    others += other == log_id ? 0 : 1;
    in_future += other != log_id && is_future ? 1 : 0;
  }
  return in_future > 0 && in_future * 2 >= others;
}

}  // namespace tattle
