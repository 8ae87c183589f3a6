// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/pollinator.h"

#include <utility>

#include "plugin/gossip/head_choice.h"
#include "plugin/gossip/outbox_plan.h"

namespace tattle {

Pollinator::Pollinator(Pool& pool, const HttpOptions& http, HeadSide side, DrawUint64 draw,
                       EvidenceDesk::Say say)
    : pool_(pool),
      client_(http),
      side_(side),
      draw_(std::move(draw)),
      intake_(pool, std::move(say)) {}

Outcome<std::vector<PooledHead>> Pollinator::Choose(HeadAudience audience, std::size_t num_takers,
                                                    const LogList& logs,
                                                    std::uint64_t now_ms) const {
  HeadWish wish;
  wish.side = side_;
  wish.audience = audience;
  wish.max_heads = kMaxHeadsSent;
  return ChooseHeads(pool_, logs, wish, num_takers, now_ms, draw_);
}

Outcome<GossipSent> Pollinator::Send(const std::string& site, HeadAudience audience,
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
  GossipSent sent;
  sent.exchange.host = *host;
  sent.exchange.at_ms = now_ms;
  sent.exchange.num_sent = heads.size();
  const Answer<GossipReply> reply = client_.Pollinate(site, ToGossipHeads(heads));
  if (reply) {
    sent.says_no = reply->willingness == Willingness::kNo;
    TakeReply(*reply, logs, now_ms, sent.exchange);
    if (sent.says_no) {
      sent.exchange.failure = "the server says TransGossipEnabled: No";
    }
    // That it is willing says the user, who named it; only what it says against that counts.
    if (const auto noted = sent.says_no ? NoteWillingness(pool_, *host, Willingness::kNo, now_ms)
                                        : Outcome<void>();
        !noted) {
      return Sorry(noted.error());
    }
  } else {
    sent.exchange.failure = reply.error().sentence;
  }
  if (const PoolResult<void> noted = book.AddExchange(sent.exchange); !noted) {
    return Sorry(noted.error().sentence);
  }
  return sent;
}

// TakeReply: where the pool does not take it, that is what became of the exchange.
void Pollinator::TakeReply(const GossipReply& reply, const LogList& logs, std::uint64_t now_ms,
                           GossipExchange& exchange) {
  IntakeCounts counts;
  const HeadBringer bringer = {HeadSource::kReply, GiverOf(exchange.host)};
  const auto taken = intake_.Take(reply.heads.heads, logs, bringer, now_ms, counts);
  exchange.num_received = reply.heads.heads.size();
  exchange.num_new = counts.num_stored;
  exchange.failure = taken ? std::string() : taken.error();
  counts_ += counts;
}

}  // namespace tattle
