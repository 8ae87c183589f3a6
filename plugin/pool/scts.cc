// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// SCTs, with their chains and the hosts where they were seen.

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "core/base/limits.h"
#include "plugin/pool/bounds.h"
#include "plugin/pool/chains.h"
#include "plugin/pool/gossip_view.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/query.h"
#include "plugin/pool/sct_eviction.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/pool/turn.h"
#include "plugin/runtime/bounds.h"

namespace tattle {
namespace {

constexpr std::size_t kMaxSctSize = 65'535;  // SerializedSCT has a length of 16 bits

// So many SCTs of one index are looked at for twins, and so many twins are read: whoever has the
// log's key can make any number, of 64 KB each, while the pool's turn and memory are small.
constexpr std::size_t kMaxOfOneIndex = 1000;
constexpr std::size_t kMaxTwins = 4;

// So many go for one that comes where the file is crowded: it shrinks with each, and none waits
// long.
constexpr std::size_t kMaxEvictedAtOnce = 64;

// What an SCT takes, as the step to version 3 counts it (schema.cc).
constexpr std::uint64_t kSctOverhead = 512;

std::size_t SizeOf(std::span<const ByteVector> chain) {
  std::size_t size = 0;
  for (const ByteVector& der : chain) {
    size += der.size();
  }
  return size;
}

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
  sct.silences = static_cast<std::uint32_t>(row.NumberAt(12));
  return sct;
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
  if (SizeOf(chain) > kMaxKeptChainSize) {
    return "an SCT's chain is larger than leaf and issuer are";
  }
  if (host.size() > kMaxHostName) {
    return "a host name is longer than any is";
  }
  return std::nullopt;
}

PoolResult<std::uint64_t> InsertSct(PoolState& state, KnownLog& log, const PooledSct& sct,
                                    std::uint64_t chain_id, std::uint64_t size) {
  Query query = state.database.Prepare(
      "INSERT INTO scts (log, sct, leaf_hash, timestamp_ms, leaf_index, is_precert, chain, state, "
      "seen_ms, next_try_ms, size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
  query.Number(log.number).Blob(sct.sct).Blob(sct.leaf_hash).Number(sct.timestamp_ms);
  query.Number(sct.leaf_index).Number(sct.is_precert ? 1 : 0).Number(chain_id);
  query.Number(static_cast<std::uint64_t>(SctState::kPending));
  PoolResult<std::uint64_t> id =
      query.Number(sct.seen_ms).Number(sct.next_try_ms).Number(size).Answer();
  if (id) {
    ++state.num_scts;
    ++log.num_scts;
    log.sct_bytes += size;
  }
  return id;
}

PoolResult<void> AddHost(PoolState& state, KnownLog& log, std::uint64_t sct,
                         std::string_view host) {
  if (host.empty()) {
    return {};
  }
  Query insert = state.database.Prepare(
      "INSERT OR IGNORE INTO sct_hosts (sct, host) SELECT ?, ? "
      "WHERE (SELECT count(*) FROM sct_hosts WHERE sct = ?) < ?");
  insert.Number(sct).Text(host).Number(sct).Number(state.options.limits.hosts_of_an_sct);
  PoolResult<void> done = insert.Run();
  if (!done || state.database.NumChanged() == 0) {
    return done;
  }
  const std::uint64_t size = 2 * host.size();
  log.sct_bytes += size;
  return state.database.Prepare("UPDATE scts SET size = size + ? WHERE id = ?")
      .Number(size)
      .Number(sct)
      .Run();
}

PoolResult<std::uint64_t> AddNewSct(PoolState& state, KnownLog& log, const PooledSct& sct,
                                    std::span<const ByteVector> chain) {
  if (const auto room = EvictScts(state, kMaxEvictedAtOnce, 1); !room) {
    return tl::unexpected(room.error());
  }
  const PoolResult<std::uint64_t> chain_id = AddChain(state.database, chain);
  if (!chain_id) {
    return tl::unexpected(chain_id.error());
  }
  return InsertSct(state, log, sct, *chain_id, kSctOverhead + sct.sct.size() + SizeOf(chain));
}

PoolResult<Added> AddSctOnce(PoolState& state, const PooledSct& sct,
                             std::span<const ByteVector> chain, std::string_view host) {
  const PoolResult<KnownLog*> log = state.AddLog(sct.log_id);
  if (!log) {
    return tl::unexpected(log.error());
  }
  // +log: an index by log is no way to look for a leaf.
  PoolResult<std::uint64_t> id =
      state.database
          .Prepare("SELECT id FROM scts WHERE leaf_hash = ? AND +log = ? AND sct = ? LIMIT 1")
          .Blob(sct.leaf_hash)
          .Number((*log)->number)
          .Blob(sct.sct)
          .Answer();
  const bool is_new = id && *id == kNoRow;
  if (is_new) {
    id = AddNewSct(state, **log, sct, chain);
  }
  if (!id) {
    return tl::unexpected(id.error());
  }
  // Hosts of what is known take room too, and nothing goes for them.
  if (const PoolResult<bool> is_crowded = state.IsCrowded(); !is_new && is_crowded.value_or(true)) {
    return is_crowded ? PoolResult<Added>(Added{*id, false}) : tl::unexpected(is_crowded.error());
  }
  if (PoolResult<void> done = AddHost(state, **log, *id, host); !done) {
    return tl::unexpected(done.error());
  }
  return Added{*id, is_new};
}

// ForSql bounds a time to what SQLite takes for a positive number.
std::uint64_t ForSql(std::uint64_t value) {
  return std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max());
}

PoolResult<std::optional<PooledSct>> ReadSct(Database& database, std::uint64_t id) {
  Query query = database.Prepare(
      "SELECT scts.id, log_id, sct, leaf_hash, timestamp_ms, leaf_index, is_precert, chain, state, "
      "seen_ms, scts.next_try_ms, attempts, silences FROM scts JOIN logs ON logs.id = log WHERE "
      "scts.id = ?");
  return query.Number(id).Find([&](const Query& row) { return SctOf(database, row); });
}

// ReadScts reads the SCTs whose ids a query gives.
PoolResult<std::vector<PooledSct>> ReadScts(PoolState& state, Query& query) {
  const PoolResult<std::vector<std::uint64_t>> ids = query.Numbers();
  if (!ids) {
    return tl::unexpected(ids.error());
  }
  return ReadById<PooledSct>(*ids, [&](std::uint64_t id) { return ReadSct(state.database, id); });
}

}  // namespace

