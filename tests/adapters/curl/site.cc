// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/adapters/curl/site.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "core/base/lower_case.h"

namespace tattle::testlib {
namespace {

void Check(bool ok, const char* what) {
  if (!ok) {
    std::perror(what);
    std::abort();
  }
}

union SocketAddress {
  sockaddr any;
  sockaddr_in ip4;
};

int ListenOnLoopback(std::uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  SocketAddress address = {};
  address.ip4.sin_family = AF_INET;
  address.ip4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t len = sizeof(address.ip4);
  Check(fd >= 0 && bind(fd, &address.any, len) == 0 && listen(fd, 16) == 0 &&
            getsockname(fd, &address.any, &len) == 0,
        "site: listen");
  port = ntohs(address.ip4.sin_port);
  return fd;
}

// Stream is a socket, with TLS or without.
struct Stream {
  int fd;
  SSL* ssl;

  int Read(char* into, int size) const {
    return ssl != nullptr ? SSL_read(ssl, into, size)
                          : static_cast<int>(read(fd, into, static_cast<std::size_t>(size)));
  }
  bool Write(const std::string& text) const {
    const int len = static_cast<int>(text.size());
    return ssl != nullptr ? SSL_write(ssl, text.data(), len) == len
                          : send(fd, text.data(), text.size(), MSG_NOSIGNAL) == len;
  }
};

// Fill reads until `buffer` has that many bytes. False at the end.
bool Fill(const Stream& stream, std::string& buffer, std::size_t size) {
  while (buffer.size() < size) {
    char part[4096];
    const int len = stream.Read(part, sizeof(part));
    if (len <= 0) {
      return false;
    }
    buffer.append(part, static_cast<std::size_t>(len));
  }
  return true;
}

bool ReadRequest(const Stream& stream, std::string& buffer, SiteRequest& request) {
  std::size_t end = std::string::npos;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill(stream, buffer, buffer.size() + 1)) {
      return false;
    }
  }
  request.head = buffer.substr(0, end + 2);
  buffer.erase(0, end + 4);
  const std::string length = request.Field("content-length");
  const std::size_t size = length.empty() ? 0 : std::stoul(length);
  if (!Fill(stream, buffer, size)) {
    return false;
  }
  request.body = buffer.substr(0, size);
  buffer.erase(0, size);
  return true;
}

}  // namespace

std::string SiteRequest::Field(const std::string& name) const {
  const std::string lower = LowerCase(head);
  const std::size_t start = lower.find("\r\n" + name + ": ");
  if (start == std::string::npos) {
    return {};
  }
  const std::size_t value = start + name.size() + 4;
  return head.substr(value, head.find("\r\n", value) - value);
}

Site::Site(const World& world, Bytes certificate, ServerSays says,
           const std::function<void(SSL_CTX*)>& context)
    : says_(std::move(says)), listener_(ListenOnLoopback(port_)) {
  if (!certificate.empty()) {
    context_ = MakeServerContext(world, certificate, &says_);
    if (context) {
      context(context_.get());
    }
  }
  // A client may go away in the middle of an answer.
  std::signal(SIGPIPE, SIG_IGN);
  handler_ = [](const SiteRequest&) { return Answer(); };
  thread_ = std::thread([this] { Accept(); });
}

Site::~Site() {
  std::vector<std::thread> talks;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    for (const int fd : open_) {
      shutdown(fd, SHUT_RDWR);
    }
  }
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
  {
    const std::lock_guard lock(mutex_);
    talks.swap(talks_);
  }
  for (std::thread& talk : talks) {
    talk.join();
  }
}

std::string Site::UrlFor(const std::string& host, const std::string& path) const {
  return (context_ == nullptr ? "http://" : "https://") + host + ":" + std::to_string(port_) + path;
}

std::vector<SiteRequest> Site::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int Site::num_connections() const {
  const std::lock_guard lock(mutex_);
  return num_connections_;
}

int Site::num_handshakes() const {
  const std::lock_guard lock(mutex_);
  return num_handshakes_;
}

int Site::num_resumed() const {
  const std::lock_guard lock(mutex_);
  return num_resumed_;
}

void Site::Accept() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      return;
    }
    const std::lock_guard lock(mutex_);
    if (is_stopping_) {
      close(fd);
      return;
    }
    ++num_connections_;
    open_.push_back(fd);
    talks_.emplace_back([this, fd] { Serve(fd); });
  }
}

void Site::Serve(int fd) {
  const Ssl ssl(context_ == nullptr ? nullptr : SSL_new(context_.get()));
  bool is_up = true;
  if (ssl != nullptr) {
    SSL_set_fd(ssl.get(), fd);
    is_up = SSL_accept(ssl.get()) == 1;
    const std::lock_guard lock(mutex_);
    num_handshakes_ += is_up ? 1 : 0;
    num_resumed_ += is_up && SSL_session_reused(ssl.get()) == 1 ? 1 : 0;
  }
  if (is_up) {
    Talk(fd, ssl.get());
  }
  ERR_clear_error();
  const std::lock_guard lock(mutex_);
  open_.erase(std::find(open_.begin(), open_.end(), fd));
  close(fd);
}

void Site::Talk(int fd, SSL* ssl) {
  const Stream stream = {fd, ssl};
  std::string buffer;
  for (;;) {
    SiteRequest request;
    if (!ReadRequest(stream, buffer, request)) {
      return;
    }
    const Answer answer = handler_(request);
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
    }
    if (answer.renegotiate) {
      SSL_renegotiate_abbreviated(ssl);
      SSL_do_handshake(ssl);  // sends HelloRequest
    }
    const bool written = stream.Write(
        "HTTP/1.1 " + answer.status + "\r\nContent-Length: " + std::to_string(answer.body.size()) +
        "\r\n" + answer.fields + (answer.close ? "Connection: close\r\n" : "") + "\r\n" +
        answer.body);
    if (!written || answer.close) {
      if (ssl != nullptr) {
        SSL_shutdown(ssl);
      }
      return;
    }
  }
}

}  // namespace tattle::testlib
