// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What calls of a Pool answer with, beside records.

#ifndef TATTLE_PLUGIN_POOL_ANSWERS_H_
#define TATTLE_PLUGIN_POOL_ANSWERS_H_

#include <cstdint>
#include <optional>

#include "plugin/pool/records.h"

namespace tattle {

// Added says which row a record has, and whether it is new.
struct Added {
  std::uint64_t id = 0;
  bool is_new = false;
};

// HeadNeighbours are the heads next to a tree size.
struct HeadNeighbours {
  std::optional<PooledHead> below;
  std::optional<PooledHead> above;
};

// SchemaMigration is from which version of the schema to which a file was brought.
struct SchemaMigration {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_ANSWERS_H_
