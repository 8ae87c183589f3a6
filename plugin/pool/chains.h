// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Chains, each certificate of which is kept once. Private to plugin/pool.

#ifndef TATTLE_PLUGIN_POOL_CHAINS_H_
#define TATTLE_PLUGIN_POOL_CHAINS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "plugin/pool/options.h"
#include "plugin/pool/sqlite.h"

namespace tattle {

// AddChain finds a chain or adds it, and answers with its id.
PoolResult<std::uint64_t> AddChain(Database& database, std::span<const ByteVector> chain);

// DropChain removes a chain that neither an SCT nor a site refers to any more, with certificates of
// no other chain.
PoolResult<void> DropChain(Database& database, std::uint64_t chain_id);

// ReadChain: empty when there is no such chain.
PoolResult<std::vector<ByteVector>> ReadChain(Database& database, std::uint64_t chain_id);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_CHAINS_H_
