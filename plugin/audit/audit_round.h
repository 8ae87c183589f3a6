// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// AuditRound: one round with one log. Private to the auditor; its parts are in heads.cc, link.cc,
// inclusion.cc and silence.cc.

#ifndef TATTLE_PLUGIN_AUDIT_AUDIT_ROUND_H_
#define TATTLE_PLUGIN_AUDIT_AUDIT_ROUND_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "plugin/audit/auditor.h"
#include "plugin/audit/evidence.h"
#include "plugin/audit/make_claim.h"

namespace tattle {

// IsSilence says that a failure tells nothing of the log: the network, our own bounds, a server
// that is busy, or an answer that cannot be read.
bool IsSilence(const Failure& failure);

// AuditRound borrows all that it is made of.
class AuditRound {
 public:
  struct Parts {
    Pool& pool;
    const AuditOptions& options;
    EvidenceDesk& desk;
    ClockSense& clock_sense;
    LogMemory& memory;
  };

  AuditRound(const Parts& parts, LogClient& client, std::uint64_t now_ms)
      : pool_(parts.pool),
        options_(parts.options),
        desk_(parts.desk),
        clock_sense_(parts.clock_sense),
        memory_(parts.memory),
        client_(client),
        log_(client.log()),
        now_ms_(now_ms),
        part_ms_(parts.options.round_ms / 2) {}

  PoolResult<AuditSummary> Run();

 private:
  // heads.cc
  PoolResult<void> FetchHead(LogProgress& progress);
  PoolResult<void> NoteFailure(const Failure& failure);
  PoolResult<void> JudgeTime(const SignedTreeHead& sth, LogProgress& progress);
  PoolResult<void> JudgeFuture(const SignedTreeHead& sth, const LogProgress& progress);
  PoolResult<void> JudgeAge(const SignedTreeHead& sth, LogProgress& progress);
  void JudgeFinalHead(const TreeHead& head) const;
  PoolResult<void> Adopt(const PooledHead& head);
  PoolResult<bool> ConflictsAtItsSize(const PooledHead& head);

  // link.cc
  PoolResult<void> LinkOthers();
  PoolResult<void> JudgeSplits();
  PoolResult<bool> Link(const PooledHead& head);
  PoolResult<void> JudgeRollback(const PooledHead& head, const PooledHead& above);
  PoolResult<bool> LinkBetween(const PooledHead& head, const PooledHead& older,
                               const PooledHead& newer);
  PoolResult<void> JudgeNoProof(const PooledHead& head, Claim claim, const Failure& failure);
  PoolResult<void> JudgeWrongProof(const PooledHead& head, Claim claim, const Failure& failure);

  // inclusion.cc
  PoolResult<void> ResolveScts();
  PoolResult<void> Resolve(const PooledSct& sct, const PooledHead& trusted);
  PoolResult<void> JudgeMissingIndex(const PooledSct& sct);
  PoolResult<void> AskForLeaf(const PooledSct& sct, const PooledHead& trusted);
  PoolResult<void> CheckEntry(const PooledSct& sct, const PooledHead& trusted,
                              const InclusionProof& proof);
  PoolResult<void> JudgeWrongEntry(const PooledSct& sct, const PooledHead& trusted,
                                   const InclusionProof& proof, const Failure& failure);
  PoolResult<void> JudgeNotIncluded(const PooledSct& sct, const PooledHead& trusted,
                                    const Failure& failure);
  PoolResult<void> JudgeNoTile(const PooledSct& sct, const PooledHead& trusted,
                               const Failure& failure);
  PoolResult<void> JudgeEndedWithout(const PooledSct& sct, const PooledHead& trusted);
  PoolResult<void> JudgeNotMerged(const PooledSct& sct, const SignedTreeHead& sth,
                                  const std::string& remark);
  PoolResult<bool> FileNotMerged(const PooledSct& sct, const SignedTreeHead& sth,
                                 const std::string& remark);
  PoolResult<bool> FileAgainstSct(const PooledSct& sct, Claim claim);
  PoolResult<void> Postpone(const PooledSct& sct, std::uint64_t next_try_ms,
                            std::uint32_t attempts);
  PoolResult<void> Settle(const PooledSct& sct, SctState state);
  PoolResult<bool> HasTwin(const PooledSct& sct);
  PoolResult<std::optional<ClaimedSct>> ClaimedOf(const PooledSct& sct);

  // silence.cc. Heads, and SCTs, are parts of a round, each of which may end early.
  std::uint64_t ElapsedMs() const;
  void BeginPart(std::uint64_t part_ms);
  bool IsLate() const;
  bool IsAway() const;
  bool IsPartOver() const { return IsAway() || IsLate(); }
  void NoteAnswer(const AskedItem& item);
  void NoteSilence(const Failure& failure);
  void SayIfAway();
  void SayIfSlow();
  PoolResult<void> JudgeSilentHead(const PooledHead& head, const TreeHead& older,
                                   const TreeHead& newer, const Failure& failure);
  PoolResult<void> JudgeWrongTile(const AskedItem& item, const SignedTreeHead& sth,
                                  const Failure& failure);
  bool IsBehindSilence(const PooledSct& sct) const;
  PoolResult<void> PassOver(const PooledSct& sct);
  PoolResult<void> JudgeSilentSct(const PooledSct& sct, const Failure& failure);
  PoolResult<void> CountSilences(const SignedTreeHead& sth);
  PoolResult<void> CountSilence(const PooledSct& sct, const SignedTreeHead& sth,
                                const Failure& failure);

  Claim NewClaim(ClaimKind kind) const { return tattle::NewClaim(kind, log_, now_ms_); }
  std::uint64_t MmdMs() const { return MmdS(log_) * kMsPerSecond; }

  Pool& pool_;
  const AuditOptions& options_;
  EvidenceDesk& desk_;
  ClockSense& clock_sense_;
  LogMemory& memory_;
  LogClient& client_;
  const Log& log_;
  std::uint64_t now_ms_;
  bool has_head_ = false;      // the log gave it
  bool is_silent_ = false;     // nothing more is asked in this round
  std::uint64_t part_ms_;      // when this part of the round ends
  unsigned num_asked_ = 0;     // questions of this part
  unsigned num_silences_ = 0;  // of those the last ones, which had no answer
  bool is_cut_short_ = false;
  std::set<std::uint64_t> silent_tiles_;
  std::vector<std::pair<PooledSct, Failure>> unanswered_;
  std::uint64_t newest_head_id_ = 0;  // was judged already
  std::size_t num_entries_ = 0;       // that were read
  AuditSummary summary_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_AUDIT_ROUND_H_
