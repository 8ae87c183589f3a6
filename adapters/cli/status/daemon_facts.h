// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What tattled says of itself, by its control socket.

#ifndef TATTLE_ADAPTERS_CLI_STATUS_DAEMON_FACTS_H_
#define TATTLE_ADAPTERS_CLI_STATUS_DAEMON_FACTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/deadline.h"
#include "adapters/cli/status/control_socket.h"
#include "adapters/cli/status/refusals.h"
#include "core/base/bytes.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// AuditFacts is how far its audits are.
struct AuditFacts {
  bool is_on = false;
  std::uint64_t num_logs = 0;  // that it asks
  std::uint64_t num_audited = 0;
  std::string last;  // when a log was last audited with success; empty: never
  std::string next;  // when one is due
};

// PeerFacts is one of those with whom it gossips as a client.
struct PeerFacts {
  std::string host;
  std::string kind;  // "server", "auditor", "found", "unwilling"
  std::string last;  // exchange; empty: none
  std::string last_taken;
  std::string failure;  // of the last one
  std::uint64_t num_sent = 0;
  std::uint64_t num_received = 0;
  std::uint64_t num_waiting = 0;
};

// GossipClientFacts is how its gossip as a client goes.
struct GossipClientFacts {
  std::uint64_t num_servers = 0;
  std::uint64_t num_auditors = 0;
  std::uint64_t num_found = 0;
  std::uint64_t num_unwilling = 0;
  std::uint64_t num_reached = 0;
  std::uint64_t num_failing = 0;
  std::uint64_t num_silent = 0;
  std::uint64_t num_never = 0;
  std::uint64_t num_waiting = 0;
  std::vector<PeerFacts> peers;  // not all, if there are many

  std::uint64_t num_peers() const { return num_servers + num_auditors + num_found + num_unwilling; }
};

// LogFacts is one of the logs of its pool.
struct LogFacts {
  std::string name;  // by the log list, else its log_id
  std::uint64_t num_evidence = 0;
  std::uint64_t num_failures = 0;  // of audits, in a row
  std::string last_failure;
};

// DescribeFailures says what became of the audits of a log of which some failed.
std::string DescribeFailures(const LogFacts& log);

// EvidenceFacts is one piece of evidence.
struct EvidenceFacts {
  std::string log;  // as in LogFacts
  std::string kind;
  bool is_conclusive = false;
  std::uint64_t found_ms = 0;
};

// DaemonFacts is a running daemon. What it did not say is empty or zero.
struct DaemonFacts {
  std::string json;  // its answer, one object on one line
  std::string version;
  std::uint64_t pid = 0;
  std::string started;
  std::string mode;  // of its check socket
  std::string policy;
  bool has_list = false;
  std::string list_timestamp;
  bool is_list_stale = false;
  std::uint64_t num_logs = 0;
  std::uint64_t num_observations = 0;
  std::uint64_t num_scts = 0;
  std::uint64_t num_pending_scts = 0;
  std::uint64_t num_checks = 0;
  std::uint64_t num_refused = 0;
  std::uint64_t num_compliant = 0;  // of what programs reported, and it judged itself
  std::uint64_t num_not_compliant = 0;
  std::uint64_t num_lost_lines = 0;     // of its log
  std::uint64_t last_lost_line_ms = 0;  // 0: none was lost, or it did not say when
  std::vector<RefusalFacts> refusals;
  std::uint64_t num_evidence = 0;
  std::vector<EvidenceFacts> evidence;     // not all, if there is much: conclusive first, then new
  std::optional<AuditFacts> audits;        // nothing: it did not say
  std::vector<std::string> gossip_places;  // where others may gossip with it; none: nowhere
  std::uint64_t num_gossip_requests = 0;
  std::uint64_t num_gossip_heads = 0;  // new ones, by gossip
  std::uint64_t num_gossip_scts = 0;
  std::uint64_t num_invalid_scts = 0;  // that clients say were shown here
  GossipClientFacts gossip_client;
  std::vector<std::string> problems;  // as it says them
  std::vector<LogFacts> logs;
};

// DecodeDaemonFacts reads an answer. Fails with a sentence for what is no object, or an error.
Outcome<DaemonFacts> DecodeDaemonFacts(Bytes answer);

// AskDaemon asks at a socket.
tl::expected<DaemonFacts, DaemonSilence> AskDaemon(const std::string& socket,
                                                   const Deadline& deadline);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_STATUS_DAEMON_FACTS_H_
