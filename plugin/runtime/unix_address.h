// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Addresses of Unix sockets.

#ifndef TATTLE_PLUGIN_RUNTIME_UNIX_ADDRESS_H_
#define TATTLE_PLUGIN_RUNTIME_UNIX_ADDRESS_H_

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>

namespace tattle {

// UnixAddress is a sockaddr_un and the sockaddr that the system's calls want to see in it. Its size
// for them is that of `unix_path`.
union UnixAddress {
  sockaddr any;
  sockaddr_un unix_path;
};

// MakeUnixAddress is nothing for what is no path of a socket: it has 1 to 107 bytes, none of them
// zero.
inline std::optional<UnixAddress> MakeUnixAddress(std::string_view path) {
  UnixAddress address = {};
  address.unix_path = {};
  if (path.empty() || path.size() >= sizeof(address.unix_path.sun_path) ||
      path.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  address.unix_path.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), std::begin(address.unix_path.sun_path));
  return address;
}

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_UNIX_ADDRESS_H_
