// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/rules.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/base/bytes.h"
#include "core/base/lower_case.h"
#include "core/base/time.h"
#include "core/gossip/header.h"
#include "plugin/net/http_message.h"
#include "plugin/net/http_status.h"
#include "plugin/runtime/config_value.h"

namespace tattle::daemon {
namespace {

constexpr std::string_view kUnixPeer = "unix";  // what HttpServer calls the client there

// IsJsonType takes what clients of the drafts send, which name no type: JSON by its names, and what
// says nothing. A form is what a tool sends that was told nothing, and no page of a site is to make
// a browser take part.
bool IsJsonType(std::string_view content_type) {
  const std::string type = LowerCase(
      Trim(content_type.substr(0, std::min(content_type.find(';'), content_type.size()))));
  return type == "application/json" || type == "application/octet-stream" ||
         (type.starts_with("application/") && type.ends_with("+json"));
}

// RefuseBody is nothing for a body that may be read. One that is compressed is not: a few bytes of
// it can be a gigabyte.
std::optional<HttpResponse> RefuseBody(const HttpRequest& request) {
  const auto encoding = request.FindHeader("content-encoding");
  if (encoding && LowerCase(Trim(*encoding)) != "identity") {
    HttpResponse response =
        GossipAnswer(kUnsupportedMediaType, "send the body without a content encoding");
    response.headers.emplace_back("accept-encoding", "identity");
    return response;
  }
  const auto type = request.FindHeader("content-type");
  if (type && !IsJsonType(*type)) {
    HttpResponse response = GossipAnswer(kUnsupportedMediaType, "send application/json");
    response.headers.emplace_back("accept-post", "application/json");
    return response;
  }
  if (request.body.empty()) {
    return GossipAnswer(kBadRequest, "the body is empty");
  }
  return std::nullopt;
}

}  // namespace

HttpResponse GossipAnswer(int status, std::string_view line) {
  HttpResponse response;
  response.status = status;
  response.headers.emplace_back(kTransGossipEnabled, "Yes");
  if (!line.empty()) {
    response.headers.emplace_back("content-type", "text/plain; charset=utf-8");
    Append(response.body, AsBytes(fmt::format("{}\n", line)));
  }
  return response;
}

HttpResponse ComeAgain(int status, std::uint64_t wait_ms, std::string_view line) {
  HttpResponse response = GossipAnswer(status, line);
  const std::uint64_t wait_s =
      std::max<std::uint64_t>((wait_ms + kMsPerSecond - 1) / kMsPerSecond, 1);
  response.headers.emplace_back("retry-after", std::to_string(wait_s));
  return response;
}

bool IsOffered(GossipEndpoint endpoint, const GossipSettings& settings) {
  switch (endpoint) {
    case GossipEndpoint::kSthPollination:
      return true;
    case GossipEndpoint::kSctFeedback:
      return !settings.names.empty();
    case GossipEndpoint::kCollectedSctFeedback:
      return settings.collected;
    case GossipEndpoint::kTrustedAuditor:
    case GossipEndpoint::kAuditorFeedback:
    case GossipEndpoint::kAuditorHeads:
      break;
  }
  return settings.auditor;
}

tl::expected<GossipRoute, HttpResponse> CheckGossipRequest(const HttpRequest& request,
                                                           const GossipSettings& settings) {
  const std::optional<GossipRoute> route = FindGossipRoute(request.path);
  if (!route || !IsOffered(route->endpoint, settings)) {
    return tl::unexpected(GossipAnswer(kNotFound, "there is nothing here"));
  }
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  if (route->method == GossipMethod::kGet ? !is_get : request.method != "POST") {
    HttpResponse response = GossipAnswer(kMethodNotAllowed, "this method does nothing here");
    response.headers.emplace_back("allow",
                                  route->method == GossipMethod::kGet ? "GET, HEAD" : "POST");
    return tl::unexpected(std::move(response));
  }
  if (route->method == GossipMethod::kPost) {
    if (std::optional<HttpResponse> refused = RefuseBody(request)) {
      return tl::unexpected(*std::move(refused));
    }
  }
  return *route;
}

std::vector<std::string_view> TransGossipValues(const HttpRequest& request) {
  static const std::string kName = LowerCase(kTransGossip);
  std::vector<std::string_view> values;
  for (const auto& [name, value] : request.headers) {
    if (name == kName) {
      values.emplace_back(value);
    }
  }
  return values;
}

std::string_view ClientOf(const HttpRequest& request) {
  if (request.peer != kUnixPeer) {
    return request.peer;
  }
  return request.FindHeader("x-real-ip").value_or(std::string_view());
}

}  // namespace tattle::daemon
