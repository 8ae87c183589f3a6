// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the daemon answers on its sockets.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>

#include "adapters/daemon/daemon.h"
#include "adapters/daemon/status/control_request.h"
#include "core/base/json.h"
#include "plugin/gossip/pollinator.h"

namespace tattle::daemon {
namespace {

// How long the loop may take: longer than that it stands still only where something is wrong.
constexpr std::chrono::seconds kLoopPatience{3};

std::string ControlError(const std::string& sentence) {
  return "{\"error\":" + json::Quote(sentence) + "}";
}

}  // namespace

DaemonStatus Daemon::Status() {
  DaemonStatus status = chores_->SeenOfPool();
  status.version = TATTLE_VERSION;
  status.pid = getpid();
  status.now_ms = options_.clock();
  status.started_ms = started_ms_;
  status.mode = ModeName(config_.judge.mode);
  status.policy = PolicyName(config_.judge.policy);
  if (const std::shared_ptr<const LogList> logs = list_.Get(); logs != nullptr) {
    status.has_list = true;
    status.list_timestamp_ms = logs->content().timestamp_ms;
    status.is_list_stale = logs->IsStaleAt(status.now_ms);
    status.num_logs = logs->content().logs.size();
    status.audits = SummarizeAudits(*logs, status.logs, config_.audit_skip);
  }
  status.audits.is_on = audit_ != nullptr;
  status.is_pool_in_memory = PoolPlace(*pool_).IsInMemory();
  status.queue_bytes = ingest_->queue_bytes();
  status.refusals = counts_.refusals().Look();
  status.hours = counts_.hours().Look(status.now_ms);
  for (const CountRow& row : AllCounts()) {
    status.counts.at(static_cast<std::size_t>(row.count)) = counts_.Get(row.count);
  }
  if (gossip_) {
    status.gossip.places = gossip_->places();
    status.gossip.invalid_scts = gossip_->Invalid();
  }
  status.last_lost_line_ms = journal_.last_lost_ms();
  status.problems = journal_.Problems();
  return status;
}

// StatusForOtherThread: what Status looks at is the loop's.
std::optional<DaemonStatus> Daemon::StatusForOtherThread() {
  const auto promise = std::make_shared<std::promise<DaemonStatus>>();
  std::future<DaemonStatus> status = promise->get_future();
  if (!inbox_->Post([this, promise] { promise->set_value(Status()); }) ||
      status.wait_for(kLoopPatience) != std::future_status::ready) {
    return std::nullopt;
  }
  return status.get();
}

bool Daemon::MayCheck(uid_t uid) const {
  return may_check_.empty() ||
         std::find(may_check_.begin(), may_check_.end(), uid) != may_check_.end();
}

std::string Daemon::AnswerCheck(std::string_view line, uid_t uid) {
  if (!MayCheck(uid)) {
    counts_.Add(Count::kChecksBad);
    return "fail the user " + std::to_string(uid) + " may not ask: see check_users";
  }
  return judge_->Answer(line, uid, options_.clock());
}

std::string Daemon::AnswerControl(std::string_view line) {
  counts_.Add(Count::kControlRequests);
  const Result<ControlRequest> request = DecodeControlRequest(line);
  if (!request) {
    return ControlError(Describe(request.error()));
  }
  if (request->verb == ControlVerb::kStatus) {
    return EncodeStatus(Status());
  }
  if (const Outcome<std::string> host = HostOfSite(request->site); !host) {
    return ControlError(host.error());
  }
  if (!MayGiveHeads()) {
    return ControlError("the pool is in memory only, which does not know what was given to whom");
  }
  return courier_->SendSoon(request->site) ? R"({"queued":true})"
                                           : ControlError("too many exchanges wait already");
}

}  // namespace tattle::daemon
