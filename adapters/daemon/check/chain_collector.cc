// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/check/chain_collector.h"

#include <algorithm>
#include <utility>

namespace tattle::daemon {

void ChainCollector::Remove(Chains::iterator chain) {
  num_bytes_ -= chain->second.num_bytes;
  waiting_.erase(chain);
}

void ChainCollector::RemoveOldest() {
  Remove(std::min_element(waiting_.begin(), waiting_.end(), [](const auto& a, const auto& b) {
    return a.second.since_ms < b.second.since_ms;
  }));
}

// Expire also forgets what is from the future: the clock was set back.
void ChainCollector::Expire(std::uint64_t now_ms) {
  for (auto chain = waiting_.begin(); chain != waiting_.end();) {
    const auto next = std::next(chain);
    if (chain->second.since_ms > now_ms || now_ms - chain->second.since_ms > kMaxAgeMs) {
      Remove(chain);
    }
    chain = next;
  }
}

void ChainCollector::Add(const Key& key, std::size_t depth, ByteVector certificate,
                         std::uint64_t now_ms) {
  Expire(now_ms);
  if (certificate.size() > kMaxBytes) {
    return;
  }
  const auto known = waiting_.find(key);
  if (known != waiting_.end() && known->second.by_depth.begin()->first <= depth) {
    Remove(known);
  }
  while (!waiting_.empty() && (num_bytes_ + certificate.size() > kMaxBytes ||
                               (waiting_.size() >= kMaxChains && waiting_.count(key) == 0))) {
    RemoveOldest();
  }
  Waiting& chain = waiting_[key];
  if (chain.by_depth.empty()) {
    chain.since_ms = now_ms;
  }
  chain.num_bytes += certificate.size();
  num_bytes_ += certificate.size();
  chain.by_depth.emplace(depth, std::move(certificate));
}

std::vector<ByteVector> ChainCollector::Take(const Key& key, std::uint64_t now_ms) {
  Expire(now_ms);
  const auto chain = waiting_.find(key);
  std::vector<ByteVector> out;
  if (chain != waiting_.end()) {
    for (auto& [depth, certificate] : chain->second.by_depth) {
      out.push_back(std::move(certificate));
    }
    Remove(chain);
  }
  return out;
}

}  // namespace tattle::daemon
