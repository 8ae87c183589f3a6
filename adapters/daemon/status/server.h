// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// StatusServer: the status over HTTP, as a page, as JSON and for Prometheus.

#ifndef TATTLE_ADAPTERS_DAEMON_STATUS_SERVER_H_
#define TATTLE_ADAPTERS_DAEMON_STATUS_SERVER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/daemon/clock.h"
#include "adapters/daemon/gossip/settings.h"
#include "adapters/daemon/sockets/loop_thread.h"
#include "adapters/daemon/status/daemon_status.h"
#include "plugin/net/http_server.h"
#include "plugin/page/page.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// AskStatus is nothing where the daemon does not get round to saying.
using AskStatus = std::function<std::optional<DaemonStatus>()>;

// StatusAnswers answers requests, of one thread. It asks for the status once a second at most and
// writes each format of it once: the page of many logs takes a while.
class StatusAnswers {
 public:
  static constexpr std::uint64_t kRenewMs = 1000;

  StatusAnswers(AskStatus status, Clock clock);

  // Answer serves "/" and "/metrics" to GET and HEAD. The `format` of the query is html, json or
  // prometheus; without it Accept decides. Whoever calls the server by a name other than localhost
  // is refused: a page of somebody else's whose name was made to point here would be able to read
  // the answer.
  HttpResponse Answer(const HttpRequest& request);

 private:
  HttpResponse AnswerIn(StatusFormat format);

  AskStatus ask_;
  Clock clock_;
  std::optional<DaemonStatus> status_;
  std::uint64_t asked_ms_ = 0;
  std::map<StatusFormat, HttpResponse> written_;  // of that status
};

// IsOwnHost says that the value of Host is an IP address or localhost, with a port or without.
bool IsOwnHost(std::string_view host);

// StatusServer has a thread of its own: to write a page takes milliseconds, which nobody who asks
// for a verdict is to wait for.
class StatusServer {
 public:
  // Create listens at all of the addresses, and serves until the server is destroyed. Fails with a
  // sentence. The functions are called by the server's thread.
  static Outcome<std::unique_ptr<StatusServer>> Create(std::span<const ListenAddress> listen,
                                                       AskStatus status, const Clock& clock);

  // Lets answers under way finish, for a second at most.
  ~StatusServer();
  StatusServer(const StatusServer&) = delete;
  StatusServer& operator=(const StatusServer&) = delete;

  // Places are where it listens, with the ports that it got.
  const std::vector<std::string>& places() const { return places_; }

 private:
  StatusServer(AskStatus status, const Clock& clock, std::unique_ptr<LoopThread> loop)
      : answers_(std::move(status), clock), loop_(std::move(loop)) {}

  StatusAnswers answers_;
  std::unique_ptr<LoopThread> loop_;
  std::unique_ptr<HttpServer> server_;
  std::vector<std::string> places_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_STATUS_SERVER_H_
