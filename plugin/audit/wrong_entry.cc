// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/wrong_entry.h"

#include <string>

#include "core/merkle/tile.h"
#include "plugin/audit/make_claim.h"

namespace tattle {
namespace {

std::string EntryPath(const Log& log, std::uint64_t leaf_index, std::uint64_t tree_size) {
  if (log.kind == LogKind::kStaticCt) {
    const std::uint64_t tile_index = leaf_index / kTileWidth;
    return EncodeTilePath({TileKind::kData, 0, tile_index, TileWidthAt(0, tile_index, tree_size)});
  }
  const std::string index = std::to_string(leaf_index);
  return "ct/v1/get-entries?start=" + index + "&end=" + index;
}

}  // namespace

Answer<void> ReadEntry(LogClient& client, const InclusionProof& proof, const TreeHead& head) {
  return client.FetchEntries(proof.leaf_index, proof.leaf_index, head,
                             [](const LogEntryView&) { return true; });
}

void SetWrongEntry(Claim& claim, const Log& log, const SignedTreeHead& sth, const Hash& leaf_hash,
                   const InclusionProof& proof, const Failure& failure) {
  claim.heads = {sth};
  if (!failure.path.empty()) {
    SetAnswer(claim, failure.path, failure);
    return;
  }
  claim.leaf_hash = leaf_hash;
  claim.proof = proof.path;
  SetAnswer(claim, EntryPath(log, proof.leaf_index, sth.head.tree_size), failure);
}

}  // namespace tattle
