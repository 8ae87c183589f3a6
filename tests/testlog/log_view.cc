// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a log shows of itself.

#include <algorithm>
#include <utility>

#include "core/crypto/sha256.h"
#include "core/note/checkpoint.h"
#include "core/wire/merkle_leaf.h"
#include "tests/testlog/log.h"

namespace tattle::testlog {

HeadDraft Log::DraftHead(const Face& face) const {
  HeadDraft draft;
  draft.tree_size = face.branch->sth.head.tree_size;
  draft.timestamp_ms = face.branch->sth.head.timestamp_ms;
  draft.num_asked = face.num_asked;
  for (const ActiveLie& told : face.lies) {
    if (told.lie->head != nullptr) {
      told.lie->head(draft, told);
    }
  }
  return draft;
}

Outcome<SignedTreeHead> Log::SignDraft(const HeadDraft& draft, const MerkleTree& tree) const {
  SignedTreeHead out;
  out.head.tree_size = draft.tree_size;
  out.head.timestamp_ms = draft.timestamp_ms;
  const Result<Hash> root = tree.RootAt(draft.tree_size);
  if (!root) {
    return Sorry(Describe(root.error()));
  }
  out.head.sha256_root_hash = *root;
  const Result<ByteVector> message = EncodeTreeHeadSignedData(out.head);
  if (!message) {
    return Sorry(Describe(message.error()));
  }
  Hash digest = Sha256Of(*message);
  if (draft.spoil_signature) {
    digest.front() ^= 1U;
  }
  Outcome<ByteVector> signature = key_.SignDigest(digest);
  if (!signature) {
    return Sorry(signature.error());
  }
  out.signature = *std::move(signature);
  return out;
}

// "each subsequent timestamp MUST be more recent than the timestamp of the previous update" (RFC
// 6962, Section 3.5)
Outcome<void> Log::SignHead(Branch& branch, std::uint64_t now_ms) const {
  HeadDraft draft;
  draft.tree_size = branch.tree.size();
  draft.timestamp_ms = std::max(now_ms, branch.sth.head.timestamp_ms + 1);
  Outcome<SignedTreeHead> sth = SignDraft(draft, branch.tree);
  if (!sth) {
    return Sorry(sth.error());
  }
  branch.sth = *std::move(sth);
  return {};
}

// HeadOf signs what a lie makes of the head once, and keeps it.
Outcome<SignedTreeHead> Log::HeadOf(Face& face) {
  const HeadDraft draft = DraftHead(face);
  ++face.num_asked;
  const TreeHead& honest = face.branch->sth.head;
  if (draft.tree_size == honest.tree_size && draft.timestamp_ms == honest.timestamp_ms &&
      !draft.spoil_signature) {
    return face.branch->sth;
  }
  const bool is_kept = draft.tree_size == face.signed_draft.tree_size &&
                       draft.timestamp_ms == face.signed_draft.timestamp_ms &&
                       draft.spoil_signature == face.signed_draft.spoil_signature &&
                       !face.sth.signature.empty();
  if (!is_kept) {
    Outcome<SignedTreeHead> sth = SignDraft(draft, face.branch->tree);
    if (!sth) {
      return sth;
    }
    face.signed_draft = draft;
    face.sth = *std::move(sth);
  }
  return face.sth;
}

Outcome<SignedTreeHead> Log::Head(std::size_t face) {
  const std::lock_guard lock(mutex_);
  return HeadOf(faces_.at(face));
}

Outcome<std::string> Log::Checkpoint(std::size_t face) {
  const std::lock_guard lock(mutex_);
  Face& seen = faces_.at(face);
  const Outcome<SignedTreeHead> sth = HeadOf(seen);
  if (!sth) {
    return Sorry(sth.error());
  }
  std::string origin = seen.origin;
  for (const ActiveLie& told : seen.lies) {
    if (told.lie->origin != nullptr) {
      told.lie->origin(origin, told);
    }
  }
  const Result<NoteSignature> signature = EncodeTreeHeadNoteSignature(origin, key_.log_id(), *sth);
  if (!signature) {
    return Sorry(Describe(signature.error()));
  }
  const std::string text =
      EncodeCheckpoint({origin, sth->head.tree_size, sth->head.sha256_root_hash, {}});
  return EncodeNote({text, {*signature}});
}

std::uint64_t Log::TreeSize(std::size_t face) {
  const std::lock_guard lock(mutex_);
  return DraftHead(faces_.at(face)).tree_size;
}

Result<std::vector<Hash>> Log::Lied(const Face& face, Result<std::vector<Hash>> proof) {
  for (const ActiveLie& told : face.lies) {
    if (proof && told.lie->proof != nullptr) {
      told.lie->proof(*proof, told);
    }
  }
  return proof;
}

Result<std::vector<Hash>> Log::Consistency(std::size_t face, std::uint64_t size1,
                                           std::uint64_t size2) {
  const std::lock_guard lock(mutex_);
  const Face& seen = faces_.at(face);
  return Lied(seen, seen.branch->tree.Consistency(size1, size2));
}

Result<std::vector<Hash>> Log::Inclusion(std::size_t face, std::uint64_t leaf_index,
                                         std::uint64_t tree_size) {
  const std::lock_guard lock(mutex_);
  const Face& seen = faces_.at(face);
  return Lied(seen, seen.branch->tree.Inclusion(leaf_index, tree_size));
}

std::optional<std::uint64_t> Log::FindLeaf(std::size_t face, const Hash& leaf_hash) {
  const std::lock_guard lock(mutex_);
  const auto& index_of = faces_.at(face).branch->index_of;
  const auto found = index_of.find(leaf_hash);
  return found == index_of.end() ? std::nullopt : std::optional(found->second);
}

Outcome<StoredEntry> Log::ReadEntry(std::size_t face, std::uint64_t leaf_index) {
  const std::lock_guard lock(mutex_);
  const Face& seen = faces_.at(face);
  if (leaf_index >= seen.branch->entry_ids.size()) {
    return Sorry("the tree has no such leaf");
  }
  Outcome<StoredEntry> out = store_->ReadEntry(seen.branch->entry_ids[leaf_index]);
  if (!out) {
    return out;
  }
  Result<TimestampedEntry> entry = DecodeMerkleTreeLeaf(out->leaf_input);
  if (!entry) {
    return Sorry(Describe(entry.error()));
  }
  EntryDraft draft{leaf_index, entry->timestamp_ms};
  for (const ActiveLie& told : seen.lies) {
    if (told.lie->entry != nullptr) {
      told.lie->entry(draft, told);
    }
  }
  if (draft.timestamp_ms != entry->timestamp_ms) {
    entry->timestamp_ms = draft.timestamp_ms;
    Result<ByteVector> changed = EncodeMerkleTreeLeaf(*entry);
    if (!changed) {
      return Sorry(Describe(changed.error()));
    }
    out->leaf_input = *std::move(changed);
  }
  return out;
}

Result<ByteVector> Log::HashTile(std::size_t face, const Tile& tile) {
  const std::lock_guard lock(mutex_);
  const Face& seen = faces_.at(face);
  Result<ByteVector> content = seen.branch->tree.HashTile(tile);
  for (const ActiveLie& told : seen.lies) {
    if (content && told.lie->tile != nullptr) {
      told.lie->tile(tile, *content, told);
    }
  }
  return content;
}

Outcome<std::optional<ByteVector>> Log::FindIssuer(const Hash& fingerprint) {
  const std::lock_guard lock(mutex_);
  return store_->FindIssuer(fingerprint);
}

}  // namespace tattle::testlog
