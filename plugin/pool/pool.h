// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Pool: what was seen of logs, on disk: heads, SCTs with their chains, evidence, and how far each
// log was audited. One SQLite file (README.md has the schema in words).

#ifndef TATTLE_PLUGIN_POOL_POOL_H_
#define TATTLE_PLUGIN_POOL_POOL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/wire/tree_head.h"
#include "plugin/pool/answers.h"  // IWYU pragma: export
#include "plugin/pool/options.h"  // IWYU pragma: export
#include "plugin/pool/records.h"  // IWYU pragma: export

namespace tattle {

class GossipBook;
class GossipView;
class PoolPlace;
class SiteBook;
struct PoolState;

// Pool is thread-safe: calls take turns. What a call that writes has acknowledged survives the
// death of the process, unless it was made within a batch: then Commit acknowledges. Calls
// that take the id of a row answer false when the row has gone meanwhile.
class Pool {
 public:
  // Open opens or makes the file. For writing it takes a lock (PATH-lock) that another writer finds
  // as kBusy. A file that is not a pool, or is broken, is refused and left as it is.
  static PoolResult<std::unique_ptr<Pool>> Open(const std::string& path,
                                                const PoolOptions& options);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  const std::string& path() const;  // of one in memory: what it is called

  // Batch makes many calls of one thread durable at once, which is much faster; others wait.
  // Without Commit, or when any of its calls fails otherwise than by kRefused, all of it is undone.
  class Batch {
   public:
    explicit Batch(Pool& pool);  // never fails by itself: its first call does
    ~Batch();
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    PoolResult<void> Commit();  // ends the batch

   private:
    std::optional<PoolFailure> End();
    Pool& pool_;
    bool ended_ = false;
  };

  // Heads. AddHead keeps a head whose signature the caller has verified, with the signature in
  // canonical form. One that is known, by (log_id, tree_size, timestamp, root), stays as it is,
  // with its first source. To make room it may evict another unlinked head.
  PoolResult<Added> AddHead(const LogId& log_id, const SignedTreeHead& sth, HeadSource source,
                            std::uint64_t seen_ms, HeadGiver giver = kNobody);
  PoolResult<std::optional<PooledHead>> FindHead(std::uint64_t id);
  // FindHeads: all of one tree size; two roots among them are a split view.
  PoolResult<std::vector<PooledHead>> FindHeads(const LogId& log_id, std::uint64_t tree_size);
  // FindNeighbours: the linked heads next to a tree size, below it or equal, and above it.
  PoolResult<HeadNeighbours> FindNeighbours(const LogId& log_id, std::uint64_t tree_size);
  // FindNewestHead: of the largest tree, and of those the latest.
  PoolResult<std::optional<PooledHead>> FindNewestHead(const LogId& log_id, HeadState state);
  // UnlinkedHeads: fewest attempts at a proof first, then the largest trees; none of a split.
  PoolResult<std::vector<PooledHead>> UnlinkedHeads(const LogId& log_id, std::size_t limit);
  // FindLongestWaiting: of those the one seen first that evidence does not name (heads.cc).
  PoolResult<std::optional<PooledHead>> FindLongestWaiting(const LogId& log_id);
  // FindSplits: unlinked heads whose size has a head with another root, and one that has it.
  PoolResult<std::vector<HeadSplit>> FindSplits(const LogId& log_id, std::size_t limit);
  // FindSplit: this head and one of its size with another root; nothing where all of them agree.
  PoolResult<std::optional<HeadSplit>> FindSplit(const LogId& log_id, const TreeHead& head);
  // HeadsAfter: in the order of their ids, of all logs: to go through them all, begin with 0.
  PoolResult<std::vector<PooledHead>> HeadsAfter(std::uint64_t id, std::size_t limit);

