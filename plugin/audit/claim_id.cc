// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstddef>

#include "core/base/writer.h"
#include "core/crypto/sha256.h"
#include "core/merkle/consistency.h"
#include "plugin/audit/claim_check.h"

namespace tattle {
namespace {

constexpr std::size_t kIdBytes = 16;

void WriteHead(ByteWriter& writer, const TreeHead& head) {
  writer.WriteUint64(head.tree_size);
  writer.WriteUint64(head.timestamp_ms);
  writer.WriteBytes(head.sha256_root_hash);
}

// WriteTree leaves the time out: a log that lies signs its trees again and again.
void WriteTree(ByteWriter& writer, const TreeHead& head) {
  writer.WriteUint64(head.tree_size);
  writer.WriteBytes(head.sha256_root_hash);
}

// WriteSorted: which of two comes first says nothing.
void WriteSorted(ByteWriter& writer, std::vector<Hash> hashes) {
  std::sort(hashes.begin(), hashes.end());
  for (const Hash& hash : hashes) {
    writer.WriteBytes(hash);
  }
}

// WriteProvenRoot: a pair of heads with a proof that convicts is another claim than the same pair
// without one.
void WriteProvenRoot(ByteWriter& writer, const Claim& claim) {
  if (claim.heads.size() != 2) {
    return;
  }
  const TreeHead& older = claim.heads.at(0).head;
  const TreeHead& newer = claim.heads.at(1).head;
  const Result<ConsistencyRoots> roots =
      RootsFromConsistency(older.tree_size, claim.older_root.value_or(older.sha256_root_hash),
                           newer.tree_size, claim.proof);
  if (roots && roots->newer == newer.sha256_root_hash) {
    writer.WriteBytes(roots->older);
  }
}

std::vector<Hash> PromisedLeafHashes(const Claim& claim) {
  std::vector<Hash> hashes;
  for (const ClaimedSct& claimed : claim.scts) {
    hashes.push_back(PromisedLeafHash(claimed).value_or(Sha256Of(claimed.sct)));
  }
  return hashes;
}

bool ReachesIndex(const Claim& claim) {
  const Result<Sct> sct =
      claim.scts.empty() ? Fail(Errc::kMissing, "claim.scts") : DecodeSct(claim.scts.front().sct);
  return !sct || !sct->leaf_index || claim.heads.empty() ||
         *sct->leaf_index < claim.heads.front().head.tree_size;
}

void WriteSubject(ByteWriter& writer, const Claim& claim) {
  switch (claim.kind) {
    case ClaimKind::kSplitView: {
      std::vector<Hash> roots;
      for (const SignedTreeHead& sth : claim.heads) {
        roots.push_back(sth.head.sha256_root_hash);
      }
      writer.WriteUint64(claim.heads.empty() ? 0 : claim.heads.front().head.tree_size);
      WriteSorted(writer, std::move(roots));
      return;
    }
    case ClaimKind::kInconsistent:
      for (const SignedTreeHead& sth : claim.heads) {
        WriteTree(writer, sth.head);
      }
      WriteProvenRoot(writer, claim);
      return;
    case ClaimKind::kNotMerged:
      // The head is only the first after the merge delay that somebody looked at.
      WriteSorted(writer, PromisedLeafHashes(claim));
      writer.WriteUint8(ReachesIndex(claim) ? 1 : 0);
      return;
    case ClaimKind::kWrongLeaf:
    case ClaimKind::kDuplicateIndex:
    case ClaimKind::kMissingIndex:
      WriteSorted(writer, PromisedLeafHashes(claim));
      writer.WriteBytes(claim.leaf_hash.value_or(Hash{}));
      return;
    case ClaimKind::kRollback:
    case ClaimKind::kFutureHead:
    case ClaimKind::kStaleHead:
      for (const SignedTreeHead& sth : claim.heads) {
        WriteHead(writer, sth.head);
      }
      return;
    case ClaimKind::kBadSignature:
    case ClaimKind::kWrongOrigin:
    case ClaimKind::kWrongTile:
      for (const ClaimedSct& claimed : claim.scts) {
        writer.WriteBytes(Sha256Of(claimed.sct));
      }
      // A data tile grows, and has another path then; the leaf stays.
      writer.WriteBytes(claim.leaf_hash ? *claim.leaf_hash : Sha256Of(AsBytes(claim.path)));
      writer.WriteBytes(Sha256Of(claim.body));
      return;
  }
}

}  // namespace

std::string ClaimId(const Claim& claim) {
  ByteWriter writer;
  writer.WriteBytes(AsBytes("tattle evidence 1 "));
  writer.WriteBytes(AsBytes(ClaimKindName(claim.kind)));
  writer.WriteBytes(Sha256Of(claim.log_key));
  WriteSubject(writer, claim);
  const Hash digest = Sha256Of(writer.Finish().value_or(ByteVector{}));
  return Hex(Bytes(digest).first(kIdBytes));
}

}  // namespace tattle
