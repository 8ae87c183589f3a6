// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// When a log is asked again. Pure functions.

#ifndef TATTLE_PLUGIN_AUDIT_SCHEDULE_H_
#define TATTLE_PLUGIN_AUDIT_SCHEDULE_H_

#include <cstdint>

#include "core/loglist/log_list.h"
#include "plugin/pool/pool.h"

namespace tattle {

// FetchIntervalMs is the time between two rounds with a log that answers: about an hour, for a
// static-ct log 5 to 15 minutes, never longer than the MMD except that 5 minutes are the least; a
// day for a log that takes no more entries. "time between STH polls SHOULD NOT be much shorter
// than MMD / STH Frequency Count" (draft-ietf-trans-gossip-05, Section 8.2).
std::uint64_t FetchIntervalMs(const Log& log, std::uint64_t now_ms);

// IsOver says that a log signs nothing new any more, as far as the list knows. A list may say what
// will be: until then a log has its old state.
bool IsOver(const Log& log, std::uint64_t now_ms);

// FirstFetchMs spreads the first rounds with many logs over an interval.
std::uint64_t FirstFetchMs(const Log& log, std::uint64_t now_ms, double random);

// NextFetchMs is the interval with jitter, doubled for each failure in a row up to six hours, and
// at least what the server asked for (`retry_after_ms`, 0 for nothing).
std::uint64_t NextFetchMs(const Log& log, std::uint32_t num_failures, std::uint64_t retry_after_ms,
                          std::uint64_t now_ms, double random);

// IsFetchDue: a plan that lies further ahead than any is made was made by a clock that was wrong.
bool IsFetchDue(const LogProgress& progress, std::uint64_t now_ms);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_SCHEDULE_H_
