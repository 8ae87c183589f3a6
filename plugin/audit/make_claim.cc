// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/make_claim.h"

#include <bit>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/merkle/compact_range.h"
#include "core/merkle/consistency.h"
#include "core/merkle/hash.h"
#include "core/merkle/subtree.h"
#include "plugin/audit/evidence_desk.h"

namespace tattle {
namespace {

// AskForOlderRoot finds the root that the newer tree had at a size that is a power of two, which
// the proof from there does not carry. The proof from the size before leads through it: there is no
// head of that size to compare with, so it comes back as one that does not fold. The first entries
// of a log have no such proof, and are read. What comes of it is weighed with the first proof.
std::optional<Hash> AskForOlderRoot(LogClient& client, const TreeHead& older,
                                    const TreeHead& newer) {
  if (older.tree_size <= 2) {
    std::vector<Hash> leaf_hashes;
    const Answer<void> shown =
        client.FetchEntries(0, older.tree_size - 1, newer, [&](const LogEntryView& entry) {
          leaf_hashes.push_back(HashLeaf(entry.leaf_input));
          return true;
        });
    return shown ? std::optional(RootOfHashes(leaf_hashes)) : std::nullopt;
  }
  TreeHead before = older;
  --before.tree_size;
  const Answer<std::vector<Hash>> proof = client.FetchConsistency(before, newer);
  const Result<std::vector<LeafRange>> ranges =
      ConsistencyRanges(before.tree_size, older.tree_size);
  if (proof || !ranges || proof.error().proof.size() < ranges->size()) {
    return std::nullopt;
  }
  const Result<ConsistencyRoots> roots =
      RootsFromConsistency(before.tree_size, before.sha256_root_hash, older.tree_size,
                           std::span(proof.error().proof).first(ranges->size()));
  return roots ? std::optional(roots->newer) : std::nullopt;
}

}  // namespace

std::uint64_t MmdS(const Log& log) {
  return log.mmd_s == 0 ? kLongestMmdS : log.mmd_s;
}

Claim NewClaim(ClaimKind kind, const Log& log, std::uint64_t found_ms) {
  Claim claim;
  claim.kind = kind;
  claim.found_ms = found_ms;
  claim.log_key = log.key_spki;
  claim.log_description = log.description;
  claim.log_url = log.url;
  claim.mmd_s = MmdS(log);
  return claim;
}

Claim SplitClaim(const Log& log, const SignedTreeHead& one, const SignedTreeHead& other,
                 std::uint64_t found_ms) {
  Claim claim = NewClaim(ClaimKind::kSplitView, log, found_ms);
  claim.heads = {one, other};
  if (other.head.timestamp_ms < one.head.timestamp_ms) {
    std::swap(claim.heads.front(), claim.heads.back());
  }
  return claim;
}

void SetAnswer(Claim& claim, std::string path, const Failure& failure) {
  claim.path = std::move(path);
  claim.body = failure.body;
  if (failure.cut_size != 0) {
    claim.remark = "the answer had " + std::to_string(failure.cut_size) +
                   " bytes; the body is what was read of it, written anew";
  }
}

void FillInconsistent(Claim& claim, const Failure& failure, LogClient& client) {
  claim.proof = failure.proof;
  claim.older_root = failure.older_root;
  const TreeHead& older = claim.heads.front().head;
  if (claim.older_root || !std::has_single_bit(older.tree_size) || claim.proof.empty()) {
    return;
  }
  claim.older_root = AskForOlderRoot(client, older, claim.heads.back().head);
  if (claim.older_root && EvidenceDesk::Weigh(claim, client.log()) != Weight::kConclusive) {
    claim.older_root.reset();
  }
}

}  // namespace tattle
