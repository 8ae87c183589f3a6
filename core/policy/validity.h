// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// For how long a verdict can be remembered.

#ifndef TATTLE_CORE_POLICY_VALIDITY_H_
#define TATTLE_CORE_POLICY_VALIDITY_H_

#include <cstdint>

#include "core/verify/report.h"

namespace tattle {

// Validity is a span of time, half-open.
struct Validity {
  std::uint64_t from_ms = 0;
  std::uint64_t until_ms = 0;

  bool Covers(std::uint64_t time_ms) const { return from_ms <= time_ms && time_ms < until_ms; }
};

// ValidityAt is the span around `now_ms` in which time changes nothing: Verify would find every
// SCT of the report in the status that it has at `now_ms`, and Evaluate says the same of them, word
// for word, by every policy, for as long as list_stale stays the same too. Pure.
Validity ValidityAt(const Report& report, std::uint64_t now_ms);

}  // namespace tattle

#endif  // TATTLE_CORE_POLICY_VALIDITY_H_
