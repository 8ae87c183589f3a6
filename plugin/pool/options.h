// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How a pool is opened, what it keeps, and why it could not do its work.

#ifndef TATTLE_PLUGIN_POOL_OPTIONS_H_
#define TATTLE_PLUGIN_POOL_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include <tl/expected.hpp>

#include "core/base/time.h"

namespace tattle {

// PoolFault says why the pool could not do its work.
enum class PoolFault : std::uint8_t {
  kMissing = 1,  // there is no such file, and it may not be made
  kForeign,      // a file of somebody else's; it is left as it is
  kCorrupt,      // ours, and broken; it is left as it is
  kNewer,        // of a later version of Tattle
  kBusy,         // another process writes it
  kDiskFull,     // nothing was lost of what was acknowledged; try again later
  kSystem,       // permissions, input and output
  kRefused,      // what was given cannot be kept: no signature, beyond a bound; nothing was changed
};

struct PoolFailure {
  PoolFault fault = PoolFault::kSystem;
  std::string sentence;  // begins with the path; says what to do
};

template <typename T>
using PoolResult = tl::expected<T, PoolFailure>;

// PoolLimits bound the file. Counts hold at all times; ages when Prune is called.
struct PoolLimits {
  // A log's heads without a proof: beyond, one is evicted at random for each that comes.
  std::size_t unlinked_heads = 2048;
  // A log's linked heads: beyond, Prune thins them at random.
  std::size_t linked_heads = 4096;
  // A log's heads of proven splits, which never leave: at most four of one tree size, and these
  // in all, since whoever has a log's key can make a split of every size.
  std::size_t conflicting_heads = 256;
  // How long a head is fresh, and so what gossip may send (draft-ietf-trans-gossip-05).
  std::uint64_t head_age_ms = 14 * kMsPerDay;
  // Linked heads older than head_age_ms: the first of each day is kept for so long.
  std::uint64_t thinned_head_age_ms = 400 * kMsPerDay;
  // Heads whose proof failed more than three times are kept for longer: a split may show late.
  std::uint64_t suspicious_head_age_ms = 180 * kMsPerDay;

  std::size_t scts = 200'000;
  std::size_t hosts_of_an_sct = 16;
  std::uint64_t settled_sct_age_ms = 90 * kMsPerDay;
  std::uint64_t pending_sct_age_ms = 180 * kMsPerDay;

  // A log's evidence is never evicted; beyond this, more of the same log adds nothing. What is
  // conclusive and what is not have each as much, or a log could fill it with what proves nothing.
  std::size_t evidence_of_a_log = 1000;
  std::uint64_t evidence_bytes_of_a_log = std::uint64_t{32} << 20U;
  std::size_t peers = 8192;
  std::size_t sites = 4096;         // that have shown something to be told to them
  std::size_t site_bundles = 4096;  // chains of all those
  std::size_t exchanges = 1024;     // the last ones, for people to look at

  // The file without its write-ahead log. Beyond: kDiskFull.
  std::uint64_t file_size = std::uint64_t{2} << 30U;

  // CrowdedSize is how much of it may be in use when an SCT or what a site showed comes in. The
  // rest is for heads and evidence.
  std::uint64_t CrowdedSize() const { return file_size - file_size / 4; }
};

struct PoolOptions {
  bool create = false;     // make the file if there is none; its folder must be there
  bool read_only = false;  // beside a writer; every call that writes is kRefused
  PoolLimits limits;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_OPTIONS_H_
