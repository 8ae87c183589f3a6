// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A time as the status has it in JSON.

#ifndef TATTLE_ADAPTERS_DAEMON_STATUS_TIME_OR_NULL_H_
#define TATTLE_ADAPTERS_DAEMON_STATUS_TIME_OR_NULL_H_

#include <cstdint>
#include <string>

#include "core/base/json.h"
#include "core/base/time.h"

namespace tattle::daemon {

// TimeOrNull is a time of RFC 3339 in quotation marks, or null for 0.
inline std::string TimeOrNull(std::uint64_t time_ms) {
  return time_ms == 0 ? "null" : json::Quote(EncodeRfc3339(time_ms));
}

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_STATUS_TIME_OR_NULL_H_
