// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Every bound on outside input, with its reason. Hitting one is Errc::kTooLarge, or, for an SCT
// beyond the budget, SctStatus::kNotChecked; never a crash and never silence.

#ifndef TATTLE_CORE_BASE_LIMITS_H_
#define TATTLE_CORE_BASE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace tattle {

// SCTs of one list. Certificates carry two to ten; a list of the largest legal size (64 KB) has
// room for about 550 real ones.
inline constexpr std::size_t kMaxSctsPerSource = 600;

// Signature checks for one source, at about 60 us each: 2 ms. SCTs beyond are not checked. Each
// source has its own, so that a server that sends many by TLS hides none in the certificate.
inline constexpr std::size_t kMaxSignatureChecks = 32;

// Lines of a report for SCTs of one source that are not valid; one more says that there are others.
// A staple of 20 KB has room for thousands, in 16 lists.
inline constexpr std::size_t kMaxOtherSctLines = 64;

// One certificate. The largest in the logs have thousands of names and stay below 200 KB; TLS
// allows 16 MB.
inline constexpr std::size_t kMaxCertificateSize = 1U << 20U;

// One stapled OCSP response. Real ones are 500 to 3,000 bytes.
inline constexpr std::size_t kMaxOcspResponseSize = 64U << 10U;

// SingleResponses looked at in one OCSP response: the first so many. Staples carry one.
inline constexpr std::size_t kMaxOcspSingleResponses = 16;

// A log list. The ecosystem's full archive of every log ever is 200 KB.
inline constexpr std::size_t kMaxLogListSize = 16U << 20U;

// Logs in one list. All logs of the first twelve years together are 300.
inline constexpr std::size_t kMaxLogs = 4096;

// Operators of a log list; the largest has a dozen. They may have no logs.
inline constexpr std::size_t kMaxOperators = 1024;

// JSON other than a log list or get-entries: heads, proofs.
inline constexpr std::size_t kMaxJsonSize = 1U << 20U;

// Nesting of JSON values. The log list uses seven levels.
inline constexpr std::size_t kMaxJsonDepth = 32;

// Nodes of a Merkle proof. A tree of 2^63 leaves has paths of 63; a consistency proof adds one.
inline constexpr std::size_t kMaxProofNodes = 64;

// Tree sizes. RFC 6962 has 64 bits on the wire; arithmetic on sizes stays free of overflow up to
// 2^63, which no log will reach.
inline constexpr std::uint64_t kMaxTreeSize = std::uint64_t{1} << 63U;

// Tree sizes of logs that serve tiles: their leaf_index has 40 bits (static-ct-api, SCT Extension).
inline constexpr std::uint64_t kMaxTiledTreeSize = std::uint64_t{1} << 40U;

// A signed note. A checkpoint with dozens of witnesses is a few kilobytes.
inline constexpr std::size_t kMaxNoteSize = 64U << 10U;

// Signature lines of a note. Witnesses add one each.
inline constexpr std::size_t kMaxNoteSignatures = 64;

// A data tile: 256 entries. Real ones are 400 KB to 4 MB; certificates of 64 KB each would be 16.
inline constexpr std::size_t kMaxDataTileSize = 64U << 20U;

// Leaves of one Merkle tree leaf or entry: certificate and chain together.
inline constexpr std::size_t kMaxChainCertificates = 32;

// How far ahead of our clock an SCT or STH may be, in milliseconds: clocks drift by minutes.
inline constexpr std::uint64_t kClockDriftMs = 300'000;

// A log list older than this is stale (70 days, as Chrome, Firefox and Android agree).
inline constexpr std::uint64_t kLogListMaxAgeMs = std::uint64_t{70} * 24 * 3600 * 1000;

// A get-entries answer. 1,000 entries are 5.4 MB; where it is more, fewer are asked for.
inline constexpr std::size_t kMaxGetEntriesSize = 32U << 20U;

// A get-roots answer: all public roots together are 220 KB, some logs take 1,000 test roots.
inline constexpr std::size_t kMaxGetRootsSize = 8U << 20U;
inline constexpr std::size_t kMaxLogRoots = 4096;

// A file with SCTs to serve. The largest list is 64 KB, which as ServerInfo in base64 is 88 KB; the
// rest is for blocks of other extensions.
inline constexpr std::size_t kMaxSctFileSize = 256U << 10U;

// What one server's folders may hold to serve: SCT files, different SCTs in them, certificates that
// they are tried against. A host of a thousand sites has five files and three SCTs for each.
inline constexpr std::size_t kMaxSctFiles = 8192;
inline constexpr std::size_t kMaxServableScts = 16384;
inline constexpr std::size_t kMaxServedCertificates = 4096;

// SCTs looked at for one certificate, since there are not as many logs that a browser knows.
inline constexpr std::size_t kMaxFittingScts = 32;

}  // namespace tattle

#endif  // TATTLE_CORE_BASE_LIMITS_H_
