// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/pollinator.h"

#include <utility>

#include "plugin/gossip/head_choice.h"
#include "plugin/gossip/outbox_plan.h"

namespace tattle {

Pollinator::Pollinator(Pool& pool, const HttpOptions& http, HeadSide side, DrawUint64 draw)
    : pool_(pool), client_(http), side_(side), draw_(std::move(draw)), intake_(pool) {}

Outcome<std::vector<PooledHead>> Pollinator::Choose(HeadAudience audience, std::size_t num_takers,
                                                    const LogList& logs,
                                                    std::uint64_t now_ms) const {
  HeadWish wish;
  wish.side = side_;
  wish.audience = audience;
  wish.max_heads = kMaxHeadsSent;
  return ChooseHeads(pool_, logs, wish, num_takers, now_ms, draw_);
}

Outcome<GossipExchange> Pollinator::Send(const std::string& site, HeadAudience audience,
                                         std::span<const PooledHead> heads, const LogList& logs,
                                         std::uint64_t now_ms) {
  const Outcome<std::string> host = HostOfSite(site);
  if (!host) {
    return Sorry(site + ": " + host.error());
  }
  GossipBook book(pool_);
  if (const PoolResult<void> noted = book.NoteGiven(IdsOf(heads), audience); !noted) {
    return Sorry(noted.error().sentence);
  }
  GossipExchange exchange;
  exchange.host = *host;
  exchange.at_ms = now_ms;
  exchange.num_sent = heads.size();
  const Answer<GossipReply> reply = client_.Pollinate(site, ToGossipHeads(heads));
  if (!reply) {
    exchange.failure = reply.error().sentence;
  } else if (const auto taken = TakeReply(*reply, logs, now_ms, exchange); !taken) {
    return Sorry(taken.error());
  }
  if (const PoolResult<void> noted = book.AddExchange(exchange); !noted) {
    return Sorry(noted.error().sentence);
  }
  return exchange;
}

Outcome<void> Pollinator::TakeReply(const GossipReply& reply, const LogList& logs,
                                    std::uint64_t now_ms, GossipExchange& exchange) {
  IntakeCounts counts;
  const auto taken = intake_.Take(reply.heads.heads, logs, HeadSource::kReply, now_ms, counts);
  exchange.num_received = reply.heads.heads.size();
  exchange.num_new = counts.num_stored;
  counts_ += counts;
  // That it is willing says the user, who named it; only what it says against that counts.
  return taken && reply.willingness == Willingness::kNo
             ? NoteWillingness(pool_, exchange.host, Willingness::kNo, now_ms)
             : taken;
}

}  // namespace tattle
