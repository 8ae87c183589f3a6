// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/endpoint.h"

#include <algorithm>
#include <array>

namespace tattle {
namespace {

constexpr GossipRoute Old(std::string_view path, GossipEndpoint endpoint, GossipMethod method) {
  return {path,   endpoint,           GossipFamily::kCt,
          method, HeadDialect::kSths, FeedbackDialect::kSctFeedback};
}

constexpr GossipRoute New(std::string_view path, GossipEndpoint endpoint, GossipMethod method) {
  return {path,
          endpoint,
          GossipFamily::kCtGossip,
          method,
          HeadDialect::kVersioned,
          FeedbackDialect::kArrayVersioned};
}

// Ct1 is a path that the drafts soon left.
constexpr GossipRoute Ct1(std::string_view path, GossipEndpoint endpoint, GossipMethod method) {
  return {path,
          endpoint,
          GossipFamily::kCt,
          method,
          HeadDialect::kSthGossip,
          FeedbackDialect::kSctObjects};
}

constexpr std::array<GossipRoute, 12> kRoutes = {{
    Old("/.well-known/ct/v1/sth-pollination", GossipEndpoint::kSthPollination, GossipMethod::kPost),
    Old("/.well-known/ct/v1/sct-feedback", GossipEndpoint::kSctFeedback, GossipMethod::kPost),
    Old("/.well-known/ct/v1/collected-sct-feedback", GossipEndpoint::kCollectedSctFeedback,
        GossipMethod::kGet),
    Old("/ct/v1/sct-feedback", GossipEndpoint::kAuditorFeedback, GossipMethod::kPost),
    New("/.well-known/ct-gossip/v1/sth-pollination", GossipEndpoint::kSthPollination,
        GossipMethod::kPost),
    New("/.well-known/ct-gossip/v1/sct-feedback", GossipEndpoint::kSctFeedback,
        GossipMethod::kPost),
    New("/.well-known/ct-gossip/v1/collected-sct-feedback", GossipEndpoint::kCollectedSctFeedback,
        GossipMethod::kGet),
    New("/ct-gossip/v1/sct-feedback", GossipEndpoint::kAuditorFeedback, GossipMethod::kPost),
    New("/ct-gossip/v1/trusted-auditor", GossipEndpoint::kTrustedAuditor, GossipMethod::kPost),
    Ct1("/.well-known/ct/v1/sct-gossip", GossipEndpoint::kCollectedSctFeedback, GossipMethod::kGet),
    Ct1("/ct/v1/sct-gossip", GossipEndpoint::kAuditorFeedback, GossipMethod::kPost),
    Ct1("/ct/v1/sth-gossip", GossipEndpoint::kAuditorHeads, GossipMethod::kGet),
}};

}  // namespace

std::span<const GossipRoute> GossipRoutes() {
  return kRoutes;
}

std::optional<GossipRoute> FindGossipRoute(std::string_view path) {
  const auto found = std::find_if(kRoutes.begin(), kRoutes.end(),
                                  [&](const GossipRoute& route) { return route.path == path; });
  return found == kRoutes.end() ? std::nullopt : std::optional(*found);
}

std::optional<GossipRoute> FindGossipRoute(GossipEndpoint endpoint, GossipFamily family) {
  const auto found = std::find_if(kRoutes.begin(), kRoutes.end(), [&](const GossipRoute& route) {
    return route.endpoint == endpoint && route.family == family;
  });
  return found == kRoutes.end() ? std::nullopt : std::optional(*found);
}

std::string_view GossipEndpointName(GossipEndpoint endpoint) {
  switch (endpoint) {
    case GossipEndpoint::kSthPollination:
      return "sth-pollination";
    case GossipEndpoint::kSctFeedback:
      return "sct-feedback";
    case GossipEndpoint::kCollectedSctFeedback:
      return "collected-sct-feedback";
    case GossipEndpoint::kTrustedAuditor:
      return "trusted-auditor";
    case GossipEndpoint::kAuditorFeedback:
      return "auditor-feedback";
    case GossipEndpoint::kAuditorHeads:
      break;
  }
  return "auditor-heads";
}

}  // namespace tattle
