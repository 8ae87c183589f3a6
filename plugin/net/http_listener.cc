// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http_listener.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "plugin/net/socket_path.h"
#include "plugin/runtime/config_value.h"
#include "plugin/runtime/descriptor.h"
#include "plugin/runtime/file.h"
#include "plugin/runtime/outcome.h"
#include "plugin/runtime/unix_address.h"

namespace tattle {
namespace {

// IpAddress is an address of either kind, and the sockaddr that the system wants to see in it.
union IpAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

tl::unexpected<std::string> CannotListen(const std::string& where, const std::string& why) {
  return tl::unexpected("cannot listen on " + Excerpt(where) + ": " + why);
}

// DecodeAddress reads an IP address and returns the size of its sockaddr, or 0.
socklen_t DecodeAddress(const std::string& text, std::uint16_t port, IpAddress& out) {
  out.v6 = {};
  if (inet_pton(AF_INET6, text.c_str(), &out.v6.sin6_addr) == 1) {
    out.v6.sin6_family = AF_INET6;
    out.v6.sin6_port = htons(port);
    return sizeof out.v6;
  }
  out.v4 = {};
  if (inet_pton(AF_INET, text.c_str(), &out.v4.sin_addr) == 1) {
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(port);
    return sizeof out.v4;
  }
  return 0;
}

std::string FormatAddress(const sockaddr* any) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  // The system gives every kind of address through one type.
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast)
  if (any->sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(any)->sin_addr, text.data(),
              text.size());
  } else if (any->sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(any)->sin6_addr, text.data(),
              text.size());
  } else {
    return "unix";
  }
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  return text.data();
}

int OpenSocket(int family) {
  return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

}  // namespace

HttpListener::~HttpListener() {
  if (listener_ != nullptr) {
    evconnlistener_free(listener_);
  }
  struct stat status = {};
  if (!path_.empty() && lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ &&
      status.st_ino == inode_) {
    unlink(path_.c_str());
  }
}

bool HttpListener::Start(event_base* base, Descriptor fd) {
  listener_ = evconnlistener_new(base, Accept, this, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
                                 0, fd.fd());
  if (listener_ != nullptr) {
    static_cast<void>(fd.Release());
    evconnlistener_set_error_cb(listener_, Pause);
  }
  return listener_ != nullptr;
}

Outcome<std::unique_ptr<HttpListener>> HttpListener::ListenTcp(event_base* base,
                                                               const std::string& address,
                                                               std::uint16_t port,
                                                               OnAccept on_accept) {
  const std::string where = address + " port " + std::to_string(port);
  IpAddress socket_address = {};
  socklen_t len = DecodeAddress(address, port, socket_address);
  if (len == 0) {
    return CannotListen(where, "not an IP address");
  }
  Descriptor fd(OpenSocket(socket_address.any.sa_family));
  const int yes = 1;
  if (socket_address.any.sa_family == AF_INET6) {
    // What comes over IPv4 is for a listener of its own, on every system.
    setsockopt(fd.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
  }
  if (fd.fd() < 0 || setsockopt(fd.fd(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      bind(fd.fd(), &socket_address.any, len) != 0 || listen(fd.fd(), SOMAXCONN) != 0 ||
      getsockname(fd.fd(), &socket_address.any, &len) != 0) {
    return CannotListen(where, SystemMessage(errno));
  }
  std::unique_ptr<HttpListener> listener(new HttpListener(std::move(on_accept)));
  listener->port_ = ntohs(socket_address.any.sa_family == AF_INET6 ? socket_address.v6.sin6_port
                                                                   : socket_address.v4.sin_port);
  if (!listener->Start(base, std::move(fd))) {
    return CannotListen(where, "libevent could not be set up");
  }
  return listener;
}

Outcome<std::unique_ptr<HttpListener>> HttpListener::ListenUnix(event_base* base,
                                                                const std::string& path,
                                                                unsigned permissions,
                                                                OnAccept on_accept) {
  const std::optional<UnixAddress> address = MakeUnixAddress(path);
  if (!address) {
    return CannotListen(path, "a socket's path has 1 to 107 bytes");
  }
  if (const auto room = ClearSocketPath(path, SOCK_STREAM); !room) {
    return CannotListen(path, "it " + room.error());
  }
  Descriptor fd(OpenSocket(AF_UNIX));
  // fchmod first: Linux gives a new socket no more permissions than its descriptor has, so that
  // nobody slips in before chmod, which undoes the umask.
  if (fd.fd() < 0 || fchmod(fd.fd(), permissions) != 0 ||
      bind(fd.fd(), &address->any, sizeof address->unix_path) != 0) {
    return CannotListen(path, SystemMessage(errno));
  }
  std::unique_ptr<HttpListener> listener(new HttpListener(std::move(on_accept)));
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0) {
    return CannotListen(path, SystemMessage(errno));
  }
  listener->path_ = path;
  listener->device_ = status.st_dev;
  listener->inode_ = status.st_ino;
  if (chmod(path.c_str(), permissions) != 0 || listen(fd.fd(), SOMAXCONN) != 0) {
    return CannotListen(path, SystemMessage(errno));
  }
  if (!listener->Start(base, std::move(fd))) {
    return CannotListen(path, "libevent could not be set up");
  }
  return listener;
}

void HttpListener::Accept(evconnlistener* /*listener*/, int fd, sockaddr* address, int /*len*/,
                          void* arg) {
  static_cast<HttpListener*>(arg)->on_accept_(fd, FormatAddress(address));
}

// Pause: out of descriptors or memory. The connection is still there, so that libevent would call
// again at once, and for ever.
void HttpListener::Pause(evconnlistener* listener, void* arg) {
  evconnlistener_disable(listener);
  static_cast<HttpListener*>(arg)->is_paused_ = true;
}

void HttpListener::Resume() {
  if (is_paused_) {
    is_paused_ = false;
    evconnlistener_enable(listener_);
  }
}

}  // namespace tattle
