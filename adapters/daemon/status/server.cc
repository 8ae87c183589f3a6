// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/server.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include "core/base/bytes.h"
#include "core/base/lower_case.h"
#include "plugin/net/http_status.h"
#include "plugin/page/page.h"

namespace tattle::daemon {
namespace {

// Somebody looks, and a monitor; nobody sends anything. On the loopback all are one peer.
constexpr std::size_t kMaxStatusConnections = 64;
constexpr std::size_t kMaxStatusConnectionsAPeer = 32;
constexpr std::size_t kMaxStatusRequestSize = 8U << 10U;

HttpResponse Answer(int status, std::string_view type, std::string_view body,
                    const std::string& policy) {
  HttpResponse response;
  response.status = status;
  response.headers = {{"content-type", std::string(type)},
                      {"cache-control", "no-store"},
                      {"content-security-policy", policy},
                      {"referrer-policy", "no-referrer"},
                      {"vary", "Accept"},
                      {"x-content-type-options", "nosniff"}};
  Append(response.body, AsBytes(body));
  return response;
}

// What is no page may load, and be framed by, nothing at all.
constexpr const char* kNoPagePolicy =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

HttpResponse Refuse(int status, std::string_view line) {
  return Answer(status, "text/plain; charset=utf-8", fmt::format("{}\n", line), kNoPagePolicy);
}

std::string JoinedAccept(const HttpRequest& request) {
  std::string joined;
  for (const auto& [name, value] : request.headers) {
    if (name == "accept") {
      joined += value + ",";
    }
  }
  return joined;
}

// FormatOf is nothing for a format that there is not.
std::optional<StatusFormat> FormatOf(const HttpRequest& request) {
  constexpr std::string_view kKey = "format=";
  std::string_view query = request.query;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    if (!part.starts_with(kKey)) {
      continue;
    }
    const std::string_view format = part.substr(kKey.size());
    if (format == "html") {
      return StatusFormat::kHtml;
    }
    if (format == "json") {
      return StatusFormat::kJson;
    }
    return format == "prometheus" ? std::optional(StatusFormat::kPrometheus) : std::nullopt;
  }
  return request.path == "/metrics" ? StatusFormat::kPrometheus
                                    : FindStatusFormat(JoinedAccept(request));
}

HttpResponse Write(StatusFormat format, const DaemonStatus& status) {
  if (format == StatusFormat::kPrometheus) {
    return Answer(kOk, "text/plain; version=0.0.4; charset=utf-8", EncodeMetrics(status),
                  kNoPagePolicy);
  }
  const std::string document = EncodeStatus(status, StatusReader::kAnybody) + "\n";
  if (format == StatusFormat::kJson) {
    return Answer(kOk, "application/json", document, kNoPagePolicy);
  }
  const Result<std::string> page = RenderStatusPage(AsBytes(document));
  if (!page) {
    return Refuse(kInternalServerError, "there is no page of it: " + Describe(page.error()));
  }
  return Answer(kOk, "text/html; charset=utf-8", *page, StatusPagePolicy());
}

bool IsAddressOf(int family, const std::string& text) {
  std::array<std::uint8_t, sizeof(in6_addr)> address = {};
  return inet_pton(family, text.c_str(), address.data()) == 1;
}

}  // namespace

bool IsOwnHost(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    return end != std::string_view::npos && (end + 1 == host.size() || host[end + 1] == ':') &&
           IsAddressOf(AF_INET6, std::string(host.substr(1, end - 1)));
  }
  const std::string name = LowerCase(host.substr(0, host.find(':')));
  return name == "localhost" || IsAddressOf(AF_INET, name);
}

StatusAnswers::StatusAnswers(AskStatus status, Clock clock)
    : ask_(std::move(status)), clock_(std::move(clock)) {}

HttpResponse StatusAnswers::AnswerIn(StatusFormat format) {
  const std::uint64_t now_ms = clock_();
  if (!status_ || now_ms < asked_ms_ || now_ms - asked_ms_ >= kRenewMs) {
    status_ = ask_();
    asked_ms_ = now_ms;
    written_.clear();
  }
  if (!status_) {
    return Refuse(kServiceUnavailable, "tattled does not get round to saying how it is");
  }
  const auto found = written_.find(format);
  return found != written_.end() ? found->second
                                 : written_.emplace(format, Write(format, *status_)).first->second;
}

HttpResponse StatusAnswers::Answer(const HttpRequest& request) {
  if (request.path != "/" && request.path != "/metrics") {
    return Refuse(kNotFound, "there is nothing here; see /");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response = Refuse(kMethodNotAllowed, "this method does nothing here");
    response.headers.emplace_back("allow", "GET, HEAD");
    return response;
  }
  if (!IsOwnHost(request.FindHeader("host").value_or(std::string_view()))) {
    return Refuse(kMisdirectedRequest, "ask by the address, or by localhost");
  }
  const std::optional<StatusFormat> format = FormatOf(request);
  if (!format) {
    return Refuse(kBadRequest, "the format is html, json or prometheus");
  }
  return AnswerIn(*format);
}

Outcome<std::unique_ptr<StatusServer>> StatusServer::Create(std::span<const ListenAddress> listen,
                                                            AskStatus status, const Clock& clock) {
  auto loop = LoopThread::Create();
  if (!loop) {
    return Sorry("status_listen: " + loop.error());
  }
  std::unique_ptr<StatusServer> out(new StatusServer(std::move(status), clock, *std::move(loop)));
  HttpServerOptions options;
  options.max_connections = kMaxStatusConnections;
  options.max_connections_per_peer = kMaxStatusConnectionsAPeer;
  options.max_header_size = kMaxStatusRequestSize;
  options.max_body_size = 0;
  options.idle_timeout = std::chrono::seconds(30);
  options.request_timeout = std::chrono::seconds(5);
  options.write_timeout = std::chrono::seconds(5);
  options.drain_timeout = std::chrono::seconds(1);
  options.now_ms = clock;
  auto server = HttpServer::Create(
      out->loop_->base(), std::move(options),
      [made = out.get()](const HttpRequest& request) { return made->answers_.Answer(request); });
  if (!server) {
    return Sorry("status_listen: " + server.error());
  }
  out->server_ = *std::move(server);
  for (ListenAddress address : listen) {
    const Outcome<std::uint16_t> port = out->server_->ListenTcp(address.address, address.port);
    if (!port) {
      return Sorry("status_listen: " + port.error());
    }
    address.port = *port;
    out->places_.push_back(FormatListenAddress(address));
  }
  out->loop_->Start();
  return out;
}

StatusServer::~StatusServer() {
  loop_->Finish([this] { server_->Stop(); });
}

}  // namespace tattle::daemon
