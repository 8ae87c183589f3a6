// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Daemon: the object that puts the parts together, and one thread that waits for what comes.

#ifndef TATTLE_ADAPTERS_DAEMON_DAEMON_H_
#define TATTLE_ADAPTERS_DAEMON_DAEMON_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "adapters/daemon/audit_workers.h"
#include "adapters/daemon/check/judge.h"
#include "adapters/daemon/chores.h"
#include "adapters/daemon/clock.h"
#include "adapters/daemon/counts.h"
#include "adapters/daemon/daemon_config.h"
#include "adapters/daemon/gossip/courier.h"
#include "adapters/daemon/gossip/server.h"
#include "adapters/daemon/journal.h"
#include "adapters/daemon/list_source.h"
#include "adapters/daemon/notify.h"
#include "adapters/daemon/observe/ingest.h"
#include "adapters/daemon/observe/observe_socket.h"
#include "adapters/daemon/observe/rate_limit.h"
#include "adapters/daemon/sockets/events.h"
#include "adapters/daemon/sockets/inbox.h"
#include "adapters/daemon/sockets/line_server.h"
#include "adapters/daemon/status/daemon_status.h"
#include "adapters/daemon/status/server.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/pool_place.h"
#include "plugin/runtime/outcome.h"

namespace tattle::daemon {

// ReadConfig is asked for the configuration at a reload.
using ReadConfig = std::function<Outcome<DaemonConfig>()>;

// DaemonOptions is what the process was started with.
struct DaemonOptions {
  DaemonConfig config;
  ReadConfig read_config;
  JournalOptions journal;  // its syslog is the configuration's
  Notifier notifier{""};
  std::optional<std::chrono::milliseconds> watchdog;  // how often to say that we are alive
  Clock clock;
};

// Daemon serves until SIGTERM or SIGINT.
class Daemon {
 public:
  // Create opens the pool and all sockets. Fails with a sentence; nothing is left behind then.
  static Outcome<std::unique_ptr<Daemon>> Create(DaemonOptions options);

  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  void Run();

 private:
  explicit Daemon(DaemonOptions options);

  Outcome<void> OpenPool();
  Outcome<void> OpenSockets();
  Outcome<void> OpenObserveSocket(const std::string& path);
  Outcome<std::unique_ptr<LineServer>> OpenLineServer(const std::string& path, mode_t mode,
                                                      const LineServerOptions& options,
                                                      LineServer::Answer answer);
  Outcome<void> StartGossip();
  Outcome<void> StartStatus();
  Outcome<std::unique_ptr<CheckJudge>> MakeJudge(const DaemonConfig& config);
  void AddTimer(std::chrono::milliseconds period, std::function<void()> call);
  void AddSignal(int number, std::function<void()> call);
  void StartTimers();

  Outcome<void> Store(std::span<const Sighting> batch);
  void StartCourier();
  bool MayGiveHeads() const;
  void StartAudit();
  Outcome<DaemonConfig> ReadNextConfig();
  void Reload();
  void WriteMetrics();
  void NoteWritten(const char* subject, const Outcome<void>& written);
  bool MayCheck(uid_t uid) const;
  std::string AnswerCheck(std::string_view line, uid_t uid);
  std::string AnswerControl(std::string_view line);
  DaemonStatus Status();
  std::optional<DaemonStatus> StatusForOtherThread();

  DaemonOptions options_;
  DaemonConfig config_;
  const std::uint64_t started_ms_;
  Counts counts_;
  Journal journal_;
  ListSource list_;
  SenderLimits limits_;
  std::unique_ptr<Pool> pool_;
  EventBasePtr base_;

  std::optional<gid_t> socket_group_;
  std::vector<uid_t> may_check_;  // beside those whom the socket's mode keeps out; empty: all
  std::unique_ptr<CheckJudge> judge_;
  std::unique_ptr<Ingest> ingest_;
  std::vector<std::unique_ptr<ObserveSocket>> observe_;
  std::unique_ptr<LineServer> check_;
  std::unique_ptr<LineServer> control_;
  std::vector<std::unique_ptr<Callback>> callbacks_;
  std::unique_ptr<Chores> chores_;
  std::unique_ptr<AuditWorkers> audit_;  // null: nobody asks logs
  std::atomic<bool> gives_feedback_ = false;
  std::unique_ptr<GossipCourier> courier_;
  std::unique_ptr<GossipServer> gossip_;  // null: nobody may gossip with us
  std::unique_ptr<Inbox> inbox_;          // what status_ asks; null: it is not there
  std::unique_ptr<StatusServer> status_;  // null: nobody asks by HTTP
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_DAEMON_H_
