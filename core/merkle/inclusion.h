// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Inclusion proofs: this leaf is in that tree (RFC 6962, Section 2.1.1).

#ifndef TATTLE_CORE_MERKLE_INCLUSION_H_
#define TATTLE_CORE_MERKLE_INCLUSION_H_

#include <cstdint>
#include <span>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

// RootFromInclusion folds a leaf's hash and its proof to the root that they lead to. The length of
// the proof is compared before anything is hashed. Fails with kTooLarge for a tree beyond
// kMaxTreeSize, kOutOfRange for a leaf that the tree does not have, kBadLength for a proof that is
// not exactly as long as it must be.
[[nodiscard]] Result<Hash> RootFromInclusion(const Hash& leaf_hash, std::uint64_t leaf_index,
                                             std::uint64_t tree_size, std::span<const Hash> proof);

// VerifyInclusion checks that the proof leads to `root`. Fails with kMismatch when it leads
// elsewhere, and as RootFromInclusion.
[[nodiscard]] Result<void> VerifyInclusion(const Hash& leaf_hash, std::uint64_t leaf_index,
                                           std::uint64_t tree_size, std::span<const Hash> proof,
                                           const Hash& root);

}  // namespace tattle

#endif  // TATTLE_CORE_MERKLE_INCLUSION_H_
