// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/update.h"

#include <optional>

#include "core/base/limits.h"

namespace tattle {

Result<void> CheckUpdate(const LogList& current, const LogList& candidate, std::uint64_t now_ms) {
  const std::optional<std::uint64_t> ours_ms = current.content().timestamp_ms;
  const std::optional<std::uint64_t> theirs_ms = candidate.content().timestamp_ms;
  if (!theirs_ms) {
    return Fail(Errc::kMissing, "log_list.log_list_timestamp");
  }
  if (ours_ms && *theirs_ms < *ours_ms) {
    return Fail(Errc::kOlder, "log_list.log_list_timestamp");
  }
  if (candidate.content().logs.empty()) {
    return Fail(Errc::kMissing, "log_list.logs");
  }
  if (*theirs_ms > now_ms && *theirs_ms - now_ms > kClockDriftMs) {
    return Fail(Errc::kOutOfRange, "log_list.log_list_timestamp");
  }
  return {};
}

}  // namespace tattle
