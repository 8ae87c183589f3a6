// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How a log comes to its entries.

#include <algorithm>
#include <map>
#include <utility>

#include "core/crypto/sha256.h"
#include "core/merkle/hash.h"
#include "core/wire/merkle_leaf.h"
#include "core/wire/sct.h"
#include "tests/testlog/log.h"
#include "tests/testlog/synthetic.h"

namespace tattle::testlog {
namespace {

// Spoil makes a digest another one: what is signed over it has the right form and does not verify.
Hash Spoil(Hash digest) {
  digest.front() ^= 1U;
  return digest;
}

ByteVector ExtensionsOf(std::optional<std::uint64_t> leaf_index) {
  if (!leaf_index) {
    return {};
  }
  return EncodeCtExtensions({*leaf_index}).value_or(ByteVector());
}

tl::unexpected<Refusal> OurFault(const std::string& sentence) {
  return tl::unexpected(Refusal{true, sentence});
}

}  // namespace

Outcome<ByteVector> Log::MakeSct(const SctDraft& draft, const SignedEntry& entry) const {
  const ByteVector extensions = ExtensionsOf(draft.leaf_index);
  Sct sct;
  sct.log_id = key_.log_id();
  sct.timestamp_ms = draft.timestamp_ms;
  sct.extensions = extensions;
  const Result<Hash> digest = SctDigest(sct, entry);
  if (!digest) {
    return Sorry(Describe(digest.error()));
  }
  const Outcome<ByteVector> encoded =
      key_.SignDigest(draft.spoil_signature ? Spoil(*digest) : *digest);
  if (!encoded) {
    return Sorry(encoded.error());
  }
  const Result<DigitallySigned> signature = DecodeDigitallySigned(*encoded);
  if (!signature) {
    return Sorry(Describe(signature.error()));
  }
  sct.signature = *signature;
  Result<ByteVector> out = EncodeSct(sct);
  if (!out) {
    return Sorry(Describe(out.error()));
  }
  return *std::move(out);
}

tl::expected<ByteVector, Refusal> Log::Submit(EntryType type, std::span<const ByteVector> chain,
                                              std::uint64_t now_ms, std::size_t face) {
  const Outcome<Submission> submission = CheckSubmission(type, chain, roots_);
  if (!submission) {
    return tl::unexpected(Refusal{false, submission.error()});
  }
  const std::lock_guard lock(mutex_);
  const Outcome<std::optional<ByteVector>> known = store_->FindSct(submission->fingerprint);
  if (!known) {
    return OurFault(known.error());
  }
  if (*known) {
    return **known;
  }
  const bool is_static = options_.kind == LogKind::kStaticCt;
  const Face& seen = faces_.at(face);
  SctDraft draft;
  draft.timestamp_ms = now_ms;
  if (is_static) {
    draft.leaf_index = seen.branch->tree.size();
  }
  const ByteVector extensions = ExtensionsOf(draft.leaf_index);
  const SignedEntry entry{type, submission->certificate, submission->issuer_key_hash};
  const Result<ByteVector> leaf = EncodeMerkleTreeLeaf({now_ms, entry, extensions});
  if (!leaf) {
    return tl::unexpected(Refusal{false, Describe(leaf.error())});
  }
  for (const ActiveLie& told : seen.lies) {
    if (told.lie->sct != nullptr) {
      told.lie->sct(draft, told);
    }
  }
  const Outcome<ByteVector> sct = MakeSct(draft, entry);
  if (!sct) {
    return OurFault(sct.error());
  }
  StoredEntry stored;
  stored.leaf_input = *leaf;
  stored.sct = *sct;
  stored.submitted_ms = now_ms;
  const Outcome<void> kept = Keep(*submission, stored, draft.merge, now_ms);
  return kept ? tl::expected<ByteVector, Refusal>(*sct) : OurFault(kept.error());
}

// Keep stores a submission and, in a static-ct log, sequences it.
Outcome<void> Log::Keep(const Submission& submission, StoredEntry& entry, bool merge,
                        std::uint64_t now_ms) {
  const bool at_once = merge && options_.kind == LogKind::kStaticCt;
  const Branches branches = LiveBranches();
  Transaction transaction(store_->database());
  entry.fingerprint = submission.fingerprint;
  entry.leaf_hash = HashLeaf(entry.leaf_input);
  entry.pre_certificate = submission.pre_certificate;
  for (const ByteVector& issuer : submission.chain) {
    entry.chain.push_back(Sha256Of(issuer));
    if (Outcome<void> added = store_->AddIssuer(issuer); !added) {
      return added;
    }
  }
  const Outcome<std::uint64_t> id = store_->AddEntry(entry, merge);
  if (!id) {
    return Sorry(id.error());
  }
  const std::vector<PendingEntry> added = {{*id, entry.leaf_hash, now_ms}};
  if (at_once) {
    if (Outcome<void> written = WriteLeaves(branches, added); !written) {
      return written;
    }
  }
  if (Outcome<void> committed = transaction.Commit(); !committed) {
    return committed;
  }
  if (at_once) {
    return AdoptLeaves(branches, added, now_ms);
  }
  if (merge) {
    pending_.push_back(added.front());
  }
  return {};
}

// WriteLeaves is for the store and belongs into a transaction; AdoptLeaves follows its commit.
Outcome<void> Log::WriteLeaves(const Branches& branches, std::span<const PendingEntry> entries) {
  for (const Branch* branch : branches) {
    std::uint64_t leaf_index = branch->tree.size();
    for (const PendingEntry& entry : entries) {
      if (Outcome<void> added = store_->AddLeaf(branch->number, leaf_index++, entry.id); !added) {
        return added;
      }
    }
  }
  return {};
}

Outcome<void> Log::AdoptLeaves(const Branches& branches, std::span<const PendingEntry> entries,
                               std::uint64_t now_ms) const {
  for (Branch* branch : branches) {
    for (const PendingEntry& entry : entries) {
      branch->Add(entry.id, entry.leaf_hash);
    }
    if (Outcome<void> made = SignHead(*branch, now_ms); !made) {
      return made;
    }
  }
  return {};
}

Outcome<void> Log::Sequence(std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const auto first_later =
      std::find_if(pending_.begin(), pending_.end(), [&](const PendingEntry& entry) {
        return entry.submitted_ms + options_.merge_delay_ms > now_ms;
      });
  const std::vector<PendingEntry> due(pending_.begin(), first_later);
  const Branches branches = LiveBranches();
  if (due.empty()) {
    for (Branch* branch : branches) {
      if (branch->sth.head.timestamp_ms + options_.head_interval_ms <= now_ms) {
        if (Outcome<void> made = SignHead(*branch, now_ms); !made) {
          return made;
        }
      }
    }
    return {};
  }
  Transaction transaction(store_->database());
  if (Outcome<void> written = WriteLeaves(branches, due); !written) {
    return written;
  }
  if (Outcome<void> committed = transaction.Commit(); !committed) {
    return committed;
  }
  pending_.erase(pending_.begin(), first_later);
  return AdoptLeaves(branches, due, now_ms);
}

Outcome<PendingEntry> Log::StoreSynthetic(std::uint64_t number, std::uint64_t leaf_index,
                                          std::uint64_t now_ms) {
  const ByteVector certificate = EncodeSyntheticCertificate(number, key_.spki(), now_ms);
  const ByteVector extensions =
      options_.kind == LogKind::kStaticCt ? ExtensionsOf(leaf_index) : ByteVector();
  const Result<ByteVector> leaf =
      EncodeMerkleTreeLeaf({now_ms, {EntryType::kX509, certificate, {}}, extensions});
  if (!leaf) {
    return Sorry(Describe(leaf.error()));
  }
  StoredEntry entry;
  entry.fingerprint = Sha256Of(certificate);
  entry.leaf_input = *leaf;
  entry.leaf_hash = HashLeaf(*leaf);
  entry.submitted_ms = now_ms;
  const Outcome<std::uint64_t> id = store_->AddEntry(entry, false);
  if (!id) {
    return Sorry(id.error());
  }
  return PendingEntry{*id, entry.leaf_hash, now_ms};
}

// StoreSynthetics makes entries to be appended to a branch.
Outcome<std::vector<PendingEntry>> Log::StoreSynthetics(const Branch& branch, std::uint64_t count,
                                                        std::uint64_t now_ms) {
  const Outcome<std::uint64_t> last = store_->CountEntries();
  if (!last) {
    return Sorry(last.error());
  }
  std::vector<PendingEntry> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Outcome<PendingEntry> entry = StoreSynthetic(*last + i, branch.tree.size() + i, now_ms);
    if (!entry) {
      return Sorry(entry.error());
    }
    out.push_back(*entry);
  }
  return out;
}

