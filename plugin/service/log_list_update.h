// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A log list in the place of another, if it may be.

#ifndef TATTLE_PLUGIN_SERVICE_LOG_LIST_UPDATE_H_
#define TATTLE_PLUGIN_SERVICE_LOG_LIST_UPDATE_H_

#include <cstdint>
#include <string>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

enum class UpdateOutcome : std::uint8_t { kReplaced = 1, kUpToDate, kRefused };

// LogListUpdate is what became of a list that was offered.
struct LogListUpdate {
  UpdateOutcome outcome = UpdateOutcome::kRefused;
  std::string refusal;  // kRefused: half a sentence that says why
  LogList before;       // what was in force, or the built-in list where there was no file
  LogList after;        // what was offered
};

// LogListOffer is a list that the caller has authenticated. Borrows the text.
struct LogListOffer {
  Bytes text;
  std::string name;  // what sentences call it
};

// UpdateLogList puts an offer in the place of the file `destination` at one stroke, if CheckUpdate
// lets it. The caller holds the FolderLock. `is_trial`: nothing is written. Fails with a sentence
// where something cannot be read or written.
Outcome<LogListUpdate> UpdateLogList(const std::string& destination, const LogListOffer& offer,
                                     std::uint64_t now_ms, bool is_trial);

// DescribeLogListError says why a list could not be decoded: "log list PATH: not JSON; ...".
std::string DescribeLogListError(const std::string& path, const Error& error);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_SERVICE_LOG_LIST_UPDATE_H_
