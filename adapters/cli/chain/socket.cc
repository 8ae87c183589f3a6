// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/chain/socket.h"

#include <netdb.h>
#include <poll.h>

#include <cerrno>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

namespace tattle::cli {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

struct Resolved {
  int error = 0;
  int error_number = 0;  // where error is EAI_SYSTEM
  Addresses addresses;
};

Resolved AskResolver(const std::string& host, const std::string& port) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  Resolved answer;
  answer.error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  answer.error_number = errno;
  if (answer.error == 0) {
    answer.addresses.reset(found);
  }
  return answer;
}

// Resolve keeps the deadline although getaddrinfo knows none: it runs in a thread of its own, which
// is left behind when it takes too long and ends with the resolver's own limit or the process.
Outcome<Addresses> Resolve(const std::string& host, std::uint16_t port, const Deadline& deadline) {
  std::promise<Resolved> promise;
  std::future<Resolved> future = promise.get_future();
  std::thread([host, port, promise = std::move(promise)]() mutable {
    promise.set_value(AskResolver(host, std::to_string(port)));
  }).detach();
  if (future.wait_for(deadline.Remaining()) != std::future_status::ready) {
    return Sorry(TimedOut("the search for the host's address"));
  }
  Resolved answer = future.get();
  if (answer.error != 0) {
    const std::string why = answer.error == EAI_SYSTEM ? SystemMessage(answer.error_number)
                                                       : gai_strerror(answer.error);
    return Sorry("cannot find the host (" + why +
                 "): check the name, or the path if a file is meant");
  }
  return std::move(answer.addresses);
}

std::size_t Count(const addrinfo* addresses) {
  std::size_t num = 0;
  for (const addrinfo* address = addresses; address != nullptr; address = address->ai_next) {
    ++num;
  }
  return num;
}

// ConnectOne returns 0 or an errno.
int ConnectOne(const Descriptor& socket, const addrinfo& address, const Deadline& deadline) {
  if (connect(socket.fd(), address.ai_addr, address.ai_addrlen) == 0) {
    return 0;
  }
  if (errno != EINPROGRESS) {
    return errno;
  }
  if (!WaitFor(socket.fd(), POLLOUT, deadline)) {
    return ETIMEDOUT;
  }
  int error = 0;
  socklen_t len = sizeof error;
  if (getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &len) != 0) {
    return errno;
  }
  return error;
}

}  // namespace

Outcome<Descriptor> ConnectTo(const std::string& host, std::uint16_t port,
                              const Deadline& deadline) {
  const Outcome<Addresses> addresses = Resolve(host, port, deadline);
  if (!addresses) {
    return Sorry(addresses.error());
  }
  int error = EADDRNOTAVAIL;
  std::size_t num_left = Count(addresses->get());
  for (const addrinfo* address = addresses->get(); address != nullptr && !deadline.HasPassed();
       address = address->ai_next) {
    const Deadline share(deadline.Remaining() / static_cast<int>(num_left--));
    Descriptor socket(::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    error = socket.fd() < 0 ? errno : ConnectOne(socket, *address, share);
    if (error == 0) {
      return socket;
    }
  }
  if (error == ETIMEDOUT) {
    return Sorry(TimedOut("the connection to port " + std::to_string(port)));
  }
  return Sorry("cannot connect to port " + std::to_string(port) + " (" + SystemMessage(error) +
               "): check the port and that the server is up");
}

}  // namespace tattle::cli
