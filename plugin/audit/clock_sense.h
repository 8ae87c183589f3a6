// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// ClockSense: whether our own clock is good enough to accuse a log by it.

#ifndef TATTLE_PLUGIN_AUDIT_CLOCK_SENSE_H_
#define TATTLE_PLUGIN_AUDIT_CLOCK_SENSE_H_

#include <cstdint>
#include <map>
#include <mutex>

#include "core/base/bytes.h"

namespace tattle {

// ClockSense is thread-safe.
class ClockSense {
 public:
  // Note remembers whether a log's newest head was in the future by our clock.
  void Note(const LogId& log_id, bool is_future);

  // IsSlow says whether our clock may be behind: it was later before (`before_ms` is such a time
  // that others know of), or half of the other logs seem to be in the future too.
  bool IsSlow(const LogId& log_id, std::uint64_t now_ms, std::uint64_t before_ms);

 private:
  std::mutex mutex_;
  std::uint64_t latest_ms_ = 0;
  std::map<LogId, bool> is_future_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_CLOCK_SENSE_H_
