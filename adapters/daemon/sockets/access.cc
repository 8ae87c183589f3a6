// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/sockets/access.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <utility>

#include "adapters/daemon/journal.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

Outcome<std::optional<gid_t>> FindGroup(const std::string& name) {
  if (name.empty()) {
    return std::nullopt;
  }
  const group* const found = getgrnam(name.c_str());
  if (found == nullptr) {
    return Sorry("socket_group: there is no group " + OneLine(name));
  }
  return found->gr_gid;
}

Outcome<std::vector<uid_t>> FindUsers(const std::vector<std::string>& names) {
  std::vector<uid_t> users;
  for (const std::string& name : names) {
    const passwd* const found = getpwnam(name.c_str());
    if (found == nullptr) {
      return Sorry("check_users: there is no user " + OneLine(name));
    }
    users.push_back(found->pw_uid);
  }
  if (!users.empty()) {
    users.insert(users.end(), {0, geteuid()});
  }
  return users;
}

}  // namespace tattle::daemon
