// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/notify.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <memory>
#include <system_error>

#include <sys/socket.h>
#include <sys/un.h>

#include "plugin/runtime/descriptor.h"

namespace tattle::daemon {
namespace {

// SocketAddress is a sockaddr_un and the sockaddr that sendto() wants to see in it.
union SocketAddress {
  sockaddr any;
  sockaddr_un unix_path;
};

std::optional<std::uint64_t> ReadUint(const char* text) {
  if (text == nullptr) {
    return std::nullopt;
  }
  const std::string_view value(text);
  std::uint64_t number = 0;
  const char* const end = std::to_address(value.end());
  const auto read = std::from_chars(std::to_address(value.begin()), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

}  // namespace

bool Notifier::Send(std::string_view state) const {
  SocketAddress address = {};
  address.unix_path = {};
  if (address_.empty() || (address_.front() != '/' && address_.front() != '@') ||
      address_.size() >= sizeof(address.unix_path.sun_path)) {
    return false;
  }
  address.unix_path.sun_family = AF_UNIX;
  std::copy(address_.begin(), address_.end(), std::begin(address.unix_path.sun_path));
  const bool is_abstract = address_.front() == '@';
  if (is_abstract) {
    address.unix_path.sun_path[0] = '\0';
  }
  const auto len = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size() +
                                          (is_abstract ? 0 : 1));
  const Descriptor sender(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return sendto(sender.fd(), state.data(), state.size(), MSG_NOSIGNAL, &address.any, len) >= 0;
}

bool Notifier::Reloading(std::uint64_t monotonic_us) const {
  return Send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_us));
}

std::optional<std::chrono::milliseconds> WatchdogPeriod(const char* watchdog_usec,
                                                        const char* watchdog_pid,
                                                        std::int64_t pid) {
  const std::optional<std::uint64_t> usec = ReadUint(watchdog_usec);
  const std::optional<std::uint64_t> for_pid = ReadUint(watchdog_pid);
  if (!usec || *usec == 0 ||
      (watchdog_pid != nullptr && for_pid != static_cast<std::uint64_t>(pid))) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(std::max<std::uint64_t>(*usec / 2000, 1));
}

}  // namespace tattle::daemon
