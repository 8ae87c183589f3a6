// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/commands.h"
#include "adapters/cli/pool/verbs.h"

namespace tattle::cli {

void AddPoolCommand(Verb program, int& exit_status) {
  const Verb pool = program.AddVerb("pool", "show, check, carry and prune what was seen of logs");
  pool.RequireVerb();
  pool.Footer(
      "A pool is the file in which tattled keeps tree heads, SCTs with their chains, and evidence\n"
      "against logs. stats, list, export and check read it beside a tattled that runs; import and\n"
      "prune write it, and only one process may do that at a time.\n\n"
      "Exit status: 0 yes, 1 no, 2 could not tell.\n\n"
      "Examples:\n"
      "  tattle pool stats\n"
      "  tattle pool list evidence\n"
      "  tattle pool export > pool.jsonl\n"
      "  tattle pool import pool.jsonl evidence.json --pool other");
  AddPoolStatsVerb(pool, exit_status);
  AddPoolListVerb(pool, exit_status);
  AddPoolExportVerb(pool, exit_status);
  AddPoolImportVerb(pool, exit_status);
  AddPoolCheckVerb(pool, exit_status);
  AddPoolPruneVerb(pool, exit_status);
}

}  // namespace tattle::cli
