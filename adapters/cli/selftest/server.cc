// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/selftest/server.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/base/bytes.h"

namespace tattle::cli {
namespace {

constexpr std::chrono::milliseconds kMoment(20);

// A client that says nothing after the handshake waits for a greeting: it has accepted the server.
constexpr std::chrono::milliseconds kSilence(2000);

// How long the client may take to close after our answer.
constexpr std::chrono::milliseconds kGoodbye(500);

constexpr std::string_view kAnswer =
    "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n";

// Watch is what OpenSSL's callbacks tell us of one connection.
struct Watch {
  Seen* seen;
  const std::function<void()>* on_hello;
};

Watch& WatchOf(const SSL* ssl) {
  return *static_cast<Watch*>(SSL_get_app_data(ssl));
}

int OnClientHello(SSL* ssl, int* /*alert*/, void* /*arg*/) {
  Watch& watch = WatchOf(ssl);
  int* types = nullptr;
  std::size_t num_types = 0;
  if (SSL_client_hello_get1_extensions_present(ssl, &types, &num_types) == 1) {
    const std::unique_ptr<int, void (*)(int*)> owner(types,
                                                     [](int* memory) { OPENSSL_free(memory); });
    const std::span<const int> all(types, num_types);
    const auto has = [&](int type) { return std::find(all.begin(), all.end(), type) != all.end(); };
    watch.seen->asked_for_scts = has(TLSEXT_TYPE_signed_certificate_timestamp);
    watch.seen->asked_for_staple = has(TLSEXT_TYPE_status_request);
  }
  watch.seen->reached = Reached::kHello;
  (*watch.on_hello)();
  return SSL_CLIENT_HELLO_SUCCESS;
}

void OnInfo(const SSL* ssl, int where, int value) {
  constexpr int kAlertMask = 0xFF;  // the upper byte is its level
  const int alert = value & kAlertMask;
  if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && alert != SSL3_AD_CLOSE_NOTIFY) {
    WatchOf(ssl).seen->alert = alert;
  }
}

// Turn waits for what OpenSSL waits for. Returns false if it waits for nothing, or in vain.
bool Turn(SSL* ssl, int fd, int answer, const Deadline& deadline) {
  const int error = SSL_get_error(ssl, answer);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
    return false;
  }
  return !deadline.HasPassed() &&
         WaitFor(fd, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline);
}

// Step repeats a call of OpenSSL until it is done or fails.
template <typename Call>
int Step(SSL* ssl, int fd, const Deadline& deadline, Call call) {
  while (true) {
    ERR_clear_error();
    const int answer = call();
    if (answer > 0 || !Turn(ssl, fd, answer, deadline)) {
      ERR_clear_error();
      return answer;
    }
  }
}

Deadline Sooner(std::chrono::milliseconds time, const Deadline& deadline) {
  return Deadline(std::min(time, deadline.Remaining()));
}

void Talk(SSL* ssl, int fd, Seen& seen, const Deadline& deadline) {
  if (Step(ssl, fd, deadline, [ssl] { return SSL_accept(ssl); }) != 1) {
    return;
  }
  seen.reached = Reached::kHandshake;
  seen.version = SSL_get_version(ssl);
  std::array<char, 4096> data = {};
  const auto read = [&] { return SSL_read(ssl, data.data(), static_cast<int>(data.size())); };
  if (const int len = Step(ssl, fd, Sooner(kSilence, deadline), read); len <= 0) {
    // Still open, and nothing came: otherwise it would have closed or sent an alert.
    seen.waited = SSL_get_error(ssl, len) == SSL_ERROR_WANT_READ;
    SSL_shutdown(ssl);
    return;
  }
  seen.reached = Reached::kData;
  SSL_write(ssl, kAnswer.data(), static_cast<int>(kAnswer.size()));
  SSL_shutdown(ssl);
  shutdown(fd, SHUT_WR);
  const Deadline goodbye = Sooner(kGoodbye, deadline);
  while (Step(ssl, fd, goodbye, read) > 0) {
  }
}

// Listen binds an address; with a port of 0 to a free one, which it sets.
Outcome<Descriptor> Listen(int family, std::uint16_t& port) {
  Descriptor fd(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  v4.sin_port = htons(port);
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  v6.sin6_port = htons(port);
  const int only = 1;
  if (family == AF_INET6) {
    setsockopt(fd.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  }
  // The socket interface takes every kind of address through one type.
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast)
  auto* address =
      family == AF_INET ? reinterpret_cast<sockaddr*>(&v4) : reinterpret_cast<sockaddr*>(&v6);
  socklen_t len = family == AF_INET ? sizeof v4 : sizeof v6;
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  if (fd.fd() < 0 || bind(fd.fd(), address, len) != 0 || listen(fd.fd(), SOMAXCONN) != 0 ||
      getsockname(fd.fd(), address, &len) != 0) {
    return Sorry("cannot listen on the loopback: " + SystemMessage(errno));
  }
  port = ntohs(family == AF_INET ? v4.sin_port : v6.sin6_port);
  return fd;
}

}  // namespace

void Seen::Add(const Seen& other) {
  waited = waited || other.waited;
  asked_for_scts = asked_for_scts || other.asked_for_scts;
  asked_for_staple = asked_for_staple || other.asked_for_staple;
  alert = other.alert < 0 ? alert : other.alert;
  version = other.version.empty() ? version : other.version;
  reached = std::max(reached, other.reached);
}

TestServer::TestServer(SslCtxPtr context, std::vector<Descriptor> listeners, std::uint16_t port)
    : context_(std::move(context)), listeners_(std::move(listeners)), port_(port) {}

Outcome<TestServer> TestServer::Create(const TestCertificates& certificates) {
  SslCtxPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context || SSL_CTX_use_certificate(context.get(), certificates.server.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), certificates.server_key.get()) != 1) {
    return Sorry("OpenSSL cannot set up a server");
  }
  // Each connection is to be judged by itself.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_client_hello_cb(context.get(), OnClientHello, nullptr);
  SSL_CTX_set_info_callback(context.get(), OnInfo);
  std::uint16_t port = 0;
  std::vector<Descriptor> listeners;
  Outcome<Descriptor> v4 = Listen(AF_INET, port);
  if (!v4) {
    return Sorry(v4.error());
  }
  listeners.push_back(*std::move(v4));
  // Programs may try this first for localhost; where it cannot be had, they will do without.
  if (Outcome<Descriptor> v6 = Listen(AF_INET6, port)) {
    listeners.push_back(*std::move(v6));
  }
  return TestServer(std::move(context), std::move(listeners), port);
}

bool TestServer::Serve(Seen& seen, const Deadline& deadline,
                       const std::function<void()>& on_hello) {
  std::vector<pollfd> entries;
  for (const Descriptor& listener : listeners_) {
    entries.push_back({listener.fd(), POLLIN, 0});
  }
  if (poll(entries.data(), entries.size(), static_cast<int>(kMoment.count())) <= 0) {
    return false;
  }
  for (const pollfd& entry : entries) {
    const Descriptor socket(accept4(entry.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    const SslPtr ssl(socket.fd() < 0 ? nullptr : SSL_new(context_.get()));
    if (ssl && SSL_set_fd(ssl.get(), socket.fd()) == 1) {
      Seen one;
      one.reached = Reached::kConnected;
      Watch watch{&one, &on_hello};
      SSL_set_app_data(ssl.get(), &watch);
      Talk(ssl.get(), socket.fd(), one, deadline);
      seen.Add(one);
    }
  }
  return true;
}

}  // namespace tattle::cli
