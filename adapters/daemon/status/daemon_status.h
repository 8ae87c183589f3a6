// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What is true of the daemon at this moment, for people and for their monitoring.

#ifndef TATTLE_ADAPTERS_DAEMON_STATUS_DAEMON_STATUS_H_
#define TATTLE_ADAPTERS_DAEMON_STATUS_DAEMON_STATUS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/daemon/counts.h"
#include "adapters/daemon/gossip/feedback.h"
#include "adapters/daemon/status/gossip_client.h"
#include "adapters/daemon/status/growth_book.h"
#include "adapters/daemon/status/refusal_table.h"
#include "adapters/daemon/status/verdict_hours.h"
#include "core/base/bytes.h"

namespace tattle::daemon {

// LogStatus is one log: what the pool holds of it, and how far it was audited.
struct LogStatus {
  LogId log_id = {};
  std::string description;  // by the log list; empty if it is not there
  std::uint64_t num_heads = 0;
  std::uint64_t num_unlinked_heads = 0;
  std::uint64_t num_scts = 0;
  std::uint64_t num_pending_scts = 0;
  std::uint64_t num_evidence = 0;
  std::uint64_t tree_size = 0;        // of the trusted head; 0: there is none
  std::uint64_t head_ms = 0;          // when that was signed; 0: there is none
  std::vector<TreePoint> growth;      // trusted heads by time, of two weeks
  std::uint64_t last_success_ms = 0;  // of an audit; 0: never
  std::uint64_t next_audit_ms = 0;    // 0: not planned
  std::uint32_t failures = 0;         // in a row
  std::string last_failure;
};

// EvidenceStatus is one piece of evidence.
struct EvidenceStatus {
  std::string id;
  std::string kind;
  LogId log_id = {};
  std::string description;  // of the log; empty if it is not in the list
  bool is_conclusive = false;
  std::uint64_t found_ms = 0;
};

// Pieces that are listed, those that are conclusive first; more are counted.
inline constexpr std::size_t kMaxListedEvidence = 50;

// AuditStatus is how far the audit is, of the logs that are asked.
struct AuditStatus {
  bool is_on = false;
  std::uint64_t num_logs = 0;
  std::uint64_t num_audited = 0;      // with success, at some time
  std::uint64_t last_success_ms = 0;  // of the log that was audited last; 0: none was
  std::uint64_t next_audit_ms = 0;    // of the log whose turn is next; 0: not planned
};

// GossipStatus is the endpoint: where it listens, and what clients say that we showed; and what we
// do as a client of others.
struct GossipStatus {
  std::vector<std::string> places;  // none: it is off
  std::vector<InvalidSct> invalid_scts;
  GossipClientStatus client;
};

// DaemonStatus is a value.
struct DaemonStatus {
  std::string version;
  std::int64_t pid = 0;
  std::uint64_t now_ms = 0;
  std::uint64_t started_ms = 0;
  std::string mode;    // of the check socket
  std::string policy;  // the same

  std::optional<std::uint64_t> list_timestamp_ms;
  bool has_list = false;
  bool is_list_stale = false;
  std::uint64_t num_logs = 0;  // of the list

  bool is_pool_in_memory = false;  // its file could not be opened
  std::uint64_t pool_bytes = 0;
  std::uint64_t num_certificates = 0;
  std::uint64_t num_scts = 0;
  std::uint64_t num_pending_scts = 0;
  std::uint64_t num_heads = 0;
  std::uint64_t num_evidence = 0;
  std::uint64_t num_conclusive = 0;    // of those
  std::uint64_t last_evidence_ms = 0;  // when the latest was found; 0: there is none
  std::uint64_t num_peers = 0;
  std::vector<LogStatus> logs;
  std::vector<EvidenceStatus> evidence;  // conclusive ones first, then the latest

  AuditStatus audits;
  GossipStatus gossip;
  std::uint64_t queue_bytes = 0;
  std::array<std::uint64_t, kNumCounts> counts = {};
  std::vector<VerdictHour> hours;       // of what observations say
  std::vector<Refusal> refusals;        // the same, by host
  std::uint64_t last_lost_line_ms = 0;  // of the log; 0: never
  std::vector<std::string> problems;
};

// StatusReader is who will read it: those who may use the control socket, or whoever is there. The
// latter do not learn with whom we gossip or programs here speak, nor what clients say that we
// showed them.
enum class StatusReader : std::uint8_t { kOperator = 1, kAnybody };

// EncodeStatus is one JSON object on one line, without its end. The names in it are an interface:
// some may be added, none changes.
std::string EncodeStatus(const DaemonStatus& status, StatusReader reader = StatusReader::kOperator);

// EncodeMetrics is the text format of Prometheus, version 0.0.4: a HELP and a TYPE line before each
// name, and each name once.
std::string EncodeMetrics(const DaemonStatus& status);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_STATUS_DAEMON_STATUS_H_
