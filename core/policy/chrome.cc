// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "core/policy/counting.h"

namespace tattle {

// The text of GoogleChrome/CertificateTransparency, ct_policy.md, not what Chrome's code lets pass
// beyond it. Embedded SCTs comply, or those of the TLS extension do; the two are not added up.
//
//   Embedded: (1) at least one from a log Qualified, Usable or ReadOnly at the check; (2) from at
//   least N distinct logs Qualified, Usable, ReadOnly or Retired at the check, N = 2 for a lifetime
//   of at most 180 days, else 3; (3) among these, at least two distinct operators.
//   TLS: (1) at least two from logs Qualified, Usable or ReadOnly at the check; (2) among these, at
//   least two distinct operators.
//
// The operator is the one at the time of the SCT. An SCT of a retired log must have been issued
// before the log's retirement: this very SCT, and the earliest SCT of a current log, too, which is
// how Chrome's code takes the text. Else a retired log whose key is stolen could stamp anything.
// OCSP was dropped with Chrome 148, the rule of one RFC 6962 log on 2026-04-15.
Verdict EvaluateChrome(const Report& report, std::uint64_t now_ms, bool list_stale) {
  Case the_case = OpenCase(report, now_ms, list_stale);
  const std::uint64_t issued_ms = the_case.EarliestCurrentMs();
  Route embedded = EmbeddedRoute(the_case.lifetime_ms > kShortLifetimeMs);
  Route tls = UnembeddedRoute("an SCT in the TLS extension", "SCTs in the TLS extension");
  for (const Candidate& candidate : the_case.candidates) {
    switch (candidate.sct->source) {
      case SctSource::kEmbedded:
        if (candidate.RetiredBy(candidate.sct->timestamp_ms)) {
          the_case.RefuseRetired(candidate, "stamped later");
        } else if (candidate.RetiredBy(issued_ms)) {
          the_case.RefuseRetired(candidate, "and no SCT of a log trusted today was stamped before");
        } else {
          embedded.tally.Add(candidate, candidate.operator_then);
        }
        break;
      case SctSource::kTls:
        if (!candidate.current) {
          the_case.RefuseRetired(candidate, "and not embedded");
        } else {
          tls.tally.Add(candidate, candidate.operator_then);
        }
        break;
      case SctSource::kOcsp:
        the_case.Refuse(candidate, ReasonCode::kSourceNotAccepted,
                        "Chrome takes none by OCSP since version 148");
        break;
    }
  }
  return Conclude(the_case, std::array{embedded, tls});
}

}  // namespace tattle
