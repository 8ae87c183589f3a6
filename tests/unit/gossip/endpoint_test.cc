// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/endpoint.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace tattle::endpoint_test {
namespace {

TEST(FindGossipRouteTest, KnowsBothFamiliesOfPaths) {
  struct Case {
    const char* path;
    const char* endpoint;
    GossipFamily family;
    GossipMethod method;
    HeadDialect heads;
    FeedbackDialect feedback;
  };
  constexpr auto kOld = GossipFamily::kCt;
  constexpr auto kNew = GossipFamily::kCtGossip;
  constexpr auto kGet = GossipMethod::kGet;
  constexpr auto kPost = GossipMethod::kPost;
  constexpr auto kSths = HeadDialect::kSths;
  constexpr auto kV1 = HeadDialect::kVersioned;
  constexpr auto kCt1 = HeadDialect::kSthGossip;
  constexpr auto kObject = FeedbackDialect::kSctFeedback;
  constexpr auto kI5 = FeedbackDialect::kArrayVersioned;
  constexpr auto kObjects = FeedbackDialect::kSctObjects;
  const Case cases[] = {
      {"/.well-known/ct/v1/sth-pollination", "sth-pollination", kOld, kPost, kSths, kObject},
      {"/.well-known/ct/v1/sct-feedback", "sct-feedback", kOld, kPost, kSths, kObject},
      {"/.well-known/ct/v1/collected-sct-feedback", "collected-sct-feedback", kOld, kGet, kSths,
       kObject},
      {"/ct/v1/sct-feedback", "auditor-feedback", kOld, kPost, kSths, kObject},
      {"/.well-known/ct-gossip/v1/sth-pollination", "sth-pollination", kNew, kPost, kV1, kI5},
      {"/.well-known/ct-gossip/v1/sct-feedback", "sct-feedback", kNew, kPost, kV1, kI5},
      {"/.well-known/ct-gossip/v1/collected-sct-feedback", "collected-sct-feedback", kNew, kGet,
       kV1, kI5},
      {"/ct-gossip/v1/sct-feedback", "auditor-feedback", kNew, kPost, kV1, kI5},
      {"/ct-gossip/v1/trusted-auditor", "trusted-auditor", kNew, kPost, kV1, kI5},
      {"/.well-known/ct/v1/sct-gossip", "collected-sct-feedback", kOld, kGet, kCt1, kObjects},
      {"/ct/v1/sct-gossip", "auditor-feedback", kOld, kPost, kCt1, kObjects},
      {"/ct/v1/sth-gossip", "auditor-heads", kOld, kGet, kCt1, kObjects},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.path);
    const std::optional<GossipRoute> route = FindGossipRoute(c.path);
    ASSERT_TRUE(route);
    EXPECT_EQ(GossipEndpointName(route->endpoint), c.endpoint);
    EXPECT_EQ(route->family, c.family);
    EXPECT_EQ(route->method, c.method);
    EXPECT_EQ(route->heads, c.heads);
    EXPECT_EQ(route->feedback, c.feedback);
  }
  EXPECT_EQ(GossipRoutes().size(), std::size(cases));
}

TEST(FindGossipRouteTest, KnowsNothingElse) {
  for (const char* path :
       {"", "/", "/.well-known/ct/v1/sth-pollination/", "/.well-known/ct/v1/STH-pollination",
        "/.well-known/ct/v2/sth-pollination", "/.well-known/ct/v1/sth-pollination?x",
        "/ct/v1/sth-pollination", "/.well-known/ct-gossip/v1/trusted-auditor",
        "/.well-known/ct/v1/trusted-auditor", "/.well-known/ct/v1/"}) {
    EXPECT_FALSE(FindGossipRoute(path)) << path;
  }
}

TEST(FindGossipRouteTest, FindsWhereAFamilyHasAnEndpoint) {
  EXPECT_EQ(FindGossipRoute(GossipEndpoint::kSthPollination, GossipFamily::kCt)->path,
            "/.well-known/ct/v1/sth-pollination");
  EXPECT_EQ(FindGossipRoute(GossipEndpoint::kCollectedSctFeedback, GossipFamily::kCt)->path,
            "/.well-known/ct/v1/collected-sct-feedback");
  EXPECT_EQ(FindGossipRoute(GossipEndpoint::kAuditorFeedback, GossipFamily::kCt)->path,
            "/ct/v1/sct-feedback");
  EXPECT_EQ(FindGossipRoute(GossipEndpoint::kTrustedAuditor, GossipFamily::kCtGossip)->path,
            "/ct-gossip/v1/trusted-auditor");
  EXPECT_FALSE(FindGossipRoute(GossipEndpoint::kTrustedAuditor, GossipFamily::kCt));
  EXPECT_FALSE(FindGossipRoute(GossipEndpoint::kAuditorHeads, GossipFamily::kCtGossip));
}

TEST(GossipRoutesTest, HaveEachPathOnce) {
  std::set<std::string_view> paths;
  for (const GossipRoute& route : GossipRoutes()) {
    EXPECT_TRUE(paths.insert(route.path).second) << route.path;
  }
}

}  // namespace
}  // namespace tattle::endpoint_test
