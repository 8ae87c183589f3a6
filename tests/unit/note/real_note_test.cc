// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Checkpoints of real logs, with what real logs put into them.

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "core/merkle/inclusion.h"
#include "core/merkle/tile_tree.h"
#include "core/note/checkpoint.h"
#include "tests/testlib/real_data.h"

namespace tattle::real_note_test {
namespace {

namespace fs = std::filesystem;

Result<SignedTreeHead> VerifyWith(Bytes note, std::string_view origin, Bytes spki) {
  const auto key = DecodePublicKey(spki);
  EXPECT_TRUE(key);
  return VerifyCheckpoint(note, origin, Sha256Of(spki), **key);
}

json::Document ReadJson(const fs::path& path) {
  auto document = json::Document::Decode(testlib::ReadFile(path), kMaxJsonSize);
  EXPECT_TRUE(document) << path;
  return std::move(*document);
}

std::string_view FirstLine(const ByteVector& note) {
  return AsText(note).substr(0, AsText(note).find('\n'));
}

// The checkpoint verifies, comes back from its parts, and no bit of its note may flip.
void ExpectGenuine(const ByteVector& note, std::string_view origin, Bytes spki) {
  const auto sth = VerifyWith(note, origin, spki);
  ASSERT_TRUE(sth) << origin << ": " << Describe(sth.error());
  EXPECT_GT(sth->head.tree_size, 0U);
  const Result<Note> decoded = DecodeNote(note);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(EncodeNote(*decoded), AsText(note));
  for (std::size_t i = 0; i < decoded->text.size(); ++i) {
    ByteVector changed = note;
    changed[i] ^= 1U;
    EXPECT_FALSE(VerifyWith(changed, origin, spki)) << origin << ", byte " << i;
  }
}

TEST(RealCheckpointTest, VerifiesThoseOfTheKeyFile) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "staticct/checkpoints");
  const json::Document keys = ReadJson(dir / "keys.json");
  std::size_t num_checked = 0;
  for (const auto& entry : fs::directory_iterator(dir)) {
    if (entry.path().extension() != ".txt") {
      continue;
    }
    const ByteVector note = testlib::ReadFile(entry.path());
    const std::string_view origin = FirstLine(note);
    const auto log = keys.root().Find(origin);
    ASSERT_TRUE(log) << origin;
    ExpectGenuine(note, origin, log->FindBytes("rfc6962").value());
    ++num_checked;
  }
  EXPECT_GT(num_checked, 0U);
}

TEST(RealCheckpointTest, VerifiesRome) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "staticct/rome2024h1");
  const ByteVector key_file = testlib::ReadFile(dir / "pubkey.b64");
  std::string_view base64 = AsText(key_file);
  base64 = base64.substr(0, base64.find('\n'));
  const ByteVector spki = DecodeBase64(base64).value();
  const ByteVector note = testlib::ReadFile(dir / "checkpoint");
  ExpectGenuine(note, FirstLine(note), spki);
}

TEST(RealCheckpointTest, VerifiesThatOfAReadOnlyLogAgainstItsFinalHead) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "staticct/skylight/tree");
  const json::Document log = ReadJson(dir / "log.v3.json");
  const ByteVector spki = log.root().FindBytes("key").value();
  const auto origin = CheckpointOrigin(log.root().FindString("submission_url").value());
  ASSERT_TRUE(origin);
  const ByteVector note = testlib::ReadFile(dir / "checkpoint");
  ExpectGenuine(note, *origin, spki);
  const auto sth = VerifyWith(note, *origin, spki);
  const json::Value final_head = log.root().Find("final_tree_head").value();
  ASSERT_TRUE(sth);
  EXPECT_EQ(sth->head.tree_size, final_head.FindUint64("tree_size"));
  EXPECT_EQ(sth->head.timestamp_ms, final_head.FindUint64("timestamp"));
  EXPECT_EQ(ToVector(sth->head.sha256_root_hash), final_head.FindBytes("sha256_root_hash"));
}

// Each witness has a file with its keys; the checkpoints below it carry its cosignature.
TEST(RealCheckpointTest, VerifiesTheCosignaturesOfWitnesses) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "staticct/skylight");
  std::size_t num_cosignatures = 0;
  for (const auto& entry : fs::recursive_directory_iterator(dir)) {
    const std::string name = entry.path().filename();
    if (name != "witness.v0.json" && name != "mirror.v0.json") {
      continue;
    }
    const json::Document witness = ReadJson(entry.path());
    std::vector<NoteKey> keys;
    witness.root().Find("verifier_keys")->ForEachElement([&](json::Value value) {
      const auto key = DecodeNoteKey(value.AsString().value());
      EXPECT_TRUE(key) << entry.path();
      keys.push_back(key.value());
      return true;
    });
    for (const auto& log : fs::directory_iterator(entry.path().parent_path())) {
      if (!fs::exists(log.path() / "checkpoint") || log.path().filename() == "mirror") {
        continue;
      }
      const ByteVector bytes = testlib::ReadFile(log.path() / "checkpoint");
      const Result<Note> note = DecodeNote(bytes);
      ASSERT_TRUE(note) << log.path();
      for (const NoteKey& key : keys) {
        const auto time = VerifyCosignature(*note, key);
        EXPECT_TRUE(time) << log.path() << ": " << key.name;
        ++num_cosignatures;
      }
    }
  }
  EXPECT_GT(num_cosignatures, 0U);
}

// A mirror has a whole small tree: the tiles must make the root of its checkpoint, and proofs for
// every leaf.
TEST(RealTileTest, MakesTheRootOfAMirrorsCheckpointAndAllProofs) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "staticct/skylight/witness/mirror");
  std::size_t num_trees = 0;
  for (const auto& log : fs::directory_iterator(dir)) {
    if (!fs::exists(log.path() / "tile")) {
      continue;
    }
    const ByteVector bytes = testlib::ReadFile(log.path() / "checkpoint");
    const Result<Note> note = DecodeNote(bytes);
    ASSERT_TRUE(note);
    const Result<Checkpoint> head = DecodeCheckpoint(note->text);
    ASSERT_TRUE(head);
    Result<TileTree> tree = TileTree::Create(
        head->tree_size, head->root_hash, [&](const Tile& tile) -> Result<ByteVector> {
          return testlib::ReadFile(log.path() / EncodeTilePath(tile));
        });
    ASSERT_TRUE(tree) << Describe(tree.error());
    for (std::uint64_t i = 0; i < head->tree_size; ++i) {
      const auto leaf = tree->LeafHash(i);
      const auto proof = tree->InclusionProof(i);
      ASSERT_TRUE(leaf && proof);
      EXPECT_TRUE(VerifyInclusion(*leaf, i, head->tree_size, *proof, head->root_hash));
    }
    ++num_trees;
  }
  EXPECT_GT(num_trees, 0U);
}

}  // namespace
}  // namespace tattle::real_note_test
