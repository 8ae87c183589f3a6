// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/schedule.h"

#include <algorithm>

#include "core/base/time.h"

namespace tattle {
namespace {

constexpr std::uint64_t kMinuteMs = 60 * kMsPerSecond;
constexpr std::uint64_t kLeastIntervalMs = 5 * kMinuteMs;
constexpr std::uint64_t kStaticCtIntervalMs = 15 * kMinuteMs;
constexpr std::uint64_t kRfc6962IntervalMs = 60 * kMinuteMs;
constexpr std::uint64_t kMaxBackoffMs = 360 * kMinuteMs;
constexpr std::uint32_t kMaxDoublings = 10;
constexpr double kJitter = 0.2;  // of the interval, more at most

std::uint64_t Jittered(std::uint64_t interval_ms, double random) {
  return interval_ms + static_cast<std::uint64_t>(static_cast<double>(interval_ms) * kJitter *
                                                  std::clamp(random, 0.0, 1.0));
}

}  // namespace

bool IsOver(const Log& log, std::uint64_t now_ms) {
  const LogState state = log.StateAt(now_ms);
  return state == LogState::kReadOnly || state == LogState::kRetired ||
         state == LogState::kRejected ||
         (log.final_tree_head.has_value() && now_ms >= log.state_since_ms);
}

std::uint64_t FetchIntervalMs(const Log& log, std::uint64_t now_ms) {
  if (IsOver(log, now_ms)) {
    return kMsPerDay;
  }
  const std::uint64_t usual_ms =
      log.kind == LogKind::kStaticCt ? kStaticCtIntervalMs : kRfc6962IntervalMs;
  const std::uint64_t mmd_ms = std::min(log.mmd_s, kMsPerDay) * kMsPerSecond;
  return std::max(kLeastIntervalMs, mmd_ms == 0 ? usual_ms : std::min(usual_ms, mmd_ms));
}

std::uint64_t FirstFetchMs(const Log& log, std::uint64_t now_ms, double random) {
  const std::uint64_t spread_ms = std::min(FetchIntervalMs(log, now_ms), kLeastIntervalMs);
  return now_ms +
         static_cast<std::uint64_t>(static_cast<double>(spread_ms) * std::clamp(random, 0.0, 1.0));
}

std::uint64_t NextFetchMs(const Log& log, std::uint32_t num_failures, std::uint64_t retry_after_ms,
                          std::uint64_t now_ms, double random) {
  const std::uint64_t usual_ms = FetchIntervalMs(log, now_ms);
  const std::uint64_t backoff_ms = usual_ms << std::min(num_failures, kMaxDoublings);
  const std::uint64_t interval_ms = std::min(backoff_ms, std::max(usual_ms, kMaxBackoffMs));
  return now_ms + std::max(Jittered(interval_ms, random), std::min(retry_after_ms, kMsPerDay));
}

bool IsFetchDue(const LogProgress& progress, std::uint64_t now_ms) {
  constexpr std::uint64_t kFurthestMs = 2 * kMsPerDay;
  return progress.next_fetch_ms <= now_ms || progress.next_fetch_ms - now_ms > kFurthestMs;
}

}  // namespace tattle
