// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/merkle_leaf.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/reader.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/wire/sct.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/real_data.h"

namespace tattle::merkle_leaf_test {
namespace {

using testlib::Join;
using testlib::Uint;

const ByteVector kCertificate = {'c', 'e', 'r', 't'};

ByteVector Vector24(const ByteVector& contents) {
  return Join({Uint(contents.size(), 3), contents});
}

// Entry is a TimestampedEntry.
ByteVector Entry(EntryType type) {
  return Join({Uint(1'776'211'200'000, 8), Uint(static_cast<std::uint16_t>(type), 2),
               ByteVector(type == EntryType::kPrecert ? 32 : 0, 0x44), Vector24(kCertificate),
               Uint(8, 2), testlib::LeafIndexExtension(3)});
}

ByteVector Leaf(EntryType type) {
  return Join({{0, 0}, Entry(type)});
}

ByteVector TileEntry(EntryType type, std::size_t num_fingerprints) {
  return Join({Entry(type), type == EntryType::kPrecert ? Vector24({'p'}) : ByteVector(),
               Uint(num_fingerprints * 32, 2), ByteVector(num_fingerprints * 32, 0x66)});
}

// EncodeExtraData writes what DecodeExtraData reads.
ByteVector EncodeExtraData(EntryType type, const EntryChain& chain) {
  ByteVector certificates;
  for (const Bytes certificate : chain.chain) {
    Append(certificates, Vector24(ToVector(certificate)));
  }
  return Join(
      {type == EntryType::kPrecert ? Vector24(ToVector(chain.pre_certificate)) : ByteVector(),
       Vector24(certificates)});
}

TEST(DecodeMerkleTreeLeafTest, ReadsBothTypesAndWritesThemAgain) {
  for (const EntryType type : {EntryType::kX509, EntryType::kPrecert}) {
    const ByteVector input = Leaf(type);
    const Result<TimestampedEntry> entry = DecodeMerkleTreeLeaf(input);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->timestamp_ms, 1'776'211'200'000U);
    EXPECT_EQ(entry->entry.type, type);
    EXPECT_EQ(ToVector(entry->entry.certificate), kCertificate);
    EXPECT_EQ(DecodeCtExtensions(entry->extensions)->leaf_index, 3U);
    EXPECT_EQ(*EncodeMerkleTreeLeaf(*entry), input);
  }
}

TEST(DecodeMerkleTreeLeafTest, RefusesEveryPrefixAndEveryTrailingByte) {
  for (const EntryType type : {EntryType::kX509, EntryType::kPrecert}) {
    ByteVector input = Leaf(type);
    for (std::size_t len = 0; len < input.size(); ++len) {
      EXPECT_EQ(DecodeMerkleTreeLeaf(Bytes(input).first(len)).error().code, Errc::kTruncated);
    }
    input.push_back(0);
    EXPECT_EQ(DecodeMerkleTreeLeaf(input).error().code, Errc::kTrailingBytes);
  }
}

TEST(DecodeMerkleTreeLeafTest, RefusesOtherVersionsAndTypes) {
  ByteVector input = Leaf(EntryType::kX509);
  input[0] = 1;
  EXPECT_EQ(DecodeMerkleTreeLeaf(input).error().code, Errc::kUnsupportedVersion);
  input[0] = 0;
  input[1] = 1;
  EXPECT_EQ(DecodeMerkleTreeLeaf(input).error().code, Errc::kUnsupportedFormat);
  input[1] = 0;
  for (const unsigned type : {2U, 255U, 256U, 0x8000U, 0xffffU}) {
    input[10] = static_cast<std::uint8_t>(type >> 8U);
    input[11] = static_cast<std::uint8_t>(type);
    EXPECT_EQ(DecodeMerkleTreeLeaf(input).error().code, Errc::kTruncated) << type;
  }
}

TEST(EncodeMerkleTreeLeafTest, FailsForAFieldThatIsTooLong) {
  TimestampedEntry entry;
  const ByteVector huge(1U << 24U);
  entry.entry.certificate = huge;
  EXPECT_EQ(EncodeMerkleTreeLeaf(entry).error().code, Errc::kBadLength);
  entry.entry.certificate = kCertificate;
  entry.extensions = Bytes(huge).first(65536);
  EXPECT_EQ(EncodeMerkleTreeLeaf(entry).error().code, Errc::kBadLength);
}

TEST(DecodeExtraDataTest, ReadsBothTypes) {
  const ByteVector chain = Vector24(Join({Vector24({'a'}), Vector24({'b', 'c'})}));
  const Result<EntryChain> x509 = DecodeExtraData(EntryType::kX509, chain);
  ASSERT_TRUE(x509);
  EXPECT_TRUE(x509->pre_certificate.empty());
  ASSERT_EQ(x509->chain.size(), 2U);
  EXPECT_EQ(AsText(x509->chain[1]), "bc");
  const ByteVector input = Join({Vector24(kCertificate), chain});
  const Result<EntryChain> precert = DecodeExtraData(EntryType::kPrecert, input);
  ASSERT_TRUE(precert);
  EXPECT_EQ(ToVector(precert->pre_certificate), kCertificate);
  EXPECT_EQ(precert->chain.size(), 2U);
  EXPECT_TRUE(DecodeExtraData(EntryType::kX509, ByteVector{0, 0, 0})->chain.empty());
}

TEST(DecodeExtraDataTest, RefusesBrokenFrames) {
  const std::tuple<const char*, EntryType, ByteVector, Errc> cases[] = {
      {"nothing", EntryType::kX509, {}, Errc::kTruncated},
      {"nothing_of_a_precertificate", EntryType::kPrecert, {}, Errc::kTruncated},
      {"empty_precertificate", EntryType::kPrecert, {0, 0, 0, 0, 0, 0}, Errc::kTruncated},
      {"no_chain", EntryType::kPrecert, {0, 0, 1, 7}, Errc::kTruncated},
      {"trailing_bytes", EntryType::kX509, {0, 0, 0, 0}, Errc::kTrailingBytes},
      {"empty_certificate", EntryType::kX509, {0, 0, 3, 0, 0, 0}, Errc::kTruncated},
      {"cut_certificate", EntryType::kX509, {0, 0, 4, 0, 0, 2, 7}, Errc::kTruncated},
  };
  for (const auto& [name, type, input, code] : cases) {
    const Result<EntryChain> chain = DecodeExtraData(type, input);
    ASSERT_FALSE(chain) << name;
    EXPECT_EQ(chain.error().code, code) << name;
  }
}

TEST(DecodeExtraDataTest, BoundsTheChain) {
  ByteVector certificates;
  for (std::size_t i = 0; i < kMaxChainCertificates; ++i) {
    Append(certificates, ByteVector{0, 0, 1, 7});
  }
  EXPECT_TRUE(DecodeExtraData(EntryType::kX509, Vector24(certificates)));
  Append(certificates, ByteVector{0, 0, 1, 7});
  EXPECT_EQ(DecodeExtraData(EntryType::kX509, Vector24(certificates)).error().code,
            Errc::kTooLarge);
}

TEST(DecodeDataTileTest, ReadsEntriesAndWritesThemAgain) {
  const ByteVector tile = Join({TileEntry(EntryType::kX509, 0), TileEntry(EntryType::kPrecert, 2),
                                TileEntry(EntryType::kX509, kMaxChainCertificates)});
  const Result<std::vector<TileLeaf>> leaves = DecodeDataTile(tile);
  ASSERT_TRUE(leaves);
  ASSERT_EQ(leaves->size(), 3U);
  EXPECT_TRUE((*leaves)[0].pre_certificate.empty());
  EXPECT_EQ(AsText((*leaves)[1].pre_certificate), "p");
  EXPECT_EQ((*leaves)[1].chain_fingerprints.size(), 2U);
  EXPECT_EQ((*leaves)[1].chain_fingerprints[1][31], 0x66);
  ByteVector again;
  for (const TileLeaf& leaf : *leaves) {
    Append(again, *EncodeTileLeaf(leaf));
  }
  EXPECT_EQ(again, tile);
}

TEST(DecodeDataTileTest, RefusesEveryPrefixThatEndsInsideAnEntry) {
  const ByteVector first = TileEntry(EntryType::kPrecert, 1);
  const ByteVector tile = Join({first, TileEntry(EntryType::kX509, 1)});
  for (std::size_t len = 0; len < tile.size(); ++len) {
    const ByteVector prefix = ToVector(Bytes(tile).first(len));
    const Result<std::vector<TileLeaf>> leaves = DecodeDataTile(prefix);
    if (len == first.size()) {
      EXPECT_EQ(leaves->size(), 1U);
    } else {
      ASSERT_FALSE(leaves) << len;
      EXPECT_EQ(leaves.error().code, Errc::kTruncated) << len;
    }
  }
}

TEST(DecodeDataTileTest, HoldsItsBounds) {
  const ByteVector entry = TileEntry(EntryType::kX509, 0);
  ByteVector tile;
  for (int i = 0; i < 256; ++i) {
    Append(tile, entry);
  }
  EXPECT_EQ(DecodeDataTile(tile)->size(), 256U);
  Append(tile, entry);
  EXPECT_EQ(DecodeDataTile(tile).error().code, Errc::kTooLarge);
  EXPECT_EQ(DecodeDataTile(TileEntry(EntryType::kX509, kMaxChainCertificates + 1)).error().code,
            Errc::kTooLarge);
  const ByteVector odd = Join({Entry(EntryType::kX509), Uint(33, 2), ByteVector(33)});
  EXPECT_EQ(DecodeDataTile(odd).error().code, Errc::kBadLength);
}

TEST(EncodeTileLeafTest, FailsForTooManyFingerprints) {
  TileLeaf leaf;
  leaf.timestamped_entry.entry.certificate = kCertificate;
  leaf.chain_fingerprints.resize(2048);
  EXPECT_EQ(EncodeTileLeaf(leaf).error().code, Errc::kBadLength);
}

// CheckRealEntry decodes leaf_input and extra_data, and finds the certificates in them.
void CheckRealEntry(json::Value entry) {
  const std::optional<ByteVector> leaf_input = entry.FindBytes("leaf_input");
  const std::optional<ByteVector> extra_data = entry.FindBytes("extra_data");
  ASSERT_TRUE(leaf_input && extra_data);
  const Result<TimestampedEntry> leaf = DecodeMerkleTreeLeaf(*leaf_input);
  ASSERT_TRUE(leaf) << Describe(leaf.error());
  EXPECT_EQ(*EncodeMerkleTreeLeaf(*leaf), *leaf_input);
  const Result<EntryChain> chain = DecodeExtraData(leaf->entry.type, *extra_data);
  ASSERT_TRUE(chain) << Describe(chain.error());
  EXPECT_EQ(EncodeExtraData(leaf->entry.type, *chain), *extra_data);
  if (leaf->entry.type == EntryType::kX509) {
    EXPECT_TRUE(DecodeCertificate(leaf->entry.certificate));
  }
  EXPECT_FALSE(chain->chain.empty());
  for (const Bytes certificate : chain->chain) {
    EXPECT_TRUE(DecodeCertificate(certificate));
  }
}

TEST(RealLogEntriesTest, DecodeAndEncodeToThemselves) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "rfc6962api");
  std::size_t num_entries = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file() || file.path().extension() == ".jsonl") {
      continue;
    }
    const ByteVector text = testlib::ReadFile(file.path());
    const Result<json::Document> document = json::Document::Decode(text, text.size());
    ASSERT_TRUE(document) << file.path();
    if (document->root().Find("leaf_input")) {  // get-entry-and-proof
      CheckRealEntry(document->root());
      ++num_entries;
    }
    if (const std::optional<json::Value> entries = document->root().Find("entries")) {
      entries->ForEachElement([&](json::Value entry) {
        CheckRealEntry(entry);
        ++num_entries;
        return true;
      });
    }
  }
  EXPECT_GT(num_entries, 0U);
}

