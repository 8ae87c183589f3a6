// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Server: a service on the network. One listener for each face.

#ifndef TATTLE_TESTS_TESTLOG_SERVER_H_
#define TATTLE_TESTS_TESTLOG_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plugin/net/http_server.h"
#include "tests/testlog/control.h"
#include "tests/testlog/event_ptr.h"
#include "tests/testlog/service.h"

namespace tattle::testlog {

struct ListenAddress {
  std::string host = "127.0.0.1";  // an IP address
  std::uint16_t port = 0;          // 0: any
};

struct ServerOptions {
  std::vector<ListenAddress> listeners = {ListenAddress{}};  // the n-th shows face n
  std::string host_name;         // of URLs; empty: the listener's address
  std::string certificate_file;  // PEM; empty: plain HTTP
  std::string key_file;
  std::string control_socket;                        // empty: none
  std::function<std::uint64_t()> now_ms;             // the clock; must be there
  std::uint32_t sequence_interval_ms = 100;          // 0: whoever owns the service sequences
  std::function<void(const std::string&)> complain;  // of a failure to sequence; empty: not at all
};

// Server lives in the thread that runs its event base.
class Server {
 public:
  // Create borrows base and service, begins to listen, and tells the service its URLs.
  static Outcome<std::unique_ptr<Server>> Create(event_base* base, const Service& service,
                                                 ServerOptions options);

  // base_urls are those of the faces, such as "https://127.0.0.1:41231", without a slash.
  const std::vector<std::string>& base_urls() const { return base_urls_; }

  // Stop takes no more connections and lets those under way finish; then nothing of the server is
  // left in the base.
  void Stop();

 private:
  Server(const Service& service, ServerOptions options)
      : service_(service), options_(std::move(options)) {}

  Outcome<void> Listen(event_base* base, std::size_t face);
  static void OnTimer(int fd, short what, void* arg);

  const Service& service_;
  ServerOptions options_;
  std::vector<std::unique_ptr<HttpServer>> faces_;
  std::vector<std::string> base_urls_;
  std::unique_ptr<ControlSocket> control_;
  EventPtr timer_;
};

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_SERVER_H_
