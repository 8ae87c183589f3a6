// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Bounds on what tattled takes from outside, each with its reason (core/base/limits.h).

#ifndef TATTLE_ADAPTERS_DAEMON_BOUNDS_H_
#define TATTLE_ADAPTERS_DAEMON_BOUNDS_H_

#include <cstddef>
#include <cstdint>

namespace tattle {

// A request to tattled's check socket: a chain in base64. Real ones are 3 to 20 KB.
inline constexpr std::size_t kMaxCheckRequestSize = 256U << 10U;

// A request to tattled's control socket, which is one question.
inline constexpr std::size_t kMaxControlRequestSize = 4096;

// Names of this host whose feedback is taken. A server of many sites has a few hundred.
inline constexpr std::size_t kMaxGossipNames = 256;

// Heads in an answer. A client of ours has 150 logs and asks often; each is 350 bytes.
inline constexpr std::size_t kMaxHeadsGiven = 64;

// Heads of which those for an answer are drawn, themselves drawn of all every few seconds: what one
// answer costs must not grow with the pool.
inline constexpr std::size_t kMaxHeadsAtHand = 4096;

// Clients whose share of requests and signature checks is remembered, 100 bytes each. Those beyond
// have one share together.
inline constexpr std::size_t kMaxGossipClients = 8192;

// SCTs that a client says we showed and that do not verify: for people to look at, and anybody can
// make some. With its leaf one has at most the size of the largest certificates that sites have.
inline constexpr std::size_t kMaxInvalidScts = 64;
inline constexpr std::size_t kMaxInvalidSctSize = 16U << 10U;

// SCTs of one name that an auditor gets: a few certificates a year, a few SCTs each.
inline constexpr std::size_t kMaxCollectedScts = 4096;

// Sites of gossip_servers, or gossip_auditors: each gets a message an hour.
inline constexpr std::size_t kMaxGossipSites = 64;

// Signatures of heads that programs of this machine were told, checked in a second: a tenth of one
// processor at most, whoever they are. A program hears as many as that in a day.
inline constexpr std::uint64_t kNoteChecksASecond = 1000;

}  // namespace tattle

#endif  // TATTLE_ADAPTERS_DAEMON_BOUNDS_H_
