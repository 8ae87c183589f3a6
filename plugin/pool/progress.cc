// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How far logs were audited, peers, and counters.

#include <string>
#include <utility>

#include "plugin/pool/pool.h"
#include "plugin/pool/query.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/pool/turn.h"
#include "plugin/runtime/bounds.h"

namespace tattle {
namespace {

constexpr std::size_t kMaxSentenceSize = 1024;
constexpr std::size_t kMaxCounterName = 64;
constexpr std::size_t kMaxCounters = 1024;

PoolResult<void> StoreProgress(PoolState& state, const LogProgress& progress) {
  const PoolResult<KnownLog*> log = state.AddLog(progress.log_id);
  if (!log) {
    return tl::unexpected(log.error());
  }
  return state.database
      .Prepare(
          "UPDATE logs SET next_fetch_ms = ?, last_success_ms = ?, newest_head_ms = ?, "
          "unchanged_ms = ?, failures = ?, last_failure = ? WHERE id = ?")
      .Number(progress.next_fetch_ms)
      .Number(progress.last_success_ms)
      .Number(progress.newest_head_ms)
      .Number(progress.unchanged_ms)
      .Number(progress.failures)
      .Text(std::string_view(progress.last_failure).substr(0, kMaxSentenceSize))
      .Number((*log)->number)
      .Run();
}

PoolResult<void> StorePeer(PoolState& state, const PooledPeer& peer) {
  PoolResult<void> done =
      state.database
          .Prepare(
              "INSERT INTO peers (host, is_willing, expires_ms, last_contact_ms) "
              "VALUES (?, ?, ?, ?) ON CONFLICT (host) DO UPDATE SET is_willing = "
              "excluded.is_willing, expires_ms = excluded.expires_ms, last_contact_ms = "
              "excluded.last_contact_ms")
          .Text(peer.host)
          .Number(peer.is_willing ? 1 : 0)
          .Number(peer.expires_ms)
          .Number(peer.last_contact_ms)
          .Run();
  if (!done) {
    return done;
  }
  return state.database
      .Prepare(
          "DELETE FROM peers WHERE host <> ? AND (SELECT count(*) FROM peers) > ? AND host = "
          "(SELECT host FROM peers WHERE host <> ? ORDER BY last_contact_ms LIMIT 1)")
      .Text(peer.host)
      .Number(state.options.limits.peers)
      .Text(peer.host)
      .Run();
}

PoolResult<PooledPeer> PeerOf(const Query& row) {
  return PooledPeer{std::string(row.TextAt(0)), row.NumberAt(1) != 0, row.NumberAt(2),
                    row.NumberAt(3)};
}

PoolResult<std::optional<PooledPeer>> ReadPeer(Database& database, std::string_view host) {
  return database
      .Prepare("SELECT host, is_willing, expires_ms, last_contact_ms FROM peers WHERE host = ?")
      .Text(host)
      .Find(PeerOf);
}

PoolResult<std::vector<PooledPeer>> ReadPeers(Database& database) {
  return database
      .Prepare("SELECT host, is_willing, expires_ms, last_contact_ms FROM peers ORDER BY host")
      .Collect(PeerOf);
}

PoolResult<LogProgress> ReadProgress(Database& database, const LogId& log_id) {
  Query query = database.Prepare(
      "SELECT next_fetch_ms, last_success_ms, newest_head_ms, unchanged_ms, failures, last_failure "
      "FROM logs WHERE log_id = ?");
  const PoolResult<bool> row = query.Blob(log_id).Step();
  if (!row) {
    return tl::unexpected(row.error());
  }
  LogProgress progress;
  progress.log_id = log_id;
  if (*row) {
    progress.next_fetch_ms = query.NumberAt(0);
    progress.last_success_ms = query.NumberAt(1);
    progress.newest_head_ms = query.NumberAt(2);
    progress.unchanged_ms = query.NumberAt(3);
    progress.failures = static_cast<std::uint32_t>(query.NumberAt(4));
    progress.last_failure = query.TextAt(5);
  }
  return progress;
}

}  // namespace

PoolResult<void> AddToCounter(Database& database, std::string_view name, std::uint64_t delta) {
  return database
      .Prepare(
          "INSERT INTO counters (name, value) SELECT ?, ? WHERE (SELECT count(*) FROM counters) < "
          "? "
          "OR EXISTS (SELECT 1 FROM counters WHERE name = ?) "
          "ON CONFLICT (name) DO UPDATE SET value = value + excluded.value")
      .Text(name)
      .Number(delta)
      .Number(kMaxCounters)
      .Text(name)
      .Run();
}

PoolResult<LogProgress> Pool::Progress(const LogId& log_id) {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile,
                    [&] { return ReadProgress(state_->database, log_id); });
}

PoolResult<void> Pool::SetProgress(const LogProgress& progress) {
  return WriteInTurn(*state_, [&] { return StoreProgress(*state_, progress); });
}

PoolResult<void> Pool::SetPeer(const PooledPeer& peer) {
  return WriteInTurn(*state_, [&]() -> PoolResult<void> {
    if (peer.host.empty() || peer.host.size() > kMaxHostName) {
      return tl::unexpected(state_->Refused("a peer's host name is none"));
    }
    return StorePeer(*state_, peer);
  });
}

PoolResult<std::optional<PooledPeer>> Pool::FindPeer(std::string_view host) {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile,
                    [&] { return ReadPeer(state_->database, host); });
}

PoolResult<std::vector<PooledPeer>> Pool::ListPeers() {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile, [&] { return ReadPeers(state_->database); });
}

PoolResult<void> Pool::Count(std::string_view counter, std::uint64_t delta) {
  return WriteInTurn(*state_, [&]() -> PoolResult<void> {
    if (counter.empty() || counter.size() > kMaxCounterName) {
      return tl::unexpected(state_->Refused("a counter's name is none"));
    }
    return AddToCounter(state_->database, counter, delta);
  });
}

PoolResult<std::vector<PooledCounter>> Pool::Counters() {
  return ReadInTurn(*state_, ReadTurn::Needs::kFile, [&] {
    Query query = state_->database.Prepare("SELECT name, value FROM counters ORDER BY name");
    return query.Collect([](const Query& row) -> PoolResult<PooledCounter> {
      return PooledCounter{std::string(row.TextAt(0)), row.NumberAt(1)};
    });
  });
}

}  // namespace tattle
