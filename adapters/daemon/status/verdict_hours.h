// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// VerdictHours: what was judged, hour by hour, of the last two days.

#ifndef TATTLE_ADAPTERS_DAEMON_STATUS_VERDICT_HOURS_H_
#define TATTLE_ADAPTERS_DAEMON_STATUS_VERDICT_HOURS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace tattle::daemon {

struct VerdictHour {
  std::uint64_t from_ms = 0;
  std::uint64_t compliant = 0;
  std::uint64_t not_compliant = 0;
};

// VerdictHours is thread-safe.
class VerdictHours {
 public:
  static constexpr std::size_t kNumHours = 48;

  void Add(bool compliant, std::uint64_t now_ms);

  // Look has the hours in which there was something, the oldest first.
  std::vector<VerdictHour> Look(std::uint64_t now_ms) const;

 private:
  mutable std::mutex mutex_;
  std::array<VerdictHour, kNumHours> hours_;  // each at its number modulo theirs
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_STATUS_VERDICT_HOURS_H_
