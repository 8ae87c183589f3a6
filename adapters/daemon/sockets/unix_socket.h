// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Unix sockets that the daemon serves.

#ifndef TATTLE_ADAPTERS_DAEMON_SOCKETS_UNIX_SOCKET_H_
#define TATTLE_ADAPTERS_DAEMON_SOCKETS_UNIX_SOCKET_H_

#include <optional>
#include <string>

#include <sys/stat.h>
#include <sys/types.h>

#include "plugin/runtime/descriptor.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// SocketSpec says what to bind, and who may use it.
struct SocketSpec {
  std::string path;
  int type = 0;              // SOCK_DGRAM or SOCK_STREAM
  mode_t mode = 0600;        // who may connect: on Linux, whoever may write
  std::optional<gid_t> gid;  // the file's group; nothing: the process's
};

// UnixSocket is bound, and listens if it is a stream. It never blocks. Its file goes with it,
// unless something else stands there by then.
class UnixSocket {
 public:
  // Create takes the place of a socket that nobody serves any more. Fails with a sentence where one
  // is served, where there is something else, and where the system says no.
  static Outcome<UnixSocket> Create(const SocketSpec& spec);

  UnixSocket(UnixSocket&& other) noexcept;
  UnixSocket& operator=(UnixSocket&&) = delete;
  UnixSocket(const UnixSocket&) = delete;
  UnixSocket& operator=(const UnixSocket&) = delete;
  ~UnixSocket();

  int fd() const { return descriptor_.fd(); }
  const std::string& path() const { return path_; }

 private:
  UnixSocket(std::string path, Descriptor descriptor);

  std::string path_;
  Descriptor descriptor_;
  dev_t device_ = 0;  // of the file
  ino_t inode_ = 0;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_SOCKETS_UNIX_SOCKET_H_
