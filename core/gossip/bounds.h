// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Bounds on gossip, each with its reason (core/base/limits.h). Hitting one is Errc::kTooLarge for
// a body or a header, and a counted skip for what stands in one.

#ifndef TATTLE_CORE_GOSSIP_BOUNDS_H_
#define TATTLE_CORE_GOSSIP_BOUNDS_H_

#include <cstddef>
#include <cstdint>

#include "core/base/time.h"

namespace tattle {

// A body of tree heads. One is 350 bytes, with RSA 700: the heads of kMaxGossipHeads fit.
inline constexpr std::size_t kMaxHeadMessageSize = 512U << 10U;

// Heads of one message, and elements looked at for them. All logs of today are 150, and the one
// client that is deployed sends one head of each.
inline constexpr std::size_t kMaxGossipHeads = 512;

// A body of SCT feedback, and of what a trusted auditor gets. A chain with its SCTs is 10 KB.
inline constexpr std::size_t kMaxFeedbackSize = 1U << 20U;

// What an auditor collects from a server that pooled feedback of many clients: 400 chains with
// SCTs. (The worst JSON takes 20 times its size in memory.)
inline constexpr std::size_t kMaxCollectedFeedbackSize = 4U << 20U;

// Chains in one message of feedback: a site has a few certificates a year, a collected pool more.
inline constexpr std::size_t kMaxFeedbackEntries = 1024;

// SCTs of one chain: two to ten, by every channel together.
inline constexpr std::size_t kMaxFeedbackScts = 64;

// A header line with TransGossip, and all of them in one message together: what servers take of
// header fields by default is 8 KB.
inline constexpr std::size_t kMaxGossipHeaderSize = 8U << 10U;

// Messages in those: each is at least 70 bytes long, a useful one 500.
inline constexpr std::size_t kMaxGossipHeaderMessages = 32;

// Signature checks for one message, of 60 us each: 31 ms. A head that names no log is tried with
// the keys of all (300 in a list of every log ever), and may use up what is left.
inline constexpr std::size_t kMaxGossipSignatureChecks = 512;

// Bytes of a leaf that cost as much as a signature check: to be read with all its names (the worst
// have three bytes each), or to be hashed for one more signature over it.
inline constexpr std::size_t kLeafBytesACheck = 4096;

// How long a head is fresh (draft-ietf-trans-gossip-05, Section 8.2): 14 days.
inline constexpr std::uint64_t kHeadFreshnessMs = 14 * kMsPerDay;

// Names of one certificate that feedback is compared with. The largest certificates have 2,000.
inline constexpr std::size_t kMaxLeafNames = 4096;

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_BOUNDS_H_
