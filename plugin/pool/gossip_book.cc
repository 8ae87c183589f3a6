// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/gossip_book.h"

#include <utility>

#include "plugin/pool/head_row.h"
#include "plugin/pool/query.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/pool/turn.h"
#include "plugin/runtime/bounds.h"

namespace tattle {
namespace {

constexpr std::size_t kMaxFailureSize = 512;

// The numbers of HeadAudience are bits of a head's column `given`.
static_assert(static_cast<unsigned>(HeadAudience::kWebServer) == 1);
static_assert(static_cast<unsigned>(HeadAudience::kAuditor) == 2);

PoolResult<void> NoteAllGiven(PoolState& state, std::span<const std::uint64_t> head_ids,
                              HeadAudience audience) {
  const auto bit = static_cast<std::uint8_t>(audience);
  for (const std::uint64_t id : head_ids) {
    const PoolResult<bool> noted = ChangeHead(state, id, [&](const HeadPlace& place) {
      HeadNote note = place.head->second;
      note.given |= bit;
      note.is_reported = true;
      place.log->heads.Change(place.head, note);
      const PoolResult<void> done =
          state.database
              .Prepare("UPDATE heads SET given = ?, num_reports = num_reports + 1 WHERE id = ?")
              .Number(note.given)
              .Number(id)
              .Run();
      return done ? PoolResult<bool>(true) : tl::unexpected(done.error());
    });
    if (!noted) {
      return tl::unexpected(noted.error());
    }
  }
  return {};
}

PoolResult<void> PromiseAll(PoolState& state, std::string_view host,
                            std::span<const std::uint64_t> head_ids, std::uint64_t now_ms) {
  for (const std::uint64_t id : head_ids) {
    PoolResult<void> done =
        state.database
            .Prepare(
                "INSERT OR IGNORE INTO outbox (host, head, since_ms) SELECT ?, id, ? FROM heads "
                "WHERE id = ?")
            .Text(host)
            .Number(now_ms)
            .Number(id)
            .Run();
    if (!done) {
      return done;
    }
  }
  return NoteAllGiven(state, head_ids, HeadAudience::kWebServer);
}

// Waiting is a row of the outbox.
struct Waiting {
  std::string host;
  std::uint64_t head = 0;
  std::uint64_t since_ms = 0;
};

PoolResult<std::vector<PromisedHead>> ReadPromised(PoolState& state) {
  Query query = state.database.Prepare(
      "SELECT host, head, since_ms FROM outbox WHERE is_gone = 0 ORDER BY host");
  const auto rows = query.Collect([](const Query& row) -> PoolResult<Waiting> {
    return Waiting{std::string(row.TextAt(0)), row.NumberAt(1), row.NumberAt(2)};
  });
  if (!rows) {
    return tl::unexpected(rows.error());
  }
  std::vector<PromisedHead> out;
  for (const Waiting& row : *rows) {
    PoolResult<std::optional<PooledHead>> head = ReadHead(state, row.head);
    if (!head) {
      return tl::unexpected(head.error());
    }
    if (*head) {
      out.push_back({row.host, row.since_ms, **std::move(head)});
    }
  }
  return out;
}

PoolResult<void> StoreExchange(PoolState& state, const GossipExchange& exchange) {
  PoolResult<void> done =
      state.database
          .Prepare(
              "INSERT INTO exchanges (host, what, at_ms, num_sent, num_received, num_new, failure) "
              "VALUES (?, ?, ?, ?, ?, ?, ?)")
          .Text(exchange.host)
          .Number(static_cast<std::uint64_t>(exchange.kind))
          .Number(exchange.at_ms)
          .Number(exchange.num_sent)
          .Number(exchange.num_received)
          .Number(exchange.num_new)
          .Text(std::string_view(exchange.failure).substr(0, kMaxFailureSize))
          .Run();
  if (!done) {
    return done;
  }
  return state.database
      .Prepare("DELETE FROM exchanges WHERE id <= (SELECT max(id) FROM exchanges) - ?")
      .Number(state.options.limits.exchanges)
      .Run();
}

PoolResult<GossipExchange> ExchangeOf(const Database& database, const Query& row) {
  const std::uint64_t kind = row.NumberAt(1);
  if (kind < static_cast<std::uint64_t>(ExchangeKind::kHeads) ||
      kind > static_cast<std::uint64_t>(ExchangeKind::kCarried)) {
    return tl::unexpected(database.Corrupt("an exchange is not one of ours"));
  }
  return GossipExchange{std::string(row.TextAt(0)),
                        static_cast<ExchangeKind>(kind),
                        row.NumberAt(2),
                        row.NumberAt(3),
                        row.NumberAt(4),
                        row.NumberAt(5),
                        std::string(row.TextAt(6))};
}

bool IsHost(std::string_view host) {
  return !host.empty() && host.size() <= kMaxHostName;
}

}  // namespace

std::string_view ExchangeKindName(ExchangeKind kind) {
  switch (kind) {
    case ExchangeKind::kHeads:
      return "heads";
    case ExchangeKind::kFeedback:
      return "feedback";
    case ExchangeKind::kCarried:
      break;
  }
  return "carried";
}

PoolResult<void> GossipBook::NoteGiven(std::span<const std::uint64_t> head_ids,
                                       HeadAudience audience) {
  PoolState& state = *pool_.state_;
  return WriteInTurn(state, [&] { return NoteAllGiven(state, head_ids, audience); });
}

PoolResult<void> GossipBook::Promise(std::string_view host, std::span<const std::uint64_t> head_ids,
                                     std::uint64_t now_ms) {
  PoolState& state = *pool_.state_;
  return WriteInTurn(state, [&]() -> PoolResult<void> {
    if (!IsHost(host)) {
      return tl::unexpected(state.Refused("a willing host's name is none"));
    }
    return PromiseAll(state, host, head_ids, now_ms);
  });
}

PoolResult<void> GossipBook::Withdraw(std::string_view host) {
  PoolState& state = *pool_.state_;
  return WriteInTurn(state, [&] {
    return state.database.Prepare("UPDATE outbox SET is_gone = 1 WHERE host = ?").Text(host).Run();
  });
}

PoolResult<std::map<std::string, std::set<std::uint64_t>>> GossipBook::HasHad() const {
  PoolState& state = *pool_.state_;
  using HadByHost = std::map<std::string, std::set<std::uint64_t>>;
  return ReadInTurn(state, ReadTurn::Needs::kFile, [&]() -> PoolResult<HadByHost> {
    HadByHost had;
    Query query = state.database.Prepare("SELECT host, head FROM outbox");
    const PoolResult<void> read = query.ForEachRow([&](const Query& row) -> PoolResult<void> {
      had[std::string(row.TextAt(0))].insert(row.NumberAt(1));
      return {};
    });
    return read ? PoolResult<HadByHost>(std::move(had)) : tl::unexpected(read.error());
  });
}

PoolResult<std::vector<PromisedHead>> GossipBook::Promised() const {
  PoolState& state = *pool_.state_;
  return ReadInTurn(state, ReadTurn::Needs::kFile, [&] { return ReadPromised(state); });
}

PoolResult<std::map<std::string, std::uint64_t>> GossipBook::NumWaiting() const {
  PoolState& state = *pool_.state_;
  using NumByHost = std::map<std::string, std::uint64_t>;
  return ReadInTurn(state, ReadTurn::Needs::kFile, [&]() -> PoolResult<NumByHost> {
    NumByHost out;
    Query query = state.database.Prepare(
        "SELECT outbox.host, count(*) FROM outbox JOIN heads ON heads.id = outbox.head "
        "WHERE is_gone = 0 GROUP BY outbox.host");
    const PoolResult<void> read = query.ForEachRow([&](const Query& row) -> PoolResult<void> {
      out.emplace(row.TextAt(0), row.NumberAt(1));
      return {};
    });
    return read ? PoolResult<NumByHost>(std::move(out)) : tl::unexpected(read.error());
  });
}

PoolResult<void> GossipBook::AddExchange(const GossipExchange& exchange) {
  PoolState& state = *pool_.state_;
  return WriteInTurn(state, [&]() -> PoolResult<void> {
    if (!IsHost(exchange.host)) {
      return tl::unexpected(state.Refused("an exchange's host name is none"));
    }
    return StoreExchange(state, exchange);
  });
}

PoolResult<std::vector<GossipExchange>> GossipBook::Exchanges(std::size_t limit) const {
  PoolState& state = *pool_.state_;
  return ReadInTurn(state, ReadTurn::Needs::kFile, [&] {
    Query query = state.database.Prepare(
        "SELECT host, what, at_ms, num_sent, num_received, num_new, failure FROM exchanges "
        "ORDER BY id DESC LIMIT ?");
    return query.Number(limit).Collect(
        [&](const Query& row) { return ExchangeOf(state.database, row); });
  });
}

}  // namespace tattle
