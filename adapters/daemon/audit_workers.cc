// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/audit_workers.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "plugin/net/log_client.h"

namespace tattle::daemon {
namespace {

// How long a worker rests when no log is due, or the pool does not work.
constexpr std::chrono::seconds kRest{5};

}  // namespace

bool MayBeAsked(const LogList& logs, const Log& log, const std::vector<std::string>& skip) {
  const std::string& url = log.kind == LogKind::kStaticCt ? log.monitoring_url : log.url;
  return !url.empty() && logs.FindDenied(log.log_id) == nullptr &&
         std::none_of(skip.begin(), skip.end(), [&log](const std::string& text) {
           return log.description.find(text) != std::string::npos;
         });
}

AuditStatus SummarizeAudits(const LogList& logs, const std::vector<LogStatus>& seen,
                            const std::vector<std::string>& skip) {
  AuditStatus status;
  for (const Log& log : logs.content().logs) {
    if (!MayBeAsked(logs, log, skip)) {
      continue;
    }
    ++status.num_logs;
    const auto found = std::find_if(seen.begin(), seen.end(), [&log](const LogStatus& one) {
      return one.log_id == log.log_id;
    });
    if (found == seen.end()) {
      continue;
    }
    status.num_audited += found->last_success_ms > 0 ? 1 : 0;
    status.last_success_ms = std::max(status.last_success_ms, found->last_success_ms);
    if (status.next_audit_ms == 0 ||
        (found->next_audit_ms != 0 && found->next_audit_ms < status.next_audit_ms)) {
      status.next_audit_ms = found->next_audit_ms;
    }
  }
  return status;
}

PoolResult<const Log*> FindLongestDue(const LogList& logs, const DueSince& due_since) {
  const Log* longest = nullptr;
  std::uint64_t longest_ms = 0;
  for (const Log& log : logs.content().logs) {
    const PoolResult<std::optional<std::uint64_t>> since_ms = due_since(log);
    if (!since_ms) {
      return tl::unexpected(since_ms.error());
    }
    if (*since_ms && (longest == nullptr || **since_ms < longest_ms)) {
      longest = &log;
      longest_ms = **since_ms;
    }
  }
  return longest;
}

AuditWorkers::AuditWorkers(Pool& pool, ListSource& list, AuditSettings settings, Clock clock,
                           Journal& journal, Counts& counts)
    : list_(list),
      settings_(std::move(settings)),
      clock_(std::move(clock)),
      journal_(journal),
      counts_(counts),
      auditor_(pool, MakeOptions()) {
  for (std::size_t i = 0; i < kNumThreads; ++i) {
    threads_.emplace_back([this] {
      HttpOptions options = settings_.http;
      options.stop = stop_.get_token();
      HttpClient http(std::move(options));
      Run(http);
    });
  }
}

AuditWorkers::~AuditWorkers() {
  {
    const std::lock_guard lock(mutex_);
    stop_.request_stop();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

AuditOptions AuditWorkers::MakeOptions() {
  AuditOptions options;
  options.random = [this] { return Random(); };
  options.say = [this](LogLevel level, const std::string& line) { journal_.Write(level, line); };
  options.clock = clock_;
  options.ask_rfc6962_for_scts = settings_.rfc6962_inclusion;
  return options;
}

double AuditWorkers::Random() {
  const std::lock_guard lock(random_mutex_);
  return std::uniform_real_distribution<double>(0, 1)(random_);
}

void AuditWorkers::Run(HttpClient& http) {
  while (!stop_.stop_requested()) {
    if (!AuditNext(http)) {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kRest, [this] { return stop_.stop_requested(); });
    }
  }
}

// AuditNext returns false if there was nothing to do.
bool AuditWorkers::AuditNext(HttpClient& http) {
  const std::shared_ptr<const LogList> logs = list_.Get();
  const Log* const log = logs == nullptr ? nullptr : TakeDue(*logs);
  if (log == nullptr) {
    return false;
  }
  Audit(*log, http);
  GiveBack(log->log_id);
  return true;
}

bool AuditWorkers::IsAtWork(const LogId& log_id) {
  const std::lock_guard lock(mutex_);
  return at_work_.contains(log_id);
}

// TakeDue is null if no log is due, or all that are have somebody who asks them.
const Log* AuditWorkers::TakeDue(const LogList& logs) {
  const std::lock_guard taking(taking_);
  const PoolResult<const Log*> due =
      FindLongestDue(logs, [&](const Log& log) -> PoolResult<std::optional<std::uint64_t>> {
        if (!MayBeAsked(logs, log, settings_.skip) || IsAtWork(log.log_id)) {
          return std::nullopt;
        }
        return auditor_.DueSince(log, clock_());
      });
  if (!due) {
    journal_.Complain("audit", due.error().sentence);
    return nullptr;
  }
  const std::lock_guard lock(mutex_);
  if (*due == nullptr || stop_.stop_requested()) {
    return nullptr;
  }
  at_work_.insert((*due)->log_id);
  return *due;
}

void AuditWorkers::GiveBack(const LogId& log_id) {
  const std::lock_guard lock(mutex_);
  at_work_.erase(log_id);
}

void AuditWorkers::Audit(const Log& log, HttpClient& http) {
  const std::unique_ptr<LogClient> client = LogClient::Create(log, http, files_.Of(log.log_id));
  const PoolResult<AuditSummary> summary = auditor_.AuditLog(*client, clock_());
  counts_.Add(Count::kAudits);
  if (!summary) {
    journal_.Complain("audit", summary.error().sentence);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kRest, [this] { return stop_.stop_requested(); });
    return;
  }
  journal_.Settle("audit");
  counts_.Add(Count::kAuditFailures, summary->failure ? 1 : 0);
  counts_.Add(Count::kAuditUnanswered, summary->num_unanswered);
  counts_.Add(Count::kHeadsLinked, summary->num_linked);
  counts_.Add(Count::kSctsIncluded, summary->num_included);
  counts_.Add(Count::kSctsWithoutIndex, summary->num_without_index);
}

}  // namespace tattle::daemon
