// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/tile_tree.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/merkle/compact_range.h"
#include "core/merkle/consistency.h"
#include "core/merkle/hash.h"
#include "core/merkle/inclusion.h"
#include "tests/testlib/merkle_reference.h"

namespace tattle::tile_tree_test {
namespace {

// TiledLog serves tiles of leaves that it makes up, as a log would, and notes which ones were read.
class TiledLog {
 public:
  explicit TiledLog(std::size_t size) {
    rows_.emplace_back();
    for (std::size_t i = 0; i < size; ++i) {
      const ByteVector leaf = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8U),
                               static_cast<std::uint8_t>(i >> 16U)};
      rows_.front().push_back(HashLeaf(leaf));
    }
    while (rows_.back().size() >= kTileWidth) {
      const std::span<const Hash> below = rows_.back();
      std::vector<Hash> row;
      for (std::size_t i = 0; i < below.size() / kTileWidth; ++i) {
        row.push_back(RootOfHashes(below.subspan(i * kTileWidth, kTileWidth)));
      }
      rows_.push_back(row);
    }
  }

  Result<ByteVector> Read(const Tile& tile) {
    read_.push_back(tile);
    ByteVector bytes;
    for (std::size_t i = 0; i < tile.width; ++i) {
      Append(bytes, rows_.at(tile.level).at(tile.index * kTileWidth + i));
    }
    if (broken_ == tile) {
      bytes.at(bytes.size() / 2) ^= 0x10U;
    }
    return bytes;
  }

  TileTree::Fetch Fetcher() {
    return [this](const Tile& tile) { return Read(tile); };
  }

  Result<TileTree> Open() { return TileTree::Create(size(), Root(size()), Fetcher()); }

  std::uint64_t size() const { return rows_.front().size(); }
  Hash LeafHash(std::size_t index) const { return rows_.front().at(index); }
  Hash Root(std::size_t size) const { return RootOfHashes(std::span(rows_.front()).first(size)); }
  void Break(const Tile& tile) { broken_ = tile; }

  // TakeRead is what was read since the last call, in order and each once.
  std::vector<Tile> TakeRead() {
    std::vector<Tile> read = std::exchange(read_, {});
    std::sort(read.begin(), read.end());
    EXPECT_EQ(std::adjacent_find(read.begin(), read.end()), read.end()) << "a tile is read twice";
    return read;
  }

 private:
  std::vector<std::vector<Hash>> rows_;  // by level of tiles
  std::vector<Tile> read_;
  Tile broken_{TileKind::kData, 0, 0, 0};
};

constexpr std::size_t kSizes[] = {1, 2, 255, 256, 257, 511, 512, 1000, 65536, 70000};

std::vector<std::uint64_t> Probes(std::uint64_t size) {
  std::vector<std::uint64_t> probes;
  for (const std::uint64_t probe : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{255},
                                    std::uint64_t{256}, size / 3, size / 2, size - 2, size - 1}) {
    if (probe < size) {
      probes.push_back(probe);
    }
  }
  return probes;
}

TEST(TileTreeTest, MakesInclusionProofsThatVerifyAndReadsOnlyTheTilesAnnounced) {
  for (const std::size_t size : kSizes) {
    TiledLog log(size);
    for (const std::uint64_t index : Probes(size)) {
      Result<TileTree> tree = log.Open();
      ASSERT_TRUE(tree) << size;
      const auto proof = tree->InclusionProof(index);
      ASSERT_TRUE(proof) << index << " of " << size;
      EXPECT_TRUE(VerifyInclusion(log.LeafHash(index), index, size, *proof, log.Root(size)));
      EXPECT_EQ(log.TakeRead(), TilesForInclusion(index, size).value());
      EXPECT_EQ(tree->LeafHash(index).value(), log.LeafHash(index));
      log.TakeRead();
    }
  }
}

TEST(TileTreeTest, MakesConsistencyProofsThatVerifyAndReadsOnlyTheTilesAnnounced) {
  for (const std::size_t size : kSizes) {
    TiledLog log(size);
    for (std::uint64_t older : Probes(size)) {
      ++older;
      Result<TileTree> tree = log.Open();
      ASSERT_TRUE(tree) << size;
      const auto proof = tree->ConsistencyProof(older);
      ASSERT_TRUE(proof) << older << " of " << size;
      EXPECT_EQ(log.TakeRead(), TilesForConsistency(older, size).value());
      const Hash root = log.Root(older);
      EXPECT_TRUE(VerifyConsistency(older, root, size, log.Root(size), *proof));
      EXPECT_EQ(tree->RootAt(older).value(), root);
      log.TakeRead();
    }
  }
}

