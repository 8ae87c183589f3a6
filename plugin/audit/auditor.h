// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Auditor: looks after logs. It fetches their heads, links what was seen to one line of trees, asks
// where observed SCTs are, and files evidence where a log lied. README.md says what is checked.

#ifndef TATTLE_PLUGIN_AUDIT_AUDITOR_H_
#define TATTLE_PLUGIN_AUDIT_AUDITOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "plugin/audit/clock_sense.h"
#include "plugin/audit/evidence_desk.h"
#include "plugin/net/failure.h"
#include "plugin/net/log_client.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/log_line.h"

namespace tattle {

struct AuditOptions {
  std::function<double()> random;  // [0, 1); called by several threads
  // say is given lines for the operator, sanitised; by several threads. May be empty.
  std::function<void(LogLevel, const std::string&)> say;
  // clock tells the time while a round is under way; by several threads. Empty: it stands still.
  std::function<std::uint64_t()> clock;
  // So long a round asks new questions, about heads half of it: a log that answers slowly must not
  // keep its thread from the others. One round more costs less than all other logs unaudited.
  std::uint64_t round_ms = std::uint64_t{5} * 60 * 1000;
  // get-proof-by-hash tells an RFC 6962 log which certificate was seen: only on request.
  bool ask_rfc6962_for_scts = false;
  std::size_t links_per_round = 16;  // proofs asked of one log at once
  std::size_t scts_per_round = 64;
  std::size_t entries_per_round = 4;  // a data tile of a static-ct log may have a megabyte
};

// AuditSummary is what came of one round with one log.
struct AuditSummary {
  std::optional<Failure>
      failure;  // the log gave no head, or no answer to several questions in a row
  std::size_t num_unanswered = 0;  // questions about one head or SCT
  std::size_t num_linked = 0;
  std::size_t num_included = 0;
  std::size_t num_without_index = 0;  // SCTs of a static-ct log
  std::uint64_t next_fetch_ms = 0;
};

// AskedItem is what a log is asked about, by its id in the pool.
enum class AskedKind : std::uint8_t { kHead = 1, kSct };
using AskedItem = std::pair<AskedKind, std::uint64_t>;

// LogMemory is what a process remembers of a log between rounds, and may forget.
struct LogMemory {
  unsigned num_bad_answers = 0;  // in a row: heads that are not the log's
  unsigned num_future_heads = 0;
  std::map<AskedItem, unsigned> wrong_tiles;  // in a row
  bool is_flooded = false;
  bool is_away = false;  // it gave its head and nothing else
  bool is_slow = false;  // a round was cut short
};

// Auditor is thread-safe; of one log there must be one call of AuditLog at a time.
class Auditor {
 public:
  Auditor(Pool& pool, AuditOptions options);

  // DueSince says since when the log's next round is due; nothing while it is not.
  PoolResult<std::optional<std::uint64_t>> DueSince(const Log& log, std::uint64_t now_ms);

  // AuditLog is one round with a log: its newest head, heads that others brought, SCTs that are
  // due; then it plans the next, from its own end. Fails only where the pool does: then nothing is
  // lost, and the round is made again. What the network does is a summary, never evidence.
  PoolResult<AuditSummary> AuditLog(LogClient& client, std::uint64_t now_ms);

 private:
  LogMemory& MemoryOf(const LogId& log_id);

  Pool& pool_;
  AuditOptions options_;
  EvidenceDesk desk_;
  ClockSense clock_sense_;
  std::mutex mutex_;  // guards the map, not what is in it
  std::map<LogId, LogMemory> memories_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_AUDITOR_H_
