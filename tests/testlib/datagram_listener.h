// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_TESTS_TESTLIB_DATAGRAM_LISTENER_H_
#define TATTLE_TESTS_TESTLIB_DATAGRAM_LISTENER_H_

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>

#include "core/base/bytes.h"

namespace tattle::testlib {

// DatagramListener is a Unix datagram socket at a path, as tattled and log daemons have one. What
// was at the path is removed.
class DatagramListener {
 public:
  explicit DatagramListener(const std::string& path)
      : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    union {
      sockaddr any;
      sockaddr_un unix_path;
    } address = {};
    address.unix_path = {};
    address.unix_path.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), std::begin(address.unix_path.sun_path));
    unlink(path.c_str());
    if (bind(fd_, &address.any, sizeof(address.unix_path)) != 0) {
      std::abort();
    }
  }
  ~DatagramListener() { close(fd_); }
  DatagramListener(const DatagramListener&) = delete;
  DatagramListener& operator=(const DatagramListener&) = delete;

  // Receive is the next datagram, or nothing if none is waiting.
  std::optional<ByteVector> Receive() const {
    ByteVector buffer(1U << 18U);
    const ssize_t len = recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (len < 0) {
      return std::nullopt;
    }
    buffer.resize(static_cast<std::size_t>(len));
    return buffer;
  }

  // ReceiveText is "" if none is waiting.
  std::string ReceiveText() const {
    const std::optional<ByteVector> datagram = Receive();
    return datagram ? std::string(AsText(*datagram)) : "";
  }

 private:
  int fd_;
};

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_TESTLIB_DATAGRAM_LISTENER_H_
