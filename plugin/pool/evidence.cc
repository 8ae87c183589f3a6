// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Evidence against logs. Nothing here is ever removed, but for what proves less by what proves
// more.

#include <string>
#include <utility>

#include "plugin/pool/bounds.h"
#include "plugin/pool/head_row.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/query.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/pool/turn.h"

namespace tattle {
namespace {

constexpr std::size_t kMaxClaimIdSize = 128;
constexpr std::string_view kDroppedCounter = "evidence_beyond_bound";

PoolResult<PooledEvidence> EvidenceOf(const Database& database, const Query& row) {
  PooledEvidence evidence;
  evidence.claim_id = row.TextAt(0);
  evidence.kind = row.TextAt(1);
  if (!row.HashAt(2, evidence.log_id)) {
    return tl::unexpected(database.Corrupt("a log id is not of 32 bytes"));
  }
  evidence.is_conclusive = row.NumberAt(3) != 0;
  evidence.found_ms = row.NumberAt(4);
  evidence.json = row.TextAt(5);
  return evidence;
}

PoolResult<bool> IsKnown(Database& database, std::string_view claim_id) {
  return database.Prepare("SELECT 1 FROM evidence WHERE claim_id = ?").Text(claim_id).Step();
}

// HasRoom counts what is there of one log and weight.
PoolResult<bool> HasRoom(PoolState& state, std::uint64_t log, const PooledEvidence& evidence) {
  Query query = state.database.Prepare(
      "SELECT count(*), coalesce(sum(size), 0) FROM evidence WHERE log = ? AND is_conclusive = ?");
  const PoolResult<bool> row = query.Number(log).Number(evidence.is_conclusive ? 1 : 0).Step();
  if (!row) {
    return row;
  }
  const PoolLimits& limits = state.options.limits;
  return query.NumberAt(0) < limits.evidence_of_a_log &&
         query.NumberAt(1) + evidence.json.size() <= limits.evidence_bytes_of_a_log;
}

// Upgrade replaces a claim that only indicated; kNoRow where there is none.
PoolResult<std::uint64_t> Upgrade(Database& database, const PooledEvidence& evidence) {
  return database
      .Prepare(
          "UPDATE evidence SET is_conclusive = 1, found_ms = ?, is_told = 0, json = ?, size = ? "
          "WHERE claim_id = ? AND NOT is_conclusive RETURNING id")
      .Number(evidence.found_ms)
      .Text(evidence.json)
      .Number(evidence.json.size())
      .Text(evidence.claim_id)
      .Answer();
}

PoolResult<std::uint64_t> InsertEvidence(Database& database, std::uint64_t log,
                                         const PooledEvidence& evidence) {
  return database
      .Prepare(
          "INSERT INTO evidence (claim_id, kind, log, is_conclusive, found_ms, json, size) "
          "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id")
      .Text(evidence.claim_id)
      .Text(evidence.kind)
      .Number(log)
      .Number(evidence.is_conclusive ? 1 : 0)
      .Number(evidence.found_ms)
      .Text(evidence.json)
      .Number(evidence.json.size())
      .Answer();
}

// KeepHead makes a head stay as long as the evidence that names it; one that has gone is skipped,
// since the evidence itself holds what it proves.
PoolResult<void> KeepHead(PoolState& state, std::uint64_t head_id, std::uint64_t evidence_id) {
  const PoolResult<std::optional<PooledHead>> head = ReadHead(state, head_id);
  if (!head) {
    return tl::unexpected(head.error());
  }
  KnownLog* log = *head ? state.FindLog((*head)->log_id) : nullptr;
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

PoolResult<bool> KeepHeads(PoolState& state, std::span<const std::uint64_t> head_ids,
                           std::uint64_t evidence_id) {
  for (const std::uint64_t head_id : head_ids) {
    if (PoolResult<void> kept = KeepHead(state, head_id, evidence_id); !kept) {
      return tl::unexpected(kept.error());
    }
  }
  return true;
}

// AddKnownEvidence takes what is conclusive of a claim that is there.
PoolResult<bool> AddKnownEvidence(PoolState& state, const PooledEvidence& evidence,
                                  std::span<const std::uint64_t> head_ids) {
  const PoolResult<std::uint64_t> id = Upgrade(state.database, evidence);
  if (!id || *id == kNoRow) {
    return id ? PoolResult<bool>(false) : tl::unexpected(id.error());
  }
  return KeepHeads(state, head_ids, *id);
}

PoolResult<bool> AddNewEvidence(PoolState& state, KnownLog& log, const PooledEvidence& evidence,
                                std::span<const std::uint64_t> head_ids) {
  const PoolResult<std::uint64_t> id = InsertEvidence(state.database, log.number, evidence);
  if (!id) {
    return tl::unexpected(id.error());
  }
  ++log.num_evidence;
  return KeepHeads(state, head_ids, *id);
}

PoolResult<bool> AddEvidenceOnce(PoolState& state, const PooledEvidence& evidence,
                                 std::span<const std::uint64_t> head_ids) {
  const PoolResult<bool> known = IsKnown(state.database, evidence.claim_id);
  if (!known || (*known && !evidence.is_conclusive)) {
    return known ? PoolResult<bool>(false) : known;
  }
  const PoolResult<KnownLog*> log = state.AddLog(evidence.log_id);
  if (!log) {
    return tl::unexpected(log.error());
  }
  const PoolResult<bool> has_room = HasRoom(state, (*log)->number, evidence);
  if (!has_room) {
    return has_room;
  }
  if (!*has_room) {
    const PoolResult<void> counted = AddToCounter(state.database, kDroppedCounter, 1);
    return counted ? PoolResult<bool>(false) : tl::unexpected(counted.error());
  }
  return *known ? AddKnownEvidence(state, evidence, head_ids)
                : AddNewEvidence(state, **log, evidence, head_ids);
}

}  // namespace

PoolResult<bool> Pool::AddEvidence(const PooledEvidence& evidence,
                                   std::span<const std::uint64_t> head_ids) {
  return WriteInTurn(*state_, [&]() -> PoolResult<bool> {
    if (evidence.claim_id.empty() || evidence.claim_id.size() > kMaxClaimIdSize ||
        evidence.json.size() > kMaxEvidenceSize) {
      return tl::unexpected(state_->Refused("evidence has no id, or is larger than any is"));
    }
    return AddEvidenceOnce(*state_, evidence, head_ids);
  });
}

PoolResult<std::vector<PooledEvidence>> Pool::ListEvidence() {
  return FindEvidence("");
}

PoolResult<std::vector<PooledEvidence>> Pool::LeadingEvidence(std::size_t limit) {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile, [&] {
    Query query = state_->database.Prepare(
        "SELECT claim_id, kind, log_id, is_conclusive, found_ms, '' FROM evidence "
        "JOIN logs ON logs.id = log "
        "ORDER BY is_conclusive DESC, found_ms DESC, evidence.id DESC LIMIT ?");
    return query.Number(limit).Collect(
        [&](const Query& row) { return EvidenceOf(state_->database, row); });
  });
}

PoolResult<std::vector<PooledEvidence>> Pool::FindEvidence(std::string_view claim_id_prefix) {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile, [&] {
    Query query = state_->database.Prepare(
        "SELECT claim_id, kind, log_id, is_conclusive, found_ms, json FROM evidence "
        "JOIN logs ON logs.id = log WHERE substr(claim_id, 1, ?) = ? ORDER BY evidence.id");
    return query.Number(claim_id_prefix.size())
        .Text(claim_id_prefix)
        .Collect([&](const Query& row) { return EvidenceOf(state_->database, row); });
  });
}

PoolResult<std::vector<PooledEvidence>> Pool::UntoldEvidence() {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile, [&] {
    Query query = state_->database.Prepare(
        "SELECT claim_id, kind, log_id, is_conclusive, found_ms, json FROM evidence "
        "JOIN logs ON logs.id = log WHERE NOT is_told ORDER BY evidence.id");
    return query.Collect([&](const Query& row) { return EvidenceOf(state_->database, row); });
  });
}

PoolResult<void> Pool::SetEvidenceTold(std::string_view claim_id) {
  return WriteInTurn(*state_, [&] {
    return state_->database.Prepare("UPDATE evidence SET is_told = 1 WHERE claim_id = ?")
        .Text(claim_id)
        .Run();
  });
}

}  // namespace tattle
