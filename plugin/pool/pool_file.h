// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The file before SQLite sees it: whose it is, who writes it, and how a new one comes to be.
// Private to plugin/pool.

#ifndef TATTLE_PLUGIN_POOL_POOL_FILE_H_
#define TATTLE_PLUGIN_POOL_POOL_FILE_H_

#include <string>

#include "plugin/pool/options.h"
#include "plugin/pool/sqlite.h"

namespace tattle {

// WriterLock keeps other writers away while it lives. It is a file of its own, PATH-lock, which
// stays: removing it would let two writers lock two files of one name.
class WriterLock {
 public:
  WriterLock() = default;
  static PoolResult<WriterLock> Create(const std::string& path);
  ~WriterLock();
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

  // IsAt: the file at a path is the one that is locked.
  bool IsAt(const std::string& lock_path) const;

 private:
  explicit WriterLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

// OpenPoolFile opens a connection to a file whose header says that it is a pool, before SQLite does
// anything with it, and refuses all else: kMissing, kForeign, kCorrupt, kSystem.
PoolResult<Database> OpenPoolFile(const std::string& path, Database::Access access);

// CreatePoolFile makes an empty pool under another name and gives it its own when it is complete,
// so that a crash leaves a whole one or none. The caller holds the lock.
PoolResult<void> CreatePoolFile(const std::string& path);

// CheckNoLogIsLeft refuses to make a file where the log of one that has gone is there: SQLite would
// play it into the new one.
PoolResult<void> CheckNoLogIsLeft(const std::string& path);

// FillDatabase makes an empty pool of a database in which there is nothing yet.
PoolResult<void> FillDatabase(Database& database, const std::string& path);

// SetPragmas sets what SQLite does not keep in the file.
PoolResult<void> SetPragmas(Database& database, const PoolOptions& options);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_POOL_FILE_H_
