// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the daemon did, in numbers that only grow.

#ifndef TATTLE_ADAPTERS_DAEMON_COUNTS_H_
#define TATTLE_ADAPTERS_DAEMON_COUNTS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "adapters/daemon/status/refusal_table.h"
#include "adapters/daemon/status/verdict_hours.h"

namespace tattle::daemon {

enum class Count : std::uint8_t {
  kObservations,         // datagrams that came
  kObservationsTooLong,  // of those: cut off by the bound
  kObservationsBad,      // of those: not decoded
  kObservationsOverRate,
  kObservationsRepeated,
  kObservationsQueueFull,
  kObservationsVerified,
  kSctsStored,
  kSctsNotValid,    // of unknown logs, with bad signatures, from the future
  kStoreFailures,   // batches that the pool did not take; they are tried again
  kChecks,          // chains that were judged for somebody
  kChecksRefused,   // of those
  kChecksBad,       // requests that were not understood
  kConnections,     // to the check and control sockets
  kConnectionsCut,  // of those: too many, too slow, too much
  kControlRequests,
  kAudits,           // rounds with a log
  kAuditFailures,    // of those: the log gave no head, or no answer to several questions in a row
  kAuditUnanswered,  // questions about one head or SCT
  kHeadsLinked,
  kSctsIncluded,
  kSctsWithoutIndex,  // of static-ct logs
  kListUpdates,
  kListUpdateFailures,
  kFilesWritten,  // outbox and metrics
  kFileFailures,
  kHooksRun,
  kHookFailures,
  kGossipRequests,          // to the gossip endpoint
  kGossipRefused,           // of those: over a rate, or beyond the signature checks
  kGossipBad,               // of those: not understood
  kGossipFailures,          // of those: the pool or the log list was not there
  kGossipHeads,             // heads that came
  kGossipHeadsKnown,        // of those
  kGossipHeadsStored,       // of those: new and good
  kGossipHeadsConflicting,  // of those: another root than known
  kGossipHeadsDropped,      // of those that came: stale, of unknown logs, with bad signatures
  kGossipHeadsGiven,
  kGossipScts,  // valid SCTs of feedback that went to the pool
  kGossipSctsNotValid,
  kGossipFeedbackNotOurs,  // chains of feedback for other names, or that are none
  kGossipChecks,           // signatures that were verified for gossip
  kGossipNotes,            // what programs told us that web servers say
  kGossipNotesDropped,     // of those: not understood, too many
  kGossipSent,             // messages to servers and auditors that the configuration names
  kGossipSendFailures,     // of those
  kFeedbackSent,           // messages to sites about what they showed
  kFeedbackFailures,       // of those
  kVerdictsCompliant,      // of observations: what programs said, and we on the check socket
  kVerdictsNotCompliant,
  kLogLinesLost,
};

inline constexpr std::size_t kNumCounts = 51;

// CountRow is a name such as "observations_repeated", and what it counts in a sentence.
struct CountRow {
  Count count;
  std::string_view name;
  std::string_view help;
};

// AllCounts are the rows in the order of Count.
std::span<const CountRow> AllCounts();

// Counts is thread-safe. The numbers are not a snapshot: each is right on its own.
class Counts {
 public:
  void Add(Count count, std::uint64_t number = 1) {
    numbers_.at(static_cast<std::size_t>(count)).fetch_add(number, std::memory_order_relaxed);
  }
  std::uint64_t Get(Count count) const {
    return numbers_.at(static_cast<std::size_t>(count)).load(std::memory_order_relaxed);
  }

  // AddVerdict counts one, in which hour it was, and of which host.
  void AddVerdict(const HostVerdict& verdict, std::uint64_t now_ms) {
    Add(verdict.compliant ? Count::kVerdictsCompliant : Count::kVerdictsNotCompliant);
    hours_.Add(verdict.compliant, now_ms);
    refusals_.Note(verdict, now_ms);
  }
  const VerdictHours& hours() const { return hours_; }
  const RefusalTable& refusals() const { return refusals_; }

 private:
  std::array<std::atomic<std::uint64_t>, kNumCounts> numbers_ = {};
  VerdictHours hours_;
  RefusalTable refusals_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_COUNTS_H_
