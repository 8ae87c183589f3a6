// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/select_heads.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "core/gossip/head_check.h"

namespace tattle {
namespace {

using Places = std::vector<std::size_t>;  // indexes of candidates

// As many as a pool keeps of one proven split: that many of one log go together.
constexpr std::size_t kHeadsOfSplit = 4;

// MixedByLog is the same places by log: the logs in random order, and so the heads of each.
Result<std::vector<Places>> MixedByLog(Places places, std::span<const HeadCandidate> heads,
                                       const DrawUint64& draw) {
  if (const Result<void> mixed = Mix(places, draw); !mixed) {
    return tl::unexpected(mixed.error());
  }
  std::map<LogId, Places> by_log;
  for (const std::size_t place : places) {
    by_log[heads[place].log_id].push_back(place);
  }
  // The order of ids says nothing, but is always the same.
  std::vector<Places> groups;
  groups.reserve(by_log.size());
  for (auto& [log_id, group] : by_log) {
    groups.push_back(std::move(group));
  }
  Places order(groups.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (const Result<void> mixed = Mix(order, draw); !mixed) {
    return tl::unexpected(mixed.error());
  }
  std::vector<Places> out;
  out.reserve(groups.size());
  for (const std::size_t i : order) {
    out.push_back(std::move(groups[i]));
  }
  return out;
}

// AppendDealt takes `num_each` of each group in turn, up to `max` in all.
void AppendDealt(Places& out, const std::vector<Places>& groups, std::size_t num_each,
                 std::size_t max) {
  bool is_any_left = true;
  for (std::size_t begin = 0; max > 0 && is_any_left; begin += num_each) {
    is_any_left = false;
    for (const Places& group : groups) {
      const std::size_t end = std::min({group.size(), begin + num_each, begin + max});
      for (std::size_t i = begin; i < end; ++i) {
        out.push_back(group[i]);
        --max;
        is_any_left = true;
      }
    }
  }
}

}  // namespace

bool MayGiveHead(const HeadCandidate& head, const HeadWish& wish, const LogList& logs,
                 std::uint64_t now_ms) {
  if (logs.FindDenied(head.log_id) != nullptr || logs.Find(head.log_id) == nullptr) {
    return false;
  }
  // Proof of a split is for everybody, and does not age. (The draft wants all heads fresh; those
  // who hold to that ignore it, and lose nothing.)
  if (head.is_conflicting) {
    return true;
  }
  const bool to_auditor = wish.side == HeadSide::kClient && wish.audience == HeadAudience::kAuditor;
  // What a log dates ahead is for those who look after it alone. Honest logs have no such heads, so
  // that few have one: a server would know by it who comes again.
  if (!IsFreshHead(head.timestamp_ms, now_ms) && !(to_auditor && head.timestamp_ms > now_ms)) {
    return false;
  }
  if (wish.side == HeadSide::kPool) {
    return true;
  }
  if (to_auditor) {
    // What a web server has of us, an auditor may not have too: together they would know who was
    // there. What a web server told us is the exception that the user chose an auditor for.
    return head.origin == HeadOrigin::kLearnt || !head.given_to_web_server;
  }
  return head.origin == HeadOrigin::kOwn && !head.given_to_web_server && !head.given_to_auditor;
}

Result<std::vector<std::size_t>> SelectHeads(std::span<const HeadCandidate> heads,
                                             const HeadWish& wish, const LogList& logs,
                                             std::uint64_t now_ms, const DrawUint64& draw) {
  Places conflicting;
  Places others;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    if (MayGiveHead(heads[i], wish, logs, now_ms)) {
      (heads[i].is_conflicting ? conflicting : others).push_back(i);
    }
  }
  const std::size_t num_for_others = std::min(others.size(), wish.max_heads / 4);
  const std::size_t num_conflicting = std::min(conflicting.size(), wish.max_heads - num_for_others);
  const Result<std::vector<Places>> conflicting_groups =
      MixedByLog(std::move(conflicting), heads, draw);
  if (!conflicting_groups) {
    return tl::unexpected(conflicting_groups.error());
  }
  const Result<std::vector<Places>> other_groups = MixedByLog(std::move(others), heads, draw);
  if (!other_groups) {
    return tl::unexpected(other_groups.error());
  }
  Places out;
  AppendDealt(out, *conflicting_groups, kHeadsOfSplit, num_conflicting);
  AppendDealt(out, *other_groups, 1, wish.max_heads - num_conflicting);
  return out;
}

}  // namespace tattle
