// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/loglist/log_list.h"

#include <utility>

#include "core/base/limits.h"

namespace tattle {

LogState Log::StateAt(std::uint64_t time_ms) const {
  if (time_ms >= state_since_ms) {
    return state;
  }
  switch (state) {
    case LogState::kReadOnly:
    case LogState::kRetired:
    case LogState::kRejected:
      return LogState::kUsable;
    case LogState::kQualified:
    case LogState::kUsable:
      return LogState::kPending;
    case LogState::kNone:
    case LogState::kPending:
    case LogState::kUnknown:
      break;
  }
  return state;
}

const std::string& Log::OperatorAt(std::uint64_t time_ms) const {
  const PreviousOperator* earliest = nullptr;
  for (const PreviousOperator& previous : previous_operators) {
    if (time_ms < previous.end_ms && (earliest == nullptr || previous.end_ms < earliest->end_ms)) {
      earliest = &previous;
    }
  }
  return earliest == nullptr ? operator_name : earliest->name;
}

Result<LogList> LogList::Create(Content content) {
  if (content.logs.size() > kMaxLogs) {
    return Fail(Errc::kTooLarge, "log_list.logs");
  }
  LogList list;
  std::vector<Log> logs = std::move(content.logs);
  const std::vector<DeniedLog> denied = std::move(content.denied);
  content.logs.clear();
  content.denied.clear();
  list.content_ = std::move(content);
  for (Log& log : logs) {
    if (!list.by_id_.emplace(log.log_id, list.content_.logs.size()).second) {
      list.content_.skipped.push_back(
          {std::move(log.description), Error{Errc::kDuplicate, 0, "log.log_id"}});
      continue;
    }
    list.content_.logs.push_back(std::move(log));
  }
  list.AddDenied(denied);
  return list;
}

void LogList::AddDenied(const std::vector<DeniedLog>& denied) {
  for (const DeniedLog& entry : denied) {
    if (denied_by_id_.emplace(entry.log_id, content_.denied.size()).second) {
      content_.denied.push_back(entry);
    }
  }
}

const Log* LogList::Find(const LogId& log_id) const {
  const auto found = by_id_.find(log_id);
  return found == by_id_.end() ? nullptr : &content_.logs[found->second];
}

const DeniedLog* LogList::FindDenied(const LogId& log_id) const {
  const auto found = denied_by_id_.find(log_id);
  return found == denied_by_id_.end() ? nullptr : &content_.denied[found->second];
}

bool LogList::IsStaleAt(std::uint64_t now_ms) const {
  return content_.timestamp_ms && now_ms > *content_.timestamp_ms &&
         now_ms - *content_.timestamp_ms > kLogListMaxAgeMs;
}

std::string_view LogStateName(LogState state) {
  switch (state) {
    case LogState::kNone:
      return "none";
    case LogState::kPending:
      return "pending";
    case LogState::kQualified:
      return "qualified";
    case LogState::kUsable:
      return "usable";
    case LogState::kReadOnly:
      return "readonly";
    case LogState::kRetired:
      return "retired";
    case LogState::kRejected:
      return "rejected";
    case LogState::kUnknown:
      break;
  }
  return "unknown";
}

std::string_view LogKindName(LogKind kind) {
  return kind == LogKind::kStaticCt ? "static-ct" : "rfc6962";
}

std::string_view LogTypeName(LogType type) {
  switch (type) {
    case LogType::kProd:
      return "prod";
    case LogType::kTest:
      return "test";
    case LogType::kMonitoringOnly:
      return "monitoring_only";
    case LogType::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace tattle
