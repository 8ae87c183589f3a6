// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/tile.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/base/limits.h"
#include "core/base/reader.h"
#include "core/merkle/subtree.h"
#include "core/merkle/tile_slice.h"

namespace tattle {
namespace {

constexpr std::string_view kDataLevel = "data";
constexpr std::string_view kPartialMark = ".p/";
constexpr unsigned kMaxLevel = 5;             // static-ct-api, Merkle Tree
constexpr std::uint64_t kIndexGroup = 1000;   // three digits a path element
constexpr std::size_t kMaxNumberDigits = 13;  // more than any number of a path has

std::string ThreeDigits(std::uint64_t value) {
  const std::string digits = std::to_string(value);
  return std::string(3 - digits.size(), '0') + digits;
}

// CountEntries is how many nodes a level of tiles has: floor(s / 256**l).
std::uint64_t CountEntries(unsigned level, std::uint64_t tree_size) {
  return level * kTileHeight < 64 ? tree_size >> (level * kTileHeight) : 0;
}

// DecodeNumber reads decimal digits and nothing else. It takes leading zeros; DecodeTilePath does
// not.
std::optional<std::uint64_t> DecodeNumber(std::string_view text) {
  if (text.empty() || text.size() > kMaxNumberDigits) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

// DecodeIndex reads "x001/x234/067" by dropping what is not a digit.
std::optional<std::uint64_t> DecodeIndex(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != 'x' && c != '/') {
      digits += c;
    }
  }
  return DecodeNumber(digits);
}

// CutPrefix takes `prefix` off the front, if it is there.
bool CutPrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

// LooselyDecodeTilePath finds the tile that a path can only mean, if it means one.
std::optional<Tile> LooselyDecodeTilePath(std::string_view path) {
  if (!CutPrefix(path, "tile/")) {
    return std::nullopt;
  }
  const std::string_view level_text = path.substr(0, path.find('/'));
  if (!CutPrefix(path, level_text) || !CutPrefix(path, "/")) {
    return std::nullopt;
  }
  std::optional<std::uint64_t> width = kTileWidth;
  if (const std::size_t mark = path.find(kPartialMark); mark != std::string_view::npos) {
    width = DecodeNumber(path.substr(mark + kPartialMark.size()));
    path = path.substr(0, mark);
  }
  const bool is_data = level_text == kDataLevel;
  const std::optional<std::uint64_t> level = is_data ? 0 : DecodeNumber(level_text);
  const std::optional<std::uint64_t> index = DecodeIndex(path);
  if (!level || *level > kMaxLevel || !index || !width || *width == 0 || *width > kTileWidth) {
    return std::nullopt;
  }
  return Tile{is_data ? TileKind::kData : TileKind::kHashes, static_cast<unsigned>(*level), *index,
              static_cast<unsigned>(*width)};
}

// TilesFor collects the tiles of the hashes of `ranges`, those above them up to one that the root
// vouches for, and those that make the root.
std::vector<Tile> TilesFor(const std::vector<LeafRange>& ranges, std::uint64_t tree_size) {
  const std::vector<Tile> partial = PartialTiles(tree_size);
  std::set<Tile> tiles(partial.begin(), partial.end());
  for (const LeafRange& range : ranges) {
    for (const CompleteSubtree& subtree : SplitRange(range)) {
      const TileSlice slice = FindTileSlice(subtree);
      Tile tile{TileKind::kHashes, slice.level, slice.tile_index, kTileWidth};
      while (TileWidthAt(tile.level, tile.index, tree_size) == kTileWidth &&
             tiles.insert(tile).second) {
        ++tile.level;
        tile.index /= kTileWidth;
      }
    }
  }
  return {tiles.begin(), tiles.end()};
}

}  // namespace

