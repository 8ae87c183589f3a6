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

// A file with a certificate and its chain, for the command: room for two of the largest
// certificates in PEM. All public roots together are 220 KB.
inline constexpr std::size_t kMaxChainFileSize = 4U << 20U;

// A file with the SCT list of TLS extension 18: the extension's length field has 16 bits.
inline constexpr std::size_t kMaxSctListFileSize = 65'535;

// What a server may say in clear text before STARTTLS is done. Real ones stay below 4 KB.
inline constexpr std::size_t kMaxClearText = 64U << 10U;

// How far ahead of our clock an SCT or STH may be, in milliseconds: clocks drift by minutes.
inline constexpr std::uint64_t kClockDriftMs = 300'000;

// A log list older than this is stale (70 days, as Chrome, Firefox and Android agree).
inline constexpr std::uint64_t kLogListMaxAgeMs = std::uint64_t{70} * 24 * 3600 * 1000;

// A configuration file. Eleven keys; lists of exempt hosts may be long.
inline constexpr std::size_t kMaxConfigSize = 256U << 10U;

// A file of another program that the command reads or changes: main.cf, openssl.cnf, a unit. Real
// ones stay below 100 KB.
inline constexpr std::size_t kMaxHostFileSize = 4U << 20U;

// What the command keeps of the words of a program that it runs.
inline constexpr std::size_t kMaxProgramOutput = 64U << 10U;

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

// A host name as text (RFC 1035, Section 2.3.4), with room for no dot at the end.
inline constexpr std::size_t kMaxHostName = 255;

}  // namespace tattle

#endif  // TATTLE_CORE_BASE_LIMITS_H_
