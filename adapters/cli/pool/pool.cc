// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "adapters/cli/commands.h"
#include "adapters/cli/pool/verbs.h"
#include "core/base/base64.h"

namespace tattle::cli {
namespace {

constexpr const char* kServicePool = "/var/lib/tattle/pool.db";

std::string UserPool() {
  const char* state = std::getenv("XDG_STATE_HOME");
  // The specification says that what is no absolute path is ignored.
  if (state != nullptr && *state == '/') {
    return std::string(state) + "/tattle/pool.db";
  }
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "") + "/.local/state/tattle/pool.db";
}

}  // namespace

void AddPoolOption(Verb verb, std::string& path) {
  verb.AddOption("--pool", path,
                 "the pool; by default /var/lib/tattle/pool.db if it can be read, else "
                 "$XDG_STATE_HOME/tattle/pool.db");
}

Outcome<std::unique_ptr<Pool>> OpenPool(const std::string& path, const PoolOptions& options) {
  const bool service = path.empty() && access(kServicePool, R_OK) == 0;
  const std::string fallback = service ? kServicePool : UserPool();
  PoolResult<std::unique_ptr<Pool>> pool = Pool::Open(path.empty() ? fallback : path, options);
  if (!pool) {
    const bool advise = pool.error().fault == PoolFault::kMissing && path.empty();
    return Sorry(pool.error().sentence +
                 (advise ? ": name the pool with --pool, or run tattled to make one" : ""));
  }
  return *std::move(pool);
}

std::string LogName(const LogList& list, const LogId& log_id) {
  const Log* log = list.Find(log_id);
  return log == nullptr ? EncodeBase64(log_id) : log->description;
}

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
      "  tattle pool import pool.jsonl --pool other.db");
  AddPoolStatsVerb(pool, exit_status);
  AddPoolListVerb(pool, exit_status);
  AddPoolExportVerb(pool, exit_status);
  AddPoolImportVerb(pool, exit_status);
  AddPoolCheckVerb(pool, exit_status);
  AddPoolPruneVerb(pool, exit_status);
}

}  // namespace tattle::cli
