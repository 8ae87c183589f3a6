// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Consistency proofs: that tree holds this one, unchanged, and only more (RFC 6962, Section 2.1.2).

#ifndef TATTLE_CORE_MERKLE_CONSISTENCY_H_
#define TATTLE_CORE_MERKLE_CONSISTENCY_H_

#include <cstdint>
#include <span>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

// ConsistencyRoots are the two roots that a proof leads to. A proof that leads to the newer root
// but not to the older one convicts the log that signed both.
struct ConsistencyRoots {
  Hash older = {};
  Hash newer = {};
};

// RootsFromConsistency folds a proof between trees of size1 and size2 leaves. `root1` is used where
// size1 is a power of two: RFC 6962 leaves it out of the proof then, so `older` is `root1` itself
// and says nothing. The length of the proof is compared before anything is hashed.
//
// Fails with kTooLarge for a tree beyond kMaxTreeSize, kBadLength for a proof that is not exactly
// as long as it must be, and kOutOfRange unless 0 < size1 <= size2. An empty tree is a part of
// every tree; there is no proof of that, and a caller who holds a head of size 0 has only to
// compare its root with EmptyRoot().
[[nodiscard]] Result<ConsistencyRoots> RootsFromConsistency(std::uint64_t size1, const Hash& root1,
                                                            std::uint64_t size2,
                                                            std::span<const Hash> proof);

// VerifyConsistency checks that the proof leads to both roots. Fails with kMismatch, and the field
// "consistency.root1" or "consistency.root2", where it does not, the second one first; and as
// RootsFromConsistency. Trees of one size are consistent if their roots are equal, by an empty
// proof.
[[nodiscard]] Result<void> VerifyConsistency(std::uint64_t size1, const Hash& root1,
                                             std::uint64_t size2, const Hash& root2,
                                             std::span<const Hash> proof);

}  // namespace tattle

#endif  // TATTLE_CORE_MERKLE_CONSISTENCY_H_
