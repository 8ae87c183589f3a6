// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What `tattle check --json` says to programs.

#ifndef TATTLE_ADAPTERS_CLI_CHECK_JSON_H_
#define TATTLE_ADAPTERS_CLI_CHECK_JSON_H_

#include <cstdint>
#include <string>

#include "adapters/cli/check/target.h"
#include "core/loglist/log_list.h"

namespace tattle::cli {

// RenderJson writes one object on one line, with its line end. The names in it are an interface:
// some may be added, none changes. Every member is always there; what is not known is null.
// `logs` is null where no list could be loaded.
//
//   target    as given
//   error     why there is no clear answer, or null
//   list      {timestamp, stale}
//   chain     {verified, error}: the certificate chain, validated beside the SCTs; or null
//   scts      [{source, status, log_state, log_state_since, log_id, log, operator, timestamp_ms,
//             reason, leaf_index}]
//   policies  {NAME: {compliant, reasons: [{code, text}]}}
//   scope     what a program with Tattle would say of the connection (tattle_scope_name), or null
//   spki_sha256  of the server's key, in hexadecimal digits, or null
//
// Times are RFC 3339 except where the name says _ms; log_id is base64 as in log lists.
std::string RenderJson(const CheckResult& result, const LogList* logs, std::uint64_t now_ms);

// PoliciesJson is the member `policies`, which others have, too.
std::string PoliciesJson(const CheckResult& result);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_CHECK_JSON_H_
