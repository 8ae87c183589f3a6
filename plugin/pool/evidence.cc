// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Evidence against logs. Nothing here is ever removed.

#include <string>
#include <utility>

#include "plugin/pool/bounds.h"
#include "plugin/pool/head_row.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"

namespace tattle {
namespace {

constexpr std::size_t kMaxClaimIdSize = 128;
constexpr std::string_view kDroppedCounter = "evidence_beyond_bound";

PoolResult<std::vector<PooledEvidence>> EvidenceOf(const Database& database, Query query) {
  std::vector<PooledEvidence> all;
  while (true) {
    const PoolResult<bool> row = query.Step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      return all;
    }
    PooledEvidence evidence;
    evidence.claim_id = query.TextAt(0);
    evidence.kind = query.TextAt(1);
    if (!query.HashAt(2, evidence.log_id)) {
      return tl::unexpected(database.Corrupt("a log id is not of 32 bytes"));
    }
    evidence.is_conclusive = query.NumberAt(3) != 0;
    evidence.found_ms = query.NumberAt(4);
    evidence.json = query.TextAt(5);
    all.push_back(std::move(evidence));
  }
}

PoolResult<bool> IsKnown(Database& database, std::string_view claim_id) {
  return database.Prepare("SELECT 1 FROM evidence WHERE claim_id = ?").Text(claim_id).Step();
}

PoolResult<std::uint64_t> Insert(Database& database, std::uint64_t log,
                                 const PooledEvidence& evidence) {
  Query query = database.Prepare(
      "INSERT INTO evidence (claim_id, kind, log, is_conclusive, found_ms, json) "
      "VALUES (?, ?, ?, ?, ?, ?) RETURNING id");
  query.Text(evidence.claim_id).Text(evidence.kind).Number(log);
  query.Number(evidence.is_conclusive ? 1 : 0).Number(evidence.found_ms).Text(evidence.json);
  const PoolResult<bool> row = query.Step();
  if (!row) {
    return tl::unexpected(row.error());
  }
  return query.NumberAt(0);
}

// KeepHead makes a head stay as long as the evidence that names it; one that has gone is skipped,
// since the evidence itself holds what it proves.
PoolResult<void> KeepHead(PoolState& state, std::uint64_t head_id, std::uint64_t evidence_id) {
  const PoolResult<std::optional<PooledHead>> head = ReadHead(state, head_id);
  if (!head) {
    return tl::unexpected(head.error());
  }
  LogState* log = *head ? state.FindLog((*head)->log_id) : nullptr;
  if (log == nullptr) {
    return {};
  }
  PoolResult<void> done =
      state.database.Prepare("INSERT OR IGNORE INTO evidence_heads (head, evidence) VALUES (?, ?)")
          .Number(head_id)
          .Number(evidence_id)
          .Run();
  const TreeHead& tree = (*head)->sth.head;
  const auto place =
      log->heads.heads().find({tree.tree_size, tree.timestamp_ms, tree.sha256_root_hash});
  if (done && place != log->heads.heads().end()) {
    HeadNote note = place->second;
    note.is_evidence = true;
    log->heads.Change(place, note);
  }
  return done;
}

PoolResult<bool> Add(PoolState& state, const PooledEvidence& evidence,
                     std::span<const std::uint64_t> head_ids) {
  const PoolResult<bool> known = IsKnown(state.database, evidence.claim_id);
  if (!known || *known) {
    return known ? PoolResult<bool>(false) : tl::unexpected(known.error());
  }
  const PoolResult<LogState*> log = state.AddLog(evidence.log_id);
  if (!log) {
    return tl::unexpected(log.error());
  }
  if ((*log)->num_evidence >= state.options.limits.evidence_of_a_log) {
    const PoolResult<void> counted = AddToCounter(state.database, kDroppedCounter, 1);
    return counted ? PoolResult<bool>(false) : tl::unexpected(counted.error());
  }
  const PoolResult<std::uint64_t> id = Insert(state.database, (*log)->number, evidence);
  if (!id) {
    return tl::unexpected(id.error());
  }
  ++(*log)->num_evidence;
  for (const std::uint64_t head_id : head_ids) {
    if (PoolResult<void> kept = KeepHead(state, head_id, *id); !kept) {
      return tl::unexpected(kept.error());
    }
  }
  return true;
}

}  // namespace

PoolResult<bool> Pool::AddEvidence(const PooledEvidence& evidence,
                                   std::span<const std::uint64_t> head_ids) {
  WriteTurn turn(*state_);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  if (evidence.claim_id.empty() || evidence.claim_id.size() > kMaxClaimIdSize ||
      evidence.json.size() > kMaxEvidenceSize) {
    return turn.End<bool>(
        tl::unexpected(state_->Refused("evidence has no id, or is larger than any is")));
  }
  return turn.End(Add(*state_, evidence, head_ids));
}

PoolResult<std::vector<PooledEvidence>> Pool::ListEvidence() {
  return FindEvidence("");
}

PoolResult<std::vector<PooledEvidence>> Pool::FindEvidence(std::string_view claim_id_prefix) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  Query query = state_->database.Prepare(
      "SELECT claim_id, kind, log_id, is_conclusive, found_ms, json FROM evidence "
      "JOIN logs ON logs.id = log WHERE substr(claim_id, 1, ?) = ? ORDER BY evidence.id");
  query.Number(claim_id_prefix.size()).Text(claim_id_prefix);
  return EvidenceOf(state_->database, std::move(query));
}

}  // namespace tattle
