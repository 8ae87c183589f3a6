// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "core/policy/counting.h"

namespace tattle {

// wiki.mozilla.org/SecurityEngineering/Certificate_Transparency and Firefox's CTPolicyEnforcer.
// Admissible is Qualified, Usable or ReadOnly.
//
//   Embedded: at least one from an Admissible log; from at least N distinct logs Admissible or
//   Retired, N = 2 for a lifetime of at most 180 days, else 3; at least two operators.
//   Not embedded (TLS and OCSP are one set): at least two distinct Admissible logs, at least two
//   operators. Embedded SCTs do not add to these.
//
// An SCT of a tiled log without leaf_index is ignored. A retired log's SCT counts if it, and the
// earliest SCT of an Admissible log, were stamped before the retirement. The operator is today's.
Verdict EvaluateMozilla(const Report& report, std::uint64_t now_ms, bool list_stale) {
  Case the_case = OpenCase(report, now_ms, list_stale);
  const std::uint64_t issued_ms = the_case.EarliestCurrentMs();
  Route embedded = EmbeddedRoute(the_case.lifetime_ms > kShortLifetimeMs);
  Route unembedded = UnembeddedRoute("an SCT by TLS or OCSP", "SCTs by TLS or OCSP");
  for (const Candidate& candidate : the_case.candidates) {
    const bool is_embedded = candidate.sct->source == SctSource::kEmbedded;
    if (candidate.LacksLeafIndex()) {
      the_case.Refuse(candidate, ReasonCode::kLeafIndexMissing,
                      "it has no leaf_index, though its log is a static-ct log");
    } else if (!is_embedded && !candidate.current) {
      the_case.RefuseRetired(candidate, "and not embedded");
    } else if (candidate.RetiredBy(candidate.sct->timestamp_ms)) {
      the_case.RefuseRetired(candidate, "stamped later");
    } else if (candidate.RetiredBy(issued_ms)) {
      the_case.RefuseRetired(candidate, "and no SCT of a log trusted today was stamped before");
    } else {
      (is_embedded ? embedded : unembedded).tally.Add(candidate, candidate.operator_now);
    }
  }
  return Conclude(the_case, std::array{embedded, unembedded});
}

}  // namespace tattle
