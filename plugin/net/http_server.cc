// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http_server.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <unordered_map>

#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>

#include "plugin/net/http_connection.h"
#include "plugin/net/http_listener.h"
#include "plugin/net/http_tls.h"
#include "plugin/runtime/outcome.h"

namespace tattle {
namespace {

constexpr std::string_view kUnixPeer = "unix";

// PeerGroup is whose connections are counted together: an IPv4 address, or an IPv6 network of 64
// bits, which is what one customer gets at least.
std::string PeerGroup(const std::string& peer) {
  in6_addr address = {};
  if (inet_pton(AF_INET6, peer.c_str(), &address) != 1) {
    return peer;
  }
  constexpr std::size_t kNetworkSize = 8;
  return Hex(Bytes(std::begin(address.s6_addr), kNetworkSize));
}

void IgnoreBrokenPipes() {
  struct sigaction action = {};
  if (sigaction(SIGPIPE, nullptr, &action) == 0 && action.sa_handler == SIG_DFL) {
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, nullptr);
  }
}

class Server final : public HttpServer {
 public:
  Server(event_base* base, HttpServerOptions options, Handler handler);
  ~Server() override;

  Outcome<std::uint16_t> ListenTcp(const std::string& address, std::uint16_t port) override;
  Outcome<void> ListenUnix(const std::string& path, unsigned permissions) override;
  Outcome<void> Reload() override;
  void Stop() override;
  std::size_t num_connections() const override { return connections_.size(); }

 private:
  static void OnTick(int fd, short what, void* arg);
  static void OnReap(int fd, short what, void* arg);

  void Accept(int fd, const std::string& peer);
  bool MakeRoom(const std::string& group);
  HttpConnection* FindLeastMissed(std::optional<std::string_view> group) const;
  void Retire(std::uint64_t id);
  void RestIfOver();
  std::vector<HttpConnection*> Connections() const;
  void Add(std::unique_ptr<HttpListener> listener);

