// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What `tattle submit` says.

#ifndef TATTLE_ADAPTERS_CLI_SUBMIT_REPORT_H_
#define TATTLE_ADAPTERS_CLI_SUBMIT_REPORT_H_

#include <string>

#include "adapters/cli/output/terminal_text.h"
#include "adapters/cli/submit/job.h"

namespace tattle::cli {

// RenderSubmit writes a result for people: what happened at each log, the verdict, and how to use
// what was written. Empty where there is nothing to say but the error.
std::string RenderSubmit(const SubmitResult& result, const Style& style, bool verbose);

// RenderSubmitJson writes one object on one line, with its line end. The names are an interface:
// some may be added, none changes. Every member is always there; what is not known is null.
//
//   certificate, certificate_sha256 (hexadecimal), folder, policy
//   did        SubmitDeedName
//   cause      of --renew: why
//   error      why there is no clear answer
//   compliant  whether the SCTs satisfy the policy; reasons: [{code, text}]
//   logs       [{log, log_id, operator, state, reason, elapsed_ms, timestamp_ms, sct}]: those asked
//              in their order, then those that were not ("unasked", "unfit"); sct in base64
std::string RenderSubmitJson(const SubmitResult& result);

// RenderProgress is one log's line for a terminal.
std::string RenderProgress(const Attempt& attempt);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_SUBMIT_REPORT_H_
