// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What changed from one list to another.

#ifndef TATTLE_CORE_LOGLIST_DIFF_H_
#define TATTLE_CORE_LOGLIST_DIFF_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/loglist/log_list.h"

namespace tattle {

enum class LogChange : std::uint8_t {
  kAdded = 1,
  kRemoved,
  kKey,  // another key, and so another log, at the same URL
  kState,
  kOperator,
  kPreviousOperators,
  kInterval,
  kType,
  kKind,
  kDescription,
  kUrl,
  kMmd,
  kFinalTreeHead,
  kDenied,
  kNoLongerDenied,
};

// LogDifference is one change of one log.
struct LogDifference {
  LogChange change = LogChange::kAdded;
  LogId log_id = {};  // of the newer log where the key changed
  std::string description;
  std::string operator_name;
  std::string before;  // the value in words; empty for a log or field that was not there
  std::string after;
};

// DiffLogLists gives every difference in logs and denied keys: removals in the order of `older`,
// then the rest in that of `newer`. It is empty if and only if both lists say the same of the same
// logs; version and date, the order of entries and what was skipped do not matter.
std::vector<LogDifference> DiffLogLists(const LogList& older, const LogList& newer);

// LogChangeName: "added", "removed", "key", "state", "operator", "previous_operators", "interval",
// "type", "kind", "description", "url", "mmd", "final_tree_head", "denied", "no_longer_denied".
std::string_view LogChangeName(LogChange change);

}  // namespace tattle

#endif  // TATTLE_CORE_LOGLIST_DIFF_H_
