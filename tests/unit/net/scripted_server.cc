// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/net/scripted_server.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include "core/base/lower_case.h"

namespace tattle::testing {
namespace {

void Check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

// DecodeHead reads "METHOD TARGET HTTP/1.1" and header lines.
ScriptedRequest DecodeHead(std::string_view head) {
  ScriptedRequest request;
  const std::string_view first = head.substr(0, head.find("\r\n"));
  const std::size_t target = first.find(' ') + 1;
  request.method = first.substr(0, target - 1);
  request.target = first.substr(target, first.rfind(' ') - target);
  head.remove_prefix(first.size() + 2);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) {
      request.headers[LowerCase(line.substr(0, colon))] = line.substr(colon + 2);
    }
    head.remove_prefix(std::min(head.size(), line.size() + 2));
  }
  return request;
}

std::string EncodeAnswer(const ScriptedAnswer& answer) {
  if (answer.raw) {
    return *answer.raw;
  }
  std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " X\r\n";
  for (const std::string& header : answer.headers) {
    out += header + "\r\n";
  }
  if (answer.is_chunked) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string size;
    for (std::size_t rest = answer.body.size(); rest > 0; rest /= 16) {
      size.insert(size.begin(), kDigits[rest % 16]);
    }
    return out + "transfer-encoding: chunked\r\n\r\n" + size + "\r\n" + answer.body +
           "\r\n0\r\n\r\n";
  }
  return out + "content-length: " + std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body;
}

std::shared_ptr<SSL_CTX> MakeContext(const TlsIdentity& identity) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  Check(SSL_CTX_use_certificate_ASN1(context.get(), static_cast<int>(identity.certificate.size()),
                                     identity.certificate.data()) == 1);
  Check(SSL_CTX_use_PrivateKey(context.get(), identity.key.get()) == 1);
  return context;
}

}  // namespace

std::string ScriptedRequest::Header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

struct ScriptedServer::Connection {
  int socket = -1;
  std::shared_ptr<SSL> tls;
  std::string pending;

  bool Read() {
    std::array<char, 16384> buffer = {};
    const long len = tls ? SSL_read(tls.get(), buffer.data(), buffer.size())
                         : recv(socket, buffer.data(), buffer.size(), 0);
    if (len > 0) {
      pending.append(buffer.data(), static_cast<std::size_t>(len));
    }
    return len > 0;
  }

  bool Write(std::string_view text) const {
    while (!text.empty()) {
      const long len = tls ? SSL_write(tls.get(), text.data(), static_cast<int>(text.size()))
                           : send(socket, text.data(), text.size(), MSG_NOSIGNAL);
      if (len <= 0) {
        return false;
      }
      text.remove_prefix(static_cast<std::size_t>(len));
    }
    return true;
  }
};

ScriptedServer::ScriptedServer(Handler handler, const std::optional<TlsIdentity>& identity)
    : handler_(std::move(handler)) {
  std::signal(SIGPIPE, SIG_IGN);  // of TLS to a client that is gone, here and in libcurl
  if (identity) {
    tls_ = MakeContext(*identity);
  }
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t len = sizeof address;
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): sockaddr has no other way
  Check(bind(listener_, reinterpret_cast<const sockaddr*>(&address), len) == 0);
  Check(listen(listener_, 16) == 0);
  Check(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &len) == 0);
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedServer::~ScriptedServer() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    for (const int socket : sockets_) {
      shutdown(socket, SHUT_RDWR);
    }
  }
  acceptor_.join();
  for (std::thread& thread : threads_) {
    thread.join();
  }
  for (const int socket : sockets_) {
    close(socket);
  }
  close(listener_);
}

std::string ScriptedServer::url() const {
  return (tls_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_);
}

std::string ScriptedServer::Instead(const std::string& host_and_port) const {
  return host_and_port + ":127.0.0.1:" + std::to_string(port_);
}

std::vector<ScriptedRequest> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t ScriptedServer::num_connections() const {
  const std::lock_guard lock(mutex_);
  return sockets_.size();
}

void ScriptedServer::Accept() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) {
      return;
    }
    const int on = 1;  // or each answer after a handshake waits 40 ms for an acknowledgement
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    if (is_stopping_) {
      return;
    }
    threads_.emplace_back([this, socket] { Serve(socket); });
  }
}

void ScriptedServer::Serve(int socket) {
  Connection connection;
  connection.socket = socket;
  if (tls_) {
    connection.tls = std::shared_ptr<SSL>(SSL_new(tls_.get()), SSL_free);
    SSL_set_fd(connection.tls.get(), socket);
    if (SSL_accept(connection.tls.get()) != 1) {
      shutdown(socket, SHUT_RDWR);
      return;
    }
  }
  while (ServeRequest(connection)) {
  }
  shutdown(socket, SHUT_RDWR);
}

bool ScriptedServer::ServeRequest(Connection& connection) {
  std::size_t head_end = 0;
  while ((head_end = connection.pending.find("\r\n\r\n")) == std::string::npos) {
    if (!connection.Read()) {
      return false;
    }
  }
  ScriptedRequest request =
      DecodeHead(std::string_view(connection.pending).substr(0, head_end + 2));
  const std::size_t body_begin = head_end + 4;
  const std::string length = request.Header("content-length");
  const std::size_t body_size = length.empty() ? 0 : std::stoul(length);
  while (connection.pending.size() < body_begin + body_size) {
    if (!connection.Read()) {
      return false;
    }
  }
  request.raw = connection.pending.substr(0, body_begin + body_size);
  request.body = request.raw.substr(body_begin);
  connection.pending.erase(0, request.raw.size());
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  ScriptedAnswer answer;
  {
    const std::lock_guard lock(handler_mutex_);
    answer = handler_(request);
  }
  if (answer.is_silent) {
    return connection.Read();  // ends when the client or the server goes
  }
  const std::string text = EncodeAnswer(answer);
  return connection.Write(
             std::string_view(text).substr(0, answer.cut_after.value_or(text.size()))) &&
         !answer.raw && !answer.cut_after;
}

}  // namespace tattle::testing
