// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/serve/outlook.h"

#include <cstddef>
#include <limits>

#include "core/policy/validity.h"

namespace tattle {
namespace {

// A stale list forgives nothing here, nor will it later.
bool IsSatisfied(Policy policy, const Report& report, std::uint64_t time_ms) {
  return Evaluate(policy, report, time_ms, false).compliant;
}

}  // namespace

Outlook FindOutlook(Policy policy, const Report& report, std::uint64_t now_ms) {
  Outlook outlook = {policy, IsSatisfied(policy, report, now_ms), std::nullopt};
  if (!outlook.satisfied) {
    return outlook;
  }
  // Each SCT has two moments at most: when it is in the future no more, and when its log changes.
  std::uint64_t time_ms = now_ms;
  for (std::size_t i = 0; i <= 2 * report.scts.size(); ++i) {
    time_ms = ValidityAt(report, time_ms).until_ms;
    if (time_ms == std::numeric_limits<std::uint64_t>::max() || time_ms > report.not_after_ms) {
      break;
    }
    if (!IsSatisfied(policy, report, time_ms)) {
      outlook.until_ms = time_ms;
      break;
    }
  }
  return outlook;
}

std::vector<Outlook> FindOutlooks(const Report& report, std::uint64_t now_ms) {
  std::vector<Outlook> outlooks;
  for (const Policy policy : AllPolicies()) {
    outlooks.push_back(FindOutlook(policy, report, now_ms));
  }
  return outlooks;
}

}  // namespace tattle
