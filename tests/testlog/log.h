// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Log: a complete CT log without a network: it takes chains, gives SCTs, sequences, signs heads,
// and remembers. RFC 6962 or static-ct-api, over the same tree. It lies on request.

#ifndef TATTLE_TESTS_TESTLOG_LOG_H_
#define TATTLE_TESTS_TESTLOG_LOG_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"
#include "core/merkle/tile.h"
#include "core/wire/tree_head.h"
#include "tests/testlog/branch.h"
#include "tests/testlog/lie.h"
#include "tests/testlog/log_key.h"
#include "tests/testlog/log_options.h"
#include "tests/testlog/store.h"
#include "tests/testlog/submission.h"

namespace tattle::testlog {

// Refusal says why there is no SCT.
struct Refusal {
  bool is_ours = false;  // the log failed; else the chain is at fault
  std::string sentence;
};

// Log has no clock: time comes with each call. A face is what one group of clients sees; all faces
// are equal until a lie makes them differ. Safe to use from several threads.
class Log {
 public:
  // Create opens the store and signs a head. Fails with a sentence for a key that no log may have
  // or that is not the store's, and when the store fails.
  static Outcome<std::unique_ptr<Log>> Create(LogOptions options, std::uint64_t now_ms);

  // Submit gives a SerializedSCT for a chain, leaf first; for a chain that it has already the same
  // one again. A static-ct log sequences at once.
  tl::expected<ByteVector, Refusal> Submit(EntryType type, std::span<const ByteVector> chain,
                                           std::uint64_t now_ms, std::size_t face = 0);

  // AddSynthetic adds entries that nobody submitted, and signs one head over all of them.
  Outcome<void> AddSynthetic(std::uint64_t count, std::uint64_t now_ms);

  // Sequence merges what is due and signs a head if anything was, or if the last is old enough.
  Outcome<void> Sequence(std::uint64_t now_ms);

  // What a face shows; with its lies.
  Outcome<SignedTreeHead> Head(std::size_t face = 0);
  Outcome<std::string> Checkpoint(std::size_t face = 0);
  Result<std::vector<Hash>> Consistency(std::size_t face, std::uint64_t size1, std::uint64_t size2);
  Result<std::vector<Hash>> Inclusion(std::size_t face, std::uint64_t leaf_index,
                                      std::uint64_t tree_size);
  std::optional<std::uint64_t> FindLeaf(std::size_t face, const Hash& leaf_hash);
  std::uint64_t TreeSize(std::size_t face);  // of the head that it shows
  Outcome<StoredEntry> ReadEntry(std::size_t face, std::uint64_t leaf_index);
  Result<ByteVector> HashTile(std::size_t face, const Tile& tile);
  Outcome<std::optional<ByteVector>> FindIssuer(const Hash& fingerprint);
  std::vector<ActiveLie> Lies(std::size_t face);

  // Tell switches a lie on, such as "rollback=3", for one face or for all. BeHonest ends all lies;
  // a split or forked tree stays what it is.
  Outcome<void> Tell(std::string_view lie, std::optional<std::size_t> face, std::uint64_t now_ms);
  void BeHonest(std::optional<std::size_t> face = std::nullopt);

  // Split gives a face a tree of its own: `count` synthetic entries there, and as many others at
  // the same indexes everywhere else. Fork replaces the last `count` entries that faces show by
  // others and adds one more. Both are told of through Tell.
  Outcome<void> Split(std::size_t face, std::uint64_t count, std::uint64_t now_ms);
  Outcome<void> Fork(std::span<const std::size_t> faces, std::uint64_t count, std::uint64_t now_ms);

  // SetOrigin is the origin of a face's checkpoints; "testlog.example/NAME" until then.
  void SetOrigin(std::size_t face, std::string origin);

  // ListEntry is what a log list says of it: usable since 2020, below this URL, which ends in "/".
  tattle::Log ListEntry(const std::string& url) const;

  const LogOptions& options() const { return options_; }
  const LogKey& key() const { return key_; }
  const Roots& roots() const { return roots_; }
  std::size_t num_faces() const { return faces_.size(); }

 private:
  struct Face {
    std::shared_ptr<Branch> branch;
    std::vector<ActiveLie> lies;
    std::string origin;
    std::uint64_t num_asked = 0;
    HeadDraft signed_draft;  // the draft of `sth`, a lie
    SignedTreeHead sth;
  };
  using Branches = std::vector<Branch*>;

  Log(LogOptions options, LogKey key, Roots roots, std::unique_ptr<Store> store);

  Outcome<void> LoadFaces();
  Outcome<std::shared_ptr<Branch>> LoadBranch(std::uint64_t number) const;
  Branches LiveBranches() const;
  std::vector<std::size_t> FacesOf(std::optional<std::size_t> face) const;

  Outcome<ByteVector> MakeSct(const SctDraft& draft, const SignedEntry& entry) const;
  Outcome<void> Keep(const Submission& submission, StoredEntry& entry, bool merge,
                     std::uint64_t now_ms);
  Outcome<PendingEntry> StoreSynthetic(std::uint64_t number, std::uint64_t leaf_index,
                                       std::uint64_t now_ms);
  Outcome<std::vector<PendingEntry>> StoreSynthetics(const Branch& branch, std::uint64_t count,
                                                     std::uint64_t now_ms);
  Outcome<void> WriteLeaves(const Branches& branches, std::span<const PendingEntry> entries);
  Outcome<void> AdoptLeaves(const Branches& branches, std::span<const PendingEntry> entries,
                            std::uint64_t now_ms) const;
  Outcome<void> ForkBranch(const Branch& old, const std::vector<std::size_t>& faces,
                           std::uint64_t count, std::uint64_t now_ms);
  Outcome<std::shared_ptr<Branch>> CopyBranch(const Branch& branch, std::uint64_t size);

  static Result<std::vector<Hash>> Lied(const Face& face, Result<std::vector<Hash>> proof);
  HeadDraft DraftHead(const Face& face) const;
  Outcome<void> SignHead(Branch& branch, std::uint64_t now_ms) const;
  Outcome<SignedTreeHead> SignDraft(const HeadDraft& draft, const MerkleTree& tree) const;
  Outcome<SignedTreeHead> HeadOf(Face& face);

  LogOptions options_;
  LogKey key_;
  Roots roots_;
  std::unique_ptr<Store> store_;
  std::mutex mutex_;  // guards everything below, and the store
  std::vector<Face> faces_;
  std::vector<PendingEntry> pending_;
};

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_LOG_H_
