// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/range_before.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/merkle/subtree.h"

namespace tattle {

Result<CompactRange> RangeBefore(std::uint64_t leaf_index, std::uint64_t tree_size,
                                 std::span<const Hash> proof) {
  const Result<AuditPath> path = FindAuditPath(leaf_index, tree_size);
  if (!path) {
    return tl::unexpected(path.error());
  }
  if (proof.size() != path->size()) {
    return Fail(Errc::kBadLength, "inclusion.proof");
  }
  // The path climbs, so that the nearest, which is the rightmost, comes first.
  std::vector<Hash> hashes;
  for (std::size_t i = 0; i < proof.size(); ++i) {
    if (path->SiblingIsLeft(i)) {
      hashes.push_back(proof[i]);
    }
  }
  std::reverse(hashes.begin(), hashes.end());
  return CompactRange::Create({0, leaf_index}, hashes);
}

}  // namespace tattle
