// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// SQLite as the pool uses it: one connection, prepared statements, failures as PoolFailure.
// Private to plugin/pool. Not thread-safe.

#ifndef TATTLE_PLUGIN_POOL_SQLITE_H_
#define TATTLE_PLUGIN_POOL_SQLITE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/base/bytes.h"
#include "plugin/pool/options.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tattle {

class Query;

// FileHead is the beginning of a file as it is on disk.
struct FileHead {
  ByteVector bytes;  // fewer than asked for when the file is shorter
  std::uint64_t file_size = 0;
};

// Database is a connection. Numbers of 64 bits without sign are kept in SQLite's signed ones, so
// those of 2^63 and more are negative there and sort before all others.
class Database {
 public:
  // kReadAlone is for a file that nobody else has open: nothing is locked, nothing made beside it,
  // and what a write-ahead log has beyond it is not seen.
  enum class Access : std::uint8_t { kRead = 1, kReadAlone, kWrite };

  // Open opens a file that is there.
  static PoolResult<Database> Open(const std::string& path, Access access);

  // OpenInMemory makes one that is gone with the connection. `name` is what failures call it.
  static PoolResult<Database> OpenInMemory(const std::string& name);

  // ReadFileHead reads through SQLite's own descriptor: closing another one of the same file would
  // take the locks away that this process holds on it (POSIX, fcntl).
  PoolResult<FileHead> ReadFileHead(std::size_t max_size) const;

  // Execute runs statements that are used once and give no rows.
  PoolResult<void> Execute(const std::string& sql);

  // Prepare begins a run of a statement, which is kept prepared, and found again by the address of
  // `sql`: its characters outlive the database. At most one run of a statement exists at a time.
  Query Prepare(std::string_view sql);

  // InTransaction: SQLite ends one by itself when it fails badly, such as on a full disk.
  bool InTransaction() const;

  // HasMoved: the path no longer names the file that is open.
  bool HasMoved() const;

  // KeepLog makes the write-ahead log stay after the last connection: a reader who may not write
  // into the folder could make none. EmptyLog writes it into the file, as far as readers let it.
  void KeepLog();
  void EmptyLog();

  std::uint64_t NumChanged() const;  // rows, by the last statement that changed any

  // FailureOf says what a result code of this connection's last call means.
  PoolFailure FailureOf(int code) const;

  // Corrupt: a row holds what we never write.
  PoolFailure Corrupt(std::string_view what) const;

  sqlite3* get() const { return connection_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  explicit Database(std::string path) : path_(std::move(path)) {}
  PoolResult<void> Connect(const char* file, int flags);

  std::string path_;
  std::unique_ptr<sqlite3, Close> connection_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_SQLITE_H_
