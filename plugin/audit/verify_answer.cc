// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Claims about what was served in a log's name. None of it is signed by the log, which is the
// point; so none is ever conclusive.

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/merkle/compact_range.h"
#include "core/merkle/hash.h"
#include "core/merkle/inclusion.h"
#include "core/merkle/tile.h"
#include "core/merkle/tile_tree.h"
#include "core/note/checkpoint.h"
#include "core/note/note.h"
#include "core/wire/log_answers.h"
#include "core/wire/merkle_leaf.h"
#include "plugin/audit/claim_check.h"
#include "plugin/net/http_url.h"

namespace tattle {
namespace {

constexpr std::string_view kGetSthPath = "ct/v1/get-sth";
constexpr std::string_view kGetEntriesPath = "ct/v1/get-entries?start=";
constexpr std::string_view kGetProofPath = "ct/v1/get-proof-by-hash?hash=";
constexpr std::string_view kCheckpointPath = "checkpoint";
constexpr std::string_view kNotSigned =
    ". Whoever answered may not have been the log, so it is no proof";

// ExpectedOrigin is the list's word, where it has one: the file's could make a genuine checkpoint
// one of another log.
Result<std::string_view> ExpectedOrigin(const ClaimCheck& check) {
  const bool is_listed = check.listed != nullptr && !check.listed->url.empty();
  const Result<std::string_view> origin =
      CheckpointOrigin(is_listed ? check.listed->url : check.claim.log_url);
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
  const Result<std::string_view> origin = ExpectedOrigin(check);
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

// ShownEntry is an entry as it was answered, and the indexes that it may be for.
struct ShownEntry {
  Hash leaf_hash = {};
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

// ReadIndex reads the one index that get-entries was asked for, in the words of SetWrongEntry.
std::optional<std::uint64_t> ReadIndex(std::string_view path) {
  std::uint64_t index = 0;
  const std::size_t end = path.find('&');
  if (path.substr(0, kGetEntriesPath.size()) != kGetEntriesPath || end == path.npos) {
    return std::nullopt;
  }
  const std::string_view digits = path.substr(kGetEntriesPath.size(), end - kGetEntriesPath.size());
  const auto [rest, fault] =
      std::from_chars(digits.data(), std::next(digits.data(), std::ssize(digits)), index);
  const std::string text = std::to_string(index);
  if (fault != std::errc() || path != std::string(kGetEntriesPath) + text + "&end=" + text) {
    return std::nullopt;
  }
  return index;
}

// ReadShown reads an answer to get-entries, or the MerkleTreeLeaf that a data tile has.
Result<ShownEntry> ReadShown(const Claim& claim, const Result<Tile>& tile) {
  if (tile) {
    const Result<TimestampedEntry> entry = DecodeMerkleTreeLeaf(claim.body);
    if (!entry) {
      return Fail(entry.error().code, "claim.body", entry.error().offset);
    }
    const std::uint64_t first = tile->index * kTileWidth;
    return ShownEntry{HashLeaf(claim.body), first, first + tile->width - 1};
  }
  const std::optional<std::uint64_t> index = ReadIndex(claim.path);
  if (!index) {
    return Fail(Errc::kOutOfRange, "claim.path");
  }
  const Result<std::vector<LogEntryAnswer>> entries = DecodeGetEntries(claim.body, 1);
  if (!entries) {
    return Fail(entries.error().code, "claim.body", entries.error().offset);
  }
  return ShownEntry{HashLeaf(entries->front().leaf_input), *index, *index};
}

// VerifyWrongEntry: the tree has one leaf at an index, and another was shown.
Result<Finding> VerifyWrongEntry(const Claim& claim, const Result<Tile>& tile,
                                 const std::string& sentence) {
  const TreeHead& head = claim.heads.front().head;
  const Result<ShownEntry> shown = ReadShown(claim, tile);
  if (!shown) {
    return tl::unexpected(shown.error());
  }
  bool is_in_tree = false;
  for (std::uint64_t i = shown->first; !is_in_tree && i <= shown->last; ++i) {
    is_in_tree =
        VerifyInclusion(*claim.leaf_hash, i, head.tree_size, claim.proof, head.sha256_root_hash)
            .has_value();
  }
  if (!is_in_tree) {
    return Fail(Errc::kMismatch, "claim.proof");
  }
  if (shown->leaf_hash == *claim.leaf_hash) {
    return Fail(Errc::kMismatch, "claim.body");
  }
  return Indicative(sentence + ": it is the leaf " + EncodeBase64(shown->leaf_hash) +
                    ", and the tree has " + EncodeBase64(*claim.leaf_hash) +
                    std::string(kNotSigned));
}

// ReadLeafHash reads the hash that get-proof-by-hash was asked for, in the words of ProofPath.
std::optional<Hash> ReadLeafHash(std::string_view path, std::uint64_t tree_size) {
  std::string text;
  std::string_view rest = path.substr(kGetProofPath.size());
  for (; !rest.empty() && rest.front() != '&'; rest.remove_prefix(1)) {
    const bool is_escape = rest.front() == '%' && rest.size() > 2;
    const Result<ByteVector> byte = DecodeHex(rest.substr(1, is_escape ? 2 : 0));
    text += is_escape && byte ? static_cast<char>(byte->front()) : rest.front();
    rest.remove_prefix(is_escape && byte ? 2 : 0);
  }
  const Result<ByteVector> bytes = DecodeBase64(text);
  Hash hash = {};
  if (!bytes || bytes->size() != hash.size()) {
    return std::nullopt;
  }
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return ProofPath(hash, tree_size) == path ? std::optional(hash) : std::nullopt;
}

// VerifyWrongProof: a leaf was asked for, and what was answered does not show it.
Result<Finding> VerifyWrongProof(const Claim& claim, const std::string& sentence) {
  const TreeHead& head = claim.heads.front().head;
  const std::optional<Hash> leaf_hash = ReadLeafHash(claim.path, head.tree_size);
  if (!leaf_hash) {
    return Fail(Errc::kOutOfRange, "claim.path");
  }
  const Result<InclusionProof> given = DecodeGetProofByHash(claim.body);
  if (!given) {
    return Fail(given.error().code, "claim.body", given.error().offset);
  }
  if (VerifyInclusion(*leaf_hash, given->leaf_index, head.tree_size, given->path,
                      head.sha256_root_hash)) {
    return Fail(Errc::kMismatch, "claim.body");
  }
  return Indicative(sentence + ": the proof does not lead to that root" + std::string(kNotSigned));
}

// VerifyPartialTiles: all partial tiles of a tree, in their order, make its root.
Result<Finding> VerifyPartialTiles(const Claim& claim, const std::string& sentence) {
  const TreeHead& head = claim.heads.front().head;
  Bytes rest = claim.body;
  const Result<TileTree> tree = TileTree::Create(
      head.tree_size, head.sha256_root_hash, [&](const Tile& tile) -> Result<ByteVector> {
        const std::size_t size = std::min(rest.size(), tile.width * sizeof(Hash));
        ByteVector out = ToVector(rest.first(size));
        rest = rest.subspan(size);
        return out;
      });
  if (tree && rest.empty()) {
    return Fail(Errc::kMismatch, "claim.body");
  }
  if (!rest.empty() || tree.error().code != Errc::kMismatch) {
    return Fail(Errc::kBadLength, "claim.body");
  }
  return Indicative(sentence + ": together they do not hash to that root, so that one is wrong" +
                    std::string(kNotSigned));
}

bool ArePartialTiles(std::string_view path, std::uint64_t tree_size) {
  return path.find(' ') != path.npos && tree_size <= kMaxTiledTreeSize &&
         path == EncodeTilePaths(PartialTiles(tree_size));
}

}  // namespace

std::string ProofPath(const Hash& leaf_hash, std::uint64_t tree_size) {
  return std::string(kGetProofPath) + PercentEncode(EncodeBase64(leaf_hash)) +
         "&tree_size=" + std::to_string(tree_size);
}

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
  const Result<std::string_view> origin = ExpectedOrigin(check);
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
  if (claim.leaf_hash && (!tile || tile->kind == TileKind::kData)) {
    return VerifyWrongEntry(claim, tile, sentence);
  }
  if (claim.leaf_hash || !claim.proof.empty()) {
    return Fail(Errc::kBadLength, claim.leaf_hash ? "claim.leaf_hash" : "claim.proof");
  }
  if (claim.path.starts_with(kGetProofPath)) {
    return VerifyWrongProof(claim, sentence);
  }
  if (ArePartialTiles(claim.path, head.tree_size)) {
    return VerifyPartialTiles(claim, sentence);
  }
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
