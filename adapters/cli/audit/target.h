// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// One target of `tattle audit`: its SCTs, and whether their logs have them.

#ifndef TATTLE_ADAPTERS_CLI_AUDIT_TARGET_H_
#define TATTLE_ADAPTERS_CLI_AUDIT_TARGET_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/cli/check/target.h"
#include "plugin/audit/evidence.h"
#include "plugin/audit/inquiry.h"
#include "plugin/net/http_client.h"

namespace tattle::cli {

// AuditedSct is a valid SCT, and what came of asking its log.
struct AuditedSct {
  SctPromise promise;
  Inclusion inclusion;
  std::optional<Weight> weight;  // of the claim, where there is one
  std::string evidence_file;     // empty: none was written

  // is_broken: what the log did wrong is proven by what it signed. Everything else may be the doing
  // of a front end that lags, or of the network.
  bool is_broken() const { return weight == Weight::kConclusive; }
  // is_doubtful: it looks wrong, and is not proven to be.
  bool is_doubtful() const { return !is_broken() && IsMisbehaviour(inclusion.state); }
  // state_name is the InclusionStateName, or "no_proof" where only the log's word says that the
  // leaf is not there.
  std::string_view state_name() const;
};

// AuditSetup is what all targets of a run share.
struct AuditSetup {
  CheckSetup check;
  HttpOptions http;
  bool ask_rfc6962 = false;
  std::string evidence_dir;  // empty: evidence is not written
  // tell hears of each log that has answered; one at a time. May be empty.
  std::function<void(const AuditedSct&)> tell;
};

// AuditResult borrows from the setup's log list.
struct AuditResult {
  CheckResult check;
  std::vector<AuditedSct> scts;  // those that are valid, in the order of the check
  // SCTs of logs that a stale list does not know: they count in the policies, and nobody is asked.
  std::size_t num_unasked = 0;
  std::string error;  // such as evidence that could not be written

  bool all_compliant() const;
  std::size_t Count(InclusionState state) const;
  std::size_t CountBroken() const;
  std::size_t CountDoubtful() const;

  // Conclusion is the answer in one sentence for people.
  std::string Conclusion() const;

  // exit_status: no for what is proven to be wrong, unknown where something is proven neither way.
  int exit_status() const;
};

// AuditTarget checks a target and asks the logs of its valid SCTs, several at a time.
AuditResult AuditTarget(const std::string& target, const AuditSetup& setup);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_AUDIT_TARGET_H_
