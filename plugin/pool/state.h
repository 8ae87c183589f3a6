// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What stands behind a Pool, and the turns in which its calls use it. Private to plugin/pool.

#ifndef TATTLE_PLUGIN_POOL_STATE_H_
#define TATTLE_PLUGIN_POOL_STATE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"
#include "plugin/pool/head_index.h"
#include "plugin/pool/options.h"
#include "plugin/pool/pool_file.h"
#include "plugin/pool/sqlite.h"

namespace tattle {

// LogState is what memory has of a log.
struct LogState {
  std::uint64_t number = 0;  // in the file
  std::uint64_t trusted_head = 0;
  std::uint64_t num_evidence = 0;
  HeadIndex heads;
};

struct PoolState {
  PoolState(std::string file_path, PoolOptions pool_options, WriterLock writer_lock, Database file);

  // Refresh rebuilds memory from the file when it is stale, for a reader also when the writer has
  // committed since. Everything that is not below is asked of the file.
  PoolResult<void> Refresh();

  // FindLog is null for a log that the file does not have.
  LogState* FindLog(const LogId& log_id);

  // AddLog finds a log or makes a row for it. kRefused beyond kMaxLogs.
  PoolResult<LogState*> AddLog(const LogId& log_id);

  // Undo rolls everything back that is not committed; memory is then stale.
  void Undo();

  PoolFailure Refused(std::string_view why) const;

  const std::string path;
  const PoolOptions options;
  const WriterLock lock;  // outlives the database
  Database database;

  std::recursive_mutex mutex;  // a batch holds it and so lets its own thread's calls in
  unsigned batch_depth = 0;
  std::optional<PoolFailure> batch_failure;

  bool is_stale = true;
  std::uint64_t data_version = 0;  // of a reader: changes when the writer has committed
  std::map<LogId, LogState> logs;
  std::uint64_t next_head_id = 1;  // ids are not used twice while somebody may hold one
  std::size_t num_scts = 0;
  std::mt19937_64 random{std::random_device{}()};
};

// AddToCounter adds to a counter, which it makes if there is room for one more.
PoolResult<void> AddToCounter(Database& database, std::string_view name, std::uint64_t delta);

// ReadTurn is one call that reads.
class ReadTurn {
 public:
  enum class Needs : std::uint8_t { kFile = 1, kMemory };

  ReadTurn(PoolState& state, Needs needs);

  // Why the call cannot be made.
  const std::optional<PoolFailure>& failure() const { return failure_; }

 private:
  std::unique_lock<std::recursive_mutex> lock_;
  std::optional<PoolFailure> failure_;
};

// WriteTurn is one call that writes: a transaction, unless it is part of a batch. Dropped without
// End, it is undone.
class WriteTurn {
 public:
  explicit WriteTurn(PoolState& state);
  ~WriteTurn();
  WriteTurn(const WriteTurn&) = delete;
  WriteTurn& operator=(const WriteTurn&) = delete;

  const std::optional<PoolFailure>& failure() const { return failure_; }

  // End commits what succeeded and undoes what did not.
  template <typename T>
  PoolResult<T> End(PoolResult<T> result) {
    if (!result) {
      Abandon(result.error());
      return result;
    }
    if (std::optional<PoolFailure> failure = Finish()) {
      return tl::unexpected(*std::move(failure));
    }
    return result;
  }

 private:
  void Abandon(const PoolFailure& failure);
  std::optional<PoolFailure> Finish();

  PoolState& state_;
  std::unique_lock<std::recursive_mutex> lock_;
  std::optional<PoolFailure> failure_;
  bool ended_ = false;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_STATE_H_