  PoolResult<bool> MarkLinked(std::uint64_t id, const std::optional<PooledProof>& proof);
  PoolResult<bool> MarkProofTried(std::uint64_t id);  // in vain, without an answer
  PoolResult<bool> MarkProofFailed(std::uint64_t id);
  PoolResult<bool> MarkReported(std::uint64_t id);
  // MarkConflicting keeps heads for good, within PoolLimits, and says how many of them are kept.
  PoolResult<std::size_t> MarkConflicting(std::span<const std::uint64_t> ids);
  PoolResult<std::optional<PooledProof>> FindProof(std::uint64_t head_id);

  // The trusted head of a log is linked and never evicted; the log's other heads are linked to it.
  PoolResult<std::optional<PooledHead>> TrustedHead(const LogId& log_id);
  PoolResult<bool> SetTrustedHead(std::uint64_t id);

  // SCTs. AddSct keeps an SCT whose signature the caller has verified, with its chain (DER, leaf
  // first) and a host where it was seen (may be empty). One that is known, by (log_id, leaf_hash,
  // sct), stays as it is, and the host is added. Of `sct` the fields id, chain_id, state,
  // attempts and silences are not looked at; next_try_ms says when it is due.
  PoolResult<Added> AddSct(const PooledSct& sct, std::span<const ByteVector> chain,
                           std::string_view host);
  PoolResult<std::vector<PooledSct>> DueScts(const LogId& log_id, std::uint64_t now_ms,
                                             std::size_t limit);
  PoolResult<bool> SetSctState(std::uint64_t id, SctState state, std::uint64_t next_try_ms,
                               std::uint32_t attempts, std::uint32_t silences = 0);
  // FindTwins: a few SCTs with the same index and another leaf; each is a duplicate index.
  PoolResult<std::vector<PooledSct>> FindTwins(const PooledSct& sct);
  PoolResult<std::vector<PooledSct>> SctsAfter(std::uint64_t id, std::size_t limit);
  PoolResult<std::vector<ByteVector>> Chain(std::uint64_t chain_id);  // none: it has gone
  PoolResult<std::vector<std::string>> SctHosts(std::uint64_t sct_id);

  // Evidence. AddEvidence: is it new, by its claim_id, or conclusive at last? Its heads stay.
  PoolResult<bool> AddEvidence(const PooledEvidence& evidence,
                               std::span<const std::uint64_t> head_ids = {});
  // LeadingEvidence: conclusive pieces first, then the latest, all without their json.
  PoolResult<std::vector<PooledEvidence>> ListEvidence();
  PoolResult<std::vector<PooledEvidence>> LeadingEvidence(std::size_t limit);
  // FindEvidence: whose claim_id begins so. UntoldEvidence: of which the operator is still to know.
  PoolResult<std::vector<PooledEvidence>> FindEvidence(std::string_view claim_id_prefix);
  PoolResult<std::vector<PooledEvidence>> UntoldEvidence();
  PoolResult<void> SetEvidenceTold(std::string_view claim_id);

  PoolResult<LogProgress> Progress(const LogId& log_id);  // of an unknown log: all zero
  PoolResult<void> SetProgress(const LogProgress& progress);
  PoolResult<void> SetPeer(const PooledPeer& peer);
  PoolResult<std::optional<PooledPeer>> FindPeer(std::string_view host);
  PoolResult<std::vector<PooledPeer>> ListPeers();
  PoolResult<void> Count(std::string_view counter, std::uint64_t delta = 1);
  PoolResult<std::vector<PooledCounter>> Counters();

  PoolResult<PoolCounts> Counts();
  PoolResult<PruneCounts> Prune(std::uint64_t now_ms);  // as PoolLimits say; about once an hour
  // Check reads the whole file and answers with a line for each thing that is wrong.
  PoolResult<std::vector<std::string>> Check();

 private:
  friend class GossipBook;
  friend class GossipView;
  friend class PoolPlace;
  friend class SiteBook;
  explicit Pool(std::unique_ptr<PoolState> state);
  std::unique_ptr<PoolState> state_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_POOL_H_
