// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/check/target.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>
#include <variant>

#include "adapters/cli/chain/chain_file.h"
#include "adapters/cli/chain/live.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/deadline.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/verify/verify.h"
#include "plugin/runtime/judgement.h"
#include "plugin/runtime/scope.h"

namespace tattle::cli {
namespace {

Outcome<Collected> Collect(const Target& target, const CheckSetup& setup) {
  const Deadline deadline(setup.timeout);
  if (const auto* file = std::get_if<FileTarget>(&target)) {
    return CollectFromFiles({file->path, setup.tls_scts, setup.ocsp}, setup.context, deadline);
  }
  if (!setup.tls_scts.empty() || !setup.ocsp.empty()) {
    return Sorry("is no file: --tls-scts and --ocsp go with a file of certificates");
  }
  return CollectFromServer(std::get<ServerTarget>(target), setup.starttls, setup.context, deadline);
}

bool AllCompliant(const std::vector<PolicyVerdict>& verdicts) {
  return std::all_of(verdicts.begin(), verdicts.end(),
                     [](const PolicyVerdict& v) { return v.verdict.compliant; });
}

// LacksIssuer: there is something that only the issuer's key can show to be good or bad.
bool LacksIssuer(const Collected& collected, const Report& report) {
  return collected.issuer.empty() &&
         std::any_of(report.scts.begin(), report.scts.end(), [](const SctFacts& sct) {
           return sct.source == SctSource::kEmbedded || sct.status == SctStatus::kNotChecked;
         });
}

std::string IssuerError(bool is_file) {
  return is_file ? "the issuer's certificate is missing, so the SCTs cannot be checked: put it "
                   "behind the first certificate of the file"
                 : "the issuer's certificate is missing, so the SCTs cannot be checked: the server "
                   "does not send it, let its operator install the whole chain";
}

// SpkiHashOf is empty for what is no certificate.
std::string SpkiHashOf(Bytes certificate) {
  const Result<CertificateView> view = DecodeCertificate(certificate);
  return view ? Hex(Sha256Of(view->spki)) : "";
}

// LookForExemptKeys does for a file what the client does for a server, as far as its certificates
// are known here.
void LookForExemptKeys(Collected& found, const std::vector<Hash>& exempt) {
  if (!found.chain_error.empty()) {
    return;  // programs do not come as far
  }
  for (const Bytes certificate : {Bytes(found.leaf), Bytes(found.issuer)}) {
    const Result<CertificateView> view = DecodeCertificate(certificate);
    if (view && std::find(exempt.begin(), exempt.end(), Sha256Of(view->spki)) != exempt.end()) {
      found.scope = ScopeName(Scope::kExemptSpki);
      found.scope_reason = "CT not judged: " + std::string(DescribeScope(Scope::kExemptSpki));
    }
  }
}

// FillResult fills everything of the result but its name.
void FillResult(CheckResult& result, const CheckSetup& setup) {
  const Outcome<Target> decided = DecideTarget(result.target, setup.starttls);
  if (!decided) {
    result.error = decided.error();
    return;
  }
  result.is_file = std::holds_alternative<FileTarget>(*decided);
  Outcome<Collected> collected = Collect(*decided, setup);
  if (!collected) {
    result.error = std::move(collected.error());
    return;
  }
  result.collected = *std::move(collected);
  result.spki_sha256 = SpkiHashOf(result.collected->leaf);
  if (result.is_file) {
    LookForExemptKeys(*result.collected, setup.config.exempt_spki);
  }
  const Collected& found = *result.collected;
  Result<Report> report = Verify({found.leaf, found.issuer, found.tls_scts, found.ocsp_response},
                                 *setup.logs, setup.now_ms);
  if (!report) {
    result.error = "the certificate cannot be judged (" + Describe(report.error()) +
                   "): it may be damaged; get it again from whoever issued it";
    return;
  }
  const bool stale = setup.logs->IsStaleAt(setup.now_ms);
  for (const Policy policy : setup.policies) {
    Verdict verdict = Evaluate(policy, *report, setup.now_ms, stale);
    const bool is_unchecked =
        stale && verdict.compliant && !Evaluate(policy, *report, setup.now_ms, false).compliant;
    if (stale && setup.config.on_stale == OnStale::kFail) {
      FailForStaleList(verdict, *setup.logs);
    }
    result.verdicts.push_back({policy, std::move(verdict), is_unchecked});
  }
  if (!found.damage.empty()) {
    result.error = found.damage;
  } else if (!AllCompliant(result.verdicts) && LacksIssuer(found, *report)) {
    result.error = IssuerError(result.is_file);
  }
  if (!result.error.empty()) {
    result.verdicts.clear();  // a "no" would be a guess
  }
  result.report = *std::move(report);
}

}  // namespace

int CheckResult::exit_status() const {
  if (!error.empty()) {
    return kExitUnknown;
  }
  if (is_exempt()) {
    return kExitYes;
  }
  if (!AllCompliant(verdicts)) {
    return kExitNo;
  }
  const bool is_unchecked =
      std::any_of(verdicts.begin(), verdicts.end(),
                  [](const PolicyVerdict& judged) { return judged.is_unchecked; });
  return is_unchecked ? kExitUnknown : kExitYes;
}

bool CheckResult::is_exempt() const {
  return collected && (collected->scope == ScopeName(Scope::kExemptHost) ||
                       collected->scope == ScopeName(Scope::kExemptSpki));
}

CheckResult CheckTarget(const std::string& target, const CheckSetup& setup) {
  CheckResult result;
  result.target = target;
  try {
    FillResult(result, setup);
  } catch (const std::exception& exception) {
    // Memory, or no thread for the resolver: one target fails, not the run.
    result.error = std::string("internal error: ") + exception.what();
  }
  return result;
}

ShownSct ShownSctOf(const SctFacts& sct) {
  ShownSct line;
  line.source = sct.source;
  line.status = sct.status;
  line.log_id = sct.log_id;
  line.timestamp_ms = sct.timestamp_ms;
  line.leaf_index = sct.leaf_index;
  if (sct.log != nullptr) {
    line.log = ShownLog{sct.log->description, std::string(sct.log->OperatorAt(sct.timestamp_ms)),
                        sct.log->state, sct.log->state_since_ms};
  }
  line.reason = DescribeSct(sct);
  return line;
}

std::vector<ShownSct> ShownSctsOf(const Report& report) {
  std::vector<ShownSct> lines;
  lines.reserve(report.scts.size());
  std::transform(report.scts.begin(), report.scts.end(), std::back_inserter(lines), ShownSctOf);
  return lines;
}

}  // namespace tattle::cli
