// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "core/policy/counting.h"

namespace tattle {

// Android 16 and later: Conscrypt's ct/PolicyImpl.
//
//   Embedded: (1) at least one from a log Qualified, Usable or ReadOnly at the check; (2) from at
//   least N distinct logs Qualified, Usable, ReadOnly or Retired, N = 2 for a lifetime of at most
//   180 days, else 3; (3) at least two operators.
//   TLS and OCSP, one set: from at least two distinct logs Qualified, Usable or ReadOnly, of at
//   least two operators. Embedded SCTs do not add to these.
//
// SCTs of a retired log are dropped only if the earliest SCT of all was not stamped before the
// retirement; when they were stamped themselves is not asked. The operator is today's.
Verdict EvaluateAndroid(const Report& report, std::uint64_t now_ms, bool list_stale) {
  Case the_case = OpenCase(report, now_ms, list_stale);
  const std::uint64_t issued_ms = the_case.EarliestMs();
  Route embedded = EmbeddedRoute(the_case.lifetime_ms > kShortLifetimeMs);
  Route unembedded = UnembeddedRoute("an SCT by TLS or OCSP", "SCTs by TLS or OCSP");
  for (const Candidate& candidate : the_case.candidates) {
    const bool is_embedded = candidate.sct->source == SctSource::kEmbedded;
    if (!is_embedded && !candidate.current) {
      the_case.RefuseRetired(candidate, "and not embedded");
    } else if (candidate.RetiredBy(issued_ms)) {
      the_case.RefuseRetired(candidate, "and no SCT was stamped before");
    } else {
      (is_embedded ? embedded : unembedded).tally.Add(candidate, candidate.operator_now);
    }
  }
  return Conclude(the_case, std::array{embedded, unembedded});
}

}  // namespace tattle