Outcome<void> Log::AddSynthetic(std::uint64_t count, std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const Branches branches = LiveBranches();
  Transaction transaction(store_->database());
  const Outcome<std::vector<PendingEntry>> entries =
      StoreSynthetics(*branches.front(), count, now_ms);
  if (!entries) {
    return Sorry(entries.error());
  }
  if (Outcome<void> written = WriteLeaves(branches, *entries); !written) {
    return written;
  }
  if (Outcome<void> committed = transaction.Commit(); !committed) {
    return committed;
  }
  return AdoptLeaves(branches, *entries, now_ms);
}

// CopyBranch makes a branch of the first leaves of another, in the store and in memory.
Outcome<std::shared_ptr<Branch>> Log::CopyBranch(const Branch& branch, std::uint64_t size) {
  const Outcome<std::uint64_t> number = store_->CopyBranch(branch.number, size);
  if (!number) {
    return Sorry(number.error());
  }
  auto copy = std::make_shared<Branch>(branch);
  copy->number = *number;
  copy->tree.Truncate(size);
  copy->entry_ids.resize(size);
  std::erase_if(copy->index_of, [&](const auto& leaf) { return leaf.second >= size; });
  return copy;
}

Outcome<void> Log::Split(std::size_t face, std::uint64_t count, std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (faces_.size() < 2) {
    return Sorry(options_.name + " has one face: a split view needs a second listener");
  }
  Transaction transaction(store_->database());
  const Branch& old = *faces_.at(face).branch;
  const Outcome<std::shared_ptr<Branch>> made = CopyBranch(old, old.tree.size());
  if (!made) {
    return Sorry(made.error());
  }
  const Outcome<std::vector<PendingEntry>> here = StoreSynthetics(**made, count, now_ms);
  const Outcome<std::vector<PendingEntry>> there = StoreSynthetics(**made, count, now_ms);
  if (!here || !there) {
    return Sorry(here ? there.error() : here.error());
  }
  Branches others;
  for (std::size_t i = 0; i < faces_.size(); ++i) {
    Branch* branch = faces_[i].branch.get();
    if (i != face && std::find(others.begin(), others.end(), branch) == others.end()) {
      others.push_back(branch);
    }
  }
  const Outcome<void> put = store_->PutFace(face, (*made)->number);
  const Outcome<void> written_here = WriteLeaves({made->get()}, *here);
  const Outcome<void> written_there = WriteLeaves(others, *there);
  for (const Outcome<void>& written : {put, written_here, written_there}) {
    if (!written) {
      return written;
    }
  }
  if (Outcome<void> committed = transaction.Commit(); !committed) {
    return committed;
  }
  faces_[face].branch = *made;
  if (Outcome<void> adopted = AdoptLeaves({made->get()}, *here, now_ms); !adopted) {
    return adopted;
  }
  return AdoptLeaves(others, *there, now_ms);
}

