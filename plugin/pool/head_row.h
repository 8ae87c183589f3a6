// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Rows of heads: reading and removing them. Private to plugin/pool.

#ifndef TATTLE_PLUGIN_POOL_HEAD_ROW_H_
#define TATTLE_PLUGIN_POOL_HEAD_ROW_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "plugin/pool/head_index.h"
#include "plugin/pool/records.h"
#include "plugin/pool/state.h"

namespace tattle {

PoolResult<std::optional<PooledHead>> ReadHead(PoolState& state, std::uint64_t id);
PoolResult<std::vector<PooledHead>> ReadHeadsAfter(PoolState& state, std::uint64_t id,
                                                   std::size_t limit);

// DeleteHead removes a head from the file, with its proof, and from memory.
PoolResult<void> DeleteHead(PoolState& state, HeadIndex& heads,
                            HeadIndex::Map::const_iterator head);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_HEAD_ROW_H_
