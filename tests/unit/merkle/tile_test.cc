// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/tile.h"

#include <string>

#include <gtest/gtest.h>

#include "core/base/limits.h"

namespace tattle::tile_test {
namespace {

TEST(TilePathTest, RoundTrips) {
  const std::pair<const char*, Tile> cases[] = {
      {"tile/0/x001/x234/067", {TileKind::kHashes, 0, 1234067, 256}},
      {"tile/0/000", {TileKind::kHashes, 0, 0, 256}},
      {"tile/0/999", {TileKind::kHashes, 0, 999, 256}},
      {"tile/0/x001/000", {TileKind::kHashes, 0, 1000, 256}},
      {"tile/1/000.p/1", {TileKind::kHashes, 1, 0, 1}},
      {"tile/3/255.p/255", {TileKind::kHashes, 3, 255, 255}},
      {"tile/5/000.p/1", {TileKind::kHashes, 5, 0, 1}},
      {"tile/data/000", {TileKind::kData, 0, 0, 256}},
      {"tile/data/x004/x294/x967/295.p/7", {TileKind::kData, 0, 4294967295, 7}},
  };
  for (const auto& [path, tile] : cases) {
    const Result<Tile> decoded = DecodeTilePath(path);
    ASSERT_TRUE(decoded) << path;
    EXPECT_EQ(*decoded, tile) << path;
    EXPECT_EQ(EncodeTilePath(tile), path);
  }
}

TEST(TilePathTest, RefusesEveryOtherSpelling) {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile//000",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/x000/000",
                           "tile/0/x001",
                           "tile/0/001/000",
                           "tile/0/x001/x000",
                           "tile/0/x01/000",
                           "tile/00/000",
                           "tile/+0/000",
                           "tile/6/000",
                           "tile/10/000",
                           "tile/0/000/",
                           "/tile/0/000",
                           "tile/0/000 ",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/257",
                           "tile/0/000.p/01",
                           "tile/0/000.p/-1",
                           "tile/0/000.p/1/",
                           "tile/0/000.p/1.p/1",
                           "tile/0/000.P/1",
                           "tile/data",
                           "tile/data/",
                           "tile/data/0",
                           "tile/Data/000",
                           "tile/entries/000",
                           "tile/names/000",
                           "tile/0/X001/000",
                           "tile/0/x00a/000",
                           "tile/0/x001/x000/x000/x000/000",
                           "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                           "tile/18446744073709551616/000",
                           "tile/0/000.p/18446744073709551617"}) {
    const Result<Tile> decoded = DecodeTilePath(path);
    ASSERT_FALSE(decoded) << path;
    EXPECT_EQ(decoded.error().code, Errc::kBadEncoding) << path;
  }
}

TEST(TilePathTest, RefusesTilesThatNoTreeHas) {
  for (const char* path : {"tile/0/x004/x294/x967/296", "tile/data/x004/x294/x967/296.p/1",
                           "tile/1/x016/x777/216", "tile/4/001", "tile/5/000", "tile/5/000.p/2"}) {
    const Result<Tile> decoded = DecodeTilePath(path);
    ASSERT_FALSE(decoded) << path;
    EXPECT_EQ(decoded.error().code, Errc::kOutOfRange) << path;
  }
  EXPECT_TRUE(DecodeTilePath("tile/0/x004/x294/x967/295"));
  EXPECT_TRUE(DecodeTilePath("tile/1/x016/x777/215"));
  EXPECT_TRUE(DecodeTilePath("tile/4/000"));
}

// The two examples of static-ct-api, Partial Tiles.
TEST(PartialTilesTest, AreThoseOfTheSpecification) {
  EXPECT_EQ(PartialTiles(70'000), (std::vector<Tile>{{TileKind::kHashes, 0, 273, 112},
                                                     {TileKind::kHashes, 1, 1, 17},
                                                     {TileKind::kHashes, 2, 0, 1}}));
  EXPECT_EQ(CountFullTiles(0, 70'000), 273U);
  EXPECT_EQ(CountFullTiles(1, 70'000), 1U);
  EXPECT_EQ(CountFullTiles(2, 70'000), 0U);
  EXPECT_EQ(PartialTiles(256), (std::vector<Tile>{{TileKind::kHashes, 1, 0, 1}}));
  EXPECT_EQ(CountFullTiles(0, 256), 1U);
}

TEST(PartialTilesTest, ReachFromNoneToTheLargestTree) {
  EXPECT_TRUE(PartialTiles(0).empty());
  EXPECT_EQ(PartialTiles(kMaxTiledTreeSize), (std::vector<Tile>{{TileKind::kHashes, 5, 0, 1}}));
  EXPECT_EQ(PartialTiles(kMaxTiledTreeSize - 1).size(), 5U);
}

TEST(TileWidthAtTest, TellsFullPartialAndAbsentTilesApart) {
  EXPECT_EQ(TileWidthAt(0, 272, 70'000), 256U);
  EXPECT_EQ(TileWidthAt(0, 273, 70'000), 112U);
  EXPECT_EQ(TileWidthAt(0, 274, 70'000), 0U);
  EXPECT_EQ(TileWidthAt(0, ~std::uint64_t{0}, 70'000), 0U);
  EXPECT_EQ(TileWidthAt(3, 0, 70'000), 0U);
  EXPECT_EQ(TileWidthAt(8, 0, 70'000), 0U);
  EXPECT_EQ(TileWidthAt(~0U, 0, 70'000), 0U);
  EXPECT_EQ(TileWidthAt(0, 1, 256), 0U);
}

TEST(DecodeHashTileTest, TakesExactlyTheWidth) {
  ByteVector bytes(kTileWidth * sizeof(Hash));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(i / sizeof(Hash));
  }
  const auto full = DecodeHashTile(bytes, kTileWidth);
  ASSERT_TRUE(full);
  ASSERT_EQ(full->size(), kTileWidth);
  EXPECT_EQ((*full)[255][31], 255);
  const Bytes three = Bytes(bytes).first(3 * sizeof(Hash));
  ASSERT_TRUE(DecodeHashTile(three, 3));
  for (std::size_t len = 0; len < three.size(); ++len) {
    EXPECT_EQ(DecodeHashTile(three.first(len), 3).error().code, Errc::kTruncated);
  }
  EXPECT_EQ(DecodeHashTile(three, 2).error().code, Errc::kTrailingBytes);
  EXPECT_EQ(DecodeHashTile({}, 0).error().code, Errc::kOutOfRange);
  EXPECT_EQ(DecodeHashTile(bytes, kTileWidth + 1).error().code, Errc::kOutOfRange);
}

}  // namespace
}  // namespace tattle::tile_test
