// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// TileSlice: where in the tiles the hash of a complete subtree is found.

#ifndef TATTLE_CORE_MERKLE_TILE_SLICE_H_
#define TATTLE_CORE_MERKLE_TILE_SLICE_H_

#include <cstddef>
#include <cstdint>

#include "core/merkle/subtree.h"
#include "core/merkle/tile.h"

namespace tattle {

// TileSlice is a run of entries of one hash tile. Levels between those of tiles are not stored, so
// a subtree's hash is the root over `count` entries, from `first` on.
struct TileSlice {
  unsigned level = 0;
  std::uint64_t tile_index = 0;
  std::size_t first = 0;
  std::size_t count = 1;
};

// FindTileSlice: a complete subtree never straddles two tiles, since both are aligned.
inline TileSlice FindTileSlice(const CompleteSubtree& subtree) {
  const unsigned height_in_tile = subtree.height % kTileHeight;
  const std::uint64_t entry = subtree.index << height_in_tile;
  return {subtree.height / kTileHeight, entry / kTileWidth, entry % kTileWidth,
          std::size_t{1} << height_in_tile};
}

}  // namespace tattle

#endif  // TATTLE_CORE_MERKLE_TILE_SLICE_H_
