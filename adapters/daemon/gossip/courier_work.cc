// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/courier_work.h"

#include <algorithm>
#include <utility>

#include "adapters/daemon/bounds.h"
#include "adapters/daemon/gossip/heads.h"
#include "core/base/time.h"
#include "core/gossip/header.h"
#include "plugin/gossip/outbox_plan.h"
#include "plugin/gossip/site_feedback.h"
#include "plugin/pool/gossip_book.h"
#include "plugin/pool/site_book.h"

namespace tattle::daemon {
namespace {

// How old the outbox may be: when something has changed for it, and when heads may have come or
// gone.
constexpr std::uint64_t kNewsMs = 1000;
constexpr std::uint64_t kRenewMs = 10'000;

// How often to look which hosts have shown something, and how many at once.
constexpr std::uint64_t kPlanMs = 10'000;
constexpr std::size_t kMaxHostsPlanned = 256;

constexpr std::size_t kMaxExchangesRead = 1024;

// What it costs to write down what a site has shown, in signature checks.
constexpr std::uint64_t kChecksForSite = 20;

// Whoever is silent for so long keeps others waiting.
constexpr std::uint32_t kGossipTimeoutMs = 15'000;

HttpOptions WithTimeout(HttpOptions http) {
  http.timeout_ms = std::min(http.timeout_ms, kGossipTimeoutMs);
  return http;
}

bool Contains(const std::vector<std::string>& sites, const std::string& site) {
  return std::find(sites.begin(), sites.end(), site) != sites.end();
}

// LastHeadsSent is when heads went to a site last; 0: never, or so long ago that it is forgotten.
Outcome<std::uint64_t> LastHeadsSent(Pool& pool, const std::string& site) {
  const Outcome<std::string> host = HostOfSite(site);
  const auto last = GossipBook(pool).Exchanges(kMaxExchangesRead);
  if (!host || !last) {
    return Sorry(host ? last.error().sentence : host.error());
  }
  const auto found = std::find_if(last->begin(), last->end(), [&](const GossipExchange& one) {
    return one.kind == ExchangeKind::kHeads && one.host == *host;
  });
  return found == last->end() ? 0 : found->at_ms;
}

}  // namespace

CourierWork::CourierWork(CourierParts parts, CourierPlan plan)
    : parts_(std::move(parts)),
      plan_(std::move(plan)),
      pollinator_(parts_.pool, WithTimeout(plan_.http), plan_.side, parts_.draw,
                  SayTo(parts_.journal)),
      client_(WithTimeout(plan_.http)),
      intake_(parts_.pool, SayTo(parts_.journal)),
      checks_(kNoteChecksASecond, parts_.clock()) {}

// What is complained of may be gone with the configuration that comes after this one. Nobody would
// hear of what is offered from now on.
CourierWork::~CourierWork() {
  if (!written_.empty()) {
    static_cast<void>(WriteFile({}, parts_.clock()));
  }
  for (const std::string& about : complaints_) {
    parts_.journal.Settle(about);
  }
}

// Say leaves it to the journal.
void CourierWork::Say(const std::string& about, const Outcome<void>& done) {
  if (done) {
    complaints_.erase(about);
    parts_.journal.Settle(about);
  } else {
    complaints_.insert(about);
    parts_.journal.Complain(about, done.error());
  }
}

void CourierWork::TakeNote(const GossipNote& note) {
  parts_.counts.Add(Count::kGossipNotes);
  const std::uint64_t now_ms = parts_.clock();
  if (note.what == GossipSaid::kOffered) {
    return TakeOffered(note.host, now_ms);  // which may not be lost, and costs no check
  }
  const std::shared_ptr<const LogList> logs = parts_.list();
  if (logs == nullptr || checks_.WaitMs(now_ms) > 0) {
    parts_.counts.Add(Count::kGossipNotesDropped);
    return;
  }
  Say("gossip notes", Take(note, *logs, now_ms));
}

Outcome<void> CourierWork::Take(const GossipNote& note, const LogList& logs, std::uint64_t now_ms) {
  const std::string_view text = AsText(note.said);
  switch (note.what) {
    case GossipSaid::kEnabled:
      return TakeWillingness(note, now_ms);
    case GossipSaid::kHeader:
      if (const auto content = DecodeTransGossip(std::span(&text, 1))) {
        return TakeHeads(note, content->heads, HeadSource::kHeader, logs, now_ms);
      }
      break;
    case GossipSaid::kOffered:
      return {};  // TakeOffered
    case GossipSaid::kHeads:
      if (note.said.empty()) {
        return {};
      }
      if (const auto message = DecodeHeads(note.said)) {
        return TakeHeads(note, message->heads, HeadSource::kReply, logs, now_ms);
      }
      break;
  }
  parts_.counts.Add(Count::kGossipNotesDropped);
  return {};
}

Outcome<void> CourierWork::TakeWillingness(const GossipNote& note, std::uint64_t now_ms) {
  const std::string_view text = AsText(note.said);
  const Willingness said = DecodeTransGossipEnabled(std::span(&text, 1));
  const PoolResult<std::optional<PooledPeer>> before = parts_.pool.FindPeer(note.host);
  if (!before) {
    return Sorry(before.error().sentence);
  }
  Outcome<void> done = NoteWillingness(parts_.pool, note.host, said, now_ms);
  const bool is_news = !*before || (*before)->is_willing != (said == Willingness::kYes);
  has_news_ = has_news_ || is_news;
  if (done && plan_.settings.feedback && said == Willingness::kYes) {
    // Until now nobody kept for it what it showed; from now on it is enough that somebody was
    // there.
    checks_.Spend(kChecksForSite, now_ms);
    done = is_news ? KeepAllShown(parts_.pool, note.host, now_ms)
                   : KeepShown(parts_.pool, note.host, FeedbackEntry(), now_ms);
  }
  return done;
}

Outcome<void> CourierWork::TakeHeads(const GossipNote& note, std::span<const GossipHead> heads,
                                     HeadSource source, const LogList& logs, std::uint64_t now_ms) {
  IntakeCounts counts;
  Outcome<void> done = intake_.Take(heads, logs, {source, GiverOf(note.host)}, now_ms, counts);
  AddIntake(parts_.counts, counts);
  checks_.Spend(counts.num_checks, now_ms);
  if (done && source == HeadSource::kReply && !heads.empty()) {
    done = NoteAnswered(parts_.pool, note.host, counts, now_ms);
  }
  return done;
}

bool CourierWork::Step() {
  const std::uint64_t now_ms = parts_.clock();
  if (IsPast(renewed_ms_, now_ms, has_news_ ? kNewsMs : kRenewMs)) {
    RenewOutbox();
  }
  const std::shared_ptr<const LogList> logs = parts_.list();
  if (logs == nullptr) {
    return false;
  }
  Outcome<bool> sent = SendDue(*logs, now_ms);
  if (sent && !*sent && plan_.settings.feedback) {
    sent = GiveDueFeedback(now_ms);
  }
  Say("gossip client", sent ? Outcome<void>() : Sorry(sent.error()));
  return sent.value_or(false);
}

Outcome<std::uint64_t> CourierWork::DrawTime(std::uint64_t from_ms, std::uint64_t span_ms) const {
  const Result<std::uint64_t> drawn = DrawBelow(span_ms + 1, parts_.draw);
  return drawn ? Outcome<std::uint64_t>(from_ms + *drawn) : Sorry(Describe(drawn.error()));
}

// IsDue: the first time soon, or an interval after what the pool says of the time before a restart;
// from then on once an interval, at a time that nobody foresees.
Outcome<bool> CourierWork::IsDue(const std::string& site, std::uint64_t now_ms) {
  const std::uint64_t interval_ms = plan_.settings.interval_s * kMsPerSecond;
  const auto known = send_ms_.find(site);
  if (known != send_ms_.end() && known->second > now_ms &&
      known->second - now_ms <= 2 * interval_ms) {  // a clock that went back
    return false;
  }
  std::uint64_t from_ms = now_ms + interval_ms * 3 / 4;
  std::uint64_t span_ms = interval_ms / 2;
  if (known == send_ms_.end()) {
    const auto last_ms = LastHeadsSent(parts_.pool, site);
    if (!last_ms) {
      return Sorry(last_ms.error());
    }
    const bool is_past = *last_ms != 0 && *last_ms <= now_ms;
    from_ms = is_past ? std::max(now_ms, *last_ms + interval_ms * 3 / 4) : now_ms;
    span_ms = interval_ms / 10;
  }
  const Outcome<std::uint64_t> next_ms = DrawTime(from_ms, span_ms);
  if (!next_ms) {
    return Sorry(next_ms.error());
  }
  send_ms_[site] = *next_ms;
  return known != send_ms_.end();
}

Outcome<bool> CourierWork::SendDue(const LogList& logs, std::uint64_t now_ms) {
  const CourierSettings& settings = plan_.settings;
  const auto may_ask = [&](const std::string& site) {
    const auto no = no_until_ms_.find(site);
    return no == no_until_ms_.end() || no->second < now_ms;
  };
  for (const auto& [sites, audience] : {std::pair(&settings.auditors, HeadAudience::kAuditor),
                                        std::pair(&settings.servers, HeadAudience::kWebServer)}) {
    for (const std::string& site : *sites) {
      Outcome<bool> is_due = IsDue(site, now_ms);
      if (!is_due) {
        return is_due;
      }
      if (*is_due && may_ask(site)) {
        const Outcome<void> sent = Send(site, audience, logs, now_ms);
        return sent ? Outcome<bool>(true) : Sorry(sent.error());
      }
    }
  }
  return false;
}

Outcome<void> CourierWork::Send(const std::string& site, HeadAudience audience, const LogList& logs,
                                std::uint64_t now_ms) {
  const Outcome<std::string> host = HostOfSite(site);
  if (!host) {
    return Sorry(host.error());
  }
  const CourierSettings& settings = plan_.settings;
  const auto heads = pollinator_.Choose(
      audience, settings.servers.size() + settings.auditors.size() + num_hosts_, logs, now_ms);
  if (!heads) {
    return Sorry(heads.error());
  }
  const auto sent = pollinator_.Send(site, audience, *heads, logs, now_ms);
  AddIntake(parts_.counts, pollinator_.TakeCounts());
  if (!sent) {
    return Sorry(sent.error());
  }
  const GossipExchange& exchange = sent->exchange;
  parts_.counts.Add(Count::kGossipSent);
  parts_.counts.Add(Count::kGossipHeadsGiven, exchange.num_sent);
  if (!exchange.failure.empty()) {
    parts_.counts.Add(Count::kGossipSendFailures);
  }
  no_until_ms_[site] = sent->says_no ? now_ms + kWillingForMs : 0;
  const bool is_configured = Contains(settings.servers, site) || Contains(settings.auditors, site);
  if (!is_configured) {
    return {};  // somebody looks at it
  }
  Say(kGossipWith + *host,
      exchange.failure.empty()
          ? Outcome<void>()
          : Sorry(exchange.failure + (sent->says_no ? "; take it out of the configuration" : "")));
  return {};
}

void CourierWork::SendTo(const std::string& site) {
  const std::shared_ptr<const LogList> logs = parts_.list();
  if (logs == nullptr) {
    return;
  }
  const bool is_auditor = Contains(plan_.settings.auditors, site);
  Say("gossip client", Send(site, is_auditor ? HeadAudience::kAuditor : HeadAudience::kWebServer,
                            *logs, parts_.clock()));
}

// PlanFeedback draws a time for each host with news: not at once, when whoever is in the middle of
// that connection may still be there.
Outcome<void> CourierWork::PlanFeedback(std::uint64_t now_ms) {
  const auto hosts = SiteBook(parts_.pool).HostsWithNews(kMaxHostsPlanned, now_ms);
  if (!hosts) {
    return Sorry(hosts.error().sentence);
  }
  Times planned;
  for (const std::string& host : *hosts) {
    const auto known = feedback_ms_.find(host);
    const std::uint64_t span_ms = plan_.settings.interval_s * kMsPerSecond / 6;
    const bool is_planned = known != feedback_ms_.end() && known->second <= now_ms + span_ms;
    Outcome<std::uint64_t> due_ms =
        is_planned ? Outcome<std::uint64_t>(known->second) : DrawTime(now_ms, span_ms);
    if (!due_ms) {
      return Sorry(due_ms.error());
    }
    planned[host] = *due_ms;
  }
  feedback_ms_ = std::move(planned);
  return {};
}

Outcome<bool> CourierWork::GiveDueFeedback(std::uint64_t now_ms) {
  if (IsPast(planned_ms_, now_ms, kPlanMs)) {
    planned_ms_ = now_ms;
    if (const auto planned = PlanFeedback(now_ms); !planned) {
      return Sorry(planned.error());
    }
  }
  for (auto host = feedback_ms_.begin(); host != feedback_ms_.end();) {
    if (host->second > now_ms) {
      ++host;
      continue;
    }
    const std::string name = host->first;
    host = feedback_ms_.erase(host);
    Outcome<bool> may = MayGiveFeedback(parts_.pool, name, now_ms);
    if (!may) {
      return may;
    }
    if (!*may) {
      continue;
    }
    const auto exchange = GiveFeedback(parts_.pool, client_, name, now_ms, parts_.draw);
    if (!exchange) {
      return Sorry(exchange.error());
    }
    if (!*exchange) {
      continue;  // there is nothing that a message could hold
    }
    parts_.counts.Add(Count::kFeedbackSent);
    if (!(*exchange)->failure.empty()) {
      parts_.counts.Add(Count::kFeedbackFailures);  // the site's affair, and not always so
    }
    return true;
  }
  return false;
}

}  // namespace tattle::daemon
