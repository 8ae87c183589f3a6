// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/status/control_socket.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "adapters/cli/bounds.h"
#include "adapters/cli/files/descriptor.h"
#include "adapters/cli/output/terminal_text.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {
namespace {

// SocketAddress is a sockaddr_un and the sockaddr that connect() wants to see in it.
union SocketAddress {
  sockaddr any;
  sockaddr_un unix_path;
};

Descriptor ConnectTo(const std::string& path) {
  SocketAddress address = {};
  address.unix_path = {};
  if (path.size() >= sizeof(address.unix_path.sun_path)) {
    errno = ENAMETOOLONG;
    return Descriptor(-1);
  }
  address.unix_path.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), std::begin(address.unix_path.sun_path));
  Descriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return connect(made.fd(), &address.any, sizeof(address.unix_path)) == 0 ? std::move(made)
                                                                          : Descriptor(-1);
}

// ReadAnswer reads until the daemon hangs up.
Outcome<ByteVector> ReadAnswer(int fd, const Deadline& deadline) {
  ByteVector answer;
  std::array<std::uint8_t, 16384> chunk;
  while (answer.size() <= kMaxControlAnswerSize) {
    if (!WaitFor(fd, POLLIN, deadline)) {
      return Sorry("no answer in time");
    }
    const ssize_t len = recv(fd, chunk.data(), chunk.size(), 0);
    if (len == 0) {
      return answer;
    }
    if (len > 0) {
      Append(answer, Bytes(chunk).first(static_cast<std::size_t>(len)));
    } else if (errno != EAGAIN && errno != EINTR) {
      return Sorry(SystemMessage(errno));
    }
  }
  return Sorry("says too much");
}

}  // namespace

DaemonSilence SilentAt(const std::string& socket, const std::string& reason, bool has_no_socket) {
  return {has_no_socket, fmt::format("does not answer at {} ({})", Printable(socket), reason)};
}

tl::expected<ByteVector, DaemonSilence> AskControl(const std::string& socket,
                                                   std::string_view question,
                                                   const Deadline& deadline) {
  const Descriptor connection = ConnectTo(socket);
  if (connection.fd() < 0) {
    const int fault = errno;
    return tl::unexpected(SilentAt(
        socket, SystemMessage(fault) + (fault == EACCES ? ": run as root, or join its group" : ""),
        fault == ENOENT));
  }
  if (send(connection.fd(), question.data(), question.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(question.size())) {
    return tl::unexpected(SilentAt(socket, SystemMessage(errno)));
  }
  shutdown(connection.fd(), SHUT_WR);
  Outcome<ByteVector> answer = ReadAnswer(connection.fd(), deadline);
  if (!answer) {
    return tl::unexpected(SilentAt(socket, answer.error()));
  }
  return *std::move(answer);
}

}  // namespace tattle::cli
