// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/refusal_table.h"

#include <algorithm>

namespace tattle::daemon {

std::string_view JudgedByName(JudgedBy by) {
  return by == JudgedBy::kTattled ? "tattled" : "program";
}

// MakeRoom lets the one go that was seen longest ago where there are as many as may be.
void RefusalTable::MakeRoom(JudgedBy by) {
  std::size_t num = 0;
  auto oldest = refusals_.end();
  for (auto one = refusals_.begin(); one != refusals_.end(); ++one) {
    if (one->second.last.by != by) {
      continue;
    }
    ++num;
    if (oldest == refusals_.end() || one->second.last_ms < oldest->second.last_ms) {
      oldest = one;
    }
  }
  if (num >= kMaxHosts) {
    refusals_.erase(oldest);
  }
}

void RefusalTable::Note(const HostVerdict& verdict, std::uint64_t now_ms) {
  const Key key(verdict.by, verdict.host, verdict.policy);
  const std::lock_guard lock(mutex_);
  const auto known = refusals_.find(key);
  if (verdict.compliant) {
    if (known != refusals_.end() && !verdict.host.empty()) {
      refusals_.erase(known);
    }
    return;
  }
  if (known == refusals_.end()) {
    MakeRoom(verdict.by);
    refusals_.emplace(key, Refusal{verdict, now_ms, now_ms, 1});
    return;
  }
  Refusal& refusal = known->second;
  refusal.last = verdict;
  refusal.last_ms = now_ms;
  ++refusal.times;
}

std::vector<Refusal> RefusalTable::Look() const {
  std::vector<Refusal> out;
  {
    const std::lock_guard lock(mutex_);
    out.reserve(refusals_.size());
    for (const auto& [key, refusal] : refusals_) {
      out.push_back(refusal);
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Refusal& a, const Refusal& b) { return a.last_ms > b.last_ms; });
  return out;
}

}  // namespace tattle::daemon
