// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The verbs of `tattle pool`. Private to it.

#ifndef TATTLE_ADAPTERS_CLI_POOL_VERBS_H_
#define TATTLE_ADAPTERS_CLI_POOL_VERBS_H_

#include <cstddef>
#include <memory>
#include <string>

#include "core/loglist/log_list.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/outcome.h"
#include "plugin/service/command_line.h"

namespace tattle::cli {

void AddPoolStatsVerb(Verb pool, int& exit_status);
void AddPoolListVerb(Verb pool, int& exit_status);
void AddPoolExportVerb(Verb pool, int& exit_status);
void AddPoolImportVerb(Verb pool, int& exit_status);
void AddPoolCheckVerb(Verb pool, int& exit_status);
void AddPoolPruneVerb(Verb pool, int& exit_status);

// kPage is how many rows are read of a pool at a time.
inline constexpr std::size_t kPage = 1000;

// AddPoolOption adds --pool to a verb.
void AddPoolOption(Verb verb, std::string& path);

// OpenPool opens `path` if it is not empty, else /var/lib/tattle/pool.db if it can be read, else
// tattle/pool.db in XDG_STATE_HOME or ~/.local/state.
Outcome<std::unique_ptr<Pool>> OpenPool(const std::string& path, const PoolOptions& options);

// LogName is a log as people know it: by the list, or its id in base64.
std::string LogName(const LogList& list, const LogId& log_id);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_POOL_VERBS_H_
