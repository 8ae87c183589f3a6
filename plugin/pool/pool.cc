// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/pool.h"

#include <string>
#include <utility>

#include "plugin/pool/head_row.h"
#include "plugin/pool/pool_file.h"
#include "plugin/pool/query.h"
#include "plugin/pool/schema.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"

namespace tattle {
namespace {

PoolResult<WriterLock> LockForWriting(const std::string& path, const PoolOptions& options) {
  if (!options.create) {
    // Whoever may not make the pool leaves no lock of one behind.
    const PoolResult<Database> there = OpenPoolFile(path, Database::Access::kRead);
    if (!there) {
      return tl::unexpected(there.error());
    }
  }
  return WriterLock::Create(path);
}

PoolResult<Database> OpenForWriting(const std::string& path, const PoolOptions& options,
                                    std::optional<SchemaMigration>& migration) {
  PoolResult<Database> database = OpenPoolFile(path, Database::Access::kWrite);
  if (!database && database.error().fault == PoolFault::kMissing && options.create) {
    if (PoolResult<void> created = CreatePoolFile(path); !created) {
      return tl::unexpected(created.error());
    }
    database = OpenPoolFile(path, Database::Access::kWrite);
  }
  if (!database) {
    return database;
  }
  database->KeepLog();
  const PoolResult<std::uint64_t> before = Migrate(*database, path);
  if (!before) {
    return tl::unexpected(before.error());
  }
  if (*before != kPoolVersion) {
    migration = SchemaMigration{*before, kPoolVersion};
  }
  return database;
}

PoolResult<Database> OpenForReading(const std::string& path) {
  PoolResult<Database> database = OpenPoolFile(path, Database::Access::kRead);
  if (database) {
    if (PoolResult<void> known = CheckVersion(*database, path); !known) {
      return tl::unexpected(known.error());
    }
  }
  return database;
}

std::optional<PoolFailure> CommitBatch(PoolState& state) {
  PoolResult<void> done = WriteNewHeads(state);
  if (done && state.database.InTransaction()) {
    done = state.database.Prepare("COMMIT").Run();
  }
  if (!done) {
    state.Undo();
    return done.error();
  }
  return std::nullopt;
}

}  // namespace

Pool::Pool(std::unique_ptr<PoolState> state) : state_(std::move(state)) {}

Pool::~Pool() {
  if (!state_->options.read_only) {
    state_->database.EmptyLog();
  }
}

PoolResult<std::unique_ptr<Pool>> Pool::Open(const std::string& path, const PoolOptions& options) {
  WriterLock lock;
  if (!options.read_only) {
    PoolResult<WriterLock> locked = LockForWriting(path, options);
    if (!locked) {
      return tl::unexpected(locked.error());
    }
    lock = *std::move(locked);
  }
  std::optional<SchemaMigration> migration;
  PoolResult<Database> database =
      options.read_only ? OpenForReading(path) : OpenForWriting(path, options, migration);
  if (!database) {
    return tl::unexpected(database.error());
  }
  if (PoolResult<void> set = SetPragmas(*database, options); !set) {
    return tl::unexpected(set.error());
  }
  auto state = std::make_unique<PoolState>(path, options, std::move(lock), *std::move(database));
  state->migration = migration;
  // Reading all heads is the quick check: damage among them shows now and not in the night.
  if (PoolResult<void> loaded = state->Refresh(); !loaded) {
    return tl::unexpected(loaded.error());
  }
  return std::unique_ptr<Pool>(new Pool(std::move(state)));
}

const std::string& Pool::path() const {
  return state_->path;
}

Pool::Batch::Batch(Pool& pool) : pool_(pool) {
  pool_.state_->mutex.lock();
  ++pool_.state_->batch_depth;
}

Pool::Batch::~Batch() {
  if (!ended_) {
    PoolState& state = *pool_.state_;
    state.Undo();
    // What is left of an outer batch can no longer be all of it.
    if (!state.batch_failure) {
      state.batch_failure = PoolFailure{PoolFault::kSystem, state.path + ": a batch was given up"};
    }
    static_cast<void>(End());
  }
}

std::optional<PoolFailure> Pool::Batch::End() {
  PoolState& state = *pool_.state_;
  ended_ = true;
  std::optional<PoolFailure> failure = state.batch_failure;
  if (--state.batch_depth == 0) {
    state.batch_failure.reset();
    if (!failure) {
      failure = CommitBatch(state);
    }
  }
  state.mutex.unlock();
  return failure;
}

PoolResult<void> Pool::Batch::Commit() {
  if (std::optional<PoolFailure> failure = End()) {
    return tl::unexpected(*std::move(failure));
  }
  return {};
}

}  // namespace tattle
