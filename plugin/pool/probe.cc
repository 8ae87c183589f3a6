// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/probe.h"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "plugin/pool/pool_file.h"
#include "plugin/pool/schema.h"
#include "plugin/pool/sqlite.h"
#include "plugin/pool/state.h"
#include "plugin/runtime/file.h"

namespace tattle {
namespace {

bool IsThere(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0;
}

std::string OwnerOf(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) {
    return "nobody";
  }
  const passwd* const user = getpwuid(info.st_uid);
  return user == nullptr ? "user " + std::to_string(info.st_uid) : user->pw_name;
}

// CheckMayWrite looks at all files of a pool.
PoolResult<void> CheckMayWrite(const std::string& path) {
  for (const char* const suffix : {"", "-lock", "-wal", "-shm"}) {
    const std::string file = path + suffix;
    if (access(file.c_str(), R_OK | W_OK) != 0 && errno != ENOENT) {
      const std::string why = SystemMessage(errno);
      return tl::unexpected(PoolFailure{
          PoolFault::kSystem,
          fmt::format("{}: cannot be written ({}); it belongs to {}", file, why, OwnerOf(file))});
    }
  }
  return {};
}

// AccessTo leaves a folder as it is: where nobody has the pool open there may be no -shm file, and
// a reader would make one.
Database::Access AccessTo(const std::string& path) {
  return IsThere(path + "-shm") ? Database::Access::kRead : Database::Access::kReadAlone;
}

}  // namespace

PoolResult<PoolProbe> ProbePool(const std::string& path) {
  PoolProbe probe;
  probe.next_version = kPoolVersion;
  if (const PoolResult<void> may = CheckMayWrite(path); !may) {
    return tl::unexpected(may.error());
  }
  if (!IsThere(path)) {
    const PoolResult<void> may = CheckNoLogIsLeft(path);
    return may ? PoolResult<PoolProbe>(probe) : tl::unexpected(may.error());
  }
  PoolResult<Database> database = OpenPoolFile(path, AccessTo(path));
  if (!database) {
    return tl::unexpected(database.error());
  }
  const PoolResult<std::uint64_t> version = FindVersion(*database, path);
  if (!version) {
    return tl::unexpected(version.error());
  }
  probe.is_there = true;
  probe.version = *version;
  if (probe.version == kPoolVersion) {
    PoolOptions reading;
    reading.read_only = true;
    PoolState state(path, reading, WriterLock(), *std::move(database));
    if (const PoolResult<void> loaded = state.Refresh(); !loaded) {
      return tl::unexpected(loaded.error());
    }
  }
  return probe;
}

}  // namespace tattle
