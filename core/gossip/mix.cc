// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/mix.h"

#include <limits>
#include <utility>

namespace tattle {

Result<std::uint64_t> DrawBelow(std::uint64_t bound, const DrawUint64& draw) {
  if (bound == 0) {
    return Fail(Errc::kInvalidArgument, "random");
  }
  // Numbers up to the largest multiple of `bound` are fair; each draw is one with more than half a
  // chance, so that a source that fails this often is broken.
  constexpr int kMaxDraws = 128;
  const std::uint64_t num_fair = std::numeric_limits<std::uint64_t>::max() / bound * bound;
  for (int i = 0; i < kMaxDraws; ++i) {
    const Result<std::uint64_t> number = draw();
    if (!number) {
      return number;
    }
    if (*number < num_fair) {
      return *number % bound;
    }
  }
  return Fail(Errc::kInternal, "random");
}

// Fisher and Yates, from the end: items behind `i` are in their places.
Result<void> Mix(std::span<std::size_t> items, const DrawUint64& draw) {
  for (std::size_t i = items.size(); i > 1; --i) {
    const Result<std::uint64_t> other = DrawBelow(i, draw);
    if (!other) {
      return tl::unexpected(other.error());
    }
    std::swap(items[i - 1], items[static_cast<std::size_t>(*other)]);
  }
  return {};
}

}  // namespace tattle