TEST(TileTreeTest, GivesTheProofsOfTheDefinition) {
  const auto leaves = testlib::MakeLeaves(600);
  std::vector<Hash> row;
  for (const ByteVector& leaf : leaves) {
    row.push_back(HashLeaf(leaf));
  }
  const auto fetch = [&](const Tile& tile) -> Result<ByteVector> {
    ByteVector bytes;
    const std::size_t step = tile.level == 0 ? 1 : kTileWidth;
    for (std::size_t i = 0; i < tile.width; ++i) {
      const std::size_t first = (tile.index * kTileWidth + i) * step;
      Append(bytes, RootOfHashes(std::span(row).subspan(first, step)));
    }
    return bytes;
  };
  const Hash root = testlib::ReferenceRoot(leaves);
  Result<TileTree> tree = TileTree::Create(leaves.size(), root, fetch);
  ASSERT_TRUE(tree);
  for (std::size_t i = 0; i < leaves.size(); i += 7) {
    EXPECT_EQ(tree->InclusionProof(i).value(), testlib::ReferenceInclusion(i, leaves));
    EXPECT_EQ(tree->ConsistencyProof(i + 1).value(), testlib::ReferenceConsistency(i + 1, leaves));
  }
}

TEST(TileTreeTest, RefusesATreeWhosePartialTilesAreNotThoseOfTheRoot) {
  TiledLog log(70'000);
  for (const Tile& tile : PartialTiles(log.size())) {
    log.Break(tile);
    const Result<TileTree> tree = log.Open();
    ASSERT_FALSE(tree) << EncodeTilePath(tile);
    EXPECT_EQ(tree.error().code, Errc::kMismatch);
  }
  const Result<TileTree> other = TileTree::Create(log.size(), Hash{}, log.Fetcher());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::kMismatch);
}

TEST(TileTreeTest, RefusesEveryFullTileThatTheTileAboveDoesNotVouchFor) {
  TiledLog log(70'000);
  for (const std::uint64_t index : {0U, 300U, 65'535U}) {
    const auto tiles = TilesForInclusion(index, log.size());
    ASSERT_TRUE(tiles);
    for (const Tile& tile : *tiles) {
      if (tile.width != kTileWidth) {
        continue;
      }
      log.Break(tile);
      Result<TileTree> tree = log.Open();
      ASSERT_TRUE(tree);
      const auto proof = tree->InclusionProof(index);
      ASSERT_FALSE(proof) << EncodeTilePath(tile);
      EXPECT_EQ(proof.error().code, Errc::kMismatch);
    }
  }
}

TEST(TileTreeTest, HandsOnWhatTheFetcherSays) {
  TiledLog log(1000);
  const auto gone = [](const Tile&) -> Result<ByteVector> { return Fail(Errc::kMissing, "http"); };
  EXPECT_EQ(TileTree::Create(1000, log.Root(1000), gone).error().code, Errc::kMissing);
  const auto cut = [&](const Tile& tile) -> Result<ByteVector> {
    ByteVector bytes = log.Read(tile).value();
    bytes.pop_back();
    return bytes;
  };
  EXPECT_EQ(TileTree::Create(1000, log.Root(1000), cut).error().code, Errc::kTruncated);
}

TEST(TileTreeTest, RefusesWhatTheTreeDoesNotHave) {
  TiledLog log(300);
  Result<TileTree> tree = log.Open();
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->InclusionProof(300).error().code, Errc::kOutOfRange);
  EXPECT_EQ(tree->LeafHash(300).error().code, Errc::kOutOfRange);
  EXPECT_EQ(tree->RootAt(301).error().code, Errc::kOutOfRange);
  EXPECT_EQ(tree->ConsistencyProof(301).error().code, Errc::kOutOfRange);
  EXPECT_EQ(tree->ConsistencyProof(0).error().code, Errc::kOutOfRange);
  EXPECT_EQ(tree->RootAt(0).value(), EmptyRoot());
  EXPECT_EQ(TileTree::Create(kMaxTiledTreeSize + 1, Hash{}, log.Fetcher()).error().code,
            Errc::kTooLarge);
  EXPECT_EQ(TilesForInclusion(0, kMaxTiledTreeSize + 1).error().code, Errc::kTooLarge);
  EXPECT_EQ(TilesForConsistency(1, kMaxTiledTreeSize + 1).error().code, Errc::kTooLarge);
}

TEST(TileTreeTest, EmptyTreeNeedsNoTile) {
  TiledLog log(0);
  EXPECT_TRUE(TileTree::Create(0, EmptyRoot(), log.Fetcher()));
  EXPECT_EQ(TileTree::Create(0, Hash{}, log.Fetcher()).error().code, Errc::kMismatch);
  EXPECT_TRUE(log.TakeRead().empty());
}

// A proof in the largest logs of today reads a handful of tiles, not thousands.
TEST(TilesForInclusionTest, StaysSmallInALargeTree) {
  const auto tiles = TilesForInclusion(1'234'567'890, 3'000'000'000);
  ASSERT_TRUE(tiles);
  EXPECT_LE(tiles->size(), 8U);
  EXPECT_TRUE(std::is_sorted(tiles->begin(), tiles->end()));
}

}  // namespace
}  // namespace tattle::tile_tree_test
