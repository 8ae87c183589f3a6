// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/head_row.h"

#include <string>
#include <string_view>
#include <utility>

#include "plugin/pool/query.h"

namespace tattle {
namespace {

template <typename T>
bool IsOneOf(std::uint64_t number, T first, T last) {
  return number >= static_cast<std::uint64_t>(first) && number <= static_cast<std::uint64_t>(last);
}

PoolResult<PooledHead> HeadOf(const Database& database, const Query& row) {
  PooledHead head;
  head.id = row.NumberAt(0);
  const std::uint64_t source = row.NumberAt(6);
  const std::uint64_t state = row.NumberAt(7);
  if (!row.HashAt(1, head.log_id) || !row.HashAt(4, head.sth.head.sha256_root_hash) ||
      !IsOneOf(source, HeadSource::kLog, HeadSource::kImport) ||
      !IsOneOf(state, HeadState::kUnlinked, HeadState::kConflicting)) {
    return tl::unexpected(
        database.Corrupt("head " + std::to_string(head.id) + " is not one of ours"));
  }
  head.sth.head.tree_size = row.NumberAt(2);
  head.sth.head.timestamp_ms = row.NumberAt(3);
  head.sth.signature = ToVector(row.BlobAt(5));
  head.source = static_cast<HeadSource>(source);
  head.state = static_cast<HeadState>(state);
  head.seen_ms = row.NumberAt(8);
  head.proof_attempts = static_cast<std::uint32_t>(row.NumberAt(9));
  head.proof_failures = static_cast<std::uint32_t>(row.NumberAt(10));
  head.num_reports = static_cast<std::uint32_t>(row.NumberAt(11));
  return head;
}

// OR ROLLBACK: where one fails all is undone anyway, and SQLite need not copy each page so that it
// could undo the statement alone.
constexpr std::string_view kInsertHead =
    "INSERT OR ROLLBACK INTO heads (id, log, tree_size, timestamp_ms, root, signature, source, "
    "state, seen_ms) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

// So many heads share a statement. Of what a row costs, half is the statement's; beyond this number
// there is little left of that.
constexpr std::size_t kHeadsAtOnce = 16;

// InsertHeads writes one head, or kHeadsAtOnce.
PoolResult<void> InsertHeads(Database& database, std::span<const NewHead> rows) {
  static const std::string insert_many = [] {
    std::string sql(kInsertHead);
    for (std::size_t i = 1; i < kHeadsAtOnce; ++i) {
      sql.append(", (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    }
    return sql;
  }();
  Query query = database.Prepare(rows.size() == 1 ? kInsertHead : insert_many);
  for (const auto& [log_number, head] : rows) {
    query.Number(head.id)
        .Number(log_number)
        .Number(head.sth.head.tree_size)
        .Number(head.sth.head.timestamp_ms)
        .Blob(head.sth.head.sha256_root_hash)
        .Blob(head.sth.signature)
        .Number(static_cast<std::uint64_t>(head.source))
        .Number(static_cast<std::uint64_t>(head.state))
        .Number(head.seen_ms);
  }
  return query.Run();
}

}  // namespace

PoolResult<void> AddHeadRow(PoolState& state, NewHead row) {
  state.new_heads.push_back(std::move(row));
  const bool may_wait = state.batch_depth > 0 && state.new_heads.size() < kHeadsAtOnce;
  return may_wait ? PoolResult<void>() : WriteNewHeads(state);
}

PoolResult<void> WriteNewHeads(PoolState& state) {
  std::span<const NewHead> left = state.new_heads;
  PoolResult<void> done;
  while (done && !left.empty()) {
    const std::size_t num_rows = left.size() < kHeadsAtOnce ? 1 : kHeadsAtOnce;
    done = InsertHeads(state.database, left.first(num_rows));
    left = left.subspan(num_rows);
  }
  state.new_heads.clear();
  return done;
}

PoolResult<std::optional<PooledHead>> ReadHead(PoolState& state, std::uint64_t id) {
  Query query = state.database.Prepare(
      "SELECT heads.id, log_id, tree_size, timestamp_ms, root, signature, source, state, seen_ms, "
      "proof_attempts, proof_failures, num_reports "
      "FROM heads JOIN logs ON logs.id = heads.log WHERE heads.id = ?");
  return query.Number(id).Find([&](const Query& row) { return HeadOf(state.database, row); });
}

PoolResult<std::vector<PooledHead>> ReadHeads(PoolState& state,
                                              std::span<const std::uint64_t> ids) {
  return ReadById<PooledHead>(ids, [&](std::uint64_t id) { return ReadHead(state, id); });
}

PoolResult<std::vector<PooledHead>> ReadHeadsAfter(PoolState& state, std::uint64_t id,
                                                   std::size_t limit) {
  const PoolResult<std::vector<std::uint64_t>> ids =
      state.database.Prepare("SELECT id FROM heads WHERE id > ? ORDER BY id LIMIT ?")
          .Number(id)
          .Number(limit)
          .Numbers();
  return ids ? ReadHeads(state, *ids) : tl::unexpected(ids.error());
}

PoolResult<std::optional<HeadPlace>> FindHeadPlace(PoolState& state, std::uint64_t id) {
  const PoolResult<std::optional<PooledHead>> head = ReadHead(state, id);
  if (!head) {
    return tl::unexpected(head.error());
  }
  if (!*head) {
    return std::nullopt;
  }
  KnownLog* log = state.FindLog((*head)->log_id);
  const TreeHead& tree = (*head)->sth.head;
  const HeadKey key = {tree.tree_size, tree.timestamp_ms, tree.sha256_root_hash};
  if (log == nullptr || log->heads.heads().find(key) == log->heads.heads().end()) {
    return tl::unexpected(state.database.Corrupt("a head has changed under our hands"));
  }
  return HeadPlace{log, log->heads.heads().find(key)};
}

PoolResult<void> DeleteHead(PoolState& state, HeadIndex& heads,
                            HeadIndex::Map::const_iterator head) {
  const std::uint64_t id = head->second.id;
  PoolResult<void> done = WriteNewHeads(state);  // it may be one of them
  if (done) {
    done = state.database.Prepare("DELETE FROM heads WHERE id = ?").Number(id).Run();
  }
  if (done && head->second.state != HeadState::kUnlinked) {
    done = state.database.Prepare("DELETE FROM proofs WHERE head = ?").Number(id).Run();
  }
  if (done && head->second.given != 0) {
    // After a restart its id may be given to another head.
    done = state.database.Prepare("DELETE FROM outbox WHERE head = ?").Number(id).Run();
  }
  if (done) {
    heads.Erase(head);
  }
  return done;
}

}  // namespace tattle
