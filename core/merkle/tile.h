// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Tiles: a log's tree, cut into files of up to 256 hashes (static-ct-api, Merkle Tree).

#ifndef TATTLE_CORE_MERKLE_TILE_H_
#define TATTLE_CORE_MERKLE_TILE_H_

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

// A tile spans eight levels of the tree.
inline constexpr unsigned kTileHeight = 8;
inline constexpr unsigned kTileWidth = 1U << kTileHeight;

enum class TileKind : std::uint8_t {
  kHashes = 0,
  kData = 1,  // the log entries below a hash tile of level 0
};

// Tile names one file. At level 0 a hash tile holds leaf hashes, above that the roots of the full
// tiles one level below. A tile with fewer than kTileWidth entries is partial; it is the last of
// its level, and grows with the tree.
struct Tile {
  TileKind kind = TileKind::kHashes;
  unsigned level = 0;
  std::uint64_t index = 0;
  unsigned width = kTileWidth;
  auto operator<=>(const Tile&) const = default;
};

// EncodeTilePath writes "tile/0/x001/x234/067" or "tile/data/000.p/12". Requires a tile that
// DecodeTilePath could have made.
std::string EncodeTilePath(const Tile& tile);

// DecodeTilePath reads what EncodeTilePath writes, and nothing else that might mean the same. Fails
// with kBadEncoding, or with kOutOfRange for a tile that no tree of kMaxTiledTreeSize leaves has.
[[nodiscard]] Result<Tile> DecodeTilePath(std::string_view path);

// EncodeTilePaths writes the paths of several, with a space between them.
std::string EncodeTilePaths(std::span<const Tile> tiles);

// TileWidthAt is how many entries the tile has in a tree of `tree_size`, 0 if it is not there.
unsigned TileWidthAt(unsigned level, std::uint64_t index, std::uint64_t tree_size);

// CountFullTiles is how many full tiles a level has: those with the indexes below this number.
std::uint64_t CountFullTiles(unsigned level, std::uint64_t tree_size);

// PartialTiles are the partial hash tiles of a tree, at most one a level, from level 0 upwards.
// Together they hold the hashes that the root is made of. Requires tree_size <= kMaxTiledTreeSize.
std::vector<Tile> PartialTiles(std::uint64_t tree_size);

// DecodeHashTile takes a hash tile of `width` hashes apart. Fails with kOutOfRange for a width that
// no tile has, with kTruncated or kTrailingBytes for bytes that are not exactly so many hashes.
[[nodiscard]] Result<std::vector<Hash>> DecodeHashTile(Bytes tile, unsigned width);

// TilesForInclusion are the hash tiles that TileTree reads for an inclusion proof, in order and
// each once, so that they can be fetched at one go. Fails as FindAuditPath, and with kTooLarge
// beyond kMaxTiledTreeSize.
[[nodiscard]] Result<std::vector<Tile>> TilesForInclusion(std::uint64_t leaf_index,
                                                          std::uint64_t tree_size);

// TilesForConsistency are those for a consistency proof; fails as ConsistencyRanges, and with
// kTooLarge beyond kMaxTiledTreeSize.
[[nodiscard]] Result<std::vector<Tile>> TilesForConsistency(std::uint64_t size1,
                                                            std::uint64_t size2);

}  // namespace tattle

#endif  // TATTLE_CORE_MERKLE_TILE_H_
