// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/counts.h"

namespace tattle::daemon {
namespace {

constexpr std::array<CountRow, kNumCounts> kRows = {{
    {Count::kObservations, "observations", "Datagrams that came to the observe sockets."},
    {Count::kObservationsTooLong, "observations_too_long", "Observations longer than the bound."},
    {Count::kObservationsBad, "observations_bad", "Datagrams that are no observation."},
    {Count::kObservationsOverRate, "observations_over_rate",
     "Observations beyond what a sender, or all of them, may send."},
    {Count::kObservationsRepeated, "observations_repeated", "Observations that were seen before."},
    {Count::kObservationsQueueFull, "observations_queue_full",
     "Observations that were dropped because too many waited."},
    {Count::kObservationsVerified, "observations_verified",
     "Observations whose SCTs were verified."},
    {Count::kSctsStored, "scts_stored", "Valid SCTs that went to the pool."},
    {Count::kSctsNotValid, "scts_not_valid",
     "Observed SCTs of unknown logs, with bad signatures or from the future."},
    {Count::kStoreFailures, "store_failures", "Writes that the pool did not take at once."},
    {Count::kChecks, "checks", "Chains that were judged for the check socket."},
    {Count::kChecksRefused, "checks_refused", "Chains that were refused."},
    {Count::kChecksBad, "checks_bad", "Requests to the check socket that were not understood."},
    {Count::kConnections, "connections", "Connections to the check and control sockets."},
    {Count::kConnectionsCut, "connections_cut",
     "Connections that were closed early: too many, too slow or too much."},
    {Count::kControlRequests, "control_requests", "Requests to the control socket."},
    {Count::kAudits, "audits", "Rounds with a log."},
    {Count::kAuditFailures, "audit_failures",
     "Rounds in which a log gave no head, or no answer to several questions in a row."},
    {Count::kAuditUnanswered, "audit_unanswered",
     "Questions about one head or SCT that a log did not answer."},
    {Count::kHeadsLinked, "heads_linked", "Heads that a proof tied to those that are trusted."},
    {Count::kSctsIncluded, "scts_included", "Observed SCTs that their log has kept."},
    {Count::kSctsWithoutIndex, "scts_without_index",
     "Observed SCTs of static-ct logs that do not say where their leaf is, as they must."},
    {Count::kListUpdates, "log_list_updates", "Log lists that were fetched and put in force."},
    {Count::kListUpdateFailures, "log_list_update_failures",
     "Log lists that could not be fetched or were refused."},
    {Count::kFilesWritten, "files_written", "Outboxes and metrics that were written."},
    {Count::kFileFailures, "file_failures", "Outboxes and metrics that could not be written."},
    {Count::kHooksRun, "hooks_run", "Runs of the hook command."},
    {Count::kHookFailures, "hook_failures", "Runs of the hook command that failed."},
    {Count::kGossipRequests, "gossip_requests", "Requests to the gossip endpoint."},
    {Count::kGossipRefused, "gossip_refused",
     "Requests to the gossip endpoint beyond what clients may ask."},
    {Count::kGossipBad, "gossip_bad", "Requests to the gossip endpoint that are not understood."},
    {Count::kGossipFailures, "gossip_failures",
     "Requests to the gossip endpoint that could not be served: no pool, no log list."},
    {Count::kGossipHeads, "gossip_heads", "Tree heads that gossip brought."},
    {Count::kGossipHeadsKnown, "gossip_heads_known", "Tree heads of gossip that were known."},
    {Count::kGossipHeadsStored, "gossip_heads_stored",
     "Tree heads of gossip that were new and good, and went to the pool."},
    {Count::kGossipHeadsConflicting, "gossip_heads_conflicting",
     "Tree heads of gossip that contradict another of their log."},
    {Count::kGossipHeadsDropped, "gossip_heads_dropped",
     "Tree heads of gossip that are too old, of unknown logs or not signed by them."},
    {Count::kGossipHeadsGiven, "gossip_heads_given", "Tree heads that were given in answers."},
    {Count::kGossipScts, "gossip_scts", "Valid SCTs of feedback that went to the pool."},
    {Count::kGossipSctsNotValid, "gossip_scts_not_valid", "SCTs of feedback that do not verify."},
    {Count::kGossipFeedbackNotOurs, "gossip_feedback_not_ours",
     "Chains of feedback that are for no name of ours."},
    {Count::kGossipChecks, "gossip_checks", "Signatures that were verified for gossip."},
    {Count::kGossipNotes, "gossip_notes", "What programs were told of gossip by web servers."},
    {Count::kGossipNotesDropped, "gossip_notes_dropped",
     "Of those: not understood, or beyond what is looked at."},
    {Count::kGossipSent, "gossip_sent", "Messages to servers and auditors of the configuration."},
    {Count::kGossipSendFailures, "gossip_send_failures", "Of those: not taken."},
    {Count::kFeedbackSent, "feedback_sent", "Messages to sites about what they showed."},
    {Count::kFeedbackFailures, "feedback_failures", "Of those: not taken."},
    {Count::kVerdictsCompliant, "verdicts_compliant",
     "Observations of connections that were judged compliant."},
    {Count::kVerdictsNotCompliant, "verdicts_not_compliant",
     "Observations of connections that were judged not compliant."},
    {Count::kLogLinesLost, "log_lines_lost", "Log lines that nobody took, or beyond the rate."},
}};

constexpr bool IsInOrder() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].count) != i) {
      return false;
    }
  }
  return true;
}
static_assert(IsInOrder());

}  // namespace

std::span<const CountRow> AllCounts() {
  return kRows;
}

}  // namespace tattle::daemon
