// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/pool/open.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "core/base/base64.h"

namespace tattle::cli {
namespace {

constexpr const char* kServicePool = "/var/lib/tattle/pool";  // as tattled has it

std::string UserPool() {
  const char* state = std::getenv("XDG_STATE_HOME");
  // The specification says that what is no absolute path is ignored.
  if (state != nullptr && *state == '/') {
    return std::string(state).append("/tattle/pool");
  }
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "").append("/.local/state/tattle/pool");
}

}  // namespace

void AddPoolOption(Verb verb, std::string& path) {
  verb.AddOption("--pool", path,
                 "the pool; by default /var/lib/tattle/pool if it can be read, else "
                 "$XDG_STATE_HOME/tattle/pool")
      .TypeName("FILE");
}

Outcome<std::unique_ptr<Pool>> OpenPool(const std::string& path, const PoolOptions& options,
                                        const std::string& advice) {
  const bool service = path.empty() && access(kServicePool, R_OK) == 0;
  if (path.empty() && !service && errno == EACCES && access(UserPool().c_str(), F_OK) != 0) {
    return Sorry(std::string(kServicePool) +
                 ": Permission denied: run as root, join its group, or name a pool with --pool");
  }
  const std::string fallback = service ? kServicePool : UserPool();
  PoolResult<std::unique_ptr<Pool>> pool = Pool::Open(path.empty() ? fallback : path, options);
  if (!pool) {
    std::string sentence = pool.error().sentence;
    if (pool.error().fault == PoolFault::kMissing && !advice.empty()) {
      sentence += ": " + advice;
    } else if (pool.error().fault == PoolFault::kMissing && path.empty()) {
      sentence += ": name the pool with --pool, or run tattled to make one";
    }
    return Sorry(std::move(sentence));
  }
  return *std::move(pool);
}

Outcome<std::unique_ptr<Pool>> OpenPoolForReading(const std::string& path) {
  PoolOptions reading;
  reading.read_only = true;
  return OpenPool(path, reading);
}

void AddNamedPoolOptions(Verb verb, NamedPoolOptions& options, const std::string& list_help,
                         const std::string& json_help) {
  AddPoolOption(verb, options.pool);
  verb.AddOption("--log-list", options.log_list, list_help).TypeName("FILE");
  verb.AddFlag("--json", options.json, json_help);
}

Outcome<NamedPool> OpenNamedPool(const NamedPoolOptions& options) {
  Outcome<std::unique_ptr<Pool>> pool = OpenPoolForReading(options.pool);
  if (!pool) {
    return Sorry(pool.error());
  }
  Outcome<LoadedLogList> logs = LoadLogList(options.log_list);
  if (!logs) {
    return Sorry(logs.error());
  }
  return NamedPool{*std::move(pool), *std::move(logs)};
}

std::string LogName(const LogList& list, const LogId& log_id) {
  const Log* log = list.Find(log_id);
  return log == nullptr ? EncodeBase64(log_id) : log->description;
}

}  // namespace tattle::cli
