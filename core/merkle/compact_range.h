// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// CompactRange: all that must be kept of a run of leaves to go on hashing, in at most 2 * 63
// hashes.

#ifndef TATTLE_CORE_MERKLE_COMPACT_RANGE_H_
#define TATTLE_CORE_MERKLE_COMPACT_RANGE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/merkle/subtree.h"

namespace tattle {

// CompactRange holds the hashes of the complete subtrees into which the leaves [begin, end) split,
// from left to right, and no two of them are siblings. A range that begins at 0 is a tree. Ranges
// can be computed apart and merged. A value; not thread-safe while it grows.
class CompactRange {
 public:
  // An empty range that begins and ends at `begin`.
  explicit CompactRange(std::uint64_t begin = 0) : range_{begin, begin} {}

  // Create restores a range from the hashes() of one. Fails with kOutOfRange unless begin <= end,
  // kTooLarge beyond kMaxTreeSize, kBadLength for another number of hashes.
  [[nodiscard]] static Result<CompactRange> Create(const LeafRange& range,
                                                   std::span<const Hash> hashes);

  // Append adds the leaf at end(), by its hash. Fails with kTooLarge at kMaxTreeSize.
  [[nodiscard]] Result<void> Append(const Hash& leaf_hash);

  // Merge adds a range that begins where this one ends. Fails with kInvalidArgument if it does not,
  // and changes nothing then.
  [[nodiscard]] Result<void> Merge(const CompactRange& right);

  // Root is the root of the tree of end() leaves. Fails with kInvalidArgument unless begin() is 0.
  [[nodiscard]] Result<Hash> Root() const;

  std::uint64_t begin() const { return range_.begin; }
  std::uint64_t end() const { return range_.end; }

  // hashes are what Create takes, from left to right. Borrows from this object until it changes.
  std::span<const Hash> hashes() const { return hashes_; }

 private:
  void Push(const CompleteSubtree& subtree, const Hash& hash);

  LeafRange range_;
  std::vector<CompleteSubtree> subtrees_;
  std::vector<Hash> hashes_;  // of subtrees_, one each
};

// RootOfSubtrees is the hash above the hashes of SplitRange(range), where the range is a tree or a
// node of one. EmptyRoot() for none.
Hash RootOfSubtrees(std::span<const Hash> hashes);

// RootOfHashes is the root of the tree whose leaves, or whose nodes of some height, have these
// hashes. EmptyRoot() for none.
Hash RootOfHashes(std::span<const Hash> hashes);

}  // namespace tattle

#endif  // TATTLE_CORE_MERKLE_COMPACT_RANGE_H_
