// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeTilePath, DecodeHashTile, TileTree
// Property: an accepted path or tile re-encodes to itself, and no tile with a wrong byte ever makes
// a proof: it is the right proof or none.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "core/base/limits.h"
#include "core/base/reader.h"
#include "core/merkle/compact_range.h"
#include "core/merkle/consistency.h"
#include "core/merkle/hash.h"
#include "core/merkle/inclusion.h"
#include "core/merkle/tile.h"
#include "core/merkle/tile_tree.h"

namespace tattle {
namespace {

constexpr std::size_t kMaxLeaves = 1024;  // four full tiles: every way a tile can depend on another

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void CheckPath(Bytes input) {
  const Result<Tile> tile = DecodeTilePath(AsText(input));
  if (tile) {
    Require(EncodeTilePath(*tile) == AsText(input));
    Require(tile->width > 0 &&
            tile->width <= TileWidthAt(tile->level, tile->index, kMaxTiledTreeSize));
    Require(tile->kind == TileKind::kHashes || tile->level == 0);
  }
}

void CheckHashTile(unsigned width, Bytes input) {
  const auto hashes = DecodeHashTile(input, width);
  Require(hashes.has_value() ==
          (width > 0 && width <= kTileWidth && input.size() == width * sizeof(Hash)));
  if (hashes) {
    ByteVector joined;
    for (const Hash& hash : *hashes) {
      Append(joined, hash);
    }
    Require(Equal(joined, input));
  }
}

// Log is a small log of leaves of one byte, with a root for every size.
struct Log {
  std::vector<Hash> leaves;

  Log() {
    for (std::size_t i = 0; i < kMaxLeaves; ++i) {
      const ByteVector leaf = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8U)};
      leaves.push_back(HashLeaf(leaf));
    }
  }

  Hash Root(std::size_t size) const { return RootOfHashes(std::span(leaves).first(size)); }

  ByteVector Read(const Tile& tile) const {
    const std::size_t step = tile.level == 0 ? 1 : kTileWidth;
    ByteVector bytes;
    for (std::size_t i = 0; i < tile.width; ++i) {
      const std::size_t first = (tile.index * kTileWidth + i) * step;
      Append(bytes, RootOfHashes(std::span(leaves).subspan(first, step)));
    }
    return bytes;
  }
};

// CheckTree asks for proofs of a tree of which the n-th tile read is XORed with the input.
void CheckTree(std::size_t size, std::size_t index, std::size_t bad_tile, Bytes mask) {
  static const Log log;
  std::size_t num_read = 0;
  const auto fetch = [&](const Tile& tile) -> Result<ByteVector> {
    ByteVector bytes = log.Read(tile);
    if (num_read++ == bad_tile) {
      for (std::size_t i = 0; i < mask.size() && i < bytes.size(); ++i) {
        bytes[i] ^= mask[i];
      }
    }
    return bytes;
  };
  const Hash root = log.Root(size);
  Result<TileTree> tree = TileTree::Create(size, root, fetch);
  if (!tree) {
    Require(tree.error().code == Errc::kMismatch);
    return;
  }
  const auto inclusion = tree->InclusionProof(index);
  Require(!inclusion ||
          VerifyInclusion(log.leaves[index], index, size, *inclusion, root).has_value());
  const auto consistency = tree->ConsistencyProof(index + 1);
  Require(!consistency ||
          VerifyConsistency(index + 1, log.Root(index + 1), size, root, *consistency).has_value());
  const auto leaf = tree->LeafHash(index);
  Require(!leaf || *leaf == log.leaves[index]);
}

void CheckAll(Bytes data) {
  ByteReader reader(data);
  std::uint16_t size = 0;
  std::uint16_t index = 0;
  std::uint8_t bad_tile = 0;
  Bytes mask;
  CheckPath(data);
  if (!reader.ReadUint16(size)) {
    return;
  }
  CheckHashTile(size, data.subspan(2));
  size = static_cast<std::uint16_t>(size % kMaxLeaves + 1);
  if (reader.ReadUint16(index) && reader.ReadUint8(bad_tile) &&
      reader.ReadBytes(reader.remaining(), mask)) {
    CheckTree(size, index % size, bad_tile % 8U, mask);
  }
}

}  // namespace
}  // namespace tattle

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tattle::CheckAll({data, size});
  return 0;
}
