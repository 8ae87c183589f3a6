// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/store.h"

#include <utility>

#include "core/base/reader.h"
#include "core/crypto/sha256.h"

namespace tattle::testlog {
namespace {

// Another version of this number is another layout, which this program leaves alone.
constexpr const char* kSchemaVersion = "1";

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS settings (name BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, fingerprint BLOB, leaf_input BLOB,"
    " leaf_hash BLOB, pre_certificate BLOB, chain BLOB, sct BLOB, submitted_ms INTEGER,"
    " pending INTEGER);"
    "CREATE INDEX IF NOT EXISTS entries_fingerprint ON entries (fingerprint);"
    "CREATE INDEX IF NOT EXISTS entries_pending ON entries (id) WHERE pending = 1;"
    "CREATE TABLE IF NOT EXISTS issuers (fingerprint BLOB PRIMARY KEY, certificate BLOB)"
    " WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS leaves (branch INTEGER, leaf_index INTEGER, entry INTEGER,"
    " PRIMARY KEY (branch, leaf_index)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS faces (face INTEGER PRIMARY KEY, branch INTEGER)";

ByteVector JoinHashes(const std::vector<Hash>& hashes) {
  ByteVector out;
  for (const Hash& hash : hashes) {
    Append(out, hash);
  }
  return out;
}

std::vector<Hash> SplitHashes(Bytes joined) {
  std::vector<Hash> out;
  ByteReader reader(joined);
  Hash hash = {};
  while (reader.ReadArray(hash)) {
    out.push_back(hash);
  }
  return out;
}

// FindBlob runs a query of one column that gives a row or none.
Outcome<std::optional<ByteVector>> FindBlob(Statement& query) {
  const Outcome<bool> row = query.Step();
  if (!row) {
    return Sorry(row.error());
  }
  if (!*row) {
    return std::nullopt;
  }
  return ToVector(query.Blob(0));
}

// FindNumber is for queries that always give a row.
Outcome<std::uint64_t> FindNumber(Statement& query, std::uint64_t otherwise) {
  const Outcome<bool> row = query.Step();
  if (!row) {
    return Sorry(row.error());
  }
  return *row ? query.Number(0) : otherwise;
}

}  // namespace

Outcome<std::unique_ptr<Store>> Store::Open(const std::string& path) {
  Outcome<Database> database = Database::Open(path);
  if (!database) {
    return Sorry(database.error());
  }
  std::unique_ptr<Store> store(new Store(*std::move(database)));
  if (const Outcome<void> made = store->database_.Run(kSchema); !made) {
    return Sorry(made.error());
  }
  const Outcome<std::optional<std::string>> version = store->FindSetting("schema");
  if (!version) {
    return Sorry(version.error());
  }
  if (*version && **version != kSchemaVersion) {
    return Sorry(path + ": written by another version of tattle-testlog");
  }
  if (!*version) {
    if (const Outcome<void> put = store->PutSetting("schema", kSchemaVersion); !put) {
      return Sorry(put.error());
    }
  }
  const Database& opened = store->database_;
  store->add_entry_ = std::make_unique<Statement>(
      opened,
      "INSERT INTO entries (fingerprint, leaf_input, leaf_hash, pre_certificate, chain, sct,"
      " submitted_ms, pending) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  store->read_entry_ = std::make_unique<Statement>(
      opened,
      "SELECT fingerprint, leaf_input, leaf_hash, pre_certificate, chain, sct, submitted_ms"
      " FROM entries WHERE id = ?");
  store->find_issuer_ =
      std::make_unique<Statement>(opened, "SELECT certificate FROM issuers WHERE fingerprint = ?");
  store->add_leaf_ = std::make_unique<Statement>(
      opened, "INSERT INTO leaves (branch, leaf_index, entry) VALUES (?, ?, ?)");
  store->clear_pending_ = std::make_unique<Statement>(
      opened, "UPDATE entries SET pending = 0 WHERE id = ? AND pending = 1");
  return store;
}

Outcome<std::optional<std::string>> Store::FindSetting(const std::string& name) const {
  Statement query(database_, "SELECT value FROM settings WHERE name = ?");
  const Outcome<std::optional<ByteVector>> found = FindBlob(query.Bind(name));
  if (!found) {
    return Sorry(found.error());
  }
  return *found ? std::optional(std::string(AsText(**found))) : std::nullopt;
}

Outcome<void> Store::PutSetting(const std::string& name, const std::string& value) {
  return Statement(database_, "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)")
      .Bind(name)
      .Bind(value)
      .Run();
}

Outcome<std::uint64_t> Store::AddEntry(const StoredEntry& entry, bool pending) {
  const Outcome<void> added = add_entry_->Bind(entry.fingerprint)
                                  .Bind(entry.leaf_input)
                                  .Bind(entry.leaf_hash)
                                  .Bind(entry.pre_certificate)
                                  .Bind(JoinHashes(entry.chain))
                                  .Bind(entry.sct)
                                  .Bind(entry.submitted_ms)
                                  .Bind(std::uint64_t{pending ? 1U : 0U})
                                  .Run();
  if (!added) {
    return Sorry(added.error());
  }
  return database_.LastRowId();
}

Outcome<std::optional<ByteVector>> Store::FindSct(const Hash& fingerprint) const {
  Statement query(database_, "SELECT sct FROM entries WHERE fingerprint = ? ORDER BY id LIMIT 1");
  return FindBlob(query.Bind(fingerprint));
}

Outcome<StoredEntry> Store::ReadEntry(std::uint64_t id) const {
  Statement& query = *read_entry_;
  const Outcome<bool> row = query.Bind(id).Step();
  if (!row || !*row) {
    query.Reset();
    return Sorry(row ? "an entry is missing" : row.error());
  }
  StoredEntry out;
  out.id = id;
  out.fingerprint = query.HashAt(0);
  out.leaf_input = ToVector(query.Blob(1));
  out.leaf_hash = query.HashAt(2);
  out.pre_certificate = ToVector(query.Blob(3));
  out.chain = SplitHashes(query.Blob(4));
  out.sct = ToVector(query.Blob(5));
  out.submitted_ms = query.Number(6);
  query.Reset();  // a reader that stays open keeps the journal from being written back
  return out;
}

Outcome<std::vector<PendingEntry>> Store::ReadPending() const {
  Statement query(database_,
                  "SELECT id, leaf_hash, submitted_ms FROM entries WHERE pending = 1 ORDER BY id");
  std::vector<PendingEntry> out;
  for (;;) {
    const Outcome<bool> row = query.Step();
    if (!row) {
      return Sorry(row.error());
    }
    if (!*row) {
      return out;
    }
    out.push_back({query.Number(0), query.HashAt(1), query.Number(2)});
  }
}

Outcome<std::uint64_t> Store::CountEntries() const {
  Statement query(database_, "SELECT max(id) FROM entries");
  return FindNumber(query, 0);
}

Outcome<void> Store::AddIssuer(Bytes certificate) {
  return Statement(database_,
                   "INSERT OR IGNORE INTO issuers (fingerprint, certificate) VALUES (?, ?)")
      .Bind(Sha256Of(certificate))
      .Bind(certificate)
      .Run();
}

Outcome<std::optional<ByteVector>> Store::FindIssuer(const Hash& fingerprint) const {
  Outcome<std::optional<ByteVector>> found = FindBlob(find_issuer_->Bind(fingerprint));
  find_issuer_->Reset();
  return found;
}

Outcome<void> Store::AddLeaf(std::uint64_t branch, std::uint64_t leaf_index,
                             std::uint64_t entry_id) {
  if (Outcome<void> added = add_leaf_->Bind(branch).Bind(leaf_index).Bind(entry_id).Run(); !added) {
    return added;
  }
  return clear_pending_->Bind(entry_id).Run();
}

Outcome<void> Store::ForEachLeaf(std::uint64_t branch, const VisitLeaf& visit) const {
  Statement query(database_,
                  "SELECT entry, leaf_hash FROM leaves JOIN entries ON entries.id = leaves.entry"
                  " WHERE branch = ? ORDER BY leaf_index");
  query.Bind(branch);
  for (;;) {
    const Outcome<bool> row = query.Step();
    if (!row) {
      return Sorry(row.error());
    }
    if (!*row) {
      return {};
    }
    visit(query.Number(0), query.HashAt(1));
  }
}

Outcome<std::uint64_t> Store::CopyBranch(std::uint64_t branch, std::uint64_t size) {
  Statement query(database_,
                  "SELECT 1 + max(ifnull((SELECT max(branch) FROM leaves), 0),"
                  " ifnull((SELECT max(branch) FROM faces), 0))");
  Outcome<std::uint64_t> number = FindNumber(query, 1);
  if (!number) {
    return number;
  }
  const Outcome<void> copied =
      Statement(database_,
                "INSERT INTO leaves (branch, leaf_index, entry)"
                " SELECT ?, leaf_index, entry FROM leaves WHERE branch = ? AND leaf_index < ?")
          .Bind(*number)
          .Bind(branch)
          .Bind(size)
          .Run();
  if (!copied) {
    return Sorry(copied.error());
  }
  return number;
}

Outcome<void> Store::PutFace(std::uint64_t face, std::uint64_t branch) {
  return Statement(database_, "INSERT OR REPLACE INTO faces (face, branch) VALUES (?, ?)")
      .Bind(face)
      .Bind(branch)
      .Run();
}

Outcome<std::uint64_t> Store::FindFace(std::uint64_t face) const {
  Statement query(database_, "SELECT branch FROM faces WHERE face = ?");
  return FindNumber(query.Bind(face), 0);
}

}  // namespace tattle::testlog
