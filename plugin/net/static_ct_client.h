// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// StaticCtClient: a LogClient over checkpoints and tiles (static-ct-api).

#ifndef TATTLE_PLUGIN_NET_STATIC_CT_CLIENT_H_
#define TATTLE_PLUGIN_NET_STATIC_CT_CLIENT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/merkle/tile.h"
#include "core/merkle/tile_tree.h"
#include "plugin/net/bounds.h"
#include "plugin/net/file_cache.h"
#include "plugin/net/log_client.h"
#include "plugin/net/log_request.h"

namespace tattle {

class StaticCtClient : public LogClient {
 public:
  StaticCtClient(const Log& log, HttpClient& http, std::shared_ptr<FileCache> files)
      : LogClient(log),
        http_(http),
        files_(files != nullptr
                   ? std::move(files)
                   : std::make_shared<FileCache>(kMaxCachedFiles, kMaxCachedFilesSize)) {}

  Answer<SignedTreeHead> FetchTreeHead() override;
  Answer<std::vector<Hash>> FetchConsistency(const TreeHead& older, const TreeHead& newer) override;
  Answer<InclusionProof> FetchInclusion(const Hash& leaf_hash,
                                        std::optional<std::uint64_t> leaf_index,
                                        const TreeHead& head) override;
  Answer<void> FetchEntries(std::uint64_t first, std::uint64_t last, const TreeHead& head,
                            const Show& show) override;
  Answer<std::vector<ByteVector>> FetchRoots() override;
  Answer<ByteVector> AddChain(std::span<const ByteVector> chain) override;
  Answer<ByteVector> AddPreChain(std::span<const ByteVector> chain) override;

 private:
  // FetchedTile is a tile as the log has it, which may be wider than what was asked for.
  struct FetchedTile {
    Fetched fetched;
    unsigned width = 0;
  };

  std::string Url(std::string_view path) const;
  Answer<FetchedTile> FetchTile(const Tile& tile, std::size_t max_size);
  Answer<FileCache::File> FetchHashTile(const Tile& tile);
  Answer<TileTree> OpenTree(const TreeHead& head);
  Failure FailRoot(std::span<const Tile> partial);
  Failure FailTree(const Error& error);
  void KeepTiles();
  Answer<FileCache::File> FetchIssuer(const Hash& fingerprint);
  Answer<bool> ShowTile(std::uint64_t tile_index, std::uint64_t first, std::uint64_t last,
                        const TreeHead& head, const Show& show);
  Answer<bool> ShowLeaf(std::string_view url, std::uint64_t leaf_index, const TileLeaf& leaf,
                        const Hash& leaf_hash, const Show& show);

  HttpClient& http_;
  std::shared_ptr<FileCache> files_;
  // Hash tiles of the tree that is being read. They go into files_ once the tree has verified all.
  std::map<std::string, FileCache::File> unverified_;
  std::string last_tile_;                // the one that the tree asked for last
  std::optional<Failure> tile_failure_;  // why it could not be had
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_STATIC_CT_CLIENT_H_
