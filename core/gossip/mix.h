// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Mixing with random numbers that are passed in (draft-ietf-trans-gossip-05, Section 11: selection
// must not be foreseen, or what a peer will be told could be steered).

#ifndef TATTLE_CORE_GOSSIP_MIX_H_
#define TATTLE_CORE_GOSSIP_MIX_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "core/base/error.h"

namespace tattle {

// DrawUint64 gives 64 bits of a cryptographic generator, or says that it can't.
using DrawUint64 = std::function<Result<std::uint64_t>()>;

// DrawBelow is uniform over 0..bound-1. Fails with kInvalidArgument for a bound of 0, with
// kInternal for a source that gives nothing usable, and as `draw`.
[[nodiscard]] Result<std::uint64_t> DrawBelow(std::uint64_t bound, const DrawUint64& draw);

// Mix puts items into a random order, every order being as likely as any other. Fails as DrawBelow;
// the order is then not to be used.
[[nodiscard]] Result<void> Mix(std::span<std::size_t> items, const DrawUint64& draw);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_MIX_H_