std::string EncodeTilePath(const Tile& tile) {
  std::string index = ThreeDigits(tile.index % kIndexGroup);
  for (std::uint64_t rest = tile.index / kIndexGroup; rest > 0; rest /= kIndexGroup) {
    index.insert(0, 'x' + ThreeDigits(rest % kIndexGroup) + '/');
  }
  std::string path = "tile/";
  path += tile.kind == TileKind::kData ? std::string(kDataLevel) : std::to_string(tile.level);
  path += '/' + index;
  if (tile.width != kTileWidth) {
    path.append(kPartialMark).append(std::to_string(tile.width));
  }
  return path;
}

std::string EncodeTilePaths(std::span<const Tile> tiles) {
  std::string paths;
  for (const Tile& tile : tiles) {
    paths += (paths.empty() ? "" : " ") + EncodeTilePath(tile);
  }
  return paths;
}

// <monitoring prefix>/tile/<L>/<N>[.p/<W>]
// <monitoring prefix>/tile/data/<N>[.p/<W>]
Result<Tile> DecodeTilePath(std::string_view path) {
  const std::optional<Tile> tile = LooselyDecodeTilePath(path);
  if (!tile || EncodeTilePath(*tile) != path) {
    return Fail(Errc::kBadEncoding, "tile.path");
  }
  if (TileWidthAt(tile->level, tile->index, kMaxTiledTreeSize) < tile->width) {
    return Fail(Errc::kOutOfRange, "tile.path");
  }
  return *tile;
}

unsigned TileWidthAt(unsigned level, std::uint64_t index, std::uint64_t tree_size) {
  const std::uint64_t num_full = CountFullTiles(level, tree_size);
  if (index > num_full) {
    return 0;
  }
  return index < num_full ? kTileWidth
                          : static_cast<unsigned>(CountEntries(level, tree_size) % kTileWidth);
}

std::uint64_t CountFullTiles(unsigned level, std::uint64_t tree_size) {
  return CountEntries(level, tree_size) / kTileWidth;
}

// "The partial tile at level l for a tree of size s has floor(s / 256**l) mod 256 entries. Empty
// tiles MUST NOT be served." (static-ct-api, Partial Tiles)
std::vector<Tile> PartialTiles(std::uint64_t tree_size) {
  std::vector<Tile> tiles;
  for (unsigned level = 0; level <= kMaxLevel; ++level) {
    const std::uint64_t index = CountFullTiles(level, tree_size);
    const unsigned width = TileWidthAt(level, index, tree_size);
    if (width > 0) {
      tiles.push_back({TileKind::kHashes, level, index, width});
    }
  }
  return tiles;
}

Result<std::vector<Hash>> DecodeHashTile(Bytes tile, unsigned width) {
  if (width == 0 || width > kTileWidth) {
    return Fail(Errc::kOutOfRange, "tile.width");
  }
  ByteReader reader(tile);
  std::vector<Hash> hashes(width);
  for (Hash& hash : hashes) {
    if (!reader.ReadArray(hash)) {
      return Fail(Errc::kTruncated, "tile", reader.offset());
    }
  }
  if (!reader.empty()) {
    return Fail(Errc::kTrailingBytes, "tile", reader.offset());
  }
  return hashes;
}

Result<std::vector<Tile>> TilesForInclusion(std::uint64_t leaf_index, std::uint64_t tree_size) {
  const Result<std::vector<LeafRange>> ranges = InclusionRanges(leaf_index, tree_size);
  if (!ranges) {
    return tl::unexpected(ranges.error());
  }
  if (tree_size > kMaxTiledTreeSize) {
    return Fail(Errc::kTooLarge, "tree_size");
  }
  return TilesFor(*ranges, tree_size);
}

Result<std::vector<Tile>> TilesForConsistency(std::uint64_t size1, std::uint64_t size2) {
  const Result<std::vector<LeafRange>> ranges = ConsistencyRanges(size1, size2);
  if (!ranges) {
    return tl::unexpected(ranges.error());
  }
  if (size2 > kMaxTiledTreeSize) {
    return Fail(Errc::kTooLarge, "tree_size");
  }
  return TilesFor(*ranges, size2);
}

}  // namespace tattle
