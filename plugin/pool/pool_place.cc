// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/pool_place.h"

#include <mutex>
#include <string>
#include <utility>

#include "plugin/pool/bounds.h"
#include "plugin/pool/pool_file.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/runtime/file.h"

namespace tattle {

PoolResult<std::unique_ptr<Pool>> PoolPlace::OpenInMemory() {
  const std::string name = "the pool in memory";
  PoolOptions options;
  options.limits.file_size = kMemoryPoolSize;
  PoolResult<Database> database = Database::OpenInMemory(name);
  if (!database) {
    return tl::unexpected(database.error());
  }
  PoolResult<void> done = FillDatabase(*database, name);
  if (done) {
    done = SetPragmas(*database, options);
  }
  auto state = std::make_unique<PoolState>(name, options, WriterLock(), *std::move(database));
  state->is_in_memory = true;
  if (done) {
    done = state->Refresh();
  }
  if (!done) {
    return tl::unexpected(done.error());
  }
  return std::unique_ptr<Pool>(new Pool(std::move(state)));
}

bool PoolPlace::IsInMemory() const {
  return pool_.state_->is_in_memory;
}

const std::optional<SchemaMigration>& PoolPlace::migration() const {
  return pool_.state_->migration;
}

std::optional<std::string> PoolPlace::FindLostFile() const {
  PoolState& state = *pool_.state_;
  const std::lock_guard lock(state.mutex);
  if (state.is_in_memory || state.options.read_only) {
    return std::nullopt;
  }
  if (state.database.HasMoved()) {
    return state.path;
  }
  if (!state.lock.IsAt(state.path + "-lock")) {
    return state.path + "-lock";
  }
  // SQLite has these open, and makes none anew.
  for (const char* const suffix : {"-wal", "-shm"}) {
    if (!FindIdentity(state.path + suffix)) {
      return state.path + suffix;
    }
  }
  return std::nullopt;
}

}  // namespace tattle
