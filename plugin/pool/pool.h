// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Pool: what was seen of logs, on disk: heads, SCTs with their chains, evidence, and how far each
// log was audited. One SQLite file.

#ifndef TATTLE_PLUGIN_POOL_POOL_H_
#define TATTLE_PLUGIN_POOL_POOL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "core/base/bytes.h"
#include "core/wire/tree_head.h"

namespace tattle {

// PoolFailure says why the file could not do its work.
enum class PoolFault : std::uint8_t {
  kMissing = 1,  // there is no such file, and it may not be made
  kForeign,      // a file of somebody else's; it is left as it is
  kCorrupt,      // ours, and broken; it is left as it is
  kNewer,        // of a later version of Tattle
  kBusy,         // another process writes it
  kDiskFull,     // nothing was lost of what was acknowledged; try again later
  kSystem,       // permissions, input and output
};

struct PoolFailure {
  PoolFault fault = PoolFault::kSystem;
  std::string sentence;  // begins with the path; says what to do
};

template <typename T>
using PoolResult = tl::expected<T, PoolFailure>;

// How a head reached us. The numbers are on disk.
enum class HeadSource : std::uint8_t { kLog = 1, kPollination, kHeader, kReply, kImport };

enum class HeadState : std::uint8_t {
  kUnlinked = 1,  // its signature verifies; no proof has tied it to a head that we trust
  kLinked,        // part of one line with the trusted head of its log
  kConflicting,   // of a proven split: never evicted, never expires
};

struct PooledHead {
  std::uint64_t id = 0;
  LogId log_id = {};
  SignedTreeHead sth;  // signature in canonical form
  HeadSource source = HeadSource::kLog;
  HeadState state = HeadState::kUnlinked;
  std::uint64_t seen_ms = 0;
  std::uint32_t proof_attempts = 0;
  std::uint32_t proof_failures = 0;
  std::uint32_t num_reports = 0;  // to others, by gossip
};

enum class SctState : std::uint8_t {
  kPending = 1,  // not due yet, or to be tried again
  kIncluded,
  kNotIncluded,  // evidence exists
  kSkipped,      // nobody asks: a log whose operator may not learn what was seen, or gone
};

struct PooledSct {
  std::uint64_t id = 0;
  LogId log_id = {};
  ByteVector sct;  // SerializedSCT
  Hash leaf_hash = {};
  std::uint64_t timestamp_ms = 0;
  std::optional<std::uint64_t> leaf_index;
  bool is_precert = false;
  std::uint64_t chain_id = 0;
  SctState state = SctState::kPending;
  std::uint64_t next_try_ms = 0;  // when it is due
  std::uint32_t attempts = 0;
};

struct PooledEvidence {
  std::string claim_id;  // ClaimId
  std::string kind;      // ClaimKindName
  LogId log_id = {};
  bool is_conclusive = false;
  std::uint64_t found_ms = 0;
  std::string json;  // EncodeClaim
};

// LogProgress is how far a log was audited.
struct LogProgress {
  LogId log_id = {};
  std::uint64_t next_fetch_ms = 0;
  std::uint64_t last_success_ms = 0;
  std::uint32_t failures = 0;  // in a row
  std::string last_failure;    // a sentence; empty after a success
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_POOL_H_
