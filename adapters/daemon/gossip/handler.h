// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// GossipHandler: the gossip endpoint as a function of requests to responses.

#ifndef TATTLE_ADAPTERS_DAEMON_GOSSIP_HANDLER_H_
#define TATTLE_ADAPTERS_DAEMON_GOSSIP_HANDLER_H_

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "adapters/daemon/clock.h"
#include "adapters/daemon/counts.h"
#include "adapters/daemon/gossip/feedback.h"
#include "adapters/daemon/gossip/heads.h"
#include "adapters/daemon/gossip/limits.h"
#include "adapters/daemon/gossip/settings.h"
#include "adapters/daemon/journal.h"
#include "core/gossip/endpoint.h"
#include "core/gossip/mix.h"
#include "core/loglist/log_list.h"
#include "plugin/net/http_server.h"
#include "plugin/pool/pool.h"

namespace tattle::daemon {

// GossipParts is what a handler works with: all is borrowed but the functions.
struct GossipParts {
  Pool& pool;
  Journal& journal;
  Counts& counts;
  std::function<std::shared_ptr<const LogList>()> list;  // null: there is none
  Clock clock;
  DrawUint64 draw;  // cryptographic
};

// GossipHandler answers 200 only when what was sent is in the pool, or is nothing that belongs
// there. Nothing of a client is kept but its share of the limits. For one thread, but for Invalid.
class GossipHandler {
 public:
  // `secret` is random and of this process.
  GossipHandler(GossipParts parts, GossipSettings settings, const Hash& secret);

  HttpResponse Answer(const HttpRequest& request);

  // Change takes names and what is offered from other settings; limits stay.
  void Change(const GossipSettings& settings);

  std::vector<InvalidSct> Invalid() const { return feedback_.Invalid(); }

 private:
  // Message is what a request brings, of any kind.
  struct Message {
    std::span<const GossipHead> heads;
    std::span<const FeedbackEntry> feedback;
    bool is_cut = false;  // more stood in it than is read
    SiteNames names;
    HeadSource source = HeadSource::kPollination;
  };
  // Step is nothing, or the response that ends a request.
  using Step = std::optional<HttpResponse>;

  HttpResponse Serve(const HttpRequest& request);
  void TakeHeaders(const HttpRequest& request);
  HttpResponse ServeRoute(const GossipRoute& route, const HttpRequest& request);
  HttpResponse Pollinate(const HttpRequest& request);
  HttpResponse TakeFeedback(const HttpRequest& request, SiteNames names);
  HttpResponse TakeAsAuditor(const HttpRequest& request);
  HttpResponse GiveCollected(FeedbackDialect dialect);
  HttpResponse GiveHeads(HeadDialect dialect, std::span<const GossipHead> brought);
  Step Take(const Message& message, const HttpRequest& request);
  Step TakeAll(const Message& message, HeadGiver giver, const LogList& logs, GossipWork& work);
  HttpResponse Fail(const std::string& sentence);
  HttpResponse NotUnderstood(const Error& error);
  SiteNames Names() const { return SiteNames(settings_.names); }

  const GossipParts parts_;
  GossipSettings settings_;
  GossipLimits limits_;
  GossipHeads heads_;
  GossipFeedback feedback_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_GOSSIP_HANDLER_H_
