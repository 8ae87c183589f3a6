// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/server.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include <openssl/rand.h>
#include <sys/eventfd.h>

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
                           int wake_fd)
    : journal_(parts.journal),
      settings_(std::move(settings)),
      handler_(std::move(parts), settings_, secret),
      wake_fd_(wake_fd),
      base_(event_base_new()),
      woken_(base_.get(), wake_fd, EV_READ | EV_PERSIST, 0, [this] { OnWake(); }) {}

Outcome<std::unique_ptr<GossipServer>> GossipServer::Create(GossipParts parts,
                                                            GossipSettings settings) {
  Hash secret = {};
  const int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (RAND_bytes(secret.data(), static_cast<int>(secret.size())) != 1 || wake_fd < 0) {
    return Sorry("the system gives no random numbers, or no descriptor");
  }
  const Clock clock = parts.clock;
  std::unique_ptr<GossipServer> server(
      new GossipServer(std::move(parts), std::move(settings), secret, wake_fd));
  if (const Outcome<void> listens = server->Listen(clock); !listens) {
    return Sorry(listens.error());
  }
  server->woken_.Start();
  server->thread_ = std::thread([base = server->base_.get()] { event_base_dispatch(base); });
  return server;
}

GossipServer::~GossipServer() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      must_stop_ = true;
    }
    Wake();
    thread_.join();
  }
  tls_.reset();
  plain_.reset();
  close(wake_fd_);
}

Outcome<void> GossipServer::Listen(const Clock& clock) {
  if (!settings_.listen.empty()) {
    HttpServerOptions options = OptionsFor(clock);
    options.certificate_file = settings_.certificate;
    options.key_file = settings_.key;
    auto server =
        HttpServer::Create(base_.get(), std::move(options),
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
      HttpServer::Create(base_.get(), OptionsFor(clock),
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
  {
    const std::lock_guard lock(mutex_);
    change_ = std::move(settings);
  }
  Wake();
}

// Wake: a counter that is full has woken it already.
void GossipServer::Wake() const {
  eventfd_write(wake_fd_, 1);
}

void GossipServer::OnWake() {
  eventfd_t count = 0;
  eventfd_read(wake_fd_, &count);
  std::optional<GossipSettings> change;
  bool must_stop = false;
  {
    const std::lock_guard lock(mutex_);
    change = std::exchange(change_, std::nullopt);
    must_stop = must_stop_;
  }
  if (change) {
    handler_.Change(*change);
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
  if (must_stop) {
    woken_.Stop();
    for (const auto* const server : {&tls_, &plain_}) {
      if (*server) {
        (*server)->Stop();
      }
    }
  }
}

}  // namespace tattle::daemon
