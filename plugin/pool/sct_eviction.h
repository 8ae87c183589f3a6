// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Which SCTs go where there is no room for all. Private to plugin/pool.

#ifndef TATTLE_PLUGIN_POOL_SCT_EVICTION_H_
#define TATTLE_PLUGIN_POOL_SCT_EVICTION_H_

#include <cstddef>
#include <cstdint>

#include "plugin/pool/options.h"
#include "plugin/pool/state.h"

namespace tattle {

// EvictScts makes room for `num_new` more: as long as there are more than PoolLimits say, or the
// file is crowded, one goes with what nobody else refers to, but no more than `max_evicted`.
// Settled ones go first; then the oldest of the log that has most, in number or in bytes, whichever
// is beyond its bound: so one log's SCTs push out no other's, where that has fewer. Answers with
// how many have gone.
PoolResult<std::uint64_t> EvictScts(PoolState& state, std::size_t max_evicted,
                                    std::size_t num_new = 0);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_SCT_EVICTION_H_
