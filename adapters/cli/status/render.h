// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What `tattle status` says.

#ifndef TATTLE_ADAPTERS_CLI_STATUS_RENDER_H_
#define TATTLE_ADAPTERS_CLI_STATUS_RENDER_H_

#include <string>

#include "adapters/cli/status/config_facts.h"
#include "adapters/cli/status/facts.h"

namespace tattle::cli {

// RenderStatusText is for people.
std::string RenderStatusText(const StatusFacts& facts);

// RenderStatusJson writes one object on one line, with its line end. The names in it are an
// interface: some may be added, none changes. What is not known is null.
//
//   programs         [{program, kind, file, enabled, place, cnf, module, mode, policy,
//                    log_list: {origin, timestamp, stale}, in_effect, problems, warnings, unknowns,
//                    processes: [{pid, name, openssl_conf, uses_openssl, module, started,
//                    changed_since}]}]
//   other_processes  the same as processes
//   daemon           what tattled says of itself (adapters/daemon/status/daemon_status.h); null:
//   nothing daemon_silence   text: it was asked and did not answer unknowns, notes  [text]
//
// `module` of a process is the path of the module in its memory, `changed_since` a file of its
// settings that was changed after it began.
std::string RenderStatusJson(const StatusFacts& facts);

// RenderConfigText and RenderConfigJson are the same for a file of settings:
//
//   config, good, mode, policy, log_list, exempt_hosts: [text], exempt_spki: [text], problems,
//   warnings
std::string RenderConfigText(const std::string& path, const ConfigFacts& facts);
std::string RenderConfigJson(const std::string& path, const ConfigFacts& facts);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_STATUS_RENDER_H_
