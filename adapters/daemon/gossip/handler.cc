// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/handler.h"

#include <optional>
#include <string_view>
#include <utility>

#include "adapters/daemon/gossip/rules.h"
#include "core/gossip/bounds.h"
#include "core/gossip/header.h"
#include "core/gossip/trusted_auditor.h"
#include "plugin/net/http_status.h"

namespace tattle::daemon {
namespace {

// When to come again: to a pool that does not work, and with what was too much for one message.
constexpr std::uint64_t kPoolWaitMs = 60'000;
constexpr std::uint64_t kRestWaitMs = 1000;

HttpResponse JsonAnswer(const std::string& json) {
  HttpResponse response = GossipAnswer(kOk);
  response.headers.emplace_back("content-type", "application/json");
  response.headers.emplace_back("cache-control", "no-store");
  Append(response.body, AsBytes(json));
  return response;
}

HttpResponse Refuse(const GossipRefusal& refusal) {
  return refusal.is_own ? ComeAgain(kTooManyRequests, refusal.wait_ms, "too much, too fast")
                        : ComeAgain(kServiceUnavailable, refusal.wait_ms, "too many clients");
}

bool HasMore(const SkipCounts& skips) {
  return skips.CountOf(Errc::kTooLarge) > 0;
}

}  // namespace

GossipHandler::GossipHandler(GossipParts parts, GossipSettings settings, const Hash& secret)
    : parts_(std::move(parts)),
      settings_(std::move(settings)),
      limits_({settings_.rate, settings_.rate_total, settings_.checks}, secret, parts_.clock()),
      heads_(parts_.pool, parts_.counts, parts_.draw, SayTo(parts_.journal)),
      feedback_(parts_.pool, parts_.counts, parts_.draw) {}

void GossipHandler::Change(const GossipSettings& settings) {
  settings_ = settings;
  feedback_.Renew();
}

HttpResponse GossipHandler::Answer(const HttpRequest& request) {
  parts_.counts.Add(Count::kGossipRequests);
  HttpResponse response = Serve(request);
  if (response.status == kTooManyRequests || response.status == kContentTooLarge) {
    parts_.counts.Add(Count::kGossipRefused);
  } else if (response.status == kServiceUnavailable) {
    parts_.counts.Add(Count::kGossipFailures);
  } else if (response.status != kOk) {
    parts_.counts.Add(Count::kGossipBad);
  }
  return response;
}

HttpResponse GossipHandler::Serve(const HttpRequest& request) {
  if (const auto refusal = limits_.TakeRequest(ClientOf(request), parts_.clock())) {
    return Refuse(*refusal);
  }
  TakeHeaders(request);
  const auto route = CheckGossipRequest(request, settings_);
  return route ? ServeRoute(*route, request) : route.error();
}

// TakeHeaders: what rides on a request of another purpose changes nothing about its answer, and is
// acknowledged by nothing.
void GossipHandler::TakeHeaders(const HttpRequest& request) {
  const std::vector<std::string_view> values = TransGossipValues(request);
  if (values.empty()) {
    return;
  }
  const Result<TransGossipContent> content = DecodeTransGossip(values);
  if (!content) {
    return;
  }
  Message message;
  message.heads = content->heads;
  message.source = HeadSource::kHeader;
  message.names = Names();
  if (!settings_.names.empty()) {
    message.feedback = content->feedback;
  }
  static_cast<void>(Take(message, request));
}

HttpResponse GossipHandler::ServeRoute(const GossipRoute& route, const HttpRequest& request) {
  switch (route.endpoint) {
    case GossipEndpoint::kSthPollination:
      return Pollinate(request);
    case GossipEndpoint::kSctFeedback:
      return TakeFeedback(request, Names());
    case GossipEndpoint::kCollectedSctFeedback:
      return GiveCollected(route.feedback);
    case GossipEndpoint::kTrustedAuditor:
      return TakeAsAuditor(request);
    case GossipEndpoint::kAuditorFeedback:
      return TakeFeedback(request, std::nullopt);
    case GossipEndpoint::kAuditorHeads:
      break;
  }
  return GiveHeads(route.heads, {});
}

HttpResponse GossipHandler::Pollinate(const HttpRequest& request) {
  const Result<HeadMessage> sent = DecodeHeads(request.body);
  if (!sent) {
    return NotUnderstood(sent.error());
  }
  Message message;
  message.heads = sent->heads;
  message.is_cut = HasMore(sent->skips);
  if (Step end = Take(message, request)) {
    return *std::move(end);
  }
  return GiveHeads(sent->dialect, sent->heads);
}

HttpResponse GossipHandler::TakeFeedback(const HttpRequest& request, SiteNames names) {
  const Result<FeedbackMessage> sent = DecodeFeedback(request.body, kMaxFeedbackSize);
  if (!sent) {
    return NotUnderstood(sent.error());
  }
  Message message;
  message.feedback = sent->entries;
  message.is_cut = HasMore(sent->skips);
  message.names = names;
  // "The server SHOULD return 200 with an empty body" (draft-ietf-trans-gossip-05, Section 8.1.3).
  return Take(message, request).value_or(GossipAnswer(kOk));
}

HttpResponse GossipHandler::TakeAsAuditor(const HttpRequest& request) {
  const Result<AuditorMessage> sent = DecodeTrustedAuditor(request.body);
  if (!sent) {
    return NotUnderstood(sent.error());
  }
  Message message;
  message.heads = sent->heads.heads;
  message.feedback = sent->feedback.entries;
  message.is_cut = HasMore(sent->heads.skips) || HasMore(sent->feedback.skips);
  return Take(message, request).value_or(GossipAnswer(kOk));
}

// Take is nothing when the whole message was dealt with.
GossipHandler::Step GossipHandler::Take(const Message& message, const HttpRequest& request) {
  const std::shared_ptr<const LogList> logs = parts_.list();
  if (logs == nullptr) {
    return Fail("there is no log list");
  }
  const std::uint64_t now_ms = parts_.clock();
  const Outcome<bool> all_known = heads_.AreAllKnown(message.heads, *logs);
  if (!all_known) {
    return Fail(all_known.error());
  }
  if (!*all_known || !message.feedback.empty()) {
    if (const auto refusal = limits_.FindDebt(ClientOf(request), now_ms)) {
      return Refuse(*refusal);
    }
  }
  GossipWork work;
  Step end = TakeAll(message, limits_.GiverOf(ClientOf(request)), *logs, work);
  limits_.Spend(ClientOf(request), work.num_checks, now_ms);
  if (!end && work.is_cut) {
    // What was verified is known from now on, so that the next try gets further; what is forged
    // never is, and costs as much again.
    end = work.num_new > 0
              ? ComeAgain(kContentTooLarge, kRestWaitMs,
                          "more than is verified at once: send it again")
              : GossipAnswer(kContentTooLarge,
                             "more than is verified at once, and none of that can be kept: "
                             "send less");
  }
  if (!end && message.is_cut) {
    end = GossipAnswer(kContentTooLarge, "more than is read at once: send less");
  }
  return end;
}

GossipHandler::Step GossipHandler::TakeAll(const Message& message, HeadGiver giver,
                                           const LogList& logs, GossipWork& work) {
  const std::uint64_t now_ms = parts_.clock();
  const Outcome<void> heads =
      heads_.Take(message.heads, logs, {message.source, giver}, now_ms, work);
  if (!heads) {
    return Fail(heads.error());
  }
  const Outcome<void> feedback =
      feedback_.Take(message.feedback, logs, message.names, now_ms, work);
  if (!feedback) {
    return Fail(feedback.error());
  }
  parts_.journal.Settle("gossip");
  return std::nullopt;
}

HttpResponse GossipHandler::GiveCollected(FeedbackDialect dialect) {
  const Outcome<std::string> message =
      feedback_.Collected(dialect, settings_.names, parts_.clock());
  return message ? JsonAnswer(*message) : Fail(message.error());
}

HttpResponse GossipHandler::GiveHeads(HeadDialect dialect, std::span<const GossipHead> brought) {
  const std::shared_ptr<const LogList> logs = parts_.list();
  if (logs == nullptr) {
    return Fail("there is no log list");
  }
  const Outcome<std::vector<GossipHead>> heads = heads_.Choose(brought, *logs, parts_.clock());
  if (!heads) {
    return Fail(heads.error());
  }
  const Result<std::string> message = EncodeHeads(dialect, *heads);
  return message ? JsonAnswer(*message) : Fail(Describe(message.error()));
}

// Fail says what is wrong to the operator; to the client, that it is not its fault.
HttpResponse GossipHandler::Fail(const std::string& sentence) {
  parts_.journal.Complain("gossip", sentence);
  return ComeAgain(kServiceUnavailable, kPoolWaitMs, "this server cannot do it now");
}

HttpResponse GossipHandler::NotUnderstood(const Error& error) {
  return GossipAnswer(error.code == Errc::kTooLarge ? kContentTooLarge : kBadRequest,
                      Describe(error));
}

}  // namespace tattle::daemon
