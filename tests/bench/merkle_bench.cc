// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Merkle trees and proofs, each beside OpenSSL's low-level SHA-256 used straight, as somebody would
// who writes the loop of RFC 6962 by hand. Budget: no slower.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <benchmark/benchmark.h>

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "core/base/bytes.h"
#include "core/merkle/compact_range.h"
#include "core/merkle/hash.h"
#include "core/merkle/inclusion.h"

namespace tattle {
namespace {

constexpr std::size_t kLeafSize = 1500;
constexpr std::size_t kPoolLeaves = 65536;  // 98 MB: beyond every cache, as leaves from a log are
constexpr std::size_t kTreeSize = 1'000'000;
constexpr std::size_t kProofLevels = 30;

// Leaf is the i-th leaf of a tree that repeats after kPoolLeaves, so that a million of them need
// not all be in memory.
Bytes Leaf(std::size_t i) {
  static const ByteVector pool = [] {
    ByteVector bytes(kPoolLeaves * kLeafSize);
    std::uint32_t state = 1;
    for (std::uint8_t& byte : bytes) {
      state = state * 1664525 + 1013904223;
      byte = static_cast<std::uint8_t>(state >> 24U);
    }
    return bytes;
  }();
  return Bytes(pool).subspan(i % kPoolLeaves * kLeafSize, kLeafSize);
}

Hash StraightLeaf(Bytes leaf) {
  constexpr std::uint8_t kPrefix = 0x00;
  SHA256_CTX context;
  Hash hash;
  SHA256_Init(&context);
  SHA256_Update(&context, &kPrefix, 1);
  SHA256_Update(&context, leaf.data(), leaf.size());
  SHA256_Final(hash.data(), &context);
  return hash;
}

Hash StraightNode(const Hash& left, const Hash& right) {
  constexpr std::uint8_t kPrefix = 0x01;
  SHA256_CTX context;
  Hash hash;
  SHA256_Init(&context);
  SHA256_Update(&context, &kPrefix, 1);
  SHA256_Update(&context, left.data(), left.size());
  SHA256_Update(&context, right.data(), right.size());
  SHA256_Final(hash.data(), &context);
  return hash;
}

// The usual stack of subtree roots: as many merges after a leaf as its index has ones at the end.
Hash StraightRoot(std::size_t num_leaves) {
  std::array<Hash, 64> stack;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < num_leaves; ++i) {
    stack.at(depth++) = StraightLeaf(Leaf(i));
    for (std::size_t rest = i; (rest & 1U) != 0; rest >>= 1U) {
      --depth;
      stack.at(depth - 1) = StraightNode(stack.at(depth - 1), stack.at(depth));
    }
  }
  Hash root = stack.at(--depth);
  while (depth > 0) {
    root = StraightNode(stack.at(--depth), root);
  }
  return root;
}

Hash TattleRoot(std::size_t num_leaves) {
  CompactRange range;
  for (std::size_t i = 0; i < num_leaves; ++i) {
    if (!range.Append(HashLeaf(Leaf(i)))) {
      return {};
    }
  }
  return range.Root().value_or(Hash{});
}

void MerkleRootTattle(benchmark::State& state) {
  if (TattleRoot(1000) != StraightRoot(1000)) {
    state.SkipWithError("the two roots differ");
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(TattleRoot(kTreeSize));
  }
}
BENCHMARK(MerkleRootTattle)->Name("merkle/root_1m/tattle");

void MerkleRootOpenSsl(benchmark::State& state) {
  Leaf(0);
  for (auto _ : state) {
    benchmark::DoNotOptimize(StraightRoot(kTreeSize));
  }
}
BENCHMARK(MerkleRootOpenSsl)->Name("merkle/root_1m/openssl_low_level");

// A proof of 30 levels, in which the path turns to both sides.
struct Proof {
  std::uint64_t leaf_index = 0x15a5a5a5;
  std::uint64_t tree_size = std::uint64_t{1} << kProofLevels;
  Hash leaf_hash = HashLeaf(Leaf(0));
  std::vector<Hash> nodes = std::vector<Hash>(kProofLevels, HashLeaf(Leaf(1)));
};

Hash StraightInclusion(const Proof& proof) {
  Hash hash = proof.leaf_hash;
  std::uint64_t index = proof.leaf_index;
  for (const Hash& node : proof.nodes) {
    hash = (index & 1U) != 0 ? StraightNode(node, hash) : StraightNode(hash, node);
    index >>= 1U;
  }
  return hash;
}

void InclusionTattle(benchmark::State& state) {
  const Proof proof;
  const Hash root = StraightInclusion(proof);
  for (auto _ : state) {
    if (!VerifyInclusion(proof.leaf_hash, proof.leaf_index, proof.tree_size, proof.nodes, root)) {
      state.SkipWithError("a good proof is refused");
      break;
    }
  }
}
BENCHMARK(InclusionTattle)->Name("merkle/inclusion_30/tattle");

void InclusionOpenSsl(benchmark::State& state) {
  const Proof proof;
  const Hash root = StraightInclusion(proof);
  for (auto _ : state) {
    bool good = StraightInclusion(proof) == root;
    benchmark::DoNotOptimize(good);
  }
}
BENCHMARK(InclusionOpenSsl)->Name("merkle/inclusion_30/openssl_low_level");

}  // namespace
}  // namespace tattle

BENCHMARK_MAIN();
