// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// One target: evidence, report, verdicts.

#ifndef TATTLE_ADAPTERS_CLI_CHECK_TARGET_H_
#define TATTLE_ADAPTERS_CLI_CHECK_TARGET_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "adapters/cli/chain/collected.h"
#include "adapters/cli/chain/target.h"
#include "adapters/cli/output/shown_sct.h"
#include "core/loglist/log_list.h"
#include "core/policy/policy.h"
#include "core/verify/report.h"
#include "plugin/runtime/config.h"

namespace tattle::cli {

// CheckSetup is what all targets of a run share. Immutable while they are checked.
struct CheckSetup {
  std::shared_ptr<const LogList> logs;
  SSL_CTX* context = nullptr;  // borrowed from the run
  Config config;               // of its keys, those that decide what programs make of a connection
  std::vector<Policy> policies;  // which go over that of the configuration
  StartTls starttls = StartTls::kNone;
  std::string tls_scts;  // paths; empty: none
  std::string ocsp;
  std::uint64_t now_ms = 0;
  std::chrono::milliseconds timeout = {};
};

struct PolicyVerdict {
  Policy policy = Policy::kChrome;
  Verdict verdict;
  // Compliant only if SCTs of logs that a stale list does not know, which nobody checked, are good.
  bool is_unchecked = false;
};

// CheckResult is all that is said of one target. The report borrows from the setup's log list.
struct CheckResult {
  std::string target;
  std::string error;  // why nobody can tell; sanitised; empty if there is a clear answer
  bool is_file = false;
  std::optional<Collected> collected;
  std::string spki_sha256;  // of the leaf's key, as exempt_spki takes it; empty: it has none
  std::optional<Report> report;
  std::vector<PolicyVerdict> verdicts;

  // exit_status: of all policies asked for. What is compliant unchecked nobody can tell: who asks
  // in a script does not read warnings. What the configuration exempts passes.
  int exit_status() const;

 private:
  bool is_exempt() const;
};

// CheckTarget does all for one target within the setup's timeout. Thread-safety: any number of
// threads may share a setup.
CheckResult CheckTarget(const std::string& target, const CheckSetup& setup);

// ShownSctOf and ShownSctsOf are a report as it is shown.
ShownSct ShownSctOf(const SctFacts& sct);
std::vector<ShownSct> ShownSctsOf(const Report& report);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_CHECK_TARGET_H_
