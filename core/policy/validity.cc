// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/policy/validity.h"

#include <algorithm>
#include <limits>

#include "core/base/limits.h"

namespace tattle {
namespace {

// Split cuts off what lies beyond a moment from which on something is different.
void Split(Validity& validity, std::uint64_t moment_ms, std::uint64_t now_ms) {
  if (moment_ms <= now_ms) {
    validity.from_ms = std::max(validity.from_ms, moment_ms);
  } else {
    validity.until_ms = std::min(validity.until_ms, moment_ms);
  }
}

}  // namespace

// Time comes into a verdict in two ways only: through IsInFuture of an SCT's timestamp, and through
// Log::StateAt. A policy that looks at the clock in another way has to say so here.
Validity ValidityAt(const Report& report, std::uint64_t now_ms) {
  Validity validity = {0, std::numeric_limits<std::uint64_t>::max()};
  for (const SctFacts& sct : report.scts) {
    Split(validity, sct.timestamp_ms - std::min(sct.timestamp_ms, kClockDriftMs), now_ms);
    if (sct.log != nullptr) {
      Split(validity, sct.log->state_since_ms, now_ms);
    }
  }
  return validity;
}

}  // namespace tattle
