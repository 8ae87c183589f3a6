// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/datagram_socket.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <mutex>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace tattle {
namespace {

constexpr std::uint64_t kConnectEveryMs = 10'000;

// The first number that is not stdin, stdout or stderr.
constexpr int kFirstFreeFd = 3;

// SocketAddress is a sockaddr_un and the sockaddr that connect() wants to see in it.
union SocketAddress {
  sockaddr any;
  sockaddr_un unix_path;
};

bool FitsAddress(const std::string& path) {
  return !path.empty() && path.size() < sizeof(sockaddr_un::sun_path) &&
         path.find('\0') == std::string::npos;
}

// OpenSocket never gives out the number of a standard stream: a program that was started with those
// closed would print into our socket.
int OpenSocket() {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0 || fd >= kFirstFreeFd) {
    return fd;
  }
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, kFirstFreeFd);
  close(fd);
  return moved;
}

// IsBusy tells a daemon that is slow, or a datagram that is too long for this system, from one that
// is gone.
bool IsBusy(int error_number) {
  return error_number == EAGAIN || error_number == ENOBUFS || error_number == ENOMEM ||
         error_number == EMSGSIZE || error_number == EINTR;
}

}  // namespace

DatagramSocket::DatagramSocket(std::string path, std::uint64_t now_ms)
    : path_(std::move(path)), socket_(Connect()), connected_ms_(now_ms) {}

DatagramSocket::~DatagramSocket() {
  if (socket_ && IsStillOurs(*socket_)) {
    Close(*socket_);
  }
}

bool DatagramSocket::MaySend(std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  ConnectIfDue(now_ms);
  return socket_.has_value();
}

// The mutex is held over the system calls below. None of them waits, and a descriptor must not be
// closed by one thread while another sends on it: its number may be the program's by then.
bool DatagramSocket::Send(Bytes datagram, std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (socket_ && SendOnce(datagram)) {
    return true;
  }
  // A socket that is still there was full.
  if (socket_) {
    return false;
  }
  ConnectIfDue(now_ms);
  return socket_ && SendOnce(datagram);
}

// IsStillOurs: programs that become daemons close every descriptor they find, and use the numbers
// again.
bool DatagramSocket::IsStillOurs(const Socket& socket) {
  struct stat status = {};
  return fstat(socket.fd, &status) == 0 && status.st_dev == socket.device &&
         status.st_ino == socket.inode;
}

void DatagramSocket::Close(const Socket& socket) {
  close(socket.fd);
}

std::optional<DatagramSocket::Socket> DatagramSocket::Connect() const {
  if (!FitsAddress(path_)) {
    return std::nullopt;
  }
  const Socket socket{OpenSocket(), 0, 0};
  if (socket.fd < 0) {
    return std::nullopt;
  }
  SocketAddress address = {};
  address.unix_path = {};
  address.unix_path.sun_family = AF_UNIX;
  std::copy(path_.begin(), path_.end(), std::begin(address.unix_path.sun_path));
  struct stat status = {};
  if (connect(socket.fd, &address.any, sizeof(address.unix_path)) != 0 ||
      fstat(socket.fd, &status) != 0) {
    Close(socket);
    return std::nullopt;
  }
  return Socket{socket.fd, status.st_dev, status.st_ino};
}

// ConnectIfDue also counts a clock that was set back as due, once it is so by the same measure:
// threads may read theirs in another order than they come here.
void DatagramSocket::ConnectIfDue(std::uint64_t now_ms) {
  const std::uint64_t since = std::max(now_ms, connected_ms_) - std::min(now_ms, connected_ms_);
  if (!socket_ && since >= kConnectEveryMs) {
    connected_ms_ = now_ms;
    socket_ = Connect();
  }
}

// SendOnce gives up the socket if it is lost, and keeps it where it is only full.
bool DatagramSocket::SendOnce(Bytes datagram) {
  if (!IsStillOurs(*socket_)) {
    socket_ = Connect();  // the old one is not closed: whatever has the number now is not ours
    if (!socket_) {
      return false;
    }
  }
  if (send(socket_->fd, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
    return true;
  }
  if (!IsBusy(errno)) {
    Close(*socket_);
    socket_.reset();
  }
  return false;
}

}  // namespace tattle
