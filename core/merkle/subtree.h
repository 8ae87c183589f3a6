// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Which leaves stand under which node: the geometry of RFC 6962 trees, without a hash.

#ifndef TATTLE_CORE_MERKLE_SUBTREE_H_
#define TATTLE_CORE_MERKLE_SUBTREE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/error.h"

namespace tattle {

// LeafRange is the half-open interval [begin, end) of leaf indexes: D[begin:end] in RFC 6962.
struct LeafRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool operator==(const LeafRange&) const = default;
};

// CompleteSubtree is a node with 2^height leaves below it, beginning at leaf index * 2^height. It
// is final: whatever a log appends, its hash stays.
struct CompleteSubtree {
  unsigned height = 0;
  std::uint64_t index = 0;
  bool operator==(const CompleteSubtree&) const = default;
};

// SplitRange cuts a range into the fewest complete subtrees, from left to right. Empty for an empty
// range. Requires begin <= end <= kMaxTreeSize.
std::vector<CompleteSubtree> SplitRange(const LeafRange& range);

// AuditPath is the shape of an inclusion proof. On the lower `num_inner` levels the path may turn
// to either side; above them it climbs the right border of the tree, where only left siblings are
// left, one for each of `num_border` nodes.
struct AuditPath {
  std::uint64_t leaf_index = 0;
  std::size_t num_inner = 0;
  std::size_t num_border = 0;

  std::size_t size() const { return num_inner + num_border; }

  // SiblingIsLeft says on which side the i-th node of the proof stands, counted from the leaf.
  bool SiblingIsLeft(std::size_t i) const { return i >= num_inner || (leaf_index >> i & 1U) != 0; }
};

// FindAuditPath gives the path of a leaf in a tree of `tree_size`. Fails with kTooLarge beyond
// kMaxTreeSize, with kOutOfRange where the tree has no such leaf.
[[nodiscard]] Result<AuditPath> FindAuditPath(std::uint64_t leaf_index, std::uint64_t tree_size);

// InclusionRanges names the subtrees whose hashes are the inclusion proof of a leaf, in its order
// (PATH of RFC 6962, Section 2.1.1). Fails as FindAuditPath.
[[nodiscard]] Result<std::vector<LeafRange>> InclusionRanges(std::uint64_t leaf_index,
                                                             std::uint64_t tree_size);

// ConsistencyRanges names the subtrees whose hashes are the consistency proof between two trees, in
// its order (PROOF of RFC 6962, Section 2.1.2). Fails with kTooLarge beyond kMaxTreeSize, with
// kOutOfRange unless 0 < size1 <= size2.
[[nodiscard]] Result<std::vector<LeafRange>> ConsistencyRanges(std::uint64_t size1,
                                                               std::uint64_t size2);

}  // namespace tattle

#endif  // TATTLE_CORE_MERKLE_SUBTREE_H_
