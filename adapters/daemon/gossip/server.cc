// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/server.h"

#include <chrono>
#include <utility>

#include <openssl/rand.h>

#include "core/gossip/bounds.h"

namespace tattle::daemon {
namespace {

// Each connection may make us hold a whole message.
constexpr std::size_t kMaxGossipConnections = 128;
constexpr std::size_t kMaxGossipConnectionsAPeer = 16;
constexpr std::uint32_t kMaxGossipStreams = 16;

// Headers of gossip are 8 KB together; the rest of a request needs no more than usual.
constexpr std::size_t kMaxGossipRequestHead = 16U << 10U;

// Whoever may connect to the socket could as well come through the front end.
constexpr unsigned kFrontEndMode = 0666;

HttpServerOptions OptionsFor(const Clock& clock) {
  HttpServerOptions options;
  options.max_connections = kMaxGossipConnections;
  options.max_connections_per_peer = kMaxGossipConnectionsAPeer;
  options.max_header_size = kMaxGossipRequestHead;
  options.max_body_size = kMaxFeedbackSize;
  options.max_concurrent_streams = kMaxGossipStreams;
  options.idle_timeout = std::chrono::seconds(30);
  options.drain_timeout = std::chrono::seconds(1);
  options.now_ms = clock;
  return options;
}

}  // namespace

std::string_view KeyOfTlsFault(const GossipSettings& settings, std::string_view sentence) {
  return settings.key != settings.certificate && sentence.starts_with(settings.key + ": ")
             ? "gossip_key"
             : "gossip_certificate";
}

GossipServer::GossipServer(GossipParts parts, GossipSettings settings, const Hash& secret,
                           std::unique_ptr<LoopThread> loop)
    : journal_(parts.journal),
      settings_(std::move(settings)),
      handler_(std::move(parts), settings_, secret),
      loop_(std::move(loop)) {}

Outcome<std::unique_ptr<GossipServer>> GossipServer::Create(GossipParts parts,
                                                            GossipSettings settings) {
  Hash secret = {};
  if (RAND_bytes(secret.data(), static_cast<int>(secret.size())) != 1) {
    return Sorry("the system gives no random numbers");
  }
  auto loop = LoopThread::Create();
  if (!loop) {
    return Sorry(loop.error());
  }
  const Clock clock = parts.clock;
  std::unique_ptr<GossipServer> server(
      new GossipServer(std::move(parts), std::move(settings), secret, *std::move(loop)));
  if (const Outcome<void> listens = server->Listen(clock); !listens) {
    return Sorry(listens.error());
  }
  server->loop_->Start();
  return server;
}

GossipServer::~GossipServer() {
  loop_->Finish([this] {
    for (const auto* const server : {&tls_, &plain_}) {
      if (*server) {
        (*server)->Stop();
      }
    }
  });
}

Outcome<void> GossipServer::Listen(const Clock& clock) {
  if (!settings_.listen.empty()) {
    HttpServerOptions options = OptionsFor(clock);
    options.certificate_file = settings_.certificate;
    options.key_file = settings_.key;
    auto server =
        HttpServer::Create(loop_->base(), std::move(options),
                           [this](const HttpRequest& request) { return handler_.Answer(request); });
    if (!server) {
      return Sorry(std::string(KeyOfTlsFault(settings_, server.error())) + ": " + server.error());
    }
    tls_ = *std::move(server);
  }
  for (ListenAddress address : settings_.listen) {
    const Outcome<std::uint16_t> port = tls_->ListenTcp(address.address, address.port);
    if (!port) {
      return Sorry("gossip_listen: " + port.error());
    }
    address.port = *port;
    places_.push_back(FormatListenAddress(address));
  }
  return settings_.socket.empty() ? Outcome<void>() : ListenUnix(clock);
}

Outcome<void> GossipServer::ListenUnix(const Clock& clock) {
  auto server =
      HttpServer::Create(loop_->base(), OptionsFor(clock),
                         [this](const HttpRequest& request) { return handler_.Answer(request); });
  if (!server) {
    return Sorry("gossip_socket: " + server.error());
  }
  plain_ = *std::move(server);
  if (const Outcome<void> listens = plain_->ListenUnix(settings_.socket, kFrontEndMode); !listens) {
    return Sorry("gossip_socket: " + listens.error());
  }
  places_.push_back(settings_.socket);
  return {};
}

void GossipServer::Change(GossipSettings settings) {
  loop_->Post([this, settings = std::move(settings)] { TakeChange(settings); });
}

void GossipServer::TakeChange(const GossipSettings& settings) {
  handler_.Change(settings);
  const Outcome<void> reloaded = tls_ ? tls_->Reload() : Outcome<void>();
  const std::string_view broken =
      reloaded ? std::string_view() : KeyOfTlsFault(settings_, reloaded.error());
  for (const char* const key : {"gossip_certificate", "gossip_key"}) {
    if (key == broken) {
      journal_.Complain(key, reloaded.error() + "; those from before stay in use");
    } else {
      journal_.Settle(key);
    }
  }
}

}  // namespace tattle::daemon
