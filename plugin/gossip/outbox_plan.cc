// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/outbox_plan.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include "core/base/time.h"
#include "core/gossip/bounds.h"
#include "plugin/gossip/head_choice.h"
#include "plugin/pool/gossip_book.h"
#include "plugin/pool/gossip_view.h"
#include "plugin/runtime/host_name.h"

namespace tattle {
namespace {

// Who was not contacted for so long will hardly be tomorrow, and heads are scarce.
constexpr std::uint64_t kContactMs = 7 * kMsPerDay;

// What has waited for so long was offered and not taken, or nobody goes there.
constexpr std::uint64_t kWaitMs = kMsPerDay;

// More hosts than that share nothing worth sharing.
constexpr std::size_t kMaxHostsServed = 512;

using Waiting = std::map<std::string, std::vector<PromisedHead>, std::less<>>;

bool IsWithin(std::uint64_t time_ms, std::uint64_t now_ms, std::uint64_t age_ms) {
  return time_ms + age_ms >= now_ms;
}

// HostsToServe are those to whom heads may be carried, contacted last first.
Outcome<std::vector<std::string>> HostsToServe(Pool& pool, std::uint64_t now_ms) {
  PoolResult<std::vector<PooledPeer>> peers = pool.ListPeers();
  if (!peers) {
    return Sorry(peers.error().sentence);
  }
  peers->erase(std::remove_if(peers->begin(), peers->end(),
                              [&](const PooledPeer& peer) {
                                return !peer.is_willing || peer.expires_ms < now_ms ||
                                       !IsWithin(peer.last_contact_ms, now_ms, kContactMs);
                              }),
               peers->end());
  std::stable_sort(peers->begin(), peers->end(), [](const PooledPeer& a, const PooledPeer& b) {
    return a.last_contact_ms > b.last_contact_ms;
  });
  peers->resize(std::min(peers->size(), kMaxHostsServed));
  std::vector<std::string> hosts;
  for (PooledPeer& peer : *peers) {
    hosts.push_back(std::move(peer.host));
  }
  return hosts;
}

using HeadIds = std::set<std::uint64_t>;

// CurrentHeads are those that are fresh, or of splits, and of logs that the list has today.
Outcome<HeadIds> CurrentHeads(Pool& pool, const LogList& logs, std::uint64_t now_ms) {
  const auto known = GossipView(pool).HeadsSince(now_ms - std::min(now_ms, kHeadFreshnessMs));
  if (!known) {
    return Sorry(known.error().sentence);
  }
  HeadIds ids;
  for (const KnownHead& head : *known) {
    if (logs.Find(head.log_id) != nullptr && logs.FindDenied(head.log_id) == nullptr) {
      ids.insert(head.id);
    }
  }
  return ids;
}

// IsStillGood says whether what waits for a host may go on waiting.
bool IsStillGood(std::span<const PromisedHead> heads, const HeadIds& current,
                 std::uint64_t now_ms) {
  return std::all_of(heads.begin(), heads.end(), [&](const PromisedHead& one) {
    return IsWithin(one.since_ms, now_ms, kWaitMs) && current.contains(one.head.id);
  });
}

Outcome<Waiting> ReadWaiting(const GossipBook& book) {
  PoolResult<std::vector<PromisedHead>> promised = book.Promised();
  if (!promised) {
    return Sorry(promised.error().sentence);
  }
  Waiting waiting;
  for (PromisedHead& one : *promised) {
    waiting[one.host].push_back(std::move(one));
  }
  return waiting;
}

// WithdrawOld takes back what waits for others, and what has waited for too long.
Outcome<void> WithdrawOld(GossipBook& book, Waiting& waiting, std::span<const std::string> hosts,
                          const HeadIds& current, std::uint64_t now_ms) {
  for (auto one = waiting.begin(); one != waiting.end();) {
    const bool is_served = std::find(hosts.begin(), hosts.end(), one->first) != hosts.end();
    if (is_served && IsStillGood(one->second, current, now_ms)) {
      ++one;
      continue;
    }
    if (const PoolResult<void> done = book.Withdraw(one->first); !done) {
      return Sorry(done.error().sentence);
    }
    one = waiting.erase(one);
  }
  return {};
}

std::span<const PromisedHead> WaitingFor(const Waiting& waiting, const std::string& host) {
  const auto found = waiting.find(host);
  return found == waiting.end() ? std::span<const PromisedHead>() : found->second;
}

// OrderOf puts those first for whom least waits, and otherwise is random: whoever is always first
// would get what little there is.
Result<std::vector<std::size_t>> OrderOf(std::span<const std::string> hosts, const Waiting& waiting,
                                         const DrawUint64& draw) {
  std::vector<std::size_t> order(hosts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (const Result<void> mixed = Mix(order, draw); !mixed) {
    return tl::unexpected(mixed.error());
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return WaitingFor(waiting, hosts[a]).size() < WaitingFor(waiting, hosts[b]).size();
  });
  return order;
}

// PromiseToAll fills up what waits for each. `num_takers` want some, these and others.
Outcome<void> PromiseToAll(GossipBook& book, HeadStock& stock, std::span<const std::string> hosts,
                           const Waiting& waiting, std::size_t num_takers, std::uint64_t now_ms,
                           const DrawUint64& draw) {
  const auto had = book.HasHad();
  const Result<std::vector<std::size_t>> order = OrderOf(hosts, waiting, draw);
  if (!had || !order) {
    return Sorry(had ? Describe(order.error()) : had.error().sentence);
  }
  for (const std::size_t place : *order) {
    const std::string& host = hosts[place];
    const std::size_t num_waiting = WaitingFor(waiting, host).size();
    if (stock.empty() || num_waiting >= kHeadsForHost) {
      break;  // for all that follow as many wait
    }
    const auto here = had->find(host);
    const auto ids =
        stock.Draw(kHeadsForHost - num_waiting, num_takers,
                   here == had->end() ? std::set<std::uint64_t>() : here->second, draw);
    if (!ids) {
      return Sorry(Describe(ids.error()));
    }
    if (ids->empty()) {
      continue;
    }
    if (const PoolResult<void> done = book.Promise(host, *ids, now_ms); !done) {
      return Sorry(done.error().sentence);
    }
    num_takers -= num_takers > 1 ? 1 : 0;
  }
  return {};
}

}  // namespace

Outcome<void> NoteWillingness(Pool& pool, std::string_view host, Willingness said,
                              std::uint64_t now_ms) {
  if ((said != Willingness::kYes && said != Willingness::kNo) || host.empty() ||
      !IsCanonicalHost(host)) {
    return {};
  }
  PooledPeer peer;
  peer.host = host;
  peer.is_willing = said == Willingness::kYes;
  peer.last_contact_ms = now_ms;
  peer.expires_ms = now_ms + kWillingForMs;
  PoolResult<void> done = pool.SetPeer(peer);
  if (done && !peer.is_willing) {
    done = GossipBook(pool).Withdraw(host);
  }
  return done ? Outcome<void>() : Sorry(done.error().sentence);
}

Outcome<void> NoteCarried(Pool& pool, std::string_view host, std::uint64_t now_ms) {
  GossipBook book(pool);
  const auto waiting = ReadWaiting(book);
  if (!waiting) {
    return Sorry(waiting.error());
  }
  const auto here = waiting->find(host);
  if (here == waiting->end()) {
    return {};
  }
  GossipExchange exchange;
  exchange.host = host;
  exchange.kind = ExchangeKind::kCarried;
  exchange.at_ms = now_ms;
  exchange.num_sent = here->second.size();
  Pool::Batch batch(pool);  // or the retry of a failure would find nothing to note
  PoolResult<void> done = book.Withdraw(host);
  if (done) {
    done = book.AddExchange(exchange);
  }
  if (done) {
    done = batch.Commit();
  }
  return done ? Outcome<void>() : Sorry(done.error().sentence);
}

Outcome<void> NoteAnswered(Pool& pool, std::string_view host, const IntakeCounts& came_back,
                           std::uint64_t now_ms) {
  GossipExchange exchange;
  exchange.host = host;
  exchange.kind = ExchangeKind::kCarried;
  exchange.at_ms = now_ms;
  exchange.num_received = came_back.num_heads;
  exchange.num_new = came_back.num_stored;
  const PoolResult<void> done = GossipBook(pool).AddExchange(exchange);
  return done ? Outcome<void>() : Sorry(done.error().sentence);
}

Outcome<std::vector<OutboxHost>> RenewOutbox(Pool& pool, const LogList& logs, HeadSide side,
                                             std::size_t num_others, std::uint64_t now_ms,
                                             const DrawUint64& draw) {
  const auto hosts = HostsToServe(pool, now_ms);
  GossipBook book(pool);
  auto waiting = ReadWaiting(book);
  if (!hosts || !waiting) {
    return Sorry(hosts ? waiting.error() : hosts.error());
  }
  const auto current = CurrentHeads(pool, logs, now_ms);
  if (!current) {
    return Sorry(current.error());
  }
  if (const auto done = WithdrawOld(book, *waiting, *hosts, *current, now_ms); !done) {
    return Sorry(done.error());
  }
  auto stock = HeadStock::Read(pool, logs, side, now_ms, draw);
  if (!stock) {
    return Sorry(stock.error());
  }
  Pool::Batch batch(pool);
  if (const auto done =
          PromiseToAll(book, *stock, *hosts, *waiting, hosts->size() + num_others, now_ms, draw);
      !done) {
    return Sorry(done.error());
  }
  if (const PoolResult<void> done = batch.Commit(); !done) {
    return Sorry(done.error().sentence);
  }
  waiting = ReadWaiting(book);
  if (!waiting) {
    return Sorry(waiting.error());
  }
  std::vector<OutboxHost> out;
  for (const auto& [host, heads] : *waiting) {
    OutboxHost& entry = out.emplace_back();
    entry.host = host;
    for (const PromisedHead& one : heads) {
      entry.heads.push_back({one.head.log_id, one.head.sth});
    }
  }
  return out;
}

}  // namespace tattle
