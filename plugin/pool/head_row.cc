// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/head_row.h"

#include <string>
#include <utility>

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

PoolResult<std::vector<PooledHead>> HeadsOf(const Database& database, Query query) {
  std::vector<PooledHead> heads;
  while (true) {
    const PoolResult<bool> row = query.Step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      return heads;
    }
    PoolResult<PooledHead> head = HeadOf(database, query);
    if (!head) {
      return tl::unexpected(head.error());
    }
    heads.push_back(*std::move(head));
  }
}

}  // namespace

PoolResult<std::optional<PooledHead>> ReadHead(PoolState& state, std::uint64_t id) {
  Query query = state.database.Prepare(
      "SELECT heads.id, log_id, tree_size, timestamp_ms, root, signature, source, state, seen_ms, "
      "proof_attempts, proof_failures, num_reports "
      "FROM heads JOIN logs ON logs.id = heads.log WHERE heads.id = ?");
  query.Number(id);
  PoolResult<std::vector<PooledHead>> heads = HeadsOf(state.database, std::move(query));
  if (!heads) {
    return tl::unexpected(heads.error());
  }
  return heads->empty() ? std::nullopt : std::optional(std::move(heads->front()));
}

PoolResult<std::vector<PooledHead>> ReadHeadsAfter(PoolState& state, std::uint64_t id,
                                                   std::size_t limit) {
  Query query = state.database.Prepare(
      "SELECT heads.id, log_id, tree_size, timestamp_ms, root, signature, source, state, seen_ms, "
      "proof_attempts, proof_failures, num_reports "
      "FROM heads JOIN logs ON logs.id = heads.log WHERE heads.id > ? ORDER BY heads.id LIMIT ?");
  query.Number(id).Number(limit);
  return HeadsOf(state.database, std::move(query));
}

PoolResult<void> DeleteHead(PoolState& state, HeadIndex& heads,
                            HeadIndex::Map::const_iterator head) {
  const std::uint64_t id = head->second.id;
  PoolResult<void> done = state.database.Prepare("DELETE FROM heads WHERE id = ?").Number(id).Run();
  if (done && head->second.state != HeadState::kUnlinked) {
    done = state.database.Prepare("DELETE FROM proofs WHERE head = ?").Number(id).Run();
  }
  if (done) {
    heads.Erase(head);
  }
  return done;
}

}  // namespace tattle