Outcome<void> Log::Fork(std::span<const std::size_t> faces, std::uint64_t count,
                        std::uint64_t now_ms) {
  const std::lock_guard lock(mutex_);
  std::map<Branch*, std::vector<std::size_t>> faces_of;
  for (const std::size_t i : faces) {
    faces_of[faces_.at(i).branch.get()].push_back(i);
  }
  for (const auto& [branch, its_faces] : faces_of) {
    if (Outcome<void> forked = ForkBranch(*branch, its_faces, count, now_ms); !forked) {
      return forked;
    }
  }
  return {};
}

// ForkBranch gives these faces another branch in the place of `old`.
Outcome<void> Log::ForkBranch(const Branch& old, const std::vector<std::size_t>& faces,
                              std::uint64_t count, std::uint64_t now_ms) {
  const std::uint64_t old_size = old.tree.size();
  const std::uint64_t kept_size = old_size - std::min(old_size, count);
  Transaction transaction(store_->database());
  const Outcome<std::shared_ptr<Branch>> made = CopyBranch(old, kept_size);
  if (!made) {
    return Sorry(made.error());
  }
  const Outcome<std::vector<PendingEntry>> entries =
      StoreSynthetics(**made, old_size - kept_size + 1, now_ms);
  if (!entries) {
    return Sorry(entries.error());
  }
  if (Outcome<void> written = WriteLeaves({made->get()}, *entries); !written) {
    return written;
  }
  for (const std::size_t i : faces) {
    if (Outcome<void> put = store_->PutFace(i, (*made)->number); !put) {
      return put;
    }
  }
  if (Outcome<void> committed = transaction.Commit(); !committed) {
    return committed;
  }
  for (const std::size_t i : faces) {
    faces_[i].branch = *made;  // the last of them lets go of `old`
  }
  return AdoptLeaves({made->get()}, *entries, now_ms);
}

}  // namespace tattle::testlog
