// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// HttpListener: a socket that connections come in by, of TCP or Unix.

#ifndef TATTLE_PLUGIN_NET_HTTP_LISTENER_H_
#define TATTLE_PLUGIN_NET_HTTP_LISTENER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <sys/types.h>

#include "plugin/runtime/descriptor.h"
#include "plugin/runtime/outcome.h"

struct event_base;
struct evconnlistener;
struct sockaddr;

namespace tattle {

// HttpListener takes connections as long as it lives, and removes its Unix socket in the end if
// that is still its own.
class HttpListener {
 public:
  // OnAccept owns the descriptor. `peer` is an address without port, or "unix".
  using OnAccept = std::function<void(int fd, const std::string& peer)>;

  static Outcome<std::unique_ptr<HttpListener>> ListenTcp(event_base* base,
                                                          const std::string& address,
                                                          std::uint16_t port, OnAccept on_accept);
  static Outcome<std::unique_ptr<HttpListener>> ListenUnix(event_base* base,
                                                           const std::string& path,
                                                           unsigned permissions,
                                                           OnAccept on_accept);

  ~HttpListener();
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  std::uint16_t port() const { return port_; }

  // Resume takes connections again after there was no descriptor left for one.
  void Resume();

 private:
  explicit HttpListener(OnAccept on_accept) : on_accept_(std::move(on_accept)) {}
  bool Start(event_base* base, Descriptor fd);
  static void Accept(evconnlistener* listener, int fd, sockaddr* address, int len, void* arg);
  static void Pause(evconnlistener* listener, void* arg);

  OnAccept on_accept_;
  evconnlistener* listener_ = nullptr;
  bool is_paused_ = false;
  std::uint16_t port_ = 0;
  std::string path_;  // of a Unix socket
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_HTTP_LISTENER_H_
