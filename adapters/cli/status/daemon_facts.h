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
  std::uint64_t num_evidence = 0;
  std::optional<AuditFacts> audits;        // nothing: it did not say
  std::vector<std::string> gossip_places;  // where others may gossip with it; none: nowhere
  std::uint64_t num_gossip_requests = 0;
  std::uint64_t num_gossip_heads = 0;  // new ones, by gossip
  std::uint64_t num_gossip_scts = 0;
  std::uint64_t num_invalid_scts = 0;  // that clients say were shown here
  std::vector<std::string> warnings;   // its problems, and what is the matter with logs
};

// DecodeDaemonFacts reads an answer. Fails with a sentence for what is no object, or an error.
Outcome<DaemonFacts> DecodeDaemonFacts(Bytes answer);

// AskDaemon asks at a socket.
tl::expected<DaemonFacts, DaemonSilence> AskDaemon(const std::string& socket,
                                                   const Deadline& deadline);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_STATUS_DAEMON_FACTS_H_
