// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Claims about what was served in a log's name. None of it is signed by the log, which is the
// point; so none is ever conclusive.

#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/merkle/compact_range.h"
#include "core/merkle/tile.h"
#include "core/note/checkpoint.h"
#include "core/note/note.h"
#include "plugin/audit/claim_check.h"

namespace tattle {
namespace {

constexpr std::string_view kGetSthPath = "ct/v1/get-sth";
constexpr std::string_view kCheckpointPath = "checkpoint";
constexpr std::string_view kNotSigned =
    ". Whoever answered may not have been the log, so it is no proof";

Result<std::string_view> ExpectedOrigin(const Claim& claim) {
  const Result<std::string_view> origin = CheckpointOrigin(claim.log_url);
  if (!origin) {
    return Fail(Errc::kOutOfRange, "claim.log.url");
  }
  return origin;
}

// IsSignedHead says whether a get-sth answer holds a head that the key signed. One that cannot be
// read is no bad signature.
Result<bool> IsSignedHead(const ClaimCheck& check) {
  const Result<SignedTreeHead> sth = DecodeGetSth(check.claim.body);
  if (!sth) {
    return Fail(sth.error().code, "claim.body", sth.error().offset);
  }
  return VerifyTreeHead(*sth, check.key);
}

// IsSignedCheckpoint: another origin is another kind of claim.
Result<bool> IsSignedCheckpoint(const ClaimCheck& check) {
  const Result<std::string_view> origin = ExpectedOrigin(check.claim);
  if (!origin) {
    return tl::unexpected(origin.error());
  }
  const Result<Note> note = DecodeNote(check.claim.body);
  const Result<Checkpoint> checkpoint =
      note ? DecodeCheckpoint(note->text) : tl::unexpected(note.error());
  if (!checkpoint) {
    return Fail(checkpoint.error().code, "claim.body", checkpoint.error().offset);
  }
  if (checkpoint->origin != *origin) {
    return Fail(Errc::kMismatch, "claim.body.origin");
  }
  const Result<SignedTreeHead> head =
      VerifyCheckpoint(check.claim.body, *origin, check.log_id, check.key);
  if (head) {
    return true;
  }
  const Errc code = head.error().code;
  if (code == Errc::kMismatch || code == Errc::kMissing) {
    return false;  // no line of the key's, or none that is good
  }
  return Fail(code, "claim.body", head.error().offset);
}

Result<Finding> VerifyBadSct(const ClaimCheck& check) {
  const Result<SctCheck> sct = CheckSct(check, check.claim.scts.front());
  if (!sct) {
    return tl::unexpected(sct.error());
  }
  if (sct->is_signed) {
    return Fail(Errc::kMismatch, "claim.scts.signature");
  }
  return Indicative(
      "the SCT names this log, but its signature is not the log's for this certificate. Anybody "
      "can make such an SCT, so it is no proof");
}

// FindRootOfTile is the root, where a tree's root is made of this one tile and nothing else.
std::optional<Hash> FindRootOfTile(const Tile& tile, std::uint64_t tree_size,
                                   const std::vector<Hash>& hashes) {
  if (tree_size > kMaxTiledTreeSize) {
    return std::nullopt;
  }
  const std::vector<Tile> partial = PartialTiles(tree_size);
  const bool is_whole_tree = tile.width == kTileWidth && tile.index == 0 &&
                             (tree_size >> (kTileHeight * (tile.level + 1))) == 1 &&
                             partial.size() == 1 && partial.front().level == tile.level + 1;
  if (is_whole_tree || (partial.size() == 1 && partial.front() == tile)) {
    return RootOfHashes(hashes);
  }
  return std::nullopt;
}

}  // namespace

Result<Finding> VerifyBadSignature(const ClaimCheck& check) {
  const Claim& claim = check.claim;
  if (!claim.scts.empty()) {
    return VerifyBadSct(check);
  }
  Result<bool> is_signed = Fail(Errc::kOutOfRange, "claim.path");
  if (claim.path == kGetSthPath) {
    is_signed = IsSignedHead(check);
  } else if (claim.path == kCheckpointPath) {
    is_signed = IsSignedCheckpoint(check);
  }
  if (!is_signed) {
    return tl::unexpected(is_signed.error());
  }
  if (*is_signed) {
    return Fail(Errc::kMismatch, "claim.body");
  }
  return Indicative("what was answered to " + json::Quote(claim.path) +
                    " is a tree head that the log's key did not sign" + std::string(kNotSigned));
}

Result<Finding> VerifyWrongOrigin(const ClaimCheck& check) {
  const Claim& claim = check.claim;
  if (claim.path != kCheckpointPath) {
    return Fail(Errc::kOutOfRange, "claim.path");
  }
  const Result<std::string_view> origin = ExpectedOrigin(claim);
  if (!origin) {
    return tl::unexpected(origin.error());
  }
  const Result<Note> note = DecodeNote(claim.body);
  const Result<Checkpoint> checkpoint =
      note ? DecodeCheckpoint(note->text) : tl::unexpected(note.error());
  if (!checkpoint) {
    return Fail(checkpoint.error().code, "claim.body", checkpoint.error().offset);
  }
  if (checkpoint->origin == *origin) {
    return Fail(Errc::kMismatch, "claim.body.origin");
  }
  return Indicative("the checkpoint that was answered is of the origin " +
                    json::Quote(checkpoint->origin) + " and not " + json::Quote(*origin) +
                    ". The log's signature does not cover the origin, so it is no proof");
}

Result<Finding> VerifyWrongTile(const ClaimCheck& check) {
  const Claim& claim = check.claim;
  const TreeHead& head = claim.heads.front().head;
  const std::string sentence = "what was answered to " + json::Quote(claim.path) + " is not what " +
                               DescribeHead(head) + ", which the log signed, has there";
  const Result<Tile> tile = DecodeTilePath(claim.path);
  if (!tile || tile->kind != TileKind::kHashes) {
    return Indicative(sentence + ", as the finder says; the file cannot show it" +
                      std::string(kNotSigned));
  }
  const unsigned width = TileWidthAt(tile->level, tile->index, head.tree_size);
  if (width < tile->width) {
    return Fail(Errc::kMismatch, "claim.path");
  }
  const Result<std::vector<Hash>> hashes = DecodeHashTile(claim.body, tile->width);
  if (!hashes) {
    return Indicative(sentence + ": it is no tile of " + std::to_string(tile->width) + " hashes" +
                      std::string(kNotSigned));
  }
  const std::optional<Hash> root = FindRootOfTile(*tile, head.tree_size, *hashes);
  if (!root) {
    return Indicative(sentence + ", as the finder says; the file cannot show it" +
                      std::string(kNotSigned));
  }
  if (*root == head.sha256_root_hash) {
    return Fail(Errc::kMismatch, "claim.body");
  }
  return Indicative(sentence + ": it does not hash to that root" + std::string(kNotSigned));
}

}  // namespace tattle
