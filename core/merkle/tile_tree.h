// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// TileTree: a log's tree, seen through its tiles. No tile is used before it is proven to belong
// under the root.

#ifndef TATTLE_CORE_MERKLE_TILE_TREE_H_
#define TATTLE_CORE_MERKLE_TILE_TREE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/merkle/subtree.h"
#include "core/merkle/tile.h"

namespace tattle {

// TileTree builds proofs for one tree head. It keeps the tiles that it has read, 8 KB each, so one
// object is for one task, such as the proofs of one certificate. Not thread-safe.
class TileTree {
 public:
  // Fetch brings the bytes of a hash tile, exactly `width` hashes: a fetcher that finds only the
  // full tile ("Logs [...] MAY omit any partial tile for which the corresponding full tile is
  // available", static-ct-api, Partial Tiles) cuts it. An error is handed on as it is.
  using Fetch = std::function<Result<ByteVector>(const Tile&)>;

  // Create reads the partial tiles, which hold all that the root is made of, and compares. Fails
  // with kTooLarge beyond kMaxTiledTreeSize, kMismatch when the tiles are not those of the root, or
  // as DecodeHashTile.
  [[nodiscard]] static Result<TileTree> Create(std::uint64_t tree_size, const Hash& root,
                                               Fetch fetch);

  // InclusionProof is for VerifyInclusion. Fails as InclusionRanges, and with kMismatch when a tile
  // is not the one that the tile above it names.
  [[nodiscard]] Result<std::vector<Hash>> InclusionProof(std::uint64_t leaf_index);

  // ConsistencyProof from an older tree to this one is for VerifyConsistency. Fails as
  // ConsistencyRanges, and as InclusionProof.
  [[nodiscard]] Result<std::vector<Hash>> ConsistencyProof(std::uint64_t older_size);

  // LeafHash is the hash that the tree holds at an index. Fails with kOutOfRange, and as
  // InclusionProof.
  [[nodiscard]] Result<Hash> LeafHash(std::uint64_t leaf_index);

  // RootAt is the root that this tree had when it was smaller. Fails with kOutOfRange beyond
  // tree_size(), and as InclusionProof.
  [[nodiscard]] Result<Hash> RootAt(std::uint64_t older_size);

  std::uint64_t tree_size() const { return tree_size_; }

 private:
  TileTree(std::uint64_t tree_size, Fetch fetch);

  Result<std::span<const Hash>> ReadTile(const Tile& tile);
  Result<Hash> HashOfSubtree(const CompleteSubtree& subtree);
  Result<Hash> HashOfRange(const LeafRange& range);
  Result<std::vector<Hash>> HashesOfRanges(const Result<std::vector<LeafRange>>& ranges);

  std::uint64_t tree_size_;
  Fetch fetch_;
  std::map<Tile, std::vector<Hash>> verified_;  // every one is vouched for by the root
};

}  // namespace tattle

#endif  // TATTLE_CORE_MERKLE_TILE_TREE_H_
