// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Database: SQLite, with what a log needs of it.

#ifndef TATTLE_TESTS_TESTLOG_DATABASE_H_
#define TATTLE_TESTS_TESTLOG_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>

#include <sqlite3.h>

#include "core/base/bytes.h"
#include "tests/testlog/log_key.h"

namespace tattle::testlog {

// Database is one open file. Not thread-safe.
class Database {
 public:
  // Open makes the file where there is none; an empty path is a database in memory. One process
  // at a time: a second one is told so.
  static Outcome<Database> Open(const std::string& path);

  // Run executes statements that give nothing.
  Outcome<void> Run(const char* sql);

  // LastRowId is the number of the row that the last INSERT made.
  std::uint64_t LastRowId() const;

  sqlite3* get() const { return handle_.get(); }

  // Complaint is what SQLite last complained of.
  std::string Complaint() const;

 private:
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> handle_{nullptr, sqlite3_close};
  std::string path_;
};

// Statement is one prepared statement. A mistake while binding is kept and comes out of Step.
class Statement {
 public:
  Statement(const Database& database, const char* sql);

  Statement& Bind(std::uint64_t value);
  Statement& Bind(Bytes value);
  Statement& Bind(const std::string& value) { return Bind(AsBytes(value)); }

  // Step says whether there is a row. Run is for statements without rows.
  Outcome<bool> Step();
  Outcome<void> Run();

  // Reset makes it ready for the next values.
  void Reset();

  // Columns of the row, from 0; those of bytes borrow until the next Step.
  std::uint64_t Number(int column) const;
  Bytes Blob(int column) const;
  Hash HashAt(int column) const;

 private:
  const Database& database_;
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> handle_{nullptr, sqlite3_finalize};
  int next_ = 1;
  bool failed_ = false;
};

// Transaction rolls back unless it is committed.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database), begun_(database.Run("BEGIN")) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Outcome<void> Commit();

 private:
  Database& database_;
  Outcome<void> begun_;
  bool committed_ = false;
};

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_DATABASE_H_
