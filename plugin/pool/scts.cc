// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// SCTs, with their chains and the hosts where they were seen.

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "core/base/limits.h"
#include "plugin/pool/chains.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/runtime/bounds.h"

namespace tattle {
namespace {

constexpr std::size_t kMaxSctSize = 65'535;  // SerializedSCT has a length of 16 bits

PoolResult<PooledSct> SctOf(const Database& database, const Query& row) {
  PooledSct sct;
  sct.id = row.NumberAt(0);
  const std::uint64_t state = row.NumberAt(8);
  if (!row.HashAt(1, sct.log_id) || !row.HashAt(3, sct.leaf_hash) ||
      state < static_cast<std::uint64_t>(SctState::kPending) ||
      state > static_cast<std::uint64_t>(SctState::kSkipped)) {
    return tl::unexpected(
        database.Corrupt("SCT " + std::to_string(sct.id) + " is not one of ours"));
  }
  sct.sct = ToVector(row.BlobAt(2));
  sct.timestamp_ms = row.NumberAt(4);
  sct.leaf_index = row.FindNumberAt(5);
  sct.is_precert = row.NumberAt(6) != 0;
  sct.chain_id = row.NumberAt(7);
  sct.state = static_cast<SctState>(state);
  sct.seen_ms = row.NumberAt(9);
  sct.next_try_ms = row.NumberAt(10);
  sct.attempts = static_cast<std::uint32_t>(row.NumberAt(11));
  return sct;
}

PoolResult<std::vector<PooledSct>> SctsOf(const Database& database, Query query) {
  std::vector<PooledSct> scts;
  while (true) {
    const PoolResult<bool> row = query.Step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      return scts;
    }
    PoolResult<PooledSct> sct = SctOf(database, query);
    if (!sct) {
      return tl::unexpected(sct.error());
    }
    scts.push_back(*std::move(sct));
  }
}

// FaultWith says what of an SCT cannot be kept.
std::optional<std::string> FaultWith(const PooledSct& sct, std::span<const ByteVector> chain,
                                     std::string_view host) {
  if (sct.sct.empty() || sct.sct.size() > kMaxSctSize) {
    return "an SCT is empty or longer than any is";
  }
  if (chain.empty() || chain.size() > kMaxChainCertificates) {
    return "an SCT's chain has no certificate or too many";
  }
  const auto is_bad = [](const ByteVector& der) {
    return der.empty() || der.size() > kMaxCertificateSize;
  };
  if (std::any_of(chain.begin(), chain.end(), is_bad)) {
    return "a certificate is empty or larger than any is";
  }
  if (host.size() > kMaxHostName) {
    return "a host name is longer than any is";
  }
  return std::nullopt;
}

PoolResult<std::uint64_t> FindSct(Database& database, std::uint64_t log, const PooledSct& sct) {
  Query query =
      database.Prepare("SELECT id FROM scts WHERE leaf_hash = ? AND log = ? AND sct = ? LIMIT 1");
  const PoolResult<bool> row = query.Blob(sct.leaf_hash).Number(log).Blob(sct.sct).Step();
  if (!row) {
    return tl::unexpected(row.error());
  }
  return *row ? query.NumberAt(0) : 0;
}

PoolResult<std::uint64_t> InsertSct(PoolState& state, std::uint64_t log, const PooledSct& sct,
                                    std::uint64_t chain_id) {
  Query query = state.database.Prepare(
      "INSERT INTO scts (log, sct, leaf_hash, timestamp_ms, leaf_index, is_precert, chain, state, "
      "seen_ms, next_try_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
  query.Number(log).Blob(sct.sct).Blob(sct.leaf_hash).Number(sct.timestamp_ms);
  query.Number(sct.leaf_index).Number(sct.is_precert ? 1 : 0).Number(chain_id);
  query.Number(static_cast<std::uint64_t>(SctState::kPending));
  const PoolResult<bool> row = query.Number(sct.seen_ms).Number(sct.next_try_ms).Step();
  if (!row) {
    return tl::unexpected(row.error());
  }
  ++state.num_scts;
  return query.NumberAt(0);
}

// Evict makes room: what is settled goes first, then the oldest.
PoolResult<void> Evict(PoolState& state, std::uint64_t spared) {
  while (state.num_scts > state.options.limits.scts) {
    Query settled = state.database.Prepare("SELECT id FROM scts WHERE state IN (2, 4) LIMIT 1");
    Query oldest = state.database.Prepare("SELECT id FROM scts WHERE id <> ? ORDER BY id LIMIT 1");
    const PoolResult<bool> has_settled = settled.Step();
    const PoolResult<bool> has_oldest = oldest.Number(spared).Step();
    if (!has_settled || !has_oldest) {
      return tl::unexpected(has_settled ? has_oldest.error() : has_settled.error());
    }
    if (!*has_settled && !*has_oldest) {
      return {};
    }
    const std::uint64_t victim = *has_settled ? settled.NumberAt(0) : oldest.NumberAt(0);
    PoolResult<void> done =
        state.database.Prepare("DELETE FROM sct_hosts WHERE sct = ?").Number(victim).Run();
    if (done) {
      done = state.database.Prepare("DELETE FROM scts WHERE id = ?").Number(victim).Run();
    }
    if (!done) {
      return done;
    }
    --state.num_scts;
  }
  return {};
}

PoolResult<void> AddHost(PoolState& state, std::uint64_t sct, std::string_view host) {
  if (host.empty()) {
    return {};
  }
  return state.database
      .Prepare(
          "INSERT OR IGNORE INTO sct_hosts (sct, host) SELECT ?, ? "
          "WHERE (SELECT count(*) FROM sct_hosts WHERE sct = ?) < ?")
      .Number(sct)
      .Text(host)
      .Number(sct)
      .Number(state.options.limits.hosts_of_an_sct)
      .Run();
}

PoolResult<Added> Add(PoolState& state, const PooledSct& sct, std::span<const ByteVector> chain,
                      std::string_view host) {
  const PoolResult<LogState*> log = state.AddLog(sct.log_id);
  if (!log) {
    return tl::unexpected(log.error());
  }
  const PoolResult<std::uint64_t> known = FindSct(state.database, (*log)->number, sct);
  if (!known) {
    return tl::unexpected(known.error());
  }
  Added added = {*known, *known == 0};
  if (added.is_new) {
    const PoolResult<std::uint64_t> chain_id = AddChain(state.database, chain);
    if (!chain_id) {
      return tl::unexpected(chain_id.error());
    }
    const PoolResult<std::uint64_t> id = InsertSct(state, (*log)->number, sct, *chain_id);
    if (!id) {
      return tl::unexpected(id.error());
    }
    added.id = *id;
    if (PoolResult<void> room = Evict(state, *id); !room) {
      return tl::unexpected(room.error());
    }
  }
  if (PoolResult<void> done = AddHost(state, added.id, host); !done) {
    return tl::unexpected(done.error());
  }
  return added;
}

PoolResult<bool> SetState(PoolState& state, const PooledSct& sct) {
  const PoolResult<void> done =
      state.database
          .Prepare("UPDATE scts SET state = ?, next_try_ms = ?, attempts = ? WHERE id = ?")
          .Number(static_cast<std::uint64_t>(sct.state))
          .Number(sct.next_try_ms)
          .Number(sct.attempts)
          .Number(sct.id)
          .Run();
  if (!done) {
    return tl::unexpected(done.error());
  }
  return state.database.NumChanged() != 0;
}

// ForSql bounds a time to what SQLite takes for a positive number.
std::uint64_t ForSql(std::uint64_t value) {
  return std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max());
}

}  // namespace

