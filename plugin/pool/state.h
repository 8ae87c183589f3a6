// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What stands behind a Pool. Private to plugin/pool.

#ifndef TATTLE_PLUGIN_POOL_STATE_H_
#define TATTLE_PLUGIN_POOL_STATE_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "plugin/pool/answers.h"
#include "plugin/pool/head_index.h"
#include "plugin/pool/options.h"
#include "plugin/pool/pool_file.h"
#include "plugin/pool/records.h"
#include "plugin/pool/sqlite.h"

namespace tattle {

// KnownLog is what memory has of a log.
struct KnownLog {
  std::uint64_t number = 0;  // in the file
  std::uint64_t trusted_head = 0;
  std::uint64_t num_evidence = 0;
  std::uint64_t num_scts = 0;  // and what they take, as rows count it
  std::uint64_t sct_bytes = 0;
  HeadIndex heads;
};

// LogIdHash takes the beginning of a log id, which is a SHA-256 and so spread already.
struct LogIdHash {
  std::size_t operator()(const LogId& log_id) const;
};

// NewHead is a head that waits for others: within a batch several share one statement.
struct NewHead {
  std::uint64_t log_number = 0;
  PooledHead head;
};

struct PoolState {
  PoolState(std::string file_path, PoolOptions pool_options, WriterLock writer_lock, Database file);

  // Refresh rebuilds memory from the file when it is stale, for a reader also when the writer has
  // committed since. Everything that is not below is asked of the file.
  PoolResult<void> Refresh();

  // FindLog is null for a log that the file does not have.
  KnownLog* FindLog(const LogId& log_id);

  // HeadsOf are the heads of a log; none of a log that the file does not have.
  const HeadIndex& HeadsOf(const LogId& log_id);

  // AddLog finds a log or makes a row for it. kRefused beyond kMaxLogs.
  PoolResult<KnownLog*> AddLog(const LogId& log_id);

  // AddUpScts reads how many SCTs there are, of each log too.
  PoolResult<void> AddUpScts();

  // IsCrowded says whether what is left of the file is for heads and evidence.
  PoolResult<bool> IsCrowded();

  // Undo rolls everything back that is not committed; memory is then stale.
  void Undo();

  PoolFailure Refused(std::string_view why) const;

  const std::string path;
  bool is_in_memory = false;
  std::optional<SchemaMigration> migration;
  const PoolOptions options;
  const WriterLock lock;  // outlives the database
  Database database;

  std::recursive_mutex mutex;  // a batch holds it and so lets its own thread's calls in
  unsigned batch_depth = 0;
  std::optional<PoolFailure> batch_failure;
  // In memory and not in the file yet. Turns write them before anything else is asked of the file.
  std::vector<NewHead> new_heads;

  bool is_stale = true;
  std::uint64_t data_version = 0;  // of a reader: changes when the writer has committed
  std::unordered_map<LogId, KnownLog, LogIdHash> logs;
  std::uint64_t next_head_id = 1;  // ids are not used twice while somebody may hold one
  std::size_t num_scts = 0;
  std::mt19937_64 random{std::random_device{}()};
};

// AddToCounter adds to a counter, which it makes if there is room for one more.
PoolResult<void> AddToCounter(Database& database, std::string_view name, std::uint64_t delta);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_STATE_H_
