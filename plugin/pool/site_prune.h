// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What sites have shown, forgotten. Private to plugin/pool.

#ifndef TATTLE_PLUGIN_POOL_SITE_PRUNE_H_
#define TATTLE_PLUGIN_POOL_SITE_PRUNE_H_

#include <cstdint>

#include "plugin/pool/options.h"
#include "plugin/pool/state.h"

namespace tattle {

// PruneSites removes bundles of sites that nobody visits, and brings those that are left down to
// half of PoolLimits::site_bundles where they are more than it likes
// (core/gossip/feedback_eviction.h). Of a site the contact stays until others take its place: with
// it goes the knowledge that feedback does not work there.
PoolResult<void> PruneSites(PoolState& state, std::uint64_t now_ms);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_SITE_PRUNE_H_
