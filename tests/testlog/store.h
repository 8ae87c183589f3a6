// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Store: what a log must not forget: its key, its entries, the issuers above them, and which entry
// stands where in its tree.

#ifndef TATTLE_TESTS_TESTLOG_STORE_H_
#define TATTLE_TESTS_TESTLOG_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "tests/testlog/database.h"

namespace tattle::testlog {

// StoredEntry is one entry, whether it is in a tree yet or not.
struct StoredEntry {
  std::uint64_t id = 0;   // by the store, in the order of submission
  Hash fingerprint = {};  // Submission::fingerprint
  ByteVector leaf_input;  // MerkleTreeLeaf
  Hash leaf_hash = {};
  ByteVector pre_certificate;  // empty for an x509 entry
  std::vector<Hash> chain;     // fingerprints of the issuers, root at the end
  ByteVector sct;              // SerializedSCT as it was given out
  std::uint64_t submitted_ms = 0;
};

// PendingEntry has an SCT and is in no tree yet.
struct PendingEntry {
  std::uint64_t id = 0;
  Hash leaf_hash = {};
  std::uint64_t submitted_ms = 0;
};

// Store is one SQLite file. Not thread-safe. A branch is one version of the tree; an honest log
// has the branch 0 and no other.
class Store {
 public:
  static Outcome<std::unique_ptr<Store>> Open(const std::string& path);

  Outcome<std::optional<std::string>> FindSetting(const std::string& name) const;
  Outcome<void> PutSetting(const std::string& name, const std::string& value);

  // AddEntry gives the id. An entry that is not to be merged is remembered for its SCT only.
  Outcome<std::uint64_t> AddEntry(const StoredEntry& entry, bool pending);
  Outcome<std::optional<ByteVector>> FindSct(const Hash& fingerprint) const;
  Outcome<StoredEntry> ReadEntry(std::uint64_t id) const;
  Outcome<std::vector<PendingEntry>> ReadPending() const;
  Outcome<std::uint64_t> CountEntries() const;

  Outcome<void> AddIssuer(Bytes certificate);
  Outcome<std::optional<ByteVector>> FindIssuer(const Hash& fingerprint) const;

  // AddLeaf puts an entry into a branch, and it is no longer pending.
  Outcome<void> AddLeaf(std::uint64_t branch, std::uint64_t leaf_index, std::uint64_t entry_id);
  using VisitLeaf = std::function<void(std::uint64_t entry_id, const Hash& leaf_hash)>;
  Outcome<void> ForEachLeaf(std::uint64_t branch, const VisitLeaf& visit) const;

  // CopyBranch makes a new branch of the first `size` leaves of another and gives its number.
  Outcome<std::uint64_t> CopyBranch(std::uint64_t branch, std::uint64_t size);

  // PutFace and FindFace: which branch a face shows; 0 unless it was put elsewhere.
  Outcome<void> PutFace(std::uint64_t face, std::uint64_t branch);
  Outcome<std::uint64_t> FindFace(std::uint64_t face) const;

  Database& database() { return database_; }

 private:
  explicit Store(Database database) : database_(std::move(database)) {}

  Database database_;
  // Prepared once: benchmarks add and read millions.
  std::unique_ptr<Statement> add_entry_;
  std::unique_ptr<Statement> read_entry_;
  std::unique_ptr<Statement> find_issuer_;
  std::unique_ptr<Statement> add_leaf_;
  std::unique_ptr<Statement> clear_pending_;
};

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_STORE_H_
