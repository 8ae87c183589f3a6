// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The pool that a command is about, and the list that names its logs.

#ifndef TATTLE_ADAPTERS_CLI_POOL_OPEN_H_
#define TATTLE_ADAPTERS_CLI_POOL_OPEN_H_

#include <memory>
#include <string>

#include "adapters/cli/loglist/log_list_source.h"
#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/outcome.h"
#include "plugin/service/command_line.h"

namespace tattle::cli {

// AddPoolOption adds --pool to a verb.
void AddPoolOption(Verb verb, std::string& path);

// OpenPool opens `path` if it is not empty, else /var/lib/tattle/pool, where tattled keeps it, if
// that can be read, else tattle/pool in XDG_STATE_HOME or ~/.local/state. Where there is no pool it
// says what to do: `advice`, or of a path that was not named, how to name one. OpenPoolForReading
// may do so beside a tattled that runs.
Outcome<std::unique_ptr<Pool>> OpenPool(const std::string& path, const PoolOptions& options,
                                        const std::string& advice = "");
Outcome<std::unique_ptr<Pool>> OpenPoolForReading(const std::string& path);

// NamedPoolOptions are those of a verb that reads a pool and needs a list.
struct NamedPoolOptions {
  std::string pool;
  std::string log_list;
  bool json = false;
};

void AddNamedPoolOptions(Verb verb, NamedPoolOptions& options, const std::string& list_help,
                         const std::string& json_help);

struct NamedPool {
  std::unique_ptr<Pool> pool;
  LoadedLogList logs;

  const LogList& list() const { return *logs.list; }
};

Outcome<NamedPool> OpenNamedPool(const NamedPoolOptions& options);

// LogName is a log as people know it: by the list, or its id in base64.
std::string LogName(const LogList& list, const LogId& log_id);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_POOL_OPEN_H_
