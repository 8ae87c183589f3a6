// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/auditor.h"

#include <utility>

#include "core/base/time.h"
#include "plugin/audit/audit_round.h"
#include "plugin/audit/schedule.h"

namespace tattle {

Auditor::Auditor(Pool& pool, AuditOptions options)
    : pool_(pool), options_(std::move(options)), desk_(pool, options_.say) {}

LogMemory& Auditor::MemoryOf(const LogId& log_id) {
  const std::scoped_lock lock(mutex_);
  return memories_[log_id];  // a map moves nothing when it grows
}

PoolResult<std::optional<std::uint64_t>> Auditor::DueSince(const Log& log, std::uint64_t now_ms) {
  PoolResult<LogProgress> progress = pool_.Progress(log.log_id);
  if (!progress) {
    return tl::unexpected(progress.error());
  }
  if (progress->next_fetch_ms == 0) {
    progress->log_id = log.log_id;
    progress->next_fetch_ms = FirstFetchMs(log, now_ms, options_.random());
    if (const PoolResult<void> planned = pool_.SetProgress(*progress); !planned) {
      return tl::unexpected(planned.error());
    }
  }
  // What a clock that was wrong has planned counts as due since ever.
  return IsFetchDue(*progress, now_ms)
             ? std::optional(progress->next_fetch_ms <= now_ms ? progress->next_fetch_ms : 0)
             : std::nullopt;
}

PoolResult<AuditSummary> Auditor::AuditLog(LogClient& client, std::uint64_t now_ms) {
  const AuditRound::Parts parts = {pool_, options_, desk_, clock_sense_,
                                   MemoryOf(client.log().log_id)};
  return AuditRound(parts, client, now_ms).Run();
}

PoolResult<AuditSummary> AuditRound::Run() {
  PoolResult<LogProgress> progress = pool_.Progress(log_.log_id);
  if (!progress) {
    return tl::unexpected(progress.error());
  }
  if (const PoolResult<void> done = FetchHead(*progress); !done) {
    return tl::unexpected(done.error());
  }
  if (const PoolResult<void> done = LinkOthers(); !done) {
    return tl::unexpected(done.error());
  }
  if (const PoolResult<void> done = ResolveScts(); !done) {
    return tl::unexpected(done.error());
  }
  if (summary_.failure && summary_.failure->kind == FailureKind::kCancelled) {
    return std::move(summary_);
  }
  SayIfAway();
  SayIfSlow();
  progress->log_id = log_.log_id;
  progress->failures = summary_.failure ? progress->failures + 1 : 0;
  progress->last_failure = summary_.failure ? summary_.failure->sentence : "";
  if (has_head_) {
    progress->last_success_ms = now_ms_;
  }
  const std::uint64_t retry_after_ms =
      summary_.failure ? summary_.failure->retry_after_ms.value_or(0) : 0;
  progress->next_fetch_ms = NextFetchMs(log_, progress->failures, retry_after_ms,
                                        now_ms_ + ElapsedMs(), options_.random());
  summary_.next_fetch_ms = progress->next_fetch_ms;
  if (const PoolResult<void> planned = pool_.SetProgress(*progress); !planned) {
    return tl::unexpected(planned.error());
  }
  return std::move(summary_);
}

}  // namespace tattle
