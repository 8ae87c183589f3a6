// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// ServerThread: the HTTP server in a thread of its own.

#ifndef TATTLE_TESTS_UNIT_NET_SERVER_THREAD_H_
#define TATTLE_TESTS_UNIT_NET_SERVER_THREAD_H_

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <event2/event.h>
#include <sys/socket.h>

#include "plugin/net/http_server.h"

namespace tattle::testlib {

class ServerThread {
 public:
  // The server listens on a free port of the loopback.
  ServerThread(HttpServerOptions options, HttpServer::Handler handler) {
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, wake_.data()) != 0) {
      std::abort();
    }
    base_ = event_base_new();
    event_ = event_new(base_, wake_[0], EV_READ | EV_PERSIST, OnWake, this);
    event_add(event_, nullptr);
    auto server = HttpServer::Create(base_, std::move(options), std::move(handler));
    if (!server) {
      std::abort();
    }
    server_ = *std::move(server);
    const auto port = server_->ListenTcp("127.0.0.1", 0);
    if (!port) {
      std::abort();
    }
    port_ = *port;
    thread_ = std::thread([this] { event_base_dispatch(base_); });
  }
  // Ends only once the server has left nothing behind in the base.
  ~ServerThread() {
    Do([this](HttpServer& server) {
      server.Stop();
      event_del(event_);
    });
    thread_.join();
    server_.reset();
    event_free(event_);
    event_base_free(base_);
    close(wake_[0]);
    close(wake_[1]);
  }
  ServerThread(const ServerThread&) = delete;
  ServerThread& operator=(const ServerThread&) = delete;

  std::uint16_t port() const { return port_; }

  // Do calls something in the server's thread and waits for it.
  void Do(const std::function<void(HttpServer&)>& call) {
    std::promise<void> done;
    call_ = [&] {
      call(*server_);
      done.set_value();
    };
    if (write(wake_[1], "x", 1) != 1) {
      std::abort();
    }
    done.get_future().wait();
  }

  std::size_t num_connections() {
    std::size_t num = 0;
    Do([&num](HttpServer& server) { num = server.num_connections(); });
    return num;
  }

 private:
  static void OnWake(int fd, short /*what*/, void* arg) {
    char ignored = 0;
    if (read(fd, &ignored, 1) == 1) {
      static_cast<ServerThread*>(arg)->call_();
    }
  }

  std::array<int, 2> wake_ = {};
  event_base* base_ = nullptr;
  event* event_ = nullptr;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
  std::function<void()> call_;
  std::thread thread_;
};

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_UNIT_NET_SERVER_THREAD_H_
