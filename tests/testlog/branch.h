// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Branch: one version of a log's tree. An honest log has one.

#ifndef TATTLE_TESTS_TESTLOG_BRANCH_H_
#define TATTLE_TESTS_TESTLOG_BRANCH_H_

#include <cstdint>
#include <map>
#include <vector>

#include "core/base/bytes.h"
#include "core/wire/tree_head.h"
#include "tests/testlog/merkle_tree.h"

namespace tattle::testlog {

// Branch grows by Add and never shrinks. A value.
struct Branch {
  std::uint64_t number = 0;  // in the store
  MerkleTree tree;
  std::vector<std::uint64_t> entry_ids;
  std::map<Hash, std::uint64_t> index_of;  // of the first leaf with this hash
  SignedTreeHead sth;                      // the newest

  void Add(std::uint64_t entry_id, const Hash& leaf_hash) {
    index_of.emplace(leaf_hash, tree.size());
    entry_ids.push_back(entry_id);
    tree.Append(leaf_hash);
  }
};

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_BRANCH_H_
