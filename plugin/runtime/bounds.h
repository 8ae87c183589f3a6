// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Bounds on what the runtime takes from outside, each with its reason (core/base/limits.h).

#ifndef TATTLE_PLUGIN_RUNTIME_BOUNDS_H_
#define TATTLE_PLUGIN_RUNTIME_BOUNDS_H_

#include <cstddef>
#include <cstdint>

namespace tattle {

// A configuration file. Two dozen keys; lists of exempt hosts may be long.
inline constexpr std::size_t kMaxConfigSize = 256U << 10U;

// All PEM text of configured public roots together. Debian's 140 roots are 220 KB.
inline constexpr std::size_t kMaxPublicRootsSize = 16U << 20U;

// Files in a folder of public roots. Debian's /etc/ssl/certs has 280, with a link for each root.
inline constexpr std::size_t kMaxPublicRootFiles = 4096;

// SCTs that a TLS session remembers, at about 50 bytes each. A session with more is not resumed.
inline constexpr std::size_t kMaxSavedScts = 64;

// SCTs of a certificate whose verdict is remembered, at about 500 bytes each. Real ones have two to
// ten; of a server that sends hundreds, 1,024 verdicts would take 200 MB.
inline constexpr std::size_t kMaxCachedScts = 16;

// One observation, which is one datagram: Linux takes about 200 KB by default. Real ones are 4 to
// 10 KB.
inline constexpr std::size_t kMaxObservationSize = 128U << 10U;

// Certificates of the chain above the leaf that are looked at. Real chains have one to four.
inline constexpr std::size_t kMaxChainCas = 16;

// The outbox: 16 heads of 200 bytes for 300 hosts are 1 MB, and every process may hold it.
inline constexpr std::size_t kMaxOutboxSize = 1U << 20U;

// Hosts of one outbox, which bounds what a file of tiny entries grows to in memory.
inline constexpr std::size_t kMaxOutboxHosts = 8192;

// Heads for one host: a request header of 4 KB has room for fewer.
inline constexpr std::size_t kMaxOutboxHeads = 64;

// A request header with heads, of 650 bytes each: servers take 8 KB for all headers together.
inline constexpr std::size_t kMaxOfferedHeaderSize = 4U << 10U;

// A host name as text (RFC 1035, Section 2.3.4), with room for no dot at the end.
inline constexpr std::size_t kMaxHostName = 255;

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_BOUNDS_H_