  HttpSurroundings surroundings_;
  SslCtxPtr tls_;
  EventPtr tick_;
  EventPtr reap_;
  std::vector<std::unique_ptr<HttpListener>> listeners_;
  std::uint64_t num_accepted_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<HttpConnection>> connections_;
  std::map<std::string, std::size_t, std::less<>> num_per_peer_;  // by PeerGroup
  std::vector<std::unique_ptr<HttpConnection>> retired_;          // to be destroyed from outside
  std::optional<HttpTime> stopped_;
};

// TickInterval is short enough to keep the shortest time limit by a quarter.
timeval TickInterval(const HttpServerOptions& options) {
  using std::chrono::milliseconds;
  const milliseconds shortest = std::min({options.idle_timeout, options.request_timeout,
                                          options.write_timeout, options.drain_timeout});
  const auto tick = std::clamp(shortest / 4, milliseconds(10), milliseconds(1000));
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(tick).count();
  constexpr std::int64_t kPerSecond = 1'000'000;
  return {micros / kPerSecond, micros % kPerSecond};
}

Server::Server(event_base* base, HttpServerOptions options, Handler handler)
    : surroundings_{base, std::move(options), std::move(handler)},
      tick_(event_new(base, -1, EV_PERSIST, OnTick, this)),
      reap_(event_new(base, -1, 0, OnReap, this)) {}

Server::~Server() {
  listeners_.clear();
  connections_.clear();
}

Outcome<void> Server::Reload() {
  const HttpServerOptions& options = surroundings_.options;
  if (options.certificate_file.empty()) {
    return {};
  }
  Outcome<SslCtxPtr> context = CreateServerContext(options.certificate_file, options.key_file);
  if (!context) {
    return tl::unexpected(std::move(context.error()));
  }
  // Connections that have the old one keep it alive.
  tls_ = *std::move(context);
  return {};
}

void Server::Add(std::unique_ptr<HttpListener> listener) {
  listeners_.push_back(std::move(listener));
  stopped_.reset();
  const timeval interval = TickInterval(surroundings_.options);
  event_add(tick_.get(), &interval);
}

Outcome<std::uint16_t> Server::ListenTcp(const std::string& address, std::uint16_t port) {
  auto listener =
      HttpListener::ListenTcp(surroundings_.base, address, port,
                              [this](int fd, const std::string& peer) { Accept(fd, peer); });
  if (!listener) {
    return tl::unexpected(std::move(listener.error()));
  }
  const std::uint16_t bound = (*listener)->port();
  Add(*std::move(listener));
  return bound;
}

Outcome<void> Server::ListenUnix(const std::string& path, unsigned permissions) {
  auto listener =
      HttpListener::ListenUnix(surroundings_.base, path, permissions,
                               [this](int fd, const std::string& peer) { Accept(fd, peer); });
  if (!listener) {
    return tl::unexpected(std::move(listener.error()));
  }
  Add(*std::move(listener));
  return {};
}

void Server::Accept(int fd, const std::string& peer) {
  const std::string group = PeerGroup(peer);
  if (!MakeRoom(group)) {
    close(fd);
    return;
  }
  const std::uint64_t id = ++num_accepted_;
  std::unique_ptr<HttpConnection> connection =
      HttpConnection::Create(surroundings_, fd, tls_.get(), peer, [this, id] { Retire(id); });
  if (connection) {
    ++num_per_peer_[group];
    connections_[id] = std::move(connection);
  }
}

// MakeRoom lets go of a connection where there are too many: of the peer's own, if those are.
bool Server::MakeRoom(const std::string& group) {
  const HttpServerOptions& options = surroundings_.options;
  const auto found = num_per_peer_.find(group);
  const bool has_share = group == kUnixPeer || found == num_per_peer_.end() ||
                         found->second < options.max_connections_per_peer;
  if (has_share && connections_.size() < options.max_connections) {
    return true;
  }
  HttpConnection* const least =
      FindLeastMissed(has_share ? std::nullopt : std::optional<std::string_view>(group));
  if (least != nullptr) {
    least->Abandon();
  }
  return least != nullptr;
}

// FindLeastMissed is the connection, of a peer or of all, that has waited longest for nothing.
// Where each has begun to ask, it is the one whose client has been slow for longest: who is quick
// is gone before it is his turn.
HttpConnection* Server::FindLeastMissed(std::optional<std::string_view> group) const {
  HttpConnection* idlest = nullptr;
  HttpConnection* slowest = nullptr;
  for (HttpConnection* connection : Connections()) {
    if (group && PeerGroup(connection->peer()) != *group) {
      continue;
    }
    if (connection->MayGiveWay()) {
      if (idlest == nullptr || connection->idle_since() < idlest->idle_since()) {
        idlest = connection;
      }
    } else if ((slowest == nullptr || connection->busy_since() < slowest->busy_since()) &&
               connection->KeepsUsWaiting()) {
      slowest = connection;
    }
  }
  return idlest != nullptr ? idlest : slowest;
}

void Server::Retire(std::uint64_t id) {
  const auto found = connections_.find(id);
  const auto count = num_per_peer_.find(PeerGroup(found->second->peer()));
  if (--count->second == 0) {
    num_per_peer_.erase(count);
  }
  retired_.push_back(std::move(found->second));
  connections_.erase(found);
  event_active(reap_.get(), EV_TIMEOUT, 0);
}

std::vector<HttpConnection*> Server::Connections() const {
  std::vector<HttpConnection*> all;
  all.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) {
    all.push_back(connection.get());
  }
  return all;
}

void Server::Stop() {
  if (!stopped_) {
    stopped_ = HttpTime::clock::now();
    listeners_.clear();
    for (HttpConnection* connection : Connections()) {
      connection->Drain();
    }
    RestIfOver();
  }
}

// RestIfOver leaves nothing in the base that would keep it running.
void Server::RestIfOver() {
  if (stopped_ && connections_.empty()) {
    event_del(tick_.get());
  }
}

void Server::OnTick(int /*fd*/, short /*what*/, void* arg) {
  auto& self = *static_cast<Server*>(arg);
  const HttpTime now = HttpTime::clock::now();
  for (const auto& listener : self.listeners_) {
    listener->Resume();
  }
  const bool is_over =
      self.stopped_ && now - *self.stopped_ >= self.surroundings_.options.drain_timeout;
  for (HttpConnection* connection : self.Connections()) {
    if (is_over) {
      connection->Abandon();
    } else {
      connection->Tick(now);
    }
  }
}

void Server::OnReap(int /*fd*/, short /*what*/, void* arg) {
  auto& self = *static_cast<Server*>(arg);
  self.retired_.clear();
  self.RestIfOver();
}

}  // namespace

Outcome<std::unique_ptr<HttpServer>> HttpServer::Create(event_base* base, HttpServerOptions options,
                                                        Handler handler) {
  IgnoreBrokenPipes();
  auto server = std::make_unique<Server>(base, std::move(options), std::move(handler));
  if (const auto loaded = server->Reload(); !loaded) {
    return tl::unexpected(loaded.error());
  }
  return server;
}

}  // namespace tattle
