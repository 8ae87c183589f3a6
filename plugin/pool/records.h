// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a pool keeps, as values that own all they hold.

#ifndef TATTLE_PLUGIN_POOL_RECORDS_H_
#define TATTLE_PLUGIN_POOL_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/wire/tree_head.h"
#include "plugin/pool/head_giver.h"  // IWYU pragma: export

namespace tattle {

// How a head reached us. The numbers are on disk.
enum class HeadSource : std::uint8_t { kLog = 1, kPollination, kHeader, kReply, kImport };

enum class HeadState : std::uint8_t {
  kUnlinked = 1,  // its signature verifies; no proof has tied it to a head that we trust
  kLinked,        // part of one line with the trusted head of its log
  kConflicting,   // of a proven split: never evicted, never expires
};

// A head with more failures of its proof than this is suspicious
// (draft-ietf-trans-gossip-05, MIN_PROOF_FAILURES_CONSIDERED_SUSPICIOUS).
inline constexpr std::uint32_t kSuspiciousProofFailures = 3;

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

// HeadSplit is two heads of one tree size with different roots.
struct HeadSplit {
  PooledHead head;
  PooledHead other;
};

// PooledProof is the consistency proof that linked a head to one that was linked before.
struct PooledProof {
  std::uint64_t older_size = 0;
  std::uint64_t newer_size = 0;
  std::vector<Hash> nodes;  // none between trees of one size, or from an empty one
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
  std::uint64_t seen_ms = 0;      // first
  std::uint64_t next_try_ms = 0;  // when it is due
  std::uint32_t attempts = 0;     // that had an answer, if not a good one
  std::uint32_t silences = 0;     // that had none
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
  std::uint64_t newest_head_ms = 0;  // the timestamp of the newest head that the log gave
  std::uint64_t unchanged_ms = 0;    // how long rounds have seen no newer one
  std::uint32_t failures = 0;        // in a row
  std::string last_failure;          // a sentence; empty after a success
};

// PooledPeer is a host that takes part in gossip, or said that it does not.
struct PooledPeer {
  std::string host;
  bool is_willing = false;
  std::uint64_t expires_ms = 0;
  std::uint64_t last_contact_ms = 0;
};

struct PooledCounter {
  std::string name;
  std::uint64_t value = 0;
};

// LogCounts is what a pool holds of one log.
struct LogCounts {
  LogId log_id = {};
  std::uint64_t unlinked = 0;
  std::uint64_t linked = 0;
  std::uint64_t conflicting = 0;
  std::uint64_t pending_scts = 0;
  std::uint64_t scts = 0;
  std::uint64_t evidence = 0;
  std::optional<PooledHead> trusted;
};

struct PoolCounts {
  std::uint64_t file_size = 0;  // without the write-ahead log
  std::uint64_t certificates = 0;
  std::uint64_t chains = 0;
  std::uint64_t peers = 0;
  std::uint64_t conclusive_evidence = 0;  // of the evidence of all logs
  std::uint64_t last_evidence_ms = 0;     // when the latest was found; 0: there is none
  std::vector<LogCounts> logs;            // in the order in which they were first seen
};

// PruneCounts is what a Prune removed.
struct PruneCounts {
  std::uint64_t heads = 0;
  std::uint64_t scts = 0;
  std::uint64_t chains = 0;
  std::uint64_t certificates = 0;
  std::uint64_t peers = 0;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_RECORDS_H_
