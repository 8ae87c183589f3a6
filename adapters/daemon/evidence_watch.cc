// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/evidence_watch.h"

#include <utility>

namespace tattle::daemon {

PoolResult<std::vector<PooledEvidence>> EvidenceWatch::Look(Pool& pool, std::uint64_t number) {
  std::vector<PooledEvidence> news;
  if (number_ == number) {
    return news;
  }
  PoolResult<std::vector<PooledEvidence>> all = pool.ListEvidence();
  if (!all) {
    return tl::unexpected(all.error());
  }
  for (PooledEvidence& one : *all) {
    if (known_.insert(one.claim_id).second && number_) {
      news.push_back(std::move(one));
    }
  }
  number_ = number;
  return news;
}

}  // namespace tattle::daemon
