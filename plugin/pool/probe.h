// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A look at a pool before somebody opens it for writing.

#ifndef TATTLE_PLUGIN_POOL_PROBE_H_
#define TATTLE_PLUGIN_POOL_PROBE_H_

#include <cstdint>
#include <string>

#include "plugin/pool/options.h"

namespace tattle {

// PoolProbe is what was found.
struct PoolProbe {
  bool is_there = false;           // else it would be made
  std::uint64_t version = 0;       // of its schema
  std::uint64_t next_version = 0;  // that it would be brought to
};

// ProbePool fails as Pool::Open would for the user of this process, damage among the heads and
// files that may not be written included, but for another process that writes the pool: then it
// looks as any reader does. It makes no file, migrates nothing, and writes nothing but where a
// reader reads (the -shm file that is there). An older schema is not looked at any further.
PoolResult<PoolProbe> ProbePool(const std::string& path);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_PROBE_H_
