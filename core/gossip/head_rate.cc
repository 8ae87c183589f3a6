// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/head_rate.h"

#include <algorithm>

#include "core/base/limits.h"
#include "core/gossip/bounds.h"

namespace tattle {

bool HeadRate::Take(const LogId& log_id, std::uint64_t now_ms) {
  auto found = shares_.find(log_id);
  if (found == shares_.end()) {
    if (shares_.size() == kMaxLogs) {
      return false;
    }
    found = shares_.emplace(log_id, Share{kHeadBurstPerLog, now_ms}).first;
  }
  Share& share = found->second;
  share.since_ms = std::min(share.since_ms, now_ms);
  const std::uint64_t num_grown = (now_ms - share.since_ms) / kHeadIntervalMs;
  share.num_left =
      std::min(kHeadBurstPerLog, share.num_left + std::min(num_grown, kHeadBurstPerLog));
  share.since_ms += num_grown * kHeadIntervalMs;
  if (share.num_left == 0) {
    return false;
  }
  --share.num_left;
  return true;
}

}  // namespace tattle
