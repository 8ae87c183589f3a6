// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Proofs, roots and tiles that other implementations and real logs have made.

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/merkle/compact_range.h"
#include "core/merkle/consistency.h"
#include "core/merkle/hash.h"
#include "core/merkle/inclusion.h"
#include "core/merkle/tile.h"
#include "tests/testlib/real_data.h"

namespace tattle::real_merkle_test {
namespace {

namespace fs = std::filesystem;

json::Document ReadJson(const fs::path& path) {
  auto document = json::Document::Decode(testlib::ReadFile(path), kMaxJsonSize);
  EXPECT_TRUE(document) << path;
  return std::move(*document);
}

std::vector<json::Value> Elements(std::optional<json::Value> array) {
  std::vector<json::Value> elements;
  EXPECT_TRUE(array);
  if (array) {
    array->ForEachElement([&](json::Value value) {
      elements.push_back(value);
      return true;
    });
  }
  return elements;
}

// ToHash is nothing for bytes that are no hash: who reads a proof from JSON refuses them there.
std::optional<Hash> ToHash(const Result<ByteVector>& bytes) {
  if (!bytes || bytes->size() != sizeof(Hash)) {
    return std::nullopt;
  }
  Hash hash;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

std::optional<Hash> FindHash(json::Value value, std::string_view key) {
  return ToHash(DecodeBase64(value.FindString(key).value_or("?")));
}

// FindHashes is nothing if one of them is no hash; `null` is an empty list, as Go writes it.
std::optional<std::vector<Hash>> FindHashes(json::Value value, std::string_view key) {
  std::vector<Hash> hashes;
  bool good = true;
  if (const std::optional<json::Value> array = value.Find(key)) {
    array->ForEachElement([&](json::Value element) {
      const auto hash = ToHash(DecodeBase64(element.AsString().value_or("?")));
      good = good && hash;
      hashes.push_back(hash.value_or(Hash{}));
      return good;
    });
  }
  return good ? std::optional(hashes) : std::nullopt;
}

std::vector<fs::path> JsonFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".json") {
      files.push_back(entry.path());
    }
  }
  EXPECT_FALSE(files.empty()) << folder;
  return files;
}

bool InclusionProbeHolds(json::Value probe) {
  const auto leaf_hash = FindHash(probe, "leafHash");
  const auto root = FindHash(probe, "root");
  const auto proof = FindHashes(probe, "proof");
  const auto index = probe.FindUint64("leafIdx");
  const auto size = probe.FindUint64("treeSize");
  return leaf_hash && root && proof && index && size &&
         VerifyInclusion(*leaf_hash, *index, *size, *proof, *root);
}

bool ConsistencyProbeHolds(json::Value probe) {
  const auto root1 = FindHash(probe, "root1");
  const auto root2 = FindHash(probe, "root2");
  const auto proof = FindHashes(probe, "proof");
  const auto size1 = probe.FindUint64("size1");
  const auto size2 = probe.FindUint64("size2");
  return root1 && root2 && proof && size1 && size2 &&
         VerifyConsistency(*size1, *root1, *size2, *root2, *proof);
}

TEST(RealMerkleTest, AgreesWithEveryProbeOfTransparencyDev) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "merkle");
  std::set<bool> seen;
  for (const fs::path& path : JsonFiles(dir / "transparency-dev-merkle")) {
    const json::Document document = ReadJson(path);
    const auto want_err = document.root().Find("wantErr");
    ASSERT_TRUE(want_err && want_err->AsBool()) << path;
    const bool is_inclusion = document.root().Find("leafIdx").has_value();
    ASSERT_NE(is_inclusion, document.root().Find("size1").has_value()) << path;
    const bool holds = is_inclusion ? InclusionProbeHolds(document.root())
                                    : ConsistencyProbeHolds(document.root());
    EXPECT_NE(holds, *want_err->AsBool()) << path;
    seen.insert(holds);
  }
  EXPECT_EQ(seen.size(), 2U) << "only good or only bad proofs";
}

std::vector<Hash> HexHashes(std::optional<json::Value> array) {
  std::vector<Hash> hashes;
  for (const json::Value value : Elements(array)) {
    const auto hash = ToHash(DecodeHex(value.AsString().value_or("?")));
    EXPECT_TRUE(hash);
    hashes.push_back(hash.value_or(Hash{}));
  }
  return hashes;
}

TEST(RealMerkleTest, AgreesWithTheReferenceRootsAndProofs) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "merkle");
  const json::Document document = ReadJson(dir / "rfc6962_reference.json");
  const json::Value reference = document.root();
  std::vector<Hash> leaf_hashes;
  for (const json::Value leaf : Elements(reference.Find("leaf_inputs_hex"))) {
    leaf_hashes.push_back(HashLeaf(DecodeHex(leaf.AsString().value()).value()));
  }
  const std::vector<Hash> roots = HexHashes(reference.Find("roots_by_size_hex"));
  ASSERT_EQ(roots.size(), leaf_hashes.size() + 1);
  for (std::size_t size = 0; size < roots.size(); ++size) {
    EXPECT_EQ(RootOfHashes(std::span(leaf_hashes).first(size)), roots[size]);
  }
  std::vector<Hash> row = leaf_hashes;
  for (const json::Value level : Elements(reference.Find("node_hashes_by_level_hex"))) {
    EXPECT_EQ(HexHashes(level), row);
    for (std::size_t i = 0; i < row.size() / 2; ++i) {
      row[i] = HashNode(row[2 * i], row[2 * i + 1]);
    }
    row.resize(row.size() / 2);
  }
  for (const json::Value proof : Elements(reference.Find("inclusion"))) {
    const std::uint64_t leaf = proof.FindUint64("leaf_1based").value();
    const std::uint64_t size = proof.FindUint64("snapshot").value();
    if (leaf > 0) {
      EXPECT_TRUE(VerifyInclusion(leaf_hashes.at(leaf - 1), leaf - 1, size,
                                  HexHashes(proof.Find("path_hex")), roots.at(size)));
    }
  }
  for (const json::Value proof : Elements(reference.Find("consistency"))) {
    const std::uint64_t size1 = proof.FindUint64("snapshot1").value();
    const std::uint64_t size2 = proof.FindUint64("snapshot2").value();
    EXPECT_TRUE(VerifyConsistency(size1, roots.at(size1), size2, roots.at(size2),
                                  HexHashes(proof.Find("proof_hex"))));
  }
}

