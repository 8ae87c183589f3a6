// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// One target of `tattle audit`: its SCTs, and whether their logs have them.

#ifndef TATTLE_ADAPTERS_CLI_AUDIT_TARGET_H_
#define TATTLE_ADAPTERS_CLI_AUDIT_TARGET_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/check/target.h"
#include "plugin/audit/inquiry.h"
#include "plugin/net/http_client.h"

namespace tattle::cli {

// AuditSetup is what all targets of a run share.
struct AuditSetup {
  CheckSetup check;
  HttpOptions http;
  bool ask_rfc6962 = false;
  std::string evidence_dir;  // empty: evidence is not written
  // tell hears of each log that has answered; one at a time. May be empty.
  std::function<void(const Log&, const Inclusion&)> tell;
};

struct AuditedSct {
  SctPromise promise;
  Inclusion inclusion;
  std::string evidence_file;  // empty: none was written
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
  std::size_t CountMisbehaviour() const;

  // Conclusion is the answer in one sentence for people.
  std::string Conclusion() const;

  // exit_status: no for what is proven to be wrong, unknown where something is not proven.
  int exit_status() const;
};

// AuditTarget checks a target and asks the logs of its valid SCTs, several at a time.
AuditResult AuditTarget(const std::string& target, const AuditSetup& setup);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_AUDIT_TARGET_H_
