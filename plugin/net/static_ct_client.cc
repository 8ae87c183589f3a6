// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/static_ct_client.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "core/merkle/hash.h"
#include "core/note/checkpoint.h"
#include "core/note/note.h"
#include "plugin/net/http_url.h"

namespace tattle {
namespace {

// Stores of files say "forbidden" of a file that is not there to those who may not list them.
bool IsAbsent(const Failure& failure) {
  return failure.kind == FailureKind::kNotFound || failure.http_status == 403;
}

}  // namespace

std::string StaticCtClient::Url(std::string_view path) const {
  return JoinUrl(log().monitoring_url, path);
}

Answer<SignedTreeHead> StaticCtClient::FetchTreeHead() {
  const Answer<Fetched> fetched = Fetch(http_, Url("checkpoint"), kMaxNoteSize);
  if (!fetched) {
    return tl::unexpected(fetched.error());
  }
  const Result<std::string_view> origin = CheckpointOrigin(log().url);
  if (!origin) {
    return FailWith(FailureKind::kRefused, log().url, "the log list has no submission URL");
  }
  // What is no note at all is an error page, and no statement of the log.
  if (const Result<Note> note = DecodeNote(fetched->body); !note) {
    return FailDecoding(fetched->url, note.error());
  }
  Result<SignedTreeHead> sth = VerifyCheckpoint(fetched->body, *origin, log().log_id, *log().key);
  if (sth) {
    return *std::move(sth);
  }
  const Error& error = sth.error();
  const bool is_origin = std::string_view(error.field) == "checkpoint.origin";
  if (error.code == Errc::kMismatch && is_origin) {
    return FailWithBody(
        FailureKind::kWrong, fetched->url,
        "the checkpoint is of another log: its origin is not that of " + std::string(*origin),
        fetched->body);
  }
  if (error.code == Errc::kMismatch || error.code == Errc::kMissing) {
    return FailWithBody(FailureKind::kBadSignature, fetched->url,
                        "the checkpoint is not signed by this log", fetched->body);
  }
  return FailDecoding(fetched->url, error);
}

// FetchTile asks for the full tile where a partial one is gone: "Logs [...] MAY omit any partial
// tile for which the corresponding full tile is available" (static-ct-api, Partial Tiles).
Answer<StaticCtClient::FetchedTile> StaticCtClient::FetchTile(const Tile& tile,
                                                              std::size_t max_size) {
  Answer<Fetched> fetched = Fetch(http_, Url(EncodeTilePath(tile)), max_size);
  if (fetched) {
    return FetchedTile{*std::move(fetched), tile.width};
  }
  if (tile.width < kTileWidth && IsAbsent(fetched.error())) {
    Tile full = tile;
    full.width = kTileWidth;
    if (Answer<Fetched> whole = Fetch(http_, Url(EncodeTilePath(full)), max_size)) {
      return FetchedTile{*std::move(whole), kTileWidth};
    }
  }
  if (IsAbsent(fetched.error())) {
    fetched.error().kind = FailureKind::kNotFound;
  }
  return tl::unexpected(std::move(fetched.error()));
}

Answer<FileCache::File> StaticCtClient::FetchHashTile(const Tile& tile) {
  const std::string path = EncodeTilePath(tile);
  last_tile_ = path;
  if (FileCache::File file = files_->Find(path)) {
    return file;
  }
  if (const auto found = unverified_.find(path); found != unverified_.end()) {
    return found->second;
  }
  Answer<FetchedTile> fetched = FetchTile(tile, kTileWidth * sizeof(Hash));
  if (!fetched) {
    return tl::unexpected(std::move(fetched.error()));
  }
  ByteVector body = std::move(fetched->fetched.body);
  if (body.size() != fetched->width * sizeof(Hash)) {
    return FailWith(FailureKind::kMalformed, fetched->fetched.url,
                    "the tile has " + std::to_string(body.size()) + " bytes, where " +
                        std::to_string(fetched->width) + " hashes have 32 each");
  }
  body.resize(tile.width * sizeof(Hash));
  const auto file = std::make_shared<const ByteVector>(std::move(body));
  unverified_[path] = file;
  return FileCache::File(file);
}

// OpenTree makes a tree whose tiles come from here. It must not outlive this call's caller, and
// there is one at a time.
Answer<TileTree> StaticCtClient::OpenTree(const TreeHead& head) {
  unverified_.clear();
  tile_failure_.reset();
  Result<TileTree> tree = TileTree::Create(head.tree_size, head.sha256_root_hash,
                                           [this](const Tile& tile) -> Result<ByteVector> {
                                             Answer<FileCache::File> file = FetchHashTile(tile);
                                             if (!file) {
                                               tile_failure_ = std::move(file.error());
                                               return Fail(Errc::kMissing, "tile");
                                             }
                                             return **file;
                                           });
  if (!tree) {
    return tl::unexpected(tree.error().code == Errc::kMismatch
                              ? FailRoot(PartialTiles(head.tree_size))
                              : FailTree(tree.error()));
  }
  return *std::move(tree);
}

// FailRoot: the root is made of all partial tiles together, and where it is another one, any of
// them may be wrong. So all are kept; what was verified before may have been for another view.
Failure StaticCtClient::FailRoot(std::span<const Tile> partial) {
  const bool is_one = partial.size() == 1;
  Failure failure = MakeFailure(
      FailureKind::kWrong, is_one ? Url(EncodeTilePath(partial.front())) : log().monitoring_url,
      is_one ? "the tile is not one of the tree that the log signed"
             : "one of these tiles is not of the tree that the log signed: " +
                   EncodeTilePaths(partial));
  failure.path = EncodeTilePaths(partial);
  for (const Tile& tile : partial) {
    const std::string path = EncodeTilePath(tile);
    const auto found = unverified_.find(path);
    const FileCache::File file = found != unverified_.end() ? found->second : files_->Find(path);
    Append(failure.body, file != nullptr ? Bytes(*file) : Bytes());
  }
  files_->Clear();
  unverified_.clear();
  return failure;
}

// FailTree says why a tree could not be read, and forgets what was not verified: the log may be
// right the next time. Where tiles do not fit, what was verified goes too: it may have been for a
// head of another view.
Failure StaticCtClient::FailTree(const Error& error) {
  Failure failure = MakeFailure(FailureKind::kMalformed, Url(last_tile_), Describe(error));
  if (tile_failure_) {
    failure = *std::exchange(tile_failure_, std::nullopt);
  } else if (error.code == Errc::kTooLarge) {
    failure.kind = FailureKind::kTooLarge;
  } else if (error.code == Errc::kMismatch) {
    failure = MakeFailure(FailureKind::kWrong, Url(last_tile_),
                          "the tile is not one of the tree that the log signed");
    if (const auto found = unverified_.find(last_tile_); found != unverified_.end()) {
      failure.path = last_tile_;
      failure.body = *found->second;
    }
    files_->Clear();
  }
  unverified_.clear();
  return failure;
}

void StaticCtClient::KeepTiles() {
  for (auto& [path, file] : unverified_) {
    files_->Insert(path, std::move(file));
  }
  unverified_.clear();
}

Answer<std::vector<Hash>> StaticCtClient::FetchConsistency(const TreeHead& older,
                                                           const TreeHead& newer) {
  if (Answer<bool> settled = CompareHeads(older, newer); !settled || *settled) {
    return std::move(settled).map([](bool) { return std::vector<Hash>(); });
  }
  Answer<TileTree> tree = OpenTree(newer);
  if (!tree) {
    return tl::unexpected(std::move(tree.error()));
  }
  Result<std::vector<Hash>> proof = tree->ConsistencyProof(older.tree_size);
  if (!proof) {
    return tl::unexpected(FailTree(proof.error()));
  }
  const Result<Hash> older_root = tree->RootAt(older.tree_size);
  if (!older_root) {
    return tl::unexpected(FailTree(older_root.error()));
  }
  KeepTiles();
  if (*older_root != older.sha256_root_hash) {
    Failure failure = MakeFailure(FailureKind::kWrong, log().monitoring_url,
                                  "the newer tree had another root at the older size");
    failure.proof = *std::move(proof);
    failure.older_root = *older_root;
    return tl::unexpected(std::move(failure));
  }
  return *std::move(proof);
}

Answer<InclusionProof> StaticCtClient::FetchInclusion(const Hash& leaf_hash,
                                                      std::optional<std::uint64_t> leaf_index,
                                                      const TreeHead& head) {
  if (!leaf_index) {
    return FailWith(FailureKind::kRefused, log().monitoring_url,
                    "of a static-ct log a leaf is found by its index, and none was given");
  }
  if (*leaf_index >= head.tree_size) {
    return FailWith(FailureKind::kNotFound, log().monitoring_url,
                    "the tree of size " + std::to_string(head.tree_size) + " has no leaf " +
                        std::to_string(*leaf_index));
  }
  Answer<TileTree> tree = OpenTree(head);
  if (!tree) {
    return tl::unexpected(std::move(tree.error()));
  }
  const Result<Hash> found = tree->LeafHash(*leaf_index);
  Result<std::vector<Hash>> path =
      found ? tree->InclusionProof(*leaf_index) : tl::unexpected(found.error());
  if (!path) {
    return tl::unexpected(FailTree(path.error()));
  }
  KeepTiles();
  if (*found != leaf_hash) {
    Failure failure =
        MakeFailure(FailureKind::kWrong, log().monitoring_url,
                    "the tree has another leaf at index " + std::to_string(*leaf_index));
    failure.proof = *std::move(path);
    failure.leaf_hash = *found;
    return tl::unexpected(std::move(failure));
  }
  return InclusionProof{*leaf_index, *std::move(path)};
}

Answer<FileCache::File> StaticCtClient::FetchIssuer(const Hash& fingerprint) {
  const std::string path = "issuer/" + Hex(fingerprint);
  if (FileCache::File file = files_->Find(path)) {
    return file;
  }
  Answer<Fetched> fetched = Fetch(http_, Url(path), kMaxCertificateSize);
  if (!fetched) {
    return tl::unexpected(std::move(fetched.error()));
  }
  if (Sha256Of(fetched->body) != fingerprint) {
    return FailWithBody(FailureKind::kWrong, fetched->url,
                        "the issuer does not have the fingerprint in its name", fetched->body);
  }
  const auto file = std::make_shared<const ByteVector>(std::move(fetched->body));
  files_->Insert(path, file);
  return FileCache::File(file);
}

// ShowLeaf is false when `show` wants no more. The entry is not what the log signed, but what
// hashes to it.
Answer<bool> StaticCtClient::ShowLeaf(std::string_view url, std::uint64_t leaf_index,
                                      const TileLeaf& leaf, const Hash& leaf_hash,
                                      const Show& show) {
  const Result<ByteVector> leaf_input = EncodeMerkleTreeLeaf(leaf.timestamped_entry);
  if (!leaf_input) {
    return FailDecoding(url, leaf_input.error());
  }
  if (HashLeaf(*leaf_input) != leaf_hash) {
    return FailWithBody(FailureKind::kWrong, url,
                        "entry " + std::to_string(leaf_index) + " is not that of the tree",
                        *leaf_input);
  }
  std::vector<FileCache::File> issuers;
  LogEntryView view{leaf_index, *leaf_input, leaf.timestamped_entry, leaf.pre_certificate, {}};
  for (const Hash& fingerprint : with_issuers() ? leaf.chain_fingerprints : std::vector<Hash>()) {
    Answer<FileCache::File> issuer = FetchIssuer(fingerprint);
    if (!issuer) {
      return tl::unexpected(std::move(issuer.error()));
    }
    view.chain.emplace_back(**issuer);
    issuers.push_back(*std::move(issuer));
  }
  return show(view);
}

// ShowTile shows the entries of one data tile. Each has a tree of its own, which keeps its tiles
// only as long: those near the root come from files_->
Answer<bool> StaticCtClient::ShowTile(std::uint64_t tile_index, std::uint64_t first,
                                      std::uint64_t last, const TreeHead& head, const Show& show) {
  Answer<TileTree> tree = OpenTree(head);
  if (!tree) {
    return tl::unexpected(std::move(tree.error()));
  }
  const Tile tile{TileKind::kData, 0, tile_index, TileWidthAt(0, tile_index, head.tree_size)};
  const Answer<FetchedTile> data = FetchTile(tile, kMaxDataTileSize);
  if (!data) {
    return tl::unexpected(data.error());
  }
  const std::string& url = data->fetched.url;
  const Result<std::vector<TileLeaf>> leaves = DecodeDataTile(data->fetched.body);
  if (!leaves) {
    return FailDecoding(url, leaves.error());
  }
  if (leaves->size() != data->width) {
    return FailWith(FailureKind::kMalformed, url,
                    "the tile has " + std::to_string(leaves->size()) + " entries instead of " +
                        std::to_string(data->width));
  }
  std::vector<Hash> leaf_hashes;
  for (std::uint64_t i = first; i <= last; ++i) {
    const Result<Hash> leaf_hash = tree->LeafHash(i);
    if (!leaf_hash) {
      return tl::unexpected(FailTree(leaf_hash.error()));
    }
    leaf_hashes.push_back(*leaf_hash);
  }
  KeepTiles();
  bool go_on = true;
  for (std::uint64_t i = first; go_on && i <= last; ++i) {
    const Answer<bool> shown =
        ShowLeaf(url, i, (*leaves)[i % kTileWidth], leaf_hashes[i - first], show);
    if (!shown) {
      return shown;
    }
    go_on = *shown;
  }
  return go_on;
}

Answer<void> StaticCtClient::FetchEntries(std::uint64_t first, std::uint64_t last,
                                          const TreeHead& head, const Show& show) {
  if (first > last || last >= head.tree_size) {
    return FailWith(FailureKind::kRefused, log().monitoring_url,
                    "the tree has entries 0 to size - 1 only, in this order");
  }
  for (std::uint64_t next = first; next <= last;) {
    const std::uint64_t tile_index = next / kTileWidth;
    const std::uint64_t end = std::min(last, (tile_index + 1) * kTileWidth - 1);
    const Answer<bool> go_on = ShowTile(tile_index, next, end, head, show);
    if (!go_on) {
      return tl::unexpected(go_on.error());
    }
    if (!*go_on) {
      return {};
    }
    next = end + 1;
  }
  return {};
}

Answer<std::vector<ByteVector>> StaticCtClient::FetchRoots() {
  return FetchLogRoots(log(), http_);
}

Answer<ByteVector> StaticCtClient::AddChain(std::span<const ByteVector> chain) {
  return SubmitChain(log(), http_, EntryType::kX509, chain);
}

Answer<ByteVector> StaticCtClient::AddPreChain(std::span<const ByteVector> chain) {
  return SubmitChain(log(), http_, EntryType::kPrecert, chain);
}

}  // namespace tattle
