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
  LogList list;
  list.content_ = std::move(content);
  for (std::size_t i = 0; i < list.content_.logs.size(); ++i) {
    if (!list.by_id_.emplace(list.content_.logs[i].log_id, i).second) {
      return Fail(Errc::kDuplicate, "log_list.log_id");
    }
  }
  for (std::size_t i = 0; i < list.content_.denied.size(); ++i) {
    list.denied_by_id_.emplace(list.content_.denied[i].log_id, i);
  }
  return list;
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

}  // namespace tattle
