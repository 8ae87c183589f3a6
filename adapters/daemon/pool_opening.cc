// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/pool_opening.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "plugin/pool/pool_place.h"

namespace tattle::daemon {
namespace {

// Another subject than that of writes: those to memory work.
constexpr const char* kSubject = "pool's file";

PoolResult<std::unique_ptr<Pool>> OpenFile(const std::string& path) {
  PoolOptions options;
  options.create = true;
  return Pool::Open(path, options);
}

void ComplainOf(const PoolFailure& failure, Journal& journal) {
  journal.Complain(kSubject, failure.sentence +
                                 "; what is seen is kept in memory only, and no server is given "
                                 "heads for itself alone: restart tattled when that is mended");
}

}  // namespace

Outcome<std::unique_ptr<Pool>> OpenPool(const std::string& path, Journal& journal) {
  PoolResult<std::unique_ptr<Pool>> pool = OpenFile(path);
  if (!pool && pool.error().fault == PoolFault::kBusy) {
    return Sorry(
        "pool: " + path +
        ": another process has it, most likely another tattled; stop that (`systemctl stop "
        "tattled`), or name another pool");
  }
  if (!pool) {
    ComplainOf(pool.error(), journal);
    pool = PoolPlace::OpenInMemory();
  }
  if (!pool) {
    return Sorry("pool: " + pool.error().sentence);
  }
  if (const auto& migration = PoolPlace(**pool).migration()) {
    journal.Info(
        fmt::format("pool: migrated from schema {} to {}", migration->from, migration->to));
  }
  return *std::move(pool);
}

void TryPool(const std::string& path, Journal& journal) {
  if (const auto pool = OpenFile(path); !pool) {
    ComplainOf(pool.error(), journal);
    return;
  }
  journal.Complain(kSubject, path +
                                 ": can be opened again: restart tattled (`systemctl restart "
                                 "tattled`); until then what is seen is kept in memory only");
}

void CheckPoolFiles(Pool& pool, Journal& journal) {
  const PoolPlace place(pool);
  if (place.IsInMemory()) {
    return;  // what there is to say of the file is said
  }
  if (const std::optional<std::string> lost = place.FindLostFile()) {
    journal.Complain(kSubject, *lost +
                                   ": was removed or replaced while it is in use; what is seen is "
                                   "lost with the next restart, which begins anew where it is not "
                                   "put back");
  } else {
    journal.Settle(kSubject, "is in its place again");
  }
}

}  // namespace tattle::daemon
