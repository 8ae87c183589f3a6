// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Where a Unix socket is going to be.

#ifndef TATTLE_PLUGIN_NET_SOCKET_PATH_H_
#define TATTLE_PLUGIN_NET_SOCKET_PATH_H_

#include <string>

#include "plugin/runtime/outcome.h"

namespace tattle {

// ClearSocketPath makes room for a socket: it removes one that a process left when it was killed,
// and nothing else. `type` is SOCK_STREAM or SOCK_DGRAM; a path that no socket can have is
// nobody's. Fails with half a sentence, such as "is served by another process".
Outcome<void> ClearSocketPath(const std::string& path, int type);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_SOCKET_PATH_H_
