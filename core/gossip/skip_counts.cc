// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/skip_counts.h"

#include <algorithm>
#include <string_view>

namespace tattle {

void SkipCounts::Add(const Error& error, std::size_t count) {
  if (count == 0) {
    return;
  }
  total_ += count;
  const auto same = std::find_if(reasons_.begin(), reasons_.end(), [&](const SkipReason& reason) {
    return reason.error.code == error.code &&
           std::string_view(reason.error.field) == std::string_view(error.field);
  });
  if (same != reasons_.end()) {
    same->count += count;
    return;
  }
  reasons_.push_back({{error.code, 0, error.field}, count});
}

void SkipCounts::Add(const SkipCounts& other) {
  for (const SkipReason& reason : other.reasons_) {
    Add(reason.error, reason.count);
  }
}

std::size_t SkipCounts::CountOf(Errc code) const {
  std::size_t count = 0;
  for (const SkipReason& reason : reasons_) {
    count += reason.error.code == code ? reason.count : 0;
  }
  return count;
}

}  // namespace tattle
