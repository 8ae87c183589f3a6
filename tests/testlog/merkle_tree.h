// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// MerkleTree: a log's whole tree in memory, so that every proof and every tile can be given for
// every size that it ever had.

#ifndef TATTLE_TESTS_TESTLOG_MERKLE_TREE_H_
#define TATTLE_TESTS_TESTLOG_MERKLE_TREE_H_

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/merkle/subtree.h"
#include "core/merkle/tile.h"

namespace tattle::testlog {

// MerkleTree keeps the hash of each complete subtree: 64 bytes a leaf. A value.
class MerkleTree {
 public:
  void Append(const Hash& leaf_hash);

  // Truncate forgets the leaves from `size` on. Requires size <= size().
  void Truncate(std::uint64_t size);

  // RootAt is the root that the tree had at a size. Fails with kOutOfRange beyond size().
  Result<Hash> RootAt(std::uint64_t size) const;

  // Inclusion and Consistency are the proofs of RFC 6962, Sections 2.1.1 and 2.1.2. They fail as
  // InclusionRanges and ConsistencyRanges, and with kOutOfRange beyond size().
  Result<std::vector<Hash>> Inclusion(std::uint64_t leaf_index, std::uint64_t tree_size) const;
  Result<std::vector<Hash>> Consistency(std::uint64_t size1, std::uint64_t size2) const;

  // HashTile is the content of a hash tile. Fails with kOutOfRange for one that is not there.
  Result<ByteVector> HashTile(const Tile& tile) const;

  std::uint64_t size() const { return levels_.empty() ? 0 : levels_.front().size(); }

 private:
  Hash HashOfRange(const LeafRange& range) const;
  Result<std::vector<Hash>> HashesOf(const Result<std::vector<LeafRange>>& ranges) const;

  // levels_[h][i] is the hash of the complete subtree of height h at i.
  std::vector<std::vector<Hash>> levels_;
};

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_MERKLE_TREE_H_
