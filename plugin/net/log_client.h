// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// LogClient: what one asks a log, whichever of the two protocols it speaks (RFC 6962, Section 4;
// static-ct-api). Every answer is verified before it is returned.

#ifndef TATTLE_PLUGIN_NET_LOG_CLIENT_H_
#define TATTLE_PLUGIN_NET_LOG_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "core/wire/log_answers.h"
#include "core/wire/merkle_leaf.h"
#include "core/wire/tree_head.h"
#include "plugin/net/failure.h"
#include "plugin/net/file_cache.h"
#include "plugin/net/http_client.h"

namespace tattle {

// LogEntryView is one entry of a log, borrowed for the call that shows it.
struct LogEntryView {
  std::uint64_t leaf_index = 0;
  Bytes leaf_input;  // MerkleTreeLeaf
  TimestampedEntry entry;
  Bytes pre_certificate;     // as submitted; empty for an x509 entry
  std::vector<Bytes> chain;  // above it; of a static-ct log only where issuers were asked for
};

// LogClient is for one thread at a time.
class LogClient {
 public:
  // Create picks the protocol by log.kind. The client borrows both. `files` outlives it where the
  // same log is asked again: what was verified of a static-ct log is found there. Null: its own.
  static std::unique_ptr<LogClient> Create(const Log& log, HttpClient& http,
                                           std::shared_ptr<FileCache> files = nullptr);

  virtual ~LogClient() = default;
  LogClient(const LogClient&) = delete;
  LogClient& operator=(const LogClient&) = delete;

  const Log& log() const { return log_; }

  // set_with_issuers: FetchEntries of a static-ct log also brings the certificates above each
  // entry, which are files of their own there. Not unless it is asked for.
  void set_with_issuers(bool with_issuers) { with_issuers_ = with_issuers; }

  // FetchTreeHead is get-sth, or the checkpoint. Its signature verifies. Time and size are not
  // judged here.
  virtual Answer<SignedTreeHead> FetchTreeHead() = 0;

  // FetchConsistency proves that the older tree is part of the newer. Requires
  // older.tree_size <= newer.tree_size. An older tree of size 0 is by definition (an empty proof).
  // kWrong with `proof` where it does not fold.
  virtual Answer<std::vector<Hash>> FetchConsistency(const TreeHead& older,
                                                     const TreeHead& newer) = 0;

  // FetchInclusion proves that a leaf is in the tree. RFC 6962: by get-proof-by-hash, which tells
  // the log what was seen. static-ct: `leaf_index` is needed (kRefused without), whole tiles are
  // read; kWrong with `proof`, the one for the leaf that the tree has there, where it is another.
  virtual Answer<InclusionProof> FetchInclusion(const Hash& leaf_hash,
                                                std::optional<std::uint64_t> leaf_index,
                                                const TreeHead& head) = 0;

  // FetchEntries shows the entries [first, last] in order, each after it was proven to be part of
  // `head`. Stops when `show` returns false.
  using Show = std::function<bool(const LogEntryView&)>;
  virtual Answer<void> FetchEntries(std::uint64_t first, std::uint64_t last, const TreeHead& head,
                                    const Show& show) = 0;

  // FetchRoots are the certificates (DER) that the log takes as anchors; nothing vouches for them.
  virtual Answer<std::vector<ByteVector>> FetchRoots() = 0;

  // AddChain and AddPreChain submit a chain, leaf first, and give the SerializedSCT (RFC 6962,
  // Section 3.3), verified over what was submitted.
  virtual Answer<ByteVector> AddChain(std::span<const ByteVector> chain) = 0;
  virtual Answer<ByteVector> AddPreChain(std::span<const ByteVector> chain) = 0;

 protected:
  explicit LogClient(const Log& log) : log_(log) {}

  bool with_issuers() const { return with_issuers_; }

 private:
  const Log& log_;
  bool with_issuers_ = false;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_LOG_CLIENT_H_
