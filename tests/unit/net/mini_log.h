// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// MiniLog: a small log of either kind for ScriptedServer. Leaves, proofs and signatures are put
// together by hand and by the slow reference, not by core; a test may spoil what it says.

#ifndef TATTLE_TESTS_UNIT_NET_MINI_LOG_H_
#define TATTLE_TESTS_UNIT_NET_MINI_LOG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "core/wire/tree_head.h"
#include "tests/testlib/ct_log.h"
#include "tests/unit/net/scripted_server.h"

namespace tattle::testing {

class MiniLog {
 public:
  MiniLog(LogKind kind, std::size_t size);

  // Entry is for the log list, with the log at `url` + "/log/".
  Log Entry(const std::string& url) const;

  // Head is that of the tree at a size, not signed.
  TreeHead Head(std::size_t tree_size) const;
  Hash LeafHash(std::size_t index) const;

  // Answer is a handler of ScriptedServer.
  ScriptedAnswer Answer(const ScriptedRequest& request);

  const ByteVector& leaf(std::size_t index) const { return leaves_.at(index); }
  const testlib::TestLog& keys() const { return keys_; }
  std::size_t size() const { return leaves_.size(); }

  // What the log is like; to be set before it is asked.
  std::string origin = "log.test/log";   // of checkpoints
  std::size_t max_entries = 50;          // of get-entries
  bool knows_hashes = true;              // for get-proof-by-hash
  std::size_t index_offset = 0;          // added to the leaf_index that get-proof-by-hash says
  std::optional<std::size_t> head_size;  // of get-sth and checkpoint; else all
  ByteVector next_sct;                   // what add-chain and add-pre-chain give
  // spoil may change the answer to a question.
  std::function<void(const std::string& target, ScriptedAnswer& answer)> spoil;

 private:
  using Query = std::map<std::string, std::string>;

  void AddLeaf(std::size_t index);
  std::string Say(const std::string& path, const Query& query) const;
  std::optional<std::string> SayTile(const std::string& path) const;
  std::string SayCheckpoint() const;
  std::string SayEntries(const Query& query) const;
  std::string SayProofByHash(const Query& query) const;
  std::string SaySct() const;

  LogKind kind_;
  testlib::TestLog keys_;
  std::vector<ByteVector> leaves_;  // MerkleTreeLeaf
  std::vector<ByteVector> extra_data_;
  std::vector<ByteVector> tile_leaves_;
  std::map<std::string, ByteVector> issuers_;  // by fingerprint
};

}  // namespace tattle::testing

#endif  // TATTLE_TESTS_UNIT_NET_MINI_LOG_H_
