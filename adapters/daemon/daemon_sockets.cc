// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Where the daemon is asked, and by whom.

#include <utility>

#include <sys/socket.h>

#include "adapters/daemon/bounds.h"
#include "adapters/daemon/config_check.h"
#include "adapters/daemon/daemon.h"
#include "adapters/daemon/sockets/access.h"
#include "plugin/capi/random_draw.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {
namespace {

// Anybody may report: what is taken is limited by user, verified, and never more than counted.
constexpr mode_t kObserveMode = 0666;
// Whoever may ask for verdicts, or what the daemon saw.
constexpr mode_t kAskMode = 0660;
// The same by name: Exim drops the groups of its user before it delivers.
constexpr mode_t kAskByUserMode = 0666;

// LineOptions are those of a socket whose requests have a bound.
LineServerOptions LineOptions(std::size_t max_line) {
  LineServerOptions options;
  options.max_line = max_line;
  return options;
}

}  // namespace

Outcome<void> Daemon::OpenObserveSocket(const std::string& path) {
  auto socket = UnixSocket::Create({path, SOCK_DGRAM, kObserveMode, std::nullopt});
  if (!socket) {
    return Sorry("observe_socket: " + socket.error());
  }
  auto observe = ObserveSocket::Create(
      base_.get(), *std::move(socket), limits_,
      [this](Bytes datagram) { ingest_->TakeDatagram(datagram); }, options_.clock, counts_);
  if (!observe) {
    return Sorry("observe_socket: " + observe.error());
  }
  observe_.push_back(*std::move(observe));
  return {};
}

Outcome<std::unique_ptr<LineServer>> Daemon::OpenLineServer(const std::string& path, mode_t mode,
                                                            const LineServerOptions& options,
                                                            LineServer::Answer answer) {
  if (path.empty()) {
    return nullptr;
  }
  auto socket = UnixSocket::Create({path, SOCK_STREAM, mode, socket_group_});
  if (!socket) {
    return Sorry(socket.error());
  }
  return std::make_unique<LineServer>(base_.get(), *std::move(socket), options, std::move(answer),
                                      counts_);
}

Outcome<void> Daemon::OpenSockets() {
  std::vector<std::string> paths = config_.observe_also;
  if (!config_.judge.observe_socket.empty()) {
    paths.push_back(config_.judge.observe_socket);
  }
  for (const std::string& path : paths) {
    if (const auto opened = OpenObserveSocket(path); !opened) {
      return Sorry(opened.error());
    }
  }
  const auto group = FindGroup(config_.socket_group);
  if (!group) {
    return Sorry(group.error());
  }
  socket_group_ = *group;
  auto users = FindUsers(config_.check_users);
  if (!users) {
    return Sorry(users.error());
  }
  may_check_ = *std::move(users);
  LineServerOptions check_options = LineOptions(kMaxCheckRequestSize);
  check_options.is_known = [this](uid_t uid) { return MayCheck(uid); };
  auto check = OpenLineServer(
      config_.check_socket, may_check_.empty() ? kAskMode : kAskByUserMode, check_options,
      [this](std::string_view line, uid_t uid) { return AnswerCheck(line, uid); });
  if (!check) {
    return Sorry("check_socket: " + check.error());
  }
  check_ = *std::move(check);
  auto control =
      OpenLineServer(config_.control_socket, kAskMode, LineOptions(kMaxControlRequestSize),
                     [this](std::string_view line, uid_t /*uid*/) { return AnswerControl(line); });
  if (!control) {
    return Sorry("control_socket: " + control.error());
  }
  control_ = *std::move(control);
  if (auto started = StartGossip(); !started) {
    return started;
  }
  return StartStatus();
}

Outcome<void> Daemon::StartStatus() {
  if (config_.status_listen.empty()) {
    return {};
  }
  auto inbox = Inbox::Create(base_.get(), kAnswers);
  if (!inbox) {
    return Sorry("status_listen: " + inbox.error());
  }
  inbox_ = *std::move(inbox);
  auto server = StatusServer::Create(
      config_.status_listen, [this] { return StatusForOtherThread(); }, options_.clock);
  if (!server) {
    return Sorry(server.error());
  }
  status_ = *std::move(server);
  for (const std::string& place : status_->places()) {
    journal_.Info("serves its status at http://" + place + "/");
  }
  for (const ListenAddress& address : config_.status_listen) {
    if (const std::string warning = WarningOfStatus(address); !warning.empty()) {
      journal_.Warning(warning);
    }
  }
  return {};
}

Outcome<void> Daemon::StartGossip() {
  if (!config_.gossip.is_on()) {
    return {};
  }
  auto server = GossipServer::Create(
      {*pool_, journal_, counts_, [this] { return list_.Get(); }, options_.clock, RandomDraw},
      config_.gossip);
  if (!server) {
    return Sorry(server.error());
  }
  gossip_ = *std::move(server);
  for (const std::string& place : gossip_->places()) {
    journal_.Info("takes part in gossip at " + place);
  }
  return {};
}

}  // namespace tattle::daemon
