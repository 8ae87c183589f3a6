// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// RawClient: a client that says exactly what it is told to, in pieces, and reads with a deadline.

#ifndef TATTLE_TESTS_UNIT_NET_RAW_CLIENT_H_
#define TATTLE_TESTS_UNIT_NET_RAW_CLIENT_H_

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace tattle::testlib {

// kPatience is how long that is waited for which should come at once: the machine may be busy.
inline constexpr std::chrono::seconds kPatience{20};

class RawClient {
 public:
  // `receive_buffer`, if not 0, bounds what the system reads ahead.
  explicit RawClient(std::uint16_t port, int receive_buffer = 0)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer != 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    Address address = {};
    address.v4 = {};
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons(port);
    address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Connect(address, sizeof address.v4);
  }
  explicit RawClient(const std::string& path)
      : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    Address address = {};
    address.local = {};
    address.local.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), std::begin(address.local.sun_path));
    Connect(address, sizeof address.local);
  }
  ~RawClient() { close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // Send returns false once the server has closed.
  bool Send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t size = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (size <= 0) {
        return false;
      }
      text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }

  void CloseSending() const { shutdown(fd_, SHUT_WR); }

  // ReadUntil reads until this text is there, or the server closes, or kPatience is over. What
  // is behind it comes with it.
  std::string ReadUntil(std::string_view text) {
    std::string all;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (all.find(text) == std::string::npos && ReadMore(all, deadline)) {
    }
    return all;
  }

  // ReadToEnd reads until the server closes; "(still open)" is added if it does not in time.
  std::string ReadToEnd() {
    std::string all;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (ReadMore(all, deadline)) {
    }
    return is_closed_ ? all : all + "(still open)";
  }

  int fd() const { return fd_; }
  bool is_closed() const { return is_closed_; }

 private:
  union Address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_un local;
  };

  void Connect(const Address& address, std::size_t len) const {
    if (connect(fd_, &address.any, static_cast<socklen_t>(len)) != 0) {
      std::abort();
    }
  }

  bool ReadMore(std::string& all, std::chrono::steady_clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd entry = {fd_, POLLIN, 0};
    if (left.count() <= 0 || poll(&entry, 1, static_cast<int>(left.count())) != 1) {
      return false;
    }
    std::array<char, 65536> piece = {};
    const ssize_t size = recv(fd_, piece.data(), piece.size(), 0);
    if (size <= 0) {
      is_closed_ = true;
      return false;
    }
    all.append(piece.data(), static_cast<std::size_t>(size));
    return true;
  }

  int fd_;
  bool is_closed_ = false;
};

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_UNIT_NET_RAW_CLIENT_H_
