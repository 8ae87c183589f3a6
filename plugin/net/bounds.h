// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Bounds on what servers and clients of HTTP send us, each with its reason (core/base/limits.h).

#ifndef TATTLE_PLUGIN_NET_BOUNDS_H_
#define TATTLE_PLUGIN_NET_BOUNDS_H_

#include <cstddef>
#include <cstdint>

namespace tattle {

// A file with a certificate and its chain, for the command: room for two of the largest
// certificates in PEM. All public roots together are 220 KB.
inline constexpr std::size_t kMaxChainFileSize = 4U << 20U;

// Entries asked for at once. Logs give 32 to 1,024 at most, and less than they were asked for.
inline constexpr std::uint64_t kMaxEntriesPerRequest = 1024;

// Bytes of answers that a connection to our HTTP server may leave unread before the next of its
// requests is answered: enough that no client waits for a round trip.
inline constexpr std::size_t kMaxQueuedAnswers = 256U << 10U;

// The same for the streams of an HTTP/2 connection, which have their bodies in memory side by side:
// a few tiles.
inline constexpr std::size_t kMaxHeldAnswers = 8U << 20U;

// Frames of HTTP/2 that ask for no work but ours (PING, SETTINGS, resets, refused requests), beyond
// ten for each request that was answered. A browser sends a handful an hour.
inline constexpr std::uint64_t kMaxIdleFrames = 1000;

// Streams of HTTP/2 that end without an answer (CVE-2023-44487), beyond one for each that was
// answered.
inline constexpr std::uint64_t kMaxWastedStreams = 100;

// The head of an HTTP answer. Real ones stay below 4 KB.
inline constexpr std::size_t kMaxHttpHeadersSize = 64U << 10U;

// Redirects of one request, all on one server: a slash at the end, or a moved prefix.
inline constexpr unsigned kMaxRedirects = 3;

// What a server may ask us to wait, in milliseconds (a day), and for how much of it a request
// waits itself: who must wait longer comes back later.
inline constexpr std::uint64_t kMaxRetryAfterMs = std::uint64_t{24} * 3600 * 1000;
inline constexpr std::uint64_t kMaxPauseMs = 30'000;

// Tiles and issuers that the client of one log keeps, by number and by bytes: 256 tiles of 8 KB
// are 2 MB, and the issuers in the logs are a few hundred certificates of 1 to 2 KB.
inline constexpr std::size_t kMaxCachedFiles = 512;
inline constexpr std::size_t kMaxCachedFilesSize = 4U << 20U;

// Tiles that a process which asks again and again keeps of a log, and of how many logs: those near
// the root, which every proof needs, are one or two of each level. Lists have some forty static-ct
// logs, so all are 32 MB at most.
inline constexpr std::size_t kMaxKeptFiles = 64;
inline constexpr std::size_t kMaxKeptFilesSize = 512U << 10U;
inline constexpr std::size_t kMaxLogsWithFiles = 64;

// What a Failure keeps of an answer that is evidence. Heads and SCTs are below 1 KB.
inline constexpr std::size_t kMaxFailureBody = 64U << 10U;

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_BOUNDS_H_
