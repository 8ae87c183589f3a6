// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The verbs of `tattle pool`. Private to it.

#ifndef TATTLE_ADAPTERS_CLI_POOL_VERBS_H_
#define TATTLE_ADAPTERS_CLI_POOL_VERBS_H_

#include "plugin/service/command_line.h"

namespace tattle::cli {

void AddPoolStatsVerb(Verb pool, int& exit_status);
void AddPoolListVerb(Verb pool, int& exit_status);
void AddPoolExportVerb(Verb pool, int& exit_status);
void AddPoolImportVerb(Verb pool, int& exit_status);
void AddPoolCheckVerb(Verb pool, int& exit_status);
void AddPoolPruneVerb(Verb pool, int& exit_status);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_POOL_VERBS_H_
