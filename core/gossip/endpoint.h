// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The paths of gossip: two families that are the same service in an older and a newer dialect.

#ifndef TATTLE_CORE_GOSSIP_ENDPOINT_H_
#define TATTLE_CORE_GOSSIP_ENDPOINT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/gossip/feedback.h"
#include "core/gossip/heads.h"

namespace tattle {

enum class GossipEndpoint : std::uint8_t {
  kSthPollination = 1,    // a client or auditor posts heads, and heads come back
  kSctFeedback,           // a client posts what this very server showed it
  kCollectedSctFeedback,  // an auditor fetches what clients posted
  kTrustedAuditor,        // a client posts all it has to an auditor that its user chose
  kAuditorFeedback,       // a server posts what clients posted to it to an auditor
  kAuditorHeads,          // anybody fetches the heads of an auditor (CT1)
};

// The family of /.well-known/ct/v1 (CT1, CT2, I0, I1, and what is deployed), and that of
// /.well-known/ct-gossip/v1 (I2 to I5).
enum class GossipFamily : std::uint8_t { kCt = 1, kCtGossip };

enum class GossipMethod : std::uint8_t { kGet = 1, kPost };

// GossipRoute is a path, and what is said there where the request itself does not tell: the dialect
// of an answer to a GET, or of the first message to a peer. A message is always answered in its
// own.
struct GossipRoute {
  std::string_view path;
  GossipEndpoint endpoint = GossipEndpoint::kSthPollination;
  GossipFamily family = GossipFamily::kCt;
  GossipMethod method = GossipMethod::kPost;  // the only one: 405 to others
  HeadDialect heads = HeadDialect::kSths;
  FeedbackDialect feedback = FeedbackDialect::kSctFeedback;
};

// GossipRoutes are all that there are. Of two for one endpoint and family the first is the newer.
std::span<const GossipRoute> GossipRoutes();

// FindGossipRoute looks for a whole path, without a query; case counts, as in every path.
std::optional<GossipRoute> FindGossipRoute(std::string_view path);

// FindGossipRoute is where a family has an endpoint; not every family has all.
std::optional<GossipRoute> FindGossipRoute(GossipEndpoint endpoint, GossipFamily family);

// GossipEndpointName: "sth-pollination", "sct-feedback", "collected-sct-feedback",
// "trusted-auditor", "auditor-feedback", "auditor-heads".
std::string_view GossipEndpointName(GossipEndpoint endpoint);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_ENDPOINT_H_
