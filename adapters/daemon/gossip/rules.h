// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What HTTP says of requests to the gossip endpoint before anybody reads them: the drafts leave all
// of that open.

#ifndef TATTLE_ADAPTERS_DAEMON_GOSSIP_RULES_H_
#define TATTLE_ADAPTERS_DAEMON_GOSSIP_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "adapters/daemon/gossip/settings.h"
#include "core/gossip/endpoint.h"
#include "plugin/net/http_server.h"

namespace tattle::daemon {

// GossipAnswer is a response of this status, with a line for people as its body; none for an empty
// one.
HttpResponse GossipAnswer(int status, std::string_view line = {});

// ComeAgain is a response that asks to wait so long: 1 s at least.
HttpResponse ComeAgain(int status, std::uint64_t wait_ms, std::string_view line);

// IsOffered says whether a service is switched on.
bool IsOffered(GossipEndpoint endpoint, const GossipSettings& settings);

// CheckGossipRequest is where a request goes, or why nowhere: 404, 405 with Allow, 415 with what is
// taken, 400 for a POST of nothing.
tl::expected<GossipRoute, HttpResponse> CheckGossipRequest(const HttpRequest& request,
                                                           const GossipSettings& settings);

// TransGossipValues are the values of all TransGossip lines; they borrow from the request.
std::vector<std::string_view> TransGossipValues(const HttpRequest& request);

// ClientOf is whose request it is. On a Unix socket the front end says so, in X-Real-IP; where it
// does not, all its clients are one.
std::string_view ClientOf(const HttpRequest& request);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_GOSSIP_RULES_H_