PoolResult<Added> Pool::AddSct(const PooledSct& sct, std::span<const ByteVector> chain,
                               std::string_view host) {
  return WriteInTurn(*state_, [&]() -> PoolResult<Added> {
    if (const std::optional<std::string> fault = FaultWith(sct, chain, host)) {
      return tl::unexpected(state_->Refused(*fault));
    }
    PooledSct kept = sct;
    kept.next_try_ms = ForSql(sct.next_try_ms);
    return AddSctOnce(*state_, kept, chain, host);
  });
}

PoolResult<bool> Pool::SetSctState(std::uint64_t id, SctState state, std::uint64_t next_try_ms,
                                   std::uint32_t attempts, std::uint32_t silences) {
  return WriteInTurn(*state_, [&]() -> PoolResult<bool> {
    Query query = state_->database.Prepare(
        "UPDATE scts SET (state, next_try_ms, attempts, silences) = (?, ?, ?, ?) WHERE id = ?");
    query.Number(static_cast<std::uint64_t>(state)).Number(ForSql(next_try_ms));
    const PoolResult<void> done = query.Number(attempts).Number(silences).Number(id).Run();
    return done ? PoolResult<bool>(state_->database.NumChanged() != 0)
                : tl::unexpected(done.error());
  });
}

PoolResult<std::vector<PooledSct>> Pool::DueScts(const LogId& log_id, std::uint64_t now_ms,
                                                 std::size_t limit) {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile, [&] {
    Query query = state_->database.Prepare(
        "SELECT id FROM scts WHERE state = 1 AND log = (SELECT id FROM logs WHERE log_id = ?) AND "
        "next_try_ms <= ? ORDER BY next_try_ms LIMIT ?");
    return ReadScts(*state_, query.Blob(log_id).Number(ForSql(now_ms)).Number(limit));
  });
}

PoolResult<std::vector<PooledSct>> Pool::FindTwins(const PooledSct& sct) {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile, [&] {
    Query query = state_->database.Prepare(
        "SELECT id FROM (SELECT id, leaf_hash FROM scts WHERE log = (SELECT id FROM logs WHERE "
        "log_id = ?) AND leaf_index = ? LIMIT ?) WHERE leaf_hash <> ? LIMIT ?");
    query.Blob(sct.log_id).Number(sct.leaf_index).Number(kMaxOfOneIndex).Blob(sct.leaf_hash);
    return ReadScts(*state_, query.Number(kMaxTwins));
  });
}

PoolResult<std::vector<PooledSct>> Pool::SctsAfter(std::uint64_t id, std::size_t limit) {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile, [&] {
    Query query = state_->database.Prepare("SELECT id FROM scts WHERE id > ? ORDER BY id LIMIT ?");
    return ReadScts(*state_, query.Number(id).Number(limit));
  });
}

PoolResult<std::vector<PooledSct>> GossipView::SctsAt(std::string_view host,
                                                      std::size_t limit) const {
  PoolState& state = *pool_.state_;
  return ReadInTurn(state, ReadTurn::Needs::kFile, [&] {
    Query query = state.database.Prepare(
        "SELECT sct FROM sct_hosts WHERE host = ? ORDER BY sct DESC LIMIT ?");
    return ReadScts(state, query.Text(host).Number(limit));
  });
}

PoolResult<std::vector<ByteVector>> Pool::Chain(std::uint64_t chain_id) {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile,
                    [&] { return ReadChain(state_->database, chain_id); });
}

PoolResult<std::vector<std::string>> Pool::SctHosts(std::uint64_t sct_id) {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile, [&] {
    Query query =
        state_->database.Prepare("SELECT host FROM sct_hosts WHERE sct = ? ORDER BY host");
    return query.Number(sct_id).Collect(
        [](const Query& row) -> PoolResult<std::string> { return std::string(row.TextAt(0)); });
  });
}

}  // namespace tattle
