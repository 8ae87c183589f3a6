// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Rows of heads: writing, reading and removing them. Private to plugin/pool.

#ifndef TATTLE_PLUGIN_POOL_HEAD_ROW_H_
#define TATTLE_PLUGIN_POOL_HEAD_ROW_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "plugin/pool/head_index.h"
#include "plugin/pool/records.h"
#include "plugin/pool/state.h"

namespace tattle {

PoolResult<std::optional<PooledHead>> ReadHead(PoolState& state, std::uint64_t id);
// ReadHeads leaves those out that have gone: a reader's memory may be a moment older than the file.
PoolResult<std::vector<PooledHead>> ReadHeads(PoolState& state, std::span<const std::uint64_t> ids);
PoolResult<std::vector<PooledHead>> ReadHeadsAfter(PoolState& state, std::uint64_t id,
                                                   std::size_t limit);

// AddHeadRow lets a new head wait for others within a batch, else writes it. WriteNewHeads writes
// those that wait; where it fails, the caller undoes all.
PoolResult<void> AddHeadRow(PoolState& state, NewHead row);
PoolResult<void> WriteNewHeads(PoolState& state);

// DeleteHead removes a head from the file, with its proof, and from memory.
PoolResult<void> DeleteHead(PoolState& state, HeadIndex& heads,
                            HeadIndex::Map::const_iterator head);

// HeadPlace is where memory has a head.
struct HeadPlace {
  KnownLog* log = nullptr;
  HeadIndex::Map::const_iterator head;
};

// FindHeadPlace finds a head in memory by its id, over its row.
PoolResult<std::optional<HeadPlace>> FindHeadPlace(PoolState& state, std::uint64_t id);

// ChangeHead finds a head and lets `change` write what has become of it. False where the head has
// gone, or where `change` says so.
template <typename Change>
PoolResult<bool> ChangeHead(PoolState& state, std::uint64_t id, const Change& change) {
  const PoolResult<std::optional<HeadPlace>> place = FindHeadPlace(state, id);
  if (!place) {
    return tl::unexpected(place.error());
  }
  return *place ? change(**place) : PoolResult<bool>(false);
}

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_HEAD_ROW_H_
