// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/server.h"

#include <chrono>
#include <utility>

namespace tattle::testlog {
namespace {

// A monitor of its own may well have all connections there are: nobody here is a stranger.
constexpr std::size_t kMaxConnections = 512;

// At a stop, for answers under way. Short: who stops a test log waits for it.
constexpr std::chrono::milliseconds kDrainTimeout{400};

std::string HostInUrl(const ServerOptions& options, const ListenAddress& address) {
  if (!options.host_name.empty()) {
    return options.host_name;
  }
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return is_ipv6 ? "[" + address.host + "]" : address.host;
}

}  // namespace

Outcome<std::unique_ptr<Server>> Server::Create(event_base* base, const Service& service,
                                                ServerOptions options) {
  std::unique_ptr<Server> out(new Server(service, std::move(options)));
  for (std::size_t face = 0; face < out->options_.listeners.size(); ++face) {
    if (const Outcome<void> listening = out->Listen(base, face); !listening) {
      return Sorry(listening.error());
    }
  }
  if (!out->options_.control_socket.empty()) {
    Outcome<std::unique_ptr<ControlSocket>> control = ControlSocket::Create(
        base, out->options_.control_socket, [raw = out.get()](std::string_view line) {
          return raw->service_.Command(line, raw->options_.now_ms());
        });
    if (!control) {
      return Sorry(control.error());
    }
    out->control_ = *std::move(control);
  }
  if (out->options_.sequence_interval_ms != 0) {
    constexpr std::uint32_t kMsPerS = 1000;
    const std::uint32_t ms = out->options_.sequence_interval_ms;
    const timeval interval = {ms / kMsPerS, static_cast<suseconds_t>(ms % kMsPerS) * kMsPerS};
    out->timer_.reset(event_new(base, -1, EV_PERSIST, OnTimer, out.get()));
    event_add(out->timer_.get(), &interval);
  }
  return out;
}

Outcome<void> Server::Listen(event_base* base, std::size_t face) {
  const ListenAddress& address = options_.listeners[face];
  HttpServerOptions http;
  http.certificate_file = options_.certificate_file;
  http.key_file = options_.key_file;
  http.max_connections = kMaxConnections;
  http.max_connections_per_peer = kMaxConnections;
  http.drain_timeout = kDrainTimeout;
  http.now_ms = options_.now_ms;
  auto server = HttpServer::Create(base, std::move(http), [this, face](const HttpRequest& request) {
    return service_.Answer(face, request, options_.now_ms());
  });
  if (!server) {
    return Sorry(server.error());
  }
  const auto port = (*server)->ListenTcp(address.host, address.port);
  if (!port) {
    return Sorry(port.error());
  }
  const std::string scheme = options_.certificate_file.empty() ? "http://" : "https://";
  base_urls_.push_back(scheme + HostInUrl(options_, address) + ":" + std::to_string(*port));
  service_.SetBaseUrl(face, base_urls_.back());
  faces_.push_back(*std::move(server));
  return {};
}

void Server::OnTimer(int /*fd*/, short /*what*/, void* arg) {
  const auto* self = static_cast<Server*>(arg);
  const Outcome<void> done = self->service_.Sequence(self->options_.now_ms());
  if (!done && self->options_.complain) {
    self->options_.complain(done.error());
  }
}

void Server::Stop() {
  timer_.reset();
  control_.reset();
  for (const std::unique_ptr<HttpServer>& face : faces_) {
    face->Stop();
  }
}

}  // namespace tattle::testlog