// CheckRealTiles compares a data tile with the tile of leaf hashes beside it.
void CheckRealTiles(const std::filesystem::path& data_file,
                    const std::filesystem::path& hash_file) {
  const ByteVector tile = testlib::ReadFile(data_file);
  const ByteVector hashes = testlib::ReadFile(hash_file);
  const Result<std::vector<TileLeaf>> leaves = DecodeDataTile(tile);
  ASSERT_TRUE(leaves) << Describe(leaves.error());
  ASSERT_EQ(leaves->size() * 32, hashes.size());
  ByteReader hash_reader(hashes);
  ByteVector again;
  for (const TileLeaf& leaf : *leaves) {
    Append(again, *EncodeTileLeaf(leaf));
    const ByteVector encoded = *EncodeMerkleTreeLeaf(leaf.timestamped_entry);
    Hash want = {};
    ASSERT_TRUE(hash_reader.ReadArray(want));
    EXPECT_EQ(Sha256().Update(ByteVector{0}).Update(encoded).Finish(), want);
    EXPECT_TRUE(DecodeCtExtensions(leaf.timestamped_entry.extensions)->leaf_index);
  }
  EXPECT_EQ(again, tile);
}

TEST(RealDataTilesTest, HaveTheLeafHashesOfTheirTree) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "staticct");
  std::size_t num_tiles = 0;
  for (const auto& log : std::filesystem::directory_iterator(folder)) {
    const std::filesystem::path data = log.path() / "tile" / "data";
    if (!std::filesystem::is_directory(data)) {
      continue;
    }
    for (const auto& file : std::filesystem::recursive_directory_iterator(data)) {
      if (file.is_regular_file()) {
        CheckRealTiles(file.path(),
                       log.path() / "tile" / "0" / std::filesystem::relative(file.path(), data));
        ++num_tiles;
      }
    }
  }
  EXPECT_GT(num_tiles, 0U);
}

}  // namespace
}  // namespace tattle::merkle_leaf_test
