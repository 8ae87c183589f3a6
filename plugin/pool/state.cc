// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/state.h"

#include <algorithm>
#include <unordered_map>

#include "core/base/limits.h"
#include "plugin/pool/head_row.h"
#include "plugin/pool/query.h"
#include "plugin/pool/turn.h"

namespace tattle {
namespace {

using LogsByNumber = std::unordered_map<std::uint64_t, KnownLog*>;

PoolResult<LogsByNumber> LoadLogs(PoolState& state) {
  LogsByNumber by_number;
  Query query = state.database.Prepare(
      "SELECT logs.id, log_id, trusted_head, "
      "(SELECT count(*) FROM evidence WHERE evidence.log = logs.id) FROM logs");
  const PoolResult<void> loaded = query.ForEachRow([&](const Query& row) -> PoolResult<void> {
    LogId log_id = {};
    if (!row.HashAt(1, log_id)) {
      return tl::unexpected(state.database.Corrupt("a log id is not of 32 bytes"));
    }
    KnownLog& log = state.logs[log_id];
    log.number = row.NumberAt(0);
    log.trusted_head = row.NumberAt(2);  // NULL reads as 0, which is no id
    log.num_evidence = row.NumberAt(3);
    by_number[log.number] = &log;
    return {};
  });
  if (!loaded) {
    return tl::unexpected(loaded.error());
  }
  return by_number;
}

PoolResult<void> LoadHead(PoolState& state, const LogsByNumber& logs, const Query& row) {
  const auto log = logs.find(row.NumberAt(1));
  HeadKey key = {row.NumberAt(2), row.NumberAt(3), {}};
  HeadNote note;
  note.id = row.NumberAt(0);
  note.seen_ms = row.NumberAt(6);
  note.proof_attempts = static_cast<std::uint32_t>(row.NumberAt(7));
  note.proof_failures = static_cast<std::uint32_t>(row.NumberAt(8));
  note.is_reported = row.NumberAt(9) != 0;
  note.is_evidence = row.NumberAt(10) != 0;
  note.source = static_cast<HeadSource>(row.NumberAt(11));
  note.giver = note.source == HeadSource::kLog ? kNobody : kFormerGivers;
  note.given = static_cast<std::uint8_t>(row.NumberAt(12));
  const std::uint64_t head_state = row.NumberAt(5);
  if (log == logs.end() || !row.HashAt(4, key.root) ||
      head_state < static_cast<std::uint64_t>(HeadState::kUnlinked) ||
      head_state > static_cast<std::uint64_t>(HeadState::kConflicting)) {
    return tl::unexpected(
        state.database.Corrupt("head " + std::to_string(note.id) + " is not one of ours"));
  }
  note.state = static_cast<HeadState>(head_state);
  if (!log->second->heads.Add(key, note)) {
    return tl::unexpected(
        state.database.Corrupt("head " + std::to_string(note.id) + " is there twice"));
  }
  state.next_head_id = std::max(state.next_head_id, note.id + 1);
  return {};
}

PoolResult<void> LoadHeads(PoolState& state, const LogsByNumber& logs) {
  Query query = state.database.Prepare(
      "SELECT id, log, tree_size, timestamp_ms, root, state, seen_ms, proof_attempts, "
      "proof_failures, num_reports, EXISTS (SELECT 1 FROM evidence_heads WHERE head = heads.id), "
      "source, given FROM heads");
  return query.ForEachRow([&](const Query& row) { return LoadHead(state, logs, row); });
}

PoolResult<void> Load(PoolState& state) {
  state.logs.clear();
  const PoolResult<LogsByNumber> by_number = LoadLogs(state);
  if (!by_number) {
    return tl::unexpected(by_number.error());
  }
  if (PoolResult<void> loaded = LoadHeads(state, *by_number); !loaded) {
    return loaded;
  }
  if (PoolResult<void> added_up = state.AddUpScts(); !added_up) {
    return added_up;
  }
  state.is_stale = false;
  return {};
}

std::optional<PoolFailure> Begin(PoolState& state, WriteTurn::NewHeads new_heads) {
  if (state.options.read_only) {
    return state.Refused("is open for reading only");
  }
  if (state.batch_failure) {
    return state.batch_failure;
  }
  if (const PoolResult<void> fresh = state.Refresh(); !fresh) {
    return fresh.error();
  }
  if (!state.database.InTransaction()) {
    if (const PoolResult<void> begun = state.database.Prepare("BEGIN IMMEDIATE").Run(); !begun) {
      return begun.error();
    }
  }
  if (new_heads == WriteTurn::NewHeads::kAreWritten) {
    if (const PoolResult<void> written = WriteNewHeads(state); !written) {
      return written.error();
    }
  }
  return std::nullopt;
}

}  // namespace

std::size_t LogIdHash::operator()(const LogId& log_id) const {
  std::size_t hash = 0;
  for (std::size_t i = 0; i < sizeof hash; ++i) {
    hash = hash << 8U | log_id.at(i);
  }
  return hash;
}

PoolState::PoolState(std::string file_path, PoolOptions pool_options, WriterLock writer_lock,
                     Database file)
    : path(std::move(file_path)),
      options(pool_options),
      lock(std::move(writer_lock)),
      database(std::move(file)) {}

PoolResult<void> PoolState::Refresh() {
  if (options.read_only) {
    const PoolResult<std::uint64_t> version = database.Prepare("PRAGMA data_version").Answer();
    if (!version) {
      return tl::unexpected(version.error());
    }
    is_stale = is_stale || *version != data_version;
    data_version = *version;
  }
  return is_stale ? Load(*this) : PoolResult<void>();
}

KnownLog* PoolState::FindLog(const LogId& log_id) {
  const auto log = logs.find(log_id);
  return log == logs.end() ? nullptr : &log->second;
}

const HeadIndex& PoolState::HeadsOf(const LogId& log_id) {
  static const HeadIndex none;
  const KnownLog* log = FindLog(log_id);
  return log == nullptr ? none : log->heads;
}

PoolResult<KnownLog*> PoolState::AddLog(const LogId& log_id) {
  if (KnownLog* log = FindLog(log_id)) {
    return log;
  }
  if (logs.size() >= kMaxLogs) {
    return tl::unexpected(
        Refused("has as many logs as it may; their ids do not come from one list"));
  }
  const PoolResult<std::uint64_t> number =
      database.Prepare("INSERT INTO logs (log_id) VALUES (?) RETURNING id").Blob(log_id).Answer();
  if (!number) {
    return tl::unexpected(number.error());
  }
  KnownLog& log = logs[log_id];
  log.number = *number;
  return &log;
}

PoolResult<void> PoolState::AddUpScts() {
  std::unordered_map<std::uint64_t, KnownLog*> by_number;
  for (auto& [log_id, log] : logs) {
    log.num_scts = log.sct_bytes = 0;
    by_number[log.number] = &log;
  }
  num_scts = 0;
  Query query = database.Prepare("SELECT log, count(*), sum(size) FROM scts GROUP BY log");
  return query.ForEachRow([&](const Query& row) -> PoolResult<void> {
    const auto log = by_number.find(row.NumberAt(0));
    if (log == by_number.end()) {
      return tl::unexpected(database.Corrupt("an SCT is of no log"));
    }
    log->second->num_scts = row.NumberAt(1);
    log->second->sct_bytes = row.NumberAt(2);
    num_scts += row.NumberAt(1);
    return {};
  });
}

PoolResult<bool> PoolState::IsCrowded() {
  const PoolResult<std::uint64_t> used =
      database
          .Prepare(
              "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, "
              "pragma_freelist_count, pragma_page_size")
          .Answer();
  return used ? PoolResult<bool>(*used > options.limits.CrowdedSize())
              : tl::unexpected(used.error());
}

void PoolState::Undo() {
  if (database.InTransaction()) {
    static_cast<void>(database.Prepare("ROLLBACK").Run());
  }
  new_heads.clear();
  is_stale = true;
}

PoolFailure PoolState::Refused(std::string_view why) const {
  return {PoolFault::kRefused, path + ": " + std::string(why)};
}

ReadTurn::ReadTurn(PoolState& state, Needs needs) : lock_(state.mutex) {
  if (state.batch_failure) {
    failure_ = state.batch_failure;
    return;
  }
  if (const PoolResult<void> written = WriteNewHeads(state); !written) {
    state.Undo();
    failure_ = state.batch_failure = written.error();
    return;
  }
  if (needs == Needs::kMemory) {
    if (const PoolResult<void> fresh = state.Refresh(); !fresh) {
      failure_ = fresh.error();
    }
  }
}

WriteTurn::WriteTurn(PoolState& state, NewHeads new_heads)
    : state_(state), lock_(state.mutex), failure_(Begin(state, new_heads)) {
  if (failure_) {
    Abandon(*failure_);
  }
}

WriteTurn::~WriteTurn() {
  if (!ended_) {
    Abandon({PoolFault::kSystem, state_.path + ": a call was given up"});
  }
}

void WriteTurn::Abandon(const PoolFailure& failure) {
  ended_ = true;
  const bool in_batch = state_.batch_depth > 0;
  if (failure.fault == PoolFault::kRefused) {
    // Nothing was written: only a transaction of its own is left to end.
    if (!in_batch && state_.database.InTransaction()) {
      static_cast<void>(state_.database.Prepare("ROLLBACK").Run());
    }
    return;
  }
  state_.Undo();
  if (in_batch) {
    state_.batch_failure = failure;
  }
}

std::optional<PoolFailure> WriteTurn::Finish() {
  ended_ = true;
  if (state_.batch_depth > 0) {
    return std::nullopt;
  }
  const PoolResult<void> committed = state_.database.Prepare("COMMIT").Run();
  if (committed) {
    return std::nullopt;
  }
  state_.Undo();
  return committed.error();
}

}  // namespace tattle
