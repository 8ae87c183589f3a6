// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What `tattle audit` says.

#ifndef TATTLE_ADAPTERS_CLI_AUDIT_REPORT_H_
#define TATTLE_ADAPTERS_CLI_AUDIT_REPORT_H_

#include <string>

#include "adapters/cli/audit/target.h"
#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {

// RenderAudit writes a result for people: a line an SCT, those that are not valid too, each
// policy's verdict, and the conclusion. Empty if nothing was found but an error.
std::string RenderAudit(const AuditResult& result, const Style& style);

// RenderAuditJson writes one object on one line, with its line end. The names are an interface:
// some may be added, none changes. Every member is always there; what is not known is null.
//
//   target      as given
//   error       why there is no clear answer
//   policies    {NAME: {compliant, reasons: [{code, text}]}}, as `tattle check --json` has them
//   scts        [{source, status, log, log_id, operator, timestamp_ms, leaf_index, inclusion,
//               reason, tree_size, head_timestamp_ms, weight, evidence}]: inclusion is
//               AuditedSct::state_name, leaf_index as proven, weight "conclusive" or "indicative"
//               where the log is claimed to be wrong, evidence the file with it
//   conclusion  the sentence for people
std::string RenderAuditJson(const AuditResult& result);

// RenderAuditProgress is one SCT's line for a terminal.
std::string RenderAuditProgress(const AuditedSct& sct);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_AUDIT_REPORT_H_
