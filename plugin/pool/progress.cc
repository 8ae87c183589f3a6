// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How far logs were audited, peers, and counters.

#include <string>
#include <utility>

#include "plugin/pool/pool.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/runtime/bounds.h"

namespace tattle {
namespace {

constexpr std::size_t kMaxSentenceSize = 1024;
constexpr std::size_t kMaxCounterName = 64;
constexpr std::size_t kMaxCounters = 1024;

PoolResult<void> StoreProgress(PoolState& state, const LogProgress& progress) {
  const PoolResult<LogState*> log = state.AddLog(progress.log_id);
  if (!log) {
    return tl::unexpected(log.error());
  }
  return state.database
      .Prepare(
          "UPDATE logs SET next_fetch_ms = ?, last_success_ms = ?, failures = ?, last_failure = ? "
          "WHERE id = ?")
      .Number(progress.next_fetch_ms)
      .Number(progress.last_success_ms)
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

PoolResult<std::vector<PooledPeer>> PeersOf(Query query) {
  std::vector<PooledPeer> peers;
  while (true) {
    const PoolResult<bool> row = query.Step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      return peers;
    }
    peers.push_back({std::string(query.TextAt(0)), query.NumberAt(1) != 0, query.NumberAt(2),
                     query.NumberAt(3)});
  }
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
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  Query query = state_->database.Prepare(
      "SELECT next_fetch_ms, last_success_ms, failures, last_failure FROM logs WHERE log_id = ?");
  const PoolResult<bool> row = query.Blob(log_id).Step();
  if (!row) {
    return tl::unexpected(row.error());
  }
  LogProgress progress;
  progress.log_id = log_id;
  if (*row) {
    progress.next_fetch_ms = query.NumberAt(0);
    progress.last_success_ms = query.NumberAt(1);
    progress.failures = static_cast<std::uint32_t>(query.NumberAt(2));
    progress.last_failure = query.TextAt(3);
  }
  return progress;
}

PoolResult<void> Pool::SetProgress(const LogProgress& progress) {
  WriteTurn turn(*state_);
  return turn.failure() ? tl::unexpected(*turn.failure())
                        : turn.End(StoreProgress(*state_, progress));
}

PoolResult<void> Pool::SetPeer(const PooledPeer& peer) {
  WriteTurn turn(*state_);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  if (peer.host.empty() || peer.host.size() > kMaxHostName) {
    return turn.End<void>(tl::unexpected(state_->Refused("a peer's host name is none")));
  }
  return turn.End(StorePeer(*state_, peer));
}

PoolResult<std::optional<PooledPeer>> Pool::FindPeer(std::string_view host) {
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  Query query = state_->database.Prepare(
      "SELECT host, is_willing, expires_ms, last_contact_ms FROM peers WHERE host = ?");
  query.Text(host);
  PoolResult<std::vector<PooledPeer>> peers = PeersOf(std::move(query));
  if (!peers) {
    return tl::unexpected(peers.error());
  }
  return peers->empty() ? std::nullopt : std::optional(std::move(peers->front()));
}

PoolResult<std::vector<PooledPeer>> Pool::ListPeers() {
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  return PeersOf(state_->database.Prepare(
      "SELECT host, is_willing, expires_ms, last_contact_ms FROM peers ORDER BY host"));
}

PoolResult<void> Pool::Count(std::string_view counter, std::uint64_t delta) {
  WriteTurn turn(*state_);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  if (counter.empty() || counter.size() > kMaxCounterName) {
    return turn.End<void>(tl::unexpected(state_->Refused("a counter's name is none")));
  }
  return turn.End(AddToCounter(state_->database, counter, delta));
}

PoolResult<std::vector<PooledCounter>> Pool::Counters() {
  const ReadTurn turn(*state_, ReadTurn::Needs::kFile);
  if (turn.failure()) {
    return tl::unexpected(*turn.failure());
  }
  Query query = state_->database.Prepare("SELECT name, value FROM counters ORDER BY name");
  std::vector<PooledCounter> counters;
  while (true) {
    const PoolResult<bool> row = query.Step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      return counters;
    }
    counters.push_back({std::string(query.TextAt(0)), query.NumberAt(1)});
  }
}

}  // namespace tattle
