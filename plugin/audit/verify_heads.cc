// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Claims that are made of tree heads alone.

#include <bit>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/merkle/consistency.h"
#include "core/merkle/hash.h"
#include "plugin/audit/claim_check.h"

namespace tattle {
namespace {

std::string DescribePair(const TreeHead& older, const TreeHead& newer) {
  return "the log signed " + DescribeHead(older) + ", and " + DescribeHead(newer);
}

// VerifyEmptyOlder: a tree of no leaves has one root, and no proof.
Result<Finding> VerifyEmptyOlder(const Claim& claim) {
  const TreeHead& older = claim.heads.front().head;
  if (!claim.proof.empty() || claim.older_root) {
    return Fail(Errc::kBadLength, "claim.proof");
  }
  if (older.sha256_root_hash == EmptyRoot()) {
    return Fail(Errc::kMismatch, "claim.heads");
  }
  return Conclusive("the log signed " + DescribeHead(older) +
                    ", but a tree without leaves has the root " + EncodeBase64(EmptyRoot()) +
                    " and no other");
}

}  // namespace

Result<Finding> VerifySplitView(const ClaimCheck& check) {
  const TreeHead& one = check.claim.heads.at(0).head;
  const TreeHead& other = check.claim.heads.at(1).head;
  if (one.tree_size != other.tree_size) {
    return Fail(Errc::kMismatch, "claim.heads.tree_size");
  }
  if (one.sha256_root_hash == other.sha256_root_hash) {
    return Fail(Errc::kMismatch, "claim.heads.sha256_root_hash");
  }
  return Conclusive(DescribePair(one, other) +
                    "; these are two different trees of one size, so it shows different entries to "
                    "different people");
}

// The proof is not signed, so that it counts for something only where it leads to the root of the
// newer head: nobody can make one that does and that lies about what was below.
Result<Finding> VerifyInconsistent(const ClaimCheck& check) {
  const Claim& claim = check.claim;
  const TreeHead& older = claim.heads.at(0).head;
  const TreeHead& newer = claim.heads.at(1).head;
  if (older.tree_size >= newer.tree_size) {
    return Fail(Errc::kMismatch, "claim.heads.tree_size");
  }
  if (older.tree_size == 0) {
    return VerifyEmptyOlder(claim);
  }
  // A proof does not carry the older root where that is a single node of the newer tree: then it
  // stands beside the proof.
  const Result<ConsistencyRoots> roots =
      RootsFromConsistency(older.tree_size, claim.older_root.value_or(older.sha256_root_hash),
                           newer.tree_size, claim.proof);
  if (!roots || roots->newer != newer.sha256_root_hash) {
    if (claim.older_root) {
      return Fail(Errc::kMismatch, "claim.proof");
    }
    return Indicative(DescribePair(older, newer) +
                      "; the consistency proof in this file does not lead to the newer root. "
                      "Proofs are not signed, so anybody may have spoiled it");
  }
  if (claim.older_root && roots->older != *claim.older_root) {
    return Fail(Errc::kMismatch, "claim.older_root");
  }
  if (roots->older == older.sha256_root_hash) {
    return Fail(Errc::kMismatch, "claim.heads.sha256_root_hash");
  }
  return Conclusive(
      DescribePair(older, newer) + "; the proof shows that the newer tree had the root " +
      EncodeBase64(roots->older) + " at the older size, so it changed or removed entries");
}

Result<Finding> VerifyRollback(const ClaimCheck& check) {
  const TreeHead& older = check.claim.heads.at(0).head;
  const TreeHead& newer = check.claim.heads.at(1).head;
  if (older.timestamp_ms >= newer.timestamp_ms) {
    return Fail(Errc::kMismatch, "claim.heads.timestamp");
  }
  if (older.tree_size <= newer.tree_size) {
    return Fail(Errc::kMismatch, "claim.heads.tree_size");
  }
  return Indicative(DescribePair(older, newer) +
                    "; the later tree is the smaller one. Front ends of one log that lag behind "
                    "each other could look like this, so it is no proof");
}

Result<Finding> VerifyFutureHead(const ClaimCheck& check) {
  const TreeHead& head = check.claim.heads.front().head;
  if (head.timestamp_ms <= kClockDriftMs ||
      head.timestamp_ms - kClockDriftMs <= check.claim.found_ms) {
    return Fail(Errc::kMismatch, "claim.heads.timestamp");
  }
  return Indicative("the log signed " + DescribeHead(head) + ", but it was seen at " +
                    EncodeRfc3339(check.claim.found_ms) +
                    ". Only the finder's clock says so, so it is no proof");
}

Result<Finding> VerifyStaleHead(const ClaimCheck& check) {
  const Claim& claim = check.claim;
  const TreeHead& head = claim.heads.front().head;
  if (claim.mmd_s == 0) {
    return Fail(Errc::kMissing, "claim.log.mmd");
  }
  const std::uint64_t mmd_s = check.mmd_s();
  if (claim.found_ms <= head.timestamp_ms ||
      (claim.found_ms - head.timestamp_ms) / kMsPerSecond <= mmd_s) {
    return Fail(Errc::kMismatch, "claim.heads.timestamp");
  }
  return Indicative("the newest head that the log gave at " + EncodeRfc3339(claim.found_ms) +
                    " was " + DescribeHead(head) +
                    ", which is older than its maximum merge delay "
                    "of " +
                    std::to_string(mmd_s) +
                    " s. Only the finder's word says that there was no newer one, so it is no "
                    "proof");
}

}  // namespace tattle
