// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/tile_tree.h"

#include <cstddef>
#include <utility>

#include "core/base/limits.h"
#include "core/merkle/compact_range.h"
#include "core/merkle/tile_slice.h"

namespace tattle {
namespace {

Result<std::vector<Hash>> FetchHashes(const TileTree::Fetch& fetch, const Tile& tile) {
  const Result<ByteVector> bytes = fetch(tile);
  if (!bytes) {
    return tl::unexpected(bytes.error());
  }
  return DecodeHashTile(*bytes, tile.width);
}

}  // namespace

TileTree::TileTree(std::uint64_t tree_size, Fetch fetch)
    : tree_size_(tree_size), fetch_(std::move(fetch)) {}

Result<TileTree> TileTree::Create(std::uint64_t tree_size, const Hash& root, Fetch fetch) {
  if (tree_size > kMaxTiledTreeSize) {
    return Fail(Errc::kTooLarge, "tree_size");
  }
  TileTree tree(tree_size, std::move(fetch));
  for (const Tile& tile : PartialTiles(tree_size)) {
    Result<std::vector<Hash>> hashes = FetchHashes(tree.fetch_, tile);
    if (!hashes) {
      return tl::unexpected(hashes.error());
    }
    tree.verified_.emplace(tile, std::move(*hashes));
  }
  // A level's partial tile holds the subtrees of eight bits of the tree size, so every hash read
  // above goes into this root, and none is believed before.
  const Result<Hash> folded = tree.HashOfRange({0, tree_size});
  if (!folded) {
    return tl::unexpected(folded.error());
  }
  if (*folded != root) {
    return Fail(Errc::kMismatch, "tile.root");
  }
  return tree;
}

// ReadTile gives a verified tile; the span borrows from verified_. A full tile is vouched for by
// the entry of the tile above it, that one by the next, up to a partial tile, which was read with
// the root: the topmost tile of a tree always is one.
Result<std::span<const Hash>> TileTree::ReadTile(const Tile& tile) {
  std::vector<Tile> missing;
  Tile above = tile;
  while (!verified_.contains(above)) {
    missing.push_back(above);
    ++above.level;
    above.index /= kTileWidth;
    above.width = TileWidthAt(above.level, above.index, tree_size_);
    if (above.width == 0) {
      return Fail(Errc::kOutOfRange, "tile");
    }
  }
  std::span<const Hash> hashes = verified_.find(above)->second;
  for (; !missing.empty(); missing.pop_back()) {
    const Tile& next = missing.back();
    Result<std::vector<Hash>> fetched = FetchHashes(fetch_, next);
    if (!fetched) {
      return tl::unexpected(fetched.error());
    }
    if (RootOfHashes(*fetched) != hashes[next.index % kTileWidth]) {
      return Fail(Errc::kMismatch, "tile");
    }
    hashes = verified_.emplace(next, std::move(*fetched)).first->second;
  }
  return hashes;
}

Result<Hash> TileTree::HashOfSubtree(const CompleteSubtree& subtree) {
  const TileSlice slice = FindTileSlice(subtree);
  const Result<std::span<const Hash>> tile =
      ReadTile({TileKind::kHashes, slice.level, slice.tile_index,
                TileWidthAt(slice.level, slice.tile_index, tree_size_)});
  if (!tile) {
    return tl::unexpected(tile.error());
  }
  return RootOfHashes(tile->subspan(slice.first, slice.count));
}

// The hash of a tree, or of a node of one.
Result<Hash> TileTree::HashOfRange(const LeafRange& range) {
  std::vector<Hash> hashes;
  for (const CompleteSubtree& subtree : SplitRange(range)) {
    const Result<Hash> hash = HashOfSubtree(subtree);
    if (!hash) {
      return hash;
    }
    hashes.push_back(*hash);
  }
  return RootOfSubtrees(hashes);
}

Result<std::vector<Hash>> TileTree::HashesOfRanges(const Result<std::vector<LeafRange>>& ranges) {
  if (!ranges) {
    return tl::unexpected(ranges.error());
  }
  std::vector<Hash> hashes;
  for (const LeafRange& range : *ranges) {
    const Result<Hash> hash = HashOfRange(range);
    if (!hash) {
      return tl::unexpected(hash.error());
    }
    hashes.push_back(*hash);
  }
  return hashes;
}

Result<std::vector<Hash>> TileTree::InclusionProof(std::uint64_t leaf_index) {
  return HashesOfRanges(InclusionRanges(leaf_index, tree_size_));
}

Result<std::vector<Hash>> TileTree::ConsistencyProof(std::uint64_t older_size) {
  return HashesOfRanges(ConsistencyRanges(older_size, tree_size_));
}

Result<Hash> TileTree::LeafHash(std::uint64_t leaf_index) {
  if (leaf_index >= tree_size_) {
    return Fail(Errc::kOutOfRange, "leaf_index");
  }
  return HashOfSubtree({0, leaf_index});
}

Result<Hash> TileTree::RootAt(std::uint64_t older_size) {
  if (older_size > tree_size_) {
    return Fail(Errc::kOutOfRange, "tree_size");
  }
  return HashOfRange({0, older_size});
}

}  // namespace tattle
