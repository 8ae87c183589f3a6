// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/growth_book.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>

#include "core/base/time.h"
#include "plugin/pool/gossip_view.h"

namespace tattle::daemon {
namespace {

constexpr std::uint64_t kTwoWeeksMs = 14 * kMsPerDay;

std::uint64_t StartOf(std::uint64_t now_ms) {
  return now_ms - std::min(now_ms, kTwoWeeksMs);
}

using Sizes = std::map<std::uint64_t, std::uint64_t>;

// Thin takes away what is missed least; the first and the last stay.
void Thin(Sizes& sizes) {
  while (sizes.size() > GrowthBook::kMaxPoints) {
    auto least = sizes.end();
    std::uint64_t least_ms = std::numeric_limits<std::uint64_t>::max();
    for (auto it = std::next(sizes.begin()); std::next(it) != sizes.end(); ++it) {
      const std::uint64_t gap_ms = std::next(it)->first - std::prev(it)->first;
      if (gap_ms < least_ms) {
        least_ms = gap_ms;
        least = it;
      }
    }
    sizes.erase(least);
  }
}

// PickEvenly is at most kMaxPoints of the heads, by time.
std::vector<std::uint64_t> PickEvenly(std::vector<KnownHead>& heads) {
  std::sort(heads.begin(), heads.end(),
            [](const KnownHead& a, const KnownHead& b) { return a.timestamp_ms < b.timestamp_ms; });
  std::vector<std::uint64_t> ids;
  const std::size_t num_points = std::min(heads.size(), GrowthBook::kMaxPoints);
  for (std::size_t i = 0; i < num_points; ++i) {
    const std::size_t at = num_points == 1 ? 0 : i * (heads.size() - 1) / (num_points - 1);
    ids.push_back(heads[at].id);
  }
  return ids;
}

}  // namespace

PoolResult<void> GrowthBook::Recall(Pool& pool, std::uint64_t now_ms) {
  if (has_recalled_) {
    return {};
  }
  const PoolResult<std::vector<KnownHead>> heads = GossipView(pool).HeadsSince(StartOf(now_ms));
  if (!heads) {
    return tl::unexpected(heads.error());
  }
  std::map<LogId, std::vector<KnownHead>> by_log;
  for (const KnownHead& head : *heads) {
    if (!head.is_conflicting) {
      by_log[head.log_id].push_back(head);
    }
  }
  for (auto& [log_id, known] : by_log) {
    for (const std::uint64_t id : PickEvenly(known)) {
      const PoolResult<std::optional<PooledHead>> head = pool.FindHead(id);
      if (!head) {
        return tl::unexpected(head.error());
      }
      if (*head && (*head)->state == HeadState::kLinked) {
        Note(log_id, (*head)->sth.head);
      }
    }
  }
  has_recalled_ = true;
  return {};
}

void GrowthBook::Note(const LogId& log_id, const TreeHead& head) {
  Sizes& sizes = sizes_[log_id];
  sizes[head.timestamp_ms] = head.tree_size;
  Thin(sizes);
}

std::vector<TreePoint> GrowthBook::Look(const LogId& log_id, std::uint64_t now_ms) {
  std::vector<TreePoint> points;
  const auto found = sizes_.find(log_id);
  if (found == sizes_.end()) {
    return points;
  }
  found->second.erase(found->second.begin(), found->second.lower_bound(StartOf(now_ms)));
  for (const auto& [time_ms, tree_size] : found->second) {
    points.push_back({time_ms, tree_size});
  }
  return points;
}

}  // namespace tattle::daemon
