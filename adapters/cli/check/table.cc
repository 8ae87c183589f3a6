// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/check/table.h"

#include <cstddef>
#include <vector>

#include "adapters/cli/output/shown_sct.h"
#include "adapters/cli/output/terminal_text.h"
#include "core/base/base64.h"
#include "core/base/time.h"

namespace tattle::cli {
namespace {

void AddScts(std::string& out, const CheckResult& result, const TableOptions& options,
             const Style& style) {
  if (result.report->scts.empty()) {
    out += result.is_file ? "  no SCTs in the files given\n"
                          : "  no SCTs: not in the certificate, the TLS extension or the OCSP "
                            "staple\n";
    return;
  }
  out += FormatScts(ShownSctsOf(*result.report), options.now_ms, style);
}

void AddSctRemarks(std::string& out, const CheckResult& result, const TableOptions& options) {
  std::size_t number = 0;
  for (const SctFacts& sct : result.report->scts) {
    ++number;
    out += SctRemark(number, ShownSctOf(sct));
    if (!options.verbose || !sct.log_id) {
      continue;
    }
    out += "  SCT " + std::to_string(number) + ": log_id " + EncodeBase64(*sct.log_id);
    if (sct.leaf_index) {
      out += ", leaf_index " + std::to_string(*sct.leaf_index);
    }
    if (sct.log != nullptr && sct.log->temporal_interval) {
      out += ", log takes certificates that expire from " +
             EncodeRfc3339(sct.log->temporal_interval->start_ms) + " to before " +
             EncodeRfc3339(sct.log->temporal_interval->end_ms);
    }
    out += '\n';
  }
  if (result.report->has_rfc9162) {
    out += "  RFC 9162 transparency information is there too; it is not judged\n";
  }
}

void AddChain(std::string& out, const CheckResult& result, const TableOptions& options,
              const Style& style) {
  const Collected& collected = *result.collected;
  out += style.Strong(Printable(result.target));
  if (!collected.connection.empty()) {
    out += "  " + collected.connection;
  }
  out += "  chain ";
  out += collected.chain_error.empty()
             ? style.Good("validates")
             : style.Doubtful("does not validate: " + Sanitize(collected.chain_error));
  out += '\n';
  // Of a chain that does not validate this is said already.
  if (collected.chain_error.empty() && !collected.scope_reason.empty()) {
    out += "  to programs: " + style.Doubtful(Sanitize(collected.scope_reason)) + '\n';
  }
  std::size_t number = 0;
  for (const std::string& line : collected.chain) {
    if (number == 0 || options.verbose) {
      out += "  certificate " + std::to_string(++number) + ": " + line + '\n';
    }
    if (number == 1 && options.verbose && !result.spki_sha256.empty()) {
      out += "    spki sha256: " + result.spki_sha256 + '\n';
    }
  }
}

// AddVerdict leaves out what the lines below the table have said already.
void AddVerdict(std::string& out, const PolicyVerdict& judged, const TableOptions& options,
                const Style& style) {
  std::vector<std::string> reasons;
  for (const Reason& reason : judged.verdict.reasons) {
    if (options.verbose || reason.code != ReasonCode::kSctNotValid) {
      reasons.push_back(reason.text);
    }
  }
  out += FormatVerdict(PolicyName(judged.policy), judged.verdict.compliant, reasons, style);
}

}  // namespace

std::string RenderTable(const CheckResult& result, const TableOptions& options,
                        const Style& style) {
  std::string out;
  if (!result.collected) {
    return out;
  }
  AddChain(out, result, options, style);
  if (result.report) {
    AddScts(out, result, options, style);
    AddSctRemarks(out, result, options);
  }
  // Where nobody can tell, a "no" would be a guess; the error says what is missing.
  if (result.error.empty()) {
    for (const PolicyVerdict& judged : result.verdicts) {
      AddVerdict(out, judged, options, style);
    }
  }
  return out;
}

}  // namespace tattle::cli
