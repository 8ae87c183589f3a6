// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/socket_path.h"

#include <unistd.h>

#include <cerrno>
#include <optional>

#include <sys/socket.h>
#include <sys/stat.h>

#include "plugin/runtime/descriptor.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"
#include "plugin/runtime/unix_address.h"

namespace tattle {

Outcome<void> ClearSocketPath(const std::string& path, int type) {
  struct stat status = {};
  const std::optional<UnixAddress> address = MakeUnixAddress(path);
  if (!address || lstat(path.c_str(), &status) != 0) {
    return {};  // to bind says what is wrong, if anything is
  }
  if (!S_ISSOCK(status.st_mode)) {
    return Sorry("is there and is no socket");
  }
  const Descriptor probe(socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (connect(probe.fd(), &address->any, sizeof(address->unix_path)) == 0 || errno == EAGAIN) {
    return Sorry("is served by another process");
  }
  // Where we may not ask, or ask in the wrong way, somebody may be served.
  if (errno != ECONNREFUSED && errno != ENOENT) {
    return Sorry("is there and cannot be asked who serves it (" + SystemMessage(errno) + ")");
  }
  if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    return Sorry("is an old socket that cannot be removed (" + SystemMessage(errno) + ")");
  }
  return {};
}

}  // namespace tattle
