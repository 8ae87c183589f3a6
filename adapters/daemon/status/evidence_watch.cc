// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/evidence_watch.h"

#include <utility>

namespace tattle::daemon {

PoolResult<std::vector<EvidenceWatch::News>> EvidenceWatch::Look(Pool& pool, std::uint64_t number,
                                                                 std::uint64_t now_ms) {
  std::vector<News> news;
  if (number_ == number) {
    return news;
  }
  PoolResult<std::vector<PooledEvidence>> untold = pool.UntoldEvidence();
  if (!untold) {
    return tl::unexpected(untold.error());
  }
  if (untold->empty()) {
    number_ = number;
    again_ms_.clear();
    return news;
  }
  number_.reset();
  for (PooledEvidence& one : *untold) {
    const auto [place, is_first] = again_ms_.try_emplace(one.claim_id, 0);
    if (is_first || now_ms >= place->second) {
      place->second = now_ms + kAgainMs;
      news.push_back({std::move(one), is_first});
    }
  }
  return news;
}

}  // namespace tattle::daemon
