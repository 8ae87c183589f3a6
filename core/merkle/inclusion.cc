// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/merkle/inclusion.h"

#include <cstddef>

#include "core/merkle/hash.h"
#include "core/merkle/subtree.h"

namespace tattle {

Result<Hash> RootFromInclusion(const Hash& leaf_hash, std::uint64_t leaf_index,
                               std::uint64_t tree_size, std::span<const Hash> proof) {
  const Result<AuditPath> path = FindAuditPath(leaf_index, tree_size);
  if (!path) {
    return tl::unexpected(path.error());
  }
  if (proof.size() != path->size()) {
    return Fail(Errc::kBadLength, "inclusion.proof");
  }
  Hash hash = leaf_hash;
  for (std::size_t i = 0; i < proof.size(); ++i) {
    hash = path->SiblingIsLeft(i) ? HashNode(proof[i], hash) : HashNode(hash, proof[i]);
  }
  return hash;
}

Result<void> VerifyInclusion(const Hash& leaf_hash, std::uint64_t leaf_index,
                             std::uint64_t tree_size, std::span<const Hash> proof,
                             const Hash& root) {
  const Result<Hash> folded = RootFromInclusion(leaf_hash, leaf_index, tree_size, proof);
  if (!folded) {
    return tl::unexpected(folded.error());
  }
  if (*folded != root) {
    return Fail(Errc::kMismatch, "inclusion.root");
  }
  return {};
}

}  // namespace tattle
