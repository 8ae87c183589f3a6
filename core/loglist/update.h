// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// When one list may take another's place.

#ifndef TATTLE_CORE_LOGLIST_UPDATE_H_
#define TATTLE_CORE_LOGLIST_UPDATE_H_

#include <cstdint>

#include "core/base/error.h"
#include "core/loglist/log_list.h"

namespace tattle {

// CheckUpdate succeeds if `candidate`, which must be authenticated before, may replace `current`:
//   - it has a date, or nobody could tell an old list that is played again (kMissing);
//   - the date is not before that of `current` (kOlder); one without a date is older than any;
//   - it has logs (kMissing), or it would make every SCT one of an unknown log;
//   - the date is not in the future by more than kClockDriftMs, since such a list would shut out
//     every later one and never be stale (kOutOfRange).
// A candidate that no longer denies a key is not refused: whoever may sign the list may also decide
// that. DiffLogLists shows it, and callers report it.
Result<void> CheckUpdate(const LogList& current, const LogList& candidate, std::uint64_t now_ms);

}  // namespace tattle

#endif  // TATTLE_CORE_LOGLIST_UPDATE_H_
