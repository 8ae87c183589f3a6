// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Which logs to ask for SCTs: a certificate, a policy, a log list and a time in, logs out. Pure.
//
// No rule of a policy stands here. Whether logs suffice is asked of the policy itself, with the
// SCTs that they would give.

#ifndef TATTLE_PLUGIN_AUDIT_CHOOSE_LOGS_H_
#define TATTLE_PLUGIN_AUDIT_CHOOSE_LOGS_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"
#include "core/policy/policy.h"
#include "core/verify/report.h"

namespace tattle {

// Wanted is a certificate that needs SCTs, and for whom. Borrows from the list it was made with.
struct Wanted {
  Policy policy = Policy::kChrome;
  bool is_precertificate = false;  // its SCTs will be embedded; others come by the TLS extension
  std::uint64_t not_before_ms = 0;
  std::uint64_t not_after_ms = 0;
  Hash fingerprint = {};           // SHA-256 of the certificate
  std::vector<SctFacts> embedded;  // that it has already
  std::uint64_t now_ms = 0;
  bool list_stale = false;
  std::vector<LogId> only;  // ask these and no others, all of them; empty: as the policy needs
};

// CreateWanted looks at a chain, leaf first. Fails as DecodeCertificate and Verify do.
Result<Wanted> CreateWanted(std::span<const ByteVector> chain, const LogList& logs, Policy policy,
                            std::uint64_t now_ms);

// UnfitLog is a log that need not be asked.
struct UnfitLog {
  const Log* log = nullptr;
  std::string reason;  // half a sentence, such as "is retired"
};

// LogChoice borrows from the list. The logs that can be asked stand in the order in which they
// would be, if each gave what it was asked for.
struct LogChoice {
  std::vector<const Log*> fit;
  std::vector<UnfitLog> unfit;
};

// ChooseLogs sorts the logs of a list. Fit are logs that take new certificates: usable or
// qualified, for production, not denied, with an interval that the certificate's end is in.
LogChoice ChooseLogs(const LogList& logs, const Wanted& wanted);

// ExpectSct is what a log gives if all goes well.
SctFacts ExpectSct(const Log& log, const Wanted& wanted);

// JudgeScts is the policy's verdict on SCTs as they will be delivered. Those that the certificate
// has embedded count only where the policy adds both up; that they would suffice alone is no
// reason to deliver none.
Verdict JudgeScts(const Wanted& wanted, std::span<const SctFacts> scts);

// SufficeWithSpare says whether the SCTs satisfy the policy even when any one of them goes, so far
// as an SCT of one of `others` could still bring that about.
bool SufficeWithSpare(const Wanted& wanted, std::span<const SctFacts> scts,
                      std::span<const Log* const> others);

// NextLog is the log to ask when these SCTs are there or on their way: of an operator that is not
// among them, usable rather than qualified, and one RFC 6962 log among all, since not every
// client is known to take static-ct logs alone. Between equals the certificate's fingerprint
// decides, so that not everybody asks the same logs, and the same certificate does each time. Where
// they suffice it is the log with which the most of them could go, one at a time; null where any
// could, where no log would help, or where none is left.
const Log* NextLog(const Wanted& wanted, std::span<const Log* const> untried,
                   std::span<const SctFacts> scts);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_CHOOSE_LOGS_H_
