// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// BackgroundServer: a server in a thread of its own, for tests.

#ifndef TATTLE_TESTS_TESTLOG_BACKGROUND_SERVER_H_
#define TATTLE_TESTS_TESTLOG_BACKGROUND_SERVER_H_

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/testlog/server.h"

namespace tattle::testlog {

// BackgroundServer listens from Create on until it is destroyed. What happens in the service
// meanwhile (Submit, Sequence, Tell) may come from any thread.
class BackgroundServer {
 public:
  // Create borrows the service. Fails as Server::Create.
  static Outcome<std::unique_ptr<BackgroundServer>> Create(const Service& service,
                                                           ServerOptions options);
  ~BackgroundServer();
  BackgroundServer(const BackgroundServer&) = delete;
  BackgroundServer& operator=(const BackgroundServer&) = delete;

  // Url is the URL of a log at a face, as log lists have it: "http://127.0.0.1:41231/amber/".
  std::string Url(const std::string& log, std::size_t face = 0) const {
    return server_->base_urls().at(face) + "/" + log + "/";
  }
  const std::vector<std::string>& base_urls() const { return server_->base_urls(); }

 private:
  BackgroundServer() = default;
  static void OnWake(int fd, short what, void* arg);

  EventBasePtr base_;
  EventPtr wake_;
  int wake_read_ = -1;
  int wake_write_ = -1;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_BACKGROUND_SERVER_H_
