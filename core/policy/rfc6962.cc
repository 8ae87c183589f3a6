// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "core/policy/counting.h"

namespace tattle {

// RFC 6962, Section 3: "TLS clients MUST reject certificates that do not have a valid SCT for the
// end-entity certificate." One from a log that is trusted suffices, by whatever channel. The RFC
// knows no states of logs: here, as everywhere, only an embedded SCT of a retired log counts, and
// only if it was stamped before, since whoever has a retired log's key can make new ones.
Verdict EvaluateRfc6962(const Report& report, std::uint64_t now_ms, bool list_stale) {
  Case the_case = OpenCase(report, now_ms, list_stale);
  Route any = {.one = "an SCT", .many = "SCTs"};
  for (const Candidate& candidate : the_case.candidates) {
    if (!candidate.current && candidate.sct->source != SctSource::kEmbedded) {
      the_case.RefuseRetired(candidate, "and not embedded");
    } else if (candidate.RetiredBy(candidate.sct->timestamp_ms)) {
      the_case.RefuseRetired(candidate, "stamped later");
    } else {
      any.tally.Add(candidate, candidate.operator_now);
    }
  }
  return Conclude(the_case, std::array{any});
}

}  // namespace tattle
