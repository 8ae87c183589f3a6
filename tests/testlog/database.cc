// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/database.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tattle::testlog {

Outcome<Database> Database::Open(const std::string& path) {
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(path.empty() ? ":memory:" : path.c_str(), &opened,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database out;
  out.handle_.reset(opened);
  out.path_ = path.empty() ? "database in memory" : path;
  if (status != SQLITE_OK) {
    return Sorry(out.Complaint());
  }
  // An SCT is a promise: what is acknowledged survives a crash of the process.
  if (const Outcome<void> set = out.Run("PRAGMA locking_mode = EXCLUSIVE;"
                                        "PRAGMA journal_mode = WAL;"
                                        "PRAGMA synchronous = NORMAL");
      !set) {
    return Sorry(set.error());
  }
  return out;
}

Outcome<void> Database::Run(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return Sorry(Complaint());
  }
  return {};
}

std::uint64_t Database::LastRowId() const {
  return static_cast<std::uint64_t>(sqlite3_last_insert_rowid(handle_.get()));
}

std::string Database::Complaint() const {
  return path_ + ": " + (handle_ ? sqlite3_errmsg(handle_.get()) : "SQLite has no memory");
}

Statement::Statement(const Database& database, const char* sql) : database_(database) {
  sqlite3_stmt* prepared = nullptr;
  failed_ = sqlite3_prepare_v2(database.get(), sql, -1, &prepared, nullptr) != SQLITE_OK;
  handle_.reset(prepared);
}

Statement& Statement::Bind(std::uint64_t value) {
  failed_ = failed_ || sqlite3_bind_int64(handle_.get(), next_++,
                                          static_cast<sqlite3_int64>(value)) != SQLITE_OK;
  return *this;
}

Statement& Statement::Bind(Bytes value) {
  // An empty vector's null would be SQL's NULL.
  failed_ =
      failed_ || (value.empty() ? sqlite3_bind_zeroblob(handle_.get(), next_++, 0)
                                : sqlite3_bind_blob64(handle_.get(), next_++, value.data(),
                                                      value.size(), SQLITE_TRANSIENT)) != SQLITE_OK;
  return *this;
}

Outcome<bool> Statement::Step() {
  const int status = failed_ ? SQLITE_ERROR : sqlite3_step(handle_.get());
  if (status != SQLITE_ROW && status != SQLITE_DONE) {
    return Sorry(database_.Complaint());
  }
  return status == SQLITE_ROW;
}

Outcome<void> Statement::Run() {
  const Outcome<bool> stepped = Step();
  Reset();
  if (!stepped) {
    return Sorry(stepped.error());
  }
  return {};
}

void Statement::Reset() {
  sqlite3_reset(handle_.get());
  next_ = 1;
  failed_ = !handle_;
}

std::uint64_t Statement::Number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(handle_.get(), column));
}

Bytes Statement::Blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

Hash Statement::HashAt(int column) const {
  Hash out = {};
  const Bytes bytes = Blob(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), out.size()), out.begin());
  return out;
}

Transaction::~Transaction() {
  if (begun_ && !committed_) {
    std::ignore = database_.Run("ROLLBACK");
  }
}

Outcome<void> Transaction::Commit() {
  if (!begun_) {
    return begun_;
  }
  Outcome<void> done = database_.Run("COMMIT");
  committed_ = done.has_value();
  return done;
}

}  // namespace tattle::testlog
