// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/unix_socket.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>

#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {
namespace {

// Connections that wait to be accepted. The kernel cuts it at net.core.somaxconn.
constexpr int kBacklog = 128;

// SocketAddress is a sockaddr_un and the sockaddr that the calls want to see in it.
union SocketAddress {
  sockaddr any;
  sockaddr_un unix_path;
};

tl::unexpected<std::string> Failed(const std::string& path, const char* what) {
  return Sorry(path + ": " + what + " (" + SystemMessage(errno) + ")");
}

SocketAddress AddressOf(const std::string& path) {
  SocketAddress address = {};
  address.unix_path = {};
  address.unix_path.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), std::begin(address.unix_path.sun_path));
  return address;
}

// IsServed says whether somebody reads from the socket at this path.
bool IsServed(const SocketAddress& address, int type) {
  const Descriptor probe(socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return connect(probe.fd(), &address.any, sizeof(address.unix_path)) == 0 || errno == EAGAIN;
}

// MakeRoom removes a socket that a process left when it was killed.
Outcome<void> MakeRoom(const SocketSpec& spec, const SocketAddress& address) {
  struct stat status = {};
  if (lstat(spec.path.c_str(), &status) != 0) {
    return {};
  }
  if (!S_ISSOCK(status.st_mode)) {
    return Sorry(spec.path + ": is there and is no socket; move it away, or name another path");
  }
  if (IsServed(address, spec.type)) {
    return Sorry(spec.path + ": is served by another process: is tattled running already?");
  }
  if (unlink(spec.path.c_str()) != 0 && errno != ENOENT) {
    return Failed(spec.path, "an old socket cannot be removed");
  }
  return {};
}

// SetRights opens the file to others. Until then it is the process's own: it was bound with a umask
// that leaves nothing to anybody else.
bool SetRights(const SocketSpec& spec) {
  return (!spec.gid || lchown(spec.path.c_str(), static_cast<uid_t>(-1), *spec.gid) == 0) &&
         chmod(spec.path.c_str(), spec.mode) == 0;
}

}  // namespace

UnixSocket::UnixSocket(std::string path, Descriptor descriptor)
    : path_(std::move(path)), descriptor_(std::move(descriptor)) {
  struct stat status = {};
  if (lstat(path_.c_str(), &status) == 0) {
    device_ = status.st_dev;
    inode_ = status.st_ino;
  }
}

UnixSocket::UnixSocket(UnixSocket&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      descriptor_(std::move(other.descriptor_)),
      device_(other.device_),
      inode_(other.inode_) {}

UnixSocket::~UnixSocket() {
  struct stat status = {};
  if (!path_.empty() && lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ &&
      status.st_ino == inode_) {
    unlink(path_.c_str());
  }
}

Outcome<UnixSocket> UnixSocket::Create(const SocketSpec& spec) {
  if (spec.path.empty() || spec.path.size() >= sizeof(sockaddr_un::sun_path)) {
    return Sorry(spec.path + ": is no path for a socket, which has 1 to 107 bytes");
  }
  const SocketAddress address = AddressOf(spec.path);
  if (const auto room = MakeRoom(spec, address); !room) {
    return Sorry(room.error());
  }
  Descriptor descriptor(socket(AF_UNIX, spec.type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (descriptor.fd() < 0) {
    return Failed(spec.path, "no socket can be made");
  }
  const mode_t before = umask(0177);
  const int bound = bind(descriptor.fd(), &address.any, sizeof(address.unix_path));
  const int bind_error = errno;
  umask(before);
  if (bound != 0) {
    errno = bind_error;
    return Failed(spec.path, "cannot be bound");
  }
  UnixSocket made(spec.path, std::move(descriptor));  // from here on, its file goes with it
  if (!SetRights(spec)) {
    return Failed(spec.path, "its group or mode cannot be set");
  }
  if (spec.type == SOCK_STREAM && listen(made.fd(), kBacklog) != 0) {
    return Failed(spec.path, "cannot listen");
  }
  return made;
}

}  // namespace tattle::daemon
