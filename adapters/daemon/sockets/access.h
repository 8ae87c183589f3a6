// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Users and groups by their names.

#ifndef TATTLE_ADAPTERS_DAEMON_SOCKETS_ACCESS_H_
#define TATTLE_ADAPTERS_DAEMON_SOCKETS_ACCESS_H_

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// FindGroup is the number of a group; nothing for an empty name. For the main thread only.
Outcome<std::optional<gid_t>> FindGroup(const std::string& name);

// FindUsers are the numbers of users, with root and this process's own among them; none for none.
// For the main thread only.
Outcome<std::vector<uid_t>> FindUsers(const std::vector<std::string>& names);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_SOCKETS_ACCESS_H_
