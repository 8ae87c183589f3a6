// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/compact_range.h"

#include <cstddef>

#include "core/base/limits.h"
#include "core/merkle/hash.h"

namespace tattle {

Result<CompactRange> CompactRange::Create(const LeafRange& range, std::span<const Hash> hashes) {
  if (range.end > kMaxTreeSize) {
    return Fail(Errc::kTooLarge, "compact_range");
  }
  if (range.begin > range.end) {
    return Fail(Errc::kOutOfRange, "compact_range");
  }
  CompactRange created;
  created.range_ = range;
  created.subtrees_ = SplitRange(range);
  if (created.subtrees_.size() != hashes.size()) {
    return Fail(Errc::kBadLength, "compact_range");
  }
  created.hashes_.assign(hashes.begin(), hashes.end());
  return created;
}

Result<void> CompactRange::Append(const Hash& leaf_hash) {
  if (range_.end >= kMaxTreeSize) {
    return Fail(Errc::kTooLarge, "compact_range");
  }
  Push({0, range_.end}, leaf_hash);
  return {};
}

Result<void> CompactRange::Merge(const CompactRange& right) {
  if (right.range_.begin != range_.end) {
    return Fail(Errc::kInvalidArgument, "compact_range");
  }
  // Indexes, not iterators: an empty range may be merged into itself.
  for (std::size_t i = 0; i < right.subtrees_.size(); ++i) {
    Push(right.subtrees_[i], right.hashes_[i]);
  }
  return {};
}

// Push adds the next subtree and hashes siblings together until there are none. Only the last two
// can be siblings, so that the whole range is again split into the fewest subtrees.
void CompactRange::Push(const CompleteSubtree& subtree, const Hash& hash) {
  CompleteSubtree node = subtree;
  Hash node_hash = hash;
  while (!subtrees_.empty() && subtrees_.back().height == node.height && node.index % 2 == 1) {
    node_hash = HashNode(hashes_.back(), node_hash);
    node = {node.height + 1, node.index / 2};
    subtrees_.pop_back();
    hashes_.pop_back();
  }
  subtrees_.push_back(node);
  hashes_.push_back(node_hash);
  range_.end = (node.index + 1) << node.height;
}

Result<Hash> CompactRange::Root() const {
  if (range_.begin != 0) {
    return Fail(Errc::kInvalidArgument, "compact_range");
  }
  return RootOfSubtrees(hashes_);
}

Hash RootOfSubtrees(std::span<const Hash> hashes) {
  if (hashes.empty()) {
    return EmptyRoot();
  }
  Hash root = hashes.back();
  for (std::size_t i = hashes.size() - 1; i > 0; --i) {
    root = HashNode(hashes[i - 1], root);
  }
  return root;
}

Hash RootOfHashes(std::span<const Hash> hashes) {
  if (hashes.empty()) {
    return EmptyRoot();
  }
  // Level by level in one buffer. A node without a sibling rises as it is, and so ends as the right
  // child of the split that RFC 6962 makes.
  std::vector<Hash> row(hashes.begin(), hashes.end());
  while (row.size() > 1) {
    const std::size_t num_pairs = row.size() / 2;
    for (std::size_t i = 0; i < num_pairs; ++i) {
      row[i] = HashNode(row[2 * i], row[2 * i + 1]);
    }
    if (row.size() % 2 == 1) {
      row[num_pairs] = row.back();
    }
    row.resize(num_pairs + row.size() % 2);
  }
  return row.front();
}

}  // namespace tattle
