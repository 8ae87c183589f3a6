// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: RootFromInclusion, VerifyInclusion, RootsFromConsistency, VerifyConsistency
// Property: a proof folds iff its length is that of RFC 6962's definition; what it folds to is
// accepted, and with any one bit of any node changed, refused.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "core/base/reader.h"
#include "core/merkle/consistency.h"
#include "core/merkle/inclusion.h"
#include "core/merkle/subtree.h"

namespace tattle {
namespace {

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

// Input is two numbers, which bit to change, a hash, and the nodes of a proof.
struct Input {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::uint16_t bit = 0;
  Hash hash = {};
  std::vector<Hash> proof;
};

bool ReadInput(Bytes data, Input& out) {
  ByteReader reader(data);
  if (!reader.ReadUint64(out.first) || !reader.ReadUint64(out.second) ||
      !reader.ReadUint16(out.bit) || !reader.ReadArray(out.hash)) {
    return false;
  }
  Hash node;
  while (reader.ReadArray(node)) {
    out.proof.push_back(node);
  }
  return true;
}

// ChangedProofs are all proofs with one bit of one node changed, the bit of the input.
std::vector<std::vector<Hash>> ChangedProofs(const Input& input) {
  std::vector<std::vector<Hash>> all;
  for (std::size_t i = 0; i < input.proof.size(); ++i) {
    all.push_back(input.proof);
    all.back()[i].at(input.bit / 8U % 32U) ^= static_cast<std::uint8_t>(1U << (input.bit % 8U));
  }
  return all;
}

void CheckInclusion(const Input& input) {
  const auto ranges = InclusionRanges(input.first, input.second);
  const auto root = RootFromInclusion(input.hash, input.first, input.second, input.proof);
  Require(root.has_value() == (ranges && ranges->size() == input.proof.size()));
  if (!root) {
    return;
  }
  Require(VerifyInclusion(input.hash, input.first, input.second, input.proof, *root).has_value());
  for (const std::vector<Hash>& changed : ChangedProofs(input)) {
    const auto verdict = VerifyInclusion(input.hash, input.first, input.second, changed, *root);
    Require(!verdict && verdict.error().code == Errc::kMismatch);
  }
}

void CheckConsistency(const Input& input) {
  const auto ranges = ConsistencyRanges(input.first, input.second);
  const auto roots = RootsFromConsistency(input.first, input.hash, input.second, input.proof);
  Require(roots.has_value() == (ranges && ranges->size() == input.proof.size()));
  if (!roots) {
    return;
  }
  Require(VerifyConsistency(input.first, roots->older, input.second, roots->newer, input.proof)
              .has_value());
  for (const std::vector<Hash>& changed : ChangedProofs(input)) {
    const auto verdict =
        VerifyConsistency(input.first, roots->older, input.second, roots->newer, changed);
    Require(!verdict && verdict.error().code == Errc::kMismatch);
  }
}

}  // namespace
}  // namespace tattle

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tattle::Input input;
  if (tattle::ReadInput({data, size}, input)) {
    tattle::CheckInclusion(input);
    tattle::CheckConsistency(input);
  }
  return 0;
}
