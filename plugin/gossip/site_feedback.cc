// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/site_feedback.h"

#include <algorithm>
#include <functional>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "core/gossip/bounds.h"
#include "core/gossip/feedback_site.h"
#include "plugin/gossip/outbox_plan.h"
#include "plugin/pool/gossip_view.h"
#include "plugin/pool/site_book.h"
#include "plugin/runtime/host_name.h"

namespace tattle {
namespace {

// SCTs of one host that are looked at: its certificates of years.
constexpr std::size_t kMaxSctsOfAHost = 512;

Outcome<FeedbackSite> FindOrMake(const SiteBook& book, std::string_view host) {
  PoolResult<std::optional<FeedbackSite>> site = book.FindSite(host);
  if (!site) {
    return Sorry(site.error().sentence);
  }
  FeedbackSite out = std::move(*site).value_or(FeedbackSite());
  out.host = host;
  return out;
}

// ChangeSite reads a site, and writes it as `change` leaves it, with nobody in between. What the
// pool refuses to keep it would refuse the next time too.
Outcome<void> ChangeSite(Pool& pool, std::string_view host,
                         const std::function<void(FeedbackSite& site)>& change) {
  Pool::Batch batch(pool);
  SiteBook book(pool);
  Outcome<FeedbackSite> site = FindOrMake(book, host);
  if (!site) {
    return Sorry(site.error());
  }
  change(*site);
  PoolResult<void> done = book.SetSite(*site);
  if (done || done.error().fault == PoolFault::kRefused) {
    done = batch.Commit();
  }
  return done ? Outcome<void>() : Sorry(done.error().sentence);
}

Outcome<void> KeepEntries(Pool& pool, std::string_view host, std::span<const FeedbackEntry> shown,
                          std::uint64_t now_ms) {
  if (!IsDnsName(host)) {
    return {};
  }
  return ChangeSite(pool, host, [&](FeedbackSite& site) { AddShown(site, shown, now_ms); });
}

bool IsWilling(const std::optional<PooledPeer>& peer, std::uint64_t now_ms) {
  return peer && peer->is_willing && peer->expires_ms >= now_ms;
}

bool WasVisitedSince(const FeedbackSite& site, std::uint64_t now_ms) {
  return !site.last_attempt_ms || (site.last_contact_ms > *site.last_attempt_ms &&
                                   now_ms >= *site.last_attempt_ms + kFeedbackPauseMs);
}

bool HasNews(const FeedbackSite& site) {
  return std::any_of(site.bundles.begin(), site.bundles.end(),
                     [](const FeedbackBundle& bundle) { return bundle.num_reports == 0; });
}

// ChooseToTell draws bundles that make up no more than a message.
Result<std::vector<std::size_t>> ChooseToTell(const FeedbackSite& site, const DrawUint64& draw) {
  Result<std::vector<std::size_t>> chosen =
      ChooseFeedback(site, FeedbackEntry(), kMaxBundlesGiven, draw);
  std::size_t num_bytes = 0;
  for (std::size_t i = 0; chosen && i < chosen->size(); ++i) {
    const FeedbackEntry entry = site.bundles.at((*chosen)[i]).Entry();
    for (const auto* const parts : {&entry.x509_chain, &entry.scts}) {
      for (const ByteVector& part : *parts) {
        num_bytes += part.size();
      }
    }
    if (num_bytes > kMaxFeedbackSize / 2) {  // base64 and PEM make it half as long again
      chosen->resize(i);
    }
  }
  return chosen;
}

// MarkTold counts as reported what may count: compared with what the connection showed, whose chain
// ends where the server's does, while ours ends at the root. So of chains with one leaf ours is
// taken for what was shown. What has grown since it was told is another bundle.
void MarkTold(FeedbackSite& site, std::span<const FeedbackEntry> told, const FeedbackEntry& shown) {
  if (shown.x509_chain.empty()) {
    return;  // nobody knows what it showed
  }
  for (std::size_t i = 0; i < site.bundles.size(); ++i) {
    const FeedbackEntry entry = site.bundles[i].Entry();
    if (std::none_of(told.begin(), told.end(),
                     [&](const FeedbackEntry& one) { return IsSameFeedback(one, entry); })) {
      continue;
    }
    FeedbackEntry compared = shown;
    if (entry.x509_chain.front() == shown.x509_chain.front()) {
      compared.x509_chain = entry.x509_chain;
    }
    MarkReported(site, std::span(&i, 1), compared);
  }
}

}  // namespace

Outcome<void> KeepShown(Pool& pool, std::string_view host, const FeedbackEntry& shown,
                        std::uint64_t now_ms) {
  return KeepEntries(pool, host, std::span(&shown, 1), now_ms);
}

Outcome<void> KeepAllShown(Pool& pool, std::string_view host, std::uint64_t now_ms) {
  PoolResult<std::vector<PooledSct>> scts = GossipView(pool).SctsAt(host, kMaxSctsOfAHost);
  if (!scts) {
    return Sorry(scts.error().sentence);
  }
  std::map<std::uint64_t, FeedbackEntry> by_chain;
  for (PooledSct& sct : *scts) {
    by_chain[sct.chain_id].scts.push_back(std::move(sct.sct));
  }
  std::vector<FeedbackEntry> entries;
  for (auto& [chain_id, entry] : by_chain) {
    PoolResult<std::vector<ByteVector>> chain = pool.Chain(chain_id);
    if (!chain) {
      return Sorry(chain.error().sentence);
    }
    if (!chain->empty()) {
      entry.x509_chain = *std::move(chain);
      entries.push_back(std::move(entry));
    }
  }
  return KeepEntries(pool, host, entries, now_ms);
}

Outcome<bool> MayGiveFeedback(Pool& pool, std::string_view host, std::uint64_t now_ms) {
  const PoolResult<std::optional<PooledPeer>> peer = pool.FindPeer(host);
  const PoolResult<std::optional<FeedbackSite>> site = SiteBook(pool).FindSite(host);
  if (!peer || !site) {
    return Sorry(peer ? site.error().sentence : peer.error().sentence);
  }
  return IsDnsName(host) && IsWilling(*peer, now_ms) && *site && HasNews(**site) &&
         WasVisitedSince(**site, now_ms) && IsFeedbackDue(**site, now_ms);
}

Outcome<std::optional<GossipExchange>> GiveFeedback(Pool& pool, const GossipClient& client,
                                                    std::string_view host, std::uint64_t now_ms,
                                                    const DrawUint64& draw) {
  const Outcome<FeedbackSite> site = FindOrMake(SiteBook(pool), host);
  if (!site) {
    return Sorry(site.error());
  }
  const Result<std::vector<std::size_t>> told = ChooseToTell(*site, draw);
  if (!told) {
    return Sorry(Describe(told.error()));
  }
  if (told->empty()) {
    return std::nullopt;
  }
  std::vector<FeedbackEntry> entries;
  for (const std::size_t index : *told) {
    entries.push_back(site->bundles.at(index).Entry());
  }
  GossipExchange exchange;
  exchange.host = host;
  exchange.kind = ExchangeKind::kFeedback;
  exchange.at_ms = now_ms;
  exchange.num_sent = entries.size();
  const Answer<GossipReply> reply = client.GiveFeedback("https://" + exchange.host, entries);
  if (!reply) {
    exchange.failure = reply.error().sentence;
  }
  // The site may have been visited while we were waiting.
  Outcome<void> noted = ChangeSite(pool, host, [&](FeedbackSite& now) {
    if (reply) {
      MarkTold(now, entries, reply->shown);
    }
    NoteAttempt(now, reply.has_value(), now_ms);
  });
  if (noted && reply && reply->willingness == Willingness::kNo) {
    noted = NoteWillingness(pool, host, Willingness::kNo, now_ms);
  }
  if (!noted) {
    return Sorry(noted.error());
  }
  if (const PoolResult<void> added = GossipBook(pool).AddExchange(exchange); !added) {
    return Sorry(added.error().sentence);
  }
  return exchange;
}

}  // namespace tattle