// NumberAfter reads the decimal number that follows `mark` in a file name, the place where the
// question of a stored answer was kept.
std::uint64_t NumberAfter(const fs::path& path, std::string_view mark) {
  const std::string name = path.filename();
  const std::size_t at = name.find(mark);
  EXPECT_NE(at, std::string::npos) << name;
  return std::stoull(name.substr(at + mark.size()));
}

// The one file of a folder whose name begins so.
fs::path FindFile(const fs::path& folder, std::string_view prefix) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with(prefix)) {
      return entry.path();
    }
  }
  ADD_FAILURE() << "no " << prefix << " in " << folder;
  return {};
}

TEST(RealMerkleTest, VerifiesProofsOfIcarus) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "rfc6962api/icarus");
  const json::Document older = ReadJson(dir / "icarus_sth1.json");
  const json::Document newer = ReadJson(dir / "icarus_sth2.json");
  const std::uint64_t size1 = older.root().FindUint64("tree_size").value();
  const std::uint64_t size2 = newer.root().FindUint64("tree_size").value();
  const Hash root1 = FindHash(older.root(), "sha256_root_hash").value();
  const Hash root2 = FindHash(newer.root(), "sha256_root_hash").value();
  const json::Document consistency = ReadJson(FindFile(dir, "icarus_consistency_"));
  const auto proof = FindHashes(consistency.root(), "consistency").value();
  EXPECT_TRUE(VerifyConsistency(size1, root1, size2, root2, proof));
  EXPECT_FALSE(VerifyConsistency(size1 + 1, root1, size2, root2, proof));

  const fs::path entry_path = FindFile(dir, "icarus_entry_and_proof_");
  const json::Document entry = ReadJson(entry_path);
  const std::uint64_t index = NumberAfter(entry_path, "and_proof_");
  const auto path = FindHashes(entry.root(), "audit_path").value();
  const Hash leaf = HashLeaf(entry.root().FindBytes("leaf_input").value());
  EXPECT_TRUE(VerifyInclusion(leaf, index, size2, path, root2));
  EXPECT_FALSE(VerifyInclusion(leaf, index + 1, size2, path, root2));
}

TEST(RealMerkleTest, VerifiesProofsOfArgon2020) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "rfc6962api/argon2020");
  const json::Document head = ReadJson(dir / "get-sth");
  const std::uint64_t size = head.root().FindUint64("tree_size").value();
  const Hash root = FindHash(head.root(), "sha256_root_hash").value();

  const json::Document entries = ReadJson(FindFile(dir, "get-entries-"));
  const auto leaves = Elements(entries.root().Find("entries"));
  ASSERT_EQ(leaves.size(), 1U);
  const Hash leaf = HashLeaf(leaves.front().FindBytes("leaf_input").value());
  const json::Document inclusion = ReadJson(FindFile(dir, "get-proof-by-hash-"));
  const std::uint64_t index = inclusion.root().FindUint64("leaf_index").value();
  const auto path = FindHashes(inclusion.root(), "audit_path").value();
  EXPECT_TRUE(VerifyInclusion(leaf, index, size, path, root));

  // The older head is not among the data, so only the newer root can be compared.
  const fs::path consistency_path = FindFile(dir, "get-sth-consistency-");
  const json::Document consistency = ReadJson(consistency_path);
  const auto proof = FindHashes(consistency.root(), "consistency").value();
  const auto roots =
      RootsFromConsistency(NumberAfter(consistency_path, "first-"), Hash{}, size, proof);
  ASSERT_TRUE(roots);
  EXPECT_EQ(roots->newer, root);
  EXPECT_TRUE(
      VerifyConsistency(NumberAfter(consistency_path, "first-"), roots->older, size, root, proof));
}

TEST(RealMerkleTest, FindsThatNoProofLinksTheTwoHeadsOfVenafi) {
  TATTLE_REAL_DATA_OR_SKIP(dir, "misbehaviour");
  const json::Document document = ReadJson(dir / "venafi_2017_inconsistent_sths.json");
  const auto heads = Elements(document.root().Find("sths"));
  ASSERT_EQ(heads.size(), 2U);
  const auto proof = FindHashes(document.root(), "consistency").value();
  const Result<void> verdict = VerifyConsistency(
      heads[0].FindUint64("tree_size").value(), FindHash(heads[0], "sha256_root_hash").value(),
      heads[1].FindUint64("tree_size").value(), FindHash(heads[1], "sha256_root_hash").value(),
      proof);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().code, Errc::kMismatch) << verdict.error().field;
}

}  // namespace
}  // namespace tattle::real_merkle_test
