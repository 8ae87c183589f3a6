// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// For how long the SCTs of a certificate will satisfy policies.

#ifndef TATTLE_CORE_SERVE_OUTLOOK_H_
#define TATTLE_CORE_SERVE_OUTLOOK_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "core/policy/policy.h"
#include "core/verify/report.h"

namespace tattle {

// Outlook is what one policy says of a report, now and later.
struct Outlook {
  Policy policy = Policy::kChrome;
  bool satisfied = false;                 // now
  std::optional<std::uint64_t> until_ms;  // from when on no longer, by what the log list says today
};

// FindOutlook asks the policy at each moment, from `now_ms` on, at which time changes what it says:
// the dates of the log list are all that there is to know of the future. Nothing is foreseen for
// SCTs that do not satisfy it now, or that will for as long as the certificate lives. Pure.
Outlook FindOutlook(Policy policy, const Report& report, std::uint64_t now_ms);

// FindOutlooks is that of AllPolicies, in their order.
std::vector<Outlook> FindOutlooks(const Report& report, std::uint64_t now_ms);

}  // namespace tattle

#endif  // TATTLE_CORE_SERVE_OUTLOOK_H_
