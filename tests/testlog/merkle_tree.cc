// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/merkle_tree.h"

#include <cstddef>

#include "core/merkle/compact_range.h"
#include "core/merkle/hash.h"

namespace tattle::testlog {

void MerkleTree::Append(const Hash& leaf_hash) {
  Hash hash = leaf_hash;
  for (std::size_t height = 0;; ++height) {
    if (height == levels_.size()) {
      levels_.emplace_back();
    }
    std::vector<Hash>& level = levels_[height];
    level.push_back(hash);
    if (level.size() % 2 != 0) {
      return;
    }
    hash = HashNode(level[level.size() - 2], level.back());
  }
}

void MerkleTree::Truncate(std::uint64_t size) {
  for (std::vector<Hash>& level : levels_) {
    level.resize(size);
    size /= 2;
  }
}

Result<Hash> MerkleTree::RootAt(std::uint64_t tree_size) const {
  if (tree_size > size()) {
    return Fail(Errc::kOutOfRange, "tree_size");
  }
  return HashOfRange({0, tree_size});
}

Result<std::vector<Hash>> MerkleTree::Inclusion(std::uint64_t leaf_index,
                                                std::uint64_t tree_size) const {
  if (tree_size > size()) {
    return Fail(Errc::kOutOfRange, "tree_size");
  }
  return HashesOf(InclusionRanges(leaf_index, tree_size));
}

Result<std::vector<Hash>> MerkleTree::Consistency(std::uint64_t size1, std::uint64_t size2) const {
  if (size2 > size()) {
    return Fail(Errc::kOutOfRange, "tree_size");
  }
  return HashesOf(ConsistencyRanges(size1, size2));
}

Result<ByteVector> MerkleTree::HashTile(const Tile& tile) const {
  const std::size_t height = std::size_t{tile.level} * kTileHeight;
  const std::uint64_t first = tile.index * kTileWidth;
  if (height >= levels_.size() || first + tile.width > levels_[height].size()) {
    return Fail(Errc::kOutOfRange, "tile");
  }
  ByteVector out;
  for (std::uint64_t i = first; i < first + tile.width; ++i) {
    tattle::Append(out, levels_[height][i]);
  }
  return out;
}

Hash MerkleTree::HashOfRange(const LeafRange& range) const {
  std::vector<Hash> hashes;
  for (const CompleteSubtree& subtree : SplitRange(range)) {
    hashes.push_back(levels_[subtree.height][subtree.index]);
  }
  return RootOfSubtrees(hashes);
}

Result<std::vector<Hash>> MerkleTree::HashesOf(const Result<std::vector<LeafRange>>& ranges) const {
  if (!ranges) {
    return tl::unexpected(ranges.error());
  }
  std::vector<Hash> out;
  for (const LeafRange& range : *ranges) {
    out.push_back(HashOfRange(range));
  }
  return out;
}

}  // namespace tattle::testlog
