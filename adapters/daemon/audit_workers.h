// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// AuditWorkers: threads that take turns at asking the logs that are due.

#ifndef TATTLE_ADAPTERS_DAEMON_AUDIT_WORKERS_H_
#define TATTLE_ADAPTERS_DAEMON_AUDIT_WORKERS_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "adapters/daemon/clock.h"
#include "adapters/daemon/counts.h"
#include "adapters/daemon/journal.h"
#include "adapters/daemon/list_source.h"
#include "adapters/daemon/status/daemon_status.h"
#include "plugin/audit/auditor.h"
#include "plugin/net/bounds.h"
#include "plugin/net/file_cache.h"
#include "plugin/net/http_client.h"
#include "plugin/pool/pool.h"

namespace tattle::daemon {

struct AuditSettings {
  HttpOptions http;               // `stop` is set by the workers
  std::vector<std::string> skip;  // texts in the descriptions of logs that are not asked
  bool rfc6962_inclusion = false;
};

// MayBeAsked says whether a log of the list is one to ask: it has a URL and none of the texts, and
// its key is not denied. Anybody may sign with a denied key, so heads say nothing of that log.
bool MayBeAsked(const LogList& logs, const Log& log, const std::vector<std::string>& skip);

// SummarizeAudits counts the logs of the list that may be asked; `seen` is what the pool knows.
AuditStatus SummarizeAudits(const LogList& logs, const std::vector<LogStatus>& seen,
                            const std::vector<std::string>& skip);

// FindLongestDue is the log of the list that is due since longest, by what `due_since` says of
// each; null where none is. What comes first in the list has no advantage.
using DueSince = std::function<PoolResult<std::optional<std::uint64_t>>(const Log&)>;
PoolResult<const Log*> FindLongestDue(const LogList& logs, const DueSince& due_since);

// AuditWorkers runs until it is destroyed, which ends what is under way.
class AuditWorkers {
 public:
  static constexpr std::size_t kNumThreads = 4;

  // Borrows all but settings and clock.
  AuditWorkers(Pool& pool, ListSource& list, AuditSettings settings, Clock clock, Journal& journal,
               Counts& counts);
  ~AuditWorkers();
  AuditWorkers(const AuditWorkers&) = delete;
  AuditWorkers& operator=(const AuditWorkers&) = delete;

 private:
  AuditOptions MakeOptions();
  double Random();
  void Run(HttpClient& http);
  bool AuditNext(HttpClient& http);
  const Log* TakeDue(const LogList& logs);
  bool IsAtWork(const LogId& log_id);
  void GiveBack(const LogId& log_id);
  void Audit(const Log& log, HttpClient& http);

  ListSource& list_;
  const AuditSettings settings_;
  const Clock clock_;
  Journal& journal_;
  Counts& counts_;

  std::mutex random_mutex_;
  std::mt19937_64 random_{std::random_device()()};

  Auditor auditor_;
  FileCaches files_{kMaxLogsWithFiles, kMaxKeptFiles, kMaxKeptFilesSize};  // of rounds before

  std::mutex taking_;  // one at a time chooses a log; is locked before the other
  std::mutex mutex_;   // guards what follows
  std::condition_variable changed_;
  std::set<LogId> at_work_;
  std::stop_source stop_;

  std::vector<std::thread> threads_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_AUDIT_WORKERS_H_
