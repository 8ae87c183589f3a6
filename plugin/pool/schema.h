// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The tables of a pool and how they came to be. Private to plugin/pool.

#ifndef TATTLE_PLUGIN_POOL_SCHEMA_H_
#define TATTLE_PLUGIN_POOL_SCHEMA_H_

#include <cstdint>

#include "plugin/pool/options.h"
#include "plugin/pool/sqlite.h"

namespace tattle {

// PRAGMA application_id: "TATP".
inline constexpr std::uint32_t kPoolApplicationId = 0x54415450;

// PRAGMA user_version of what this version of Tattle writes. Released: 1.
inline constexpr std::uint32_t kPoolVersion = 3;

// Migrate brings a database, which may be new and empty, to kPoolVersion, one transaction a step;
// answers with the version that it had. Fails with kNewer when it is beyond.
PoolResult<std::uint64_t> Migrate(Database& database, const std::string& path);

// FindVersion is that of a database. Fails with kNewer when it is beyond kPoolVersion.
PoolResult<std::uint64_t> FindVersion(Database& database, const std::string& path);

// CheckVersion is Migrate for a reader, who changes nothing: an older version than ours is read
// once a writer has migrated it.
PoolResult<void> CheckVersion(Database& database, const std::string& path);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_SCHEMA_H_
