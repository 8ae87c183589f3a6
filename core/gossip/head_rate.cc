// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/head_rate.h"

#include <algorithm>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/gossip/bounds.h"

namespace tattle {
namespace {

constexpr std::uint64_t kHourMs = kMsPerDay / 24;

// Distance is how far two times are apart.
std::uint64_t Distance(std::uint64_t a, std::uint64_t b) {
  return std::max(a, b) - std::min(a, b);
}

}  // namespace

bool HeadRate::Take(const LogId& log_id, std::uint64_t now_ms) {
  auto found = shares_.find(log_id);
  if (found == shares_.end()) {
    if (shares_.size() == kMaxLogs) {
      return false;
    }
    found = shares_.emplace(log_id, Share{kHeadBurstPerLog, now_ms}).first;
  }
  Share& share = found->second;
  if (now_ms > share.since_ms) {
    const std::uint64_t num_grown = (now_ms - share.since_ms) / kHeadIntervalMs;
    share.num_left =
        std::min(kHeadBurstPerLog, share.num_left + std::min(num_grown, kHeadBurstPerLog));
    share.since_ms += num_grown * kHeadIntervalMs;
  }
  if (share.num_left == 0) {
    return false;
  }
  --share.num_left;
  return true;
}

bool SignsAtMostHourly(std::span<const HeadSighting> sightings) {
  if (sightings.empty() || sightings.back().fetched_ms < sightings.front().fetched_ms ||
      sightings.back().fetched_ms - sightings.front().fetched_ms < kMsPerDay) {
    return false;
  }
  const HeadSighting* before = nullptr;
  for (const HeadSighting& sighting : sightings) {
    if (before != nullptr) {
      const bool is_gap = sighting.fetched_ms < before->fetched_ms ||
                          sighting.fetched_ms - before->fetched_ms > kHourMs / 2;
      const bool is_soon =
          sighting.timestamp_ms != before->timestamp_ms &&
          Distance(sighting.timestamp_ms, before->timestamp_ms) < kHourMs - kClockDriftMs;
      if (is_gap || is_soon) {
        return false;
      }
    }
    before = &sighting;
  }
  return true;
}

}  // namespace tattle
