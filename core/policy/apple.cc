// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "core/policy/counting.h"

namespace tattle {

// support.apple.com/103214. At least two SCTs from logs once or currently approved, and either
//
//   (a) at least two from currently approved logs, one of them by TLS or OCSP; or
//   (b) at least one embedded from a currently approved log, and as many from distinct logs once
//   or currently approved as the table says, of which a maximum per operator counts:
//
//       lifetime             SCTs   of one operator
//       180 days or less     2      1
//       181 to 398 days      3      2
//
// "Notbefore through notAfter, inclusive", and "any time greater" than whole days is one day more:
// 180 days from notBefore to notAfter are 180 days and a second, so 181 days. Two logs at one an
// operator, or three at two, come to the same as logs of two operators, so the route says that.
// Decided here: currently approved is qualified, usable or readonly; once approved is retired, of
// which (b) counts an SCT that was stamped before; "SCTs" in (b) are embedded ones; a lifetime of
// more than 398 days needs 3, too.
Verdict EvaluateApple(const Report& report, std::uint64_t now_ms, bool list_stale) {
  Case the_case = OpenCase(report, now_ms, list_stale);
  Route embedded = EmbeddedRoute(the_case.lifetime_ms > kShortLifetimeMs - kMsPerSecond);
  Route delivered = {.one = "an SCT",
                     .many = "SCTs, at least one of them by TLS or OCSP,",
                     .num_logs = 2,
                     .num_current_logs = 2,
                     .needs_unembedded = true};
  for (const Candidate& candidate : the_case.candidates) {
    const bool is_embedded = candidate.sct->source == SctSource::kEmbedded;
    if (!is_embedded && !candidate.current) {
      the_case.RefuseRetired(candidate, "and not embedded");
      continue;
    }
    if (candidate.RetiredBy(candidate.sct->timestamp_ms)) {
      the_case.RefuseRetired(candidate, "stamped later");
      continue;
    }
    if (is_embedded) {
      embedded.tally.Add(candidate, candidate.operator_now);
    }
    if (candidate.current) {
      delivered.tally.Add(candidate, candidate.operator_now);
    }
  }
  return Conclude(the_case, std::array{embedded, delivered});
}

}  // namespace tattle
