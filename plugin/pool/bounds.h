// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Bounds on what goes into a pool, each with its reason (core/base/limits.h).

#ifndef TATTLE_PLUGIN_POOL_BOUNDS_H_
#define TATTLE_PLUGIN_POOL_BOUNDS_H_

#include <cstddef>
#include <cstdint>

namespace tattle {

// One piece of evidence as JSON: a misbehaving log's answers of 64 KB in base64, two SCTs with two
// certificates each.
inline constexpr std::size_t kMaxEvidenceSize = 8U << 20U;

// The certificates of an SCT's chain together: of a leaf and its issuer, which are 3 KB. The
// largest leaves have 2,000 names and 60 KB.
inline constexpr std::size_t kMaxKeptChainSize = 64U << 10U;

// A line of an exported pool: evidence of the largest size with every second character escaped. An
// SCT with its chain is 10 KB.
inline constexpr std::size_t kMaxPoolLineSize = 16U << 20U;

// Hosts of one SCT in such a line; a pool keeps 16 by default.
inline constexpr std::size_t kMaxLineHosts = 1024;

// A pool in memory: what tattled saw in a few days, and far less than its unit may use (512 MB).
inline constexpr std::uint64_t kMemoryPoolSize = std::uint64_t{64} << 20U;

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_BOUNDS_H_
