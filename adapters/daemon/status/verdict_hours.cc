// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/verdict_hours.h"

#include "core/base/time.h"

namespace tattle::daemon {
namespace {

constexpr std::uint64_t kHourMs = 3600 * kMsPerSecond;

}  // namespace

void VerdictHours::Add(bool compliant, std::uint64_t now_ms) {
  const std::uint64_t number = now_ms / kHourMs;
  const std::lock_guard lock(mutex_);
  VerdictHour& hour = hours_.at(number % kNumHours);
  if (hour.from_ms != number * kHourMs) {
    hour = {number * kHourMs, 0, 0};
  }
  ++(compliant ? hour.compliant : hour.not_compliant);
}

std::vector<VerdictHour> VerdictHours::Look(std::uint64_t now_ms) const {
  const std::uint64_t last = now_ms / kHourMs;
  std::vector<VerdictHour> out;
  const std::lock_guard lock(mutex_);
  for (std::uint64_t number = last < kNumHours ? 0 : last - kNumHours + 1; number <= last;
       ++number) {
    const VerdictHour& hour = hours_.at(number % kNumHours);
    if (hour.from_ms == number * kHourMs && hour.compliant + hour.not_compliant > 0) {
      out.push_back(hour);
    }
  }
  return out;
}

}  // namespace tattle::daemon