PoolResult<Added> Pool::AddSct(const PooledSct& sct, std::span<const ByteVector> chain,
                               std::string_view host) {
  WriteTurn turn(*state_);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  if (const std::optional<std::string> fault = FaultWith(sct, chain, host)) {
    return turn.End<Added>(tl::unexpected(state_->Refused(*fault)));
  }
  PooledSct kept = sct;
  kept.next_try_ms = ForSql(sct.next_try_ms);
  return turn.End(Add(*state_, kept, chain, host));
}

PoolResult<std::vector<PooledSct>> Pool::DueScts(const LogId& log_id, std::uint64_t now_ms,
                                                 std::size_t limit) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  Query query = state_->database.Prepare(
      "SELECT scts.id, log_id, sct, leaf_hash, timestamp_ms, leaf_index, is_precert, chain, state, "
      "seen_ms, next_try_ms, attempts FROM scts JOIN logs ON logs.id = log "
      "WHERE state = 1 AND log = (SELECT id FROM logs WHERE log_id = ?) AND "
      "scts.next_try_ms <= ? ORDER BY scts.next_try_ms LIMIT ?");
  query.Blob(log_id).Number(ForSql(now_ms)).Number(limit);
  return SctsOf(state_->database, std::move(query));
}

PoolResult<bool> Pool::SetSctState(std::uint64_t id, SctState state, std::uint64_t next_try_ms,
                                   std::uint32_t attempts) {
  WriteTurn turn(*state_);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  PooledSct sct;
  sct.id = id;
  sct.state = state;
  sct.next_try_ms = ForSql(next_try_ms);
  sct.attempts = attempts;
  return turn.End(SetState(*state_, sct));
}

PoolResult<std::vector<PooledSct>> Pool::FindSctsByIndex(const LogId& log_id,
                                                         std::uint64_t leaf_index) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  Query query = state_->database.Prepare(
      "SELECT scts.id, log_id, sct, leaf_hash, timestamp_ms, leaf_index, is_precert, chain, state, "
      "seen_ms, next_try_ms, attempts FROM scts JOIN logs ON logs.id = log "
      "WHERE log = (SELECT id FROM logs WHERE log_id = ?) AND leaf_index = ? ORDER BY scts.id");
  query.Blob(log_id).Number(leaf_index);
  return SctsOf(state_->database, std::move(query));
}

PoolResult<std::vector<PooledSct>> Pool::SctsAfter(std::uint64_t id, std::size_t limit) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  Query query = state_->database.Prepare(
      "SELECT scts.id, log_id, sct, leaf_hash, timestamp_ms, leaf_index, is_precert, chain, state, "
      "seen_ms, next_try_ms, attempts FROM scts JOIN logs ON logs.id = log "
      "WHERE scts.id > ? ORDER BY scts.id LIMIT ?");
  query.Number(id).Number(limit);
  return SctsOf(state_->database, std::move(query));
}

PoolResult<std::vector<ByteVector>> Pool::Chain(std::uint64_t chain_id) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  return ReadChain(state_->database, chain_id);
}

PoolResult<std::vector<std::string>> Pool::SctHosts(std::uint64_t sct_id) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  Query query = state_->database.Prepare("SELECT host FROM sct_hosts WHERE sct = ? ORDER BY host");
  query.Number(sct_id);
  std::vector<std::string> hosts;
  while (true) {
    const PoolResult<bool> row = query.Step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      return hosts;
    }
    hosts.emplace_back(query.TextAt(0));
  }
}

}  // namespace tattle
