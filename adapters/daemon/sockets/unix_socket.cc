// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/sockets/unix_socket.h"

#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include <sys/socket.h>

#include "plugin/net/socket_path.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"
#include "plugin/runtime/unix_address.h"

namespace tattle::daemon {
namespace {

// Connections that wait to be accepted. The kernel cuts it at net.core.somaxconn.
constexpr int kBacklog = 128;

tl::unexpected<std::string> Failed(const std::string& path, const char* what) {
  return Sorry(path + ": " + what + " (" + SystemMessage(errno) + ")");
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
  const std::optional<UnixAddress> address = MakeUnixAddress(spec.path);
  if (!address) {
    return Sorry(spec.path + ": is no path for a socket, which has 1 to 107 bytes");
  }
  if (const auto room = ClearSocketPath(spec.path, spec.type); !room) {
    return Sorry(spec.path + ": " + room.error() +
                 "; unless tattled runs already, move it away or name another path");
  }
  Descriptor descriptor(socket(AF_UNIX, spec.type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (descriptor.fd() < 0) {
    return Failed(spec.path, "no socket can be made");
  }
  const mode_t before = umask(0177);
  const int bound = bind(descriptor.fd(), &address->any, sizeof(address->unix_path));
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
