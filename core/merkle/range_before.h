// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// RangeBefore: what an inclusion proof says of all leaves to the left.

#ifndef TATTLE_CORE_MERKLE_RANGE_BEFORE_H_
#define TATTLE_CORE_MERKLE_RANGE_BEFORE_H_

#include <cstdint>
#include <span>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/merkle/compact_range.h"

namespace tattle {

// RangeBefore takes the left siblings out of the inclusion proof of a leaf: they are the complete
// subtrees of [0, leaf_index). Whoever appends the leaves from leaf_index on has a tree, whose root
// proves all of them at once, and with them that the proof was good. Nothing is verified here.
// Fails as FindAuditPath, and with kBadLength for a proof that is not exactly as long as it must
// be.
[[nodiscard]] Result<CompactRange> RangeBefore(std::uint64_t leaf_index, std::uint64_t tree_size,
                                               std::span<const Hash> proof);

}  // namespace tattle

#endif  // TATTLE_CORE_MERKLE_RANGE_BEFORE_H_
