// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: the decoders of core/wire/log_answers.h
// Property: what is taken keeps its bounds; an SCT decodes to its own encoding; a path is of the
// length of its place or RangeBefore refuses it.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/base/limits.h"
#include "core/merkle/range_before.h"
#include "core/wire/log_answers.h"
#include "core/wire/sct.h"
#include "fuzz/require.h"

using tattle::Bytes;
using tattle::Result;
using tattle::fuzz::Require;

namespace {

void CheckProof(const tattle::InclusionProof& proof) {
  Require(proof.path.size() <= tattle::kMaxProofNodes && proof.leaf_index <= tattle::kMaxTreeSize);
  // The smallest and the largest tree that have such a leaf.
  for (const std::uint64_t tree_size : {proof.leaf_index + 1, tattle::kMaxTreeSize}) {
    const Result<tattle::AuditPath> path = tattle::FindAuditPath(proof.leaf_index, tree_size);
    const Result<tattle::CompactRange> range =
        tattle::RangeBefore(proof.leaf_index, tree_size, proof.path);
    Require(range.has_value() == (path && path->size() == proof.path.size()));
    Require(!range || range->end() == proof.leaf_index);
  }
}

void CheckSct(Bytes bytes) {
  if (const Result<tattle::Sct> sct = tattle::DecodeSct(bytes)) {
    Require(tattle::EncodeSct(*sct) == tattle::ToVector(bytes));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMaxEntries = 3;
  const Bytes json(data, size);
  if (const auto proof = tattle::DecodeGetSthConsistency(json)) {
    Require(proof->size() <= tattle::kMaxProofNodes);
  }
  if (const auto proof = tattle::DecodeGetProofByHash(json)) {
    CheckProof(*proof);
    // The same path under the same name.
    Require(tattle::DecodeGetEntryAndProof(json) == proof->path);
  }
  if (const auto entries = tattle::DecodeGetEntries(json, kMaxEntries)) {
    Require(!entries->empty() && entries->size() <= kMaxEntries);
  }
  if (const auto roots = tattle::DecodeGetRoots(json)) {
    Require(roots->size() <= tattle::kMaxLogRoots);
  }
  if (const auto sct = tattle::DecodeAddChain(json)) {
    CheckSct(*sct);
  }
  return 0;
}
