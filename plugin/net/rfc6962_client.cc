// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/rfc6962_client.h"

#include <algorithm>
#include <utility>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/merkle/consistency.h"
#include "core/merkle/hash.h"
#include "core/merkle/inclusion.h"
#include "core/merkle/range_before.h"
#include "plugin/net/http_url.h"

namespace tattle {
namespace {

tl::unexpected<Failure> FailProof(std::string_view url, const Error& error, std::string_view what,
                                  const std::vector<Hash>& proof) {
  Failure failure =
      MakeFailure(FailureKind::kWrong, url, std::string(what) + " (" + Describe(error) + ")");
  failure.proof = proof;
  return tl::unexpected(std::move(failure));
}

// WithoutChains is an answer to get-entries with what hashes to leaves and nothing else.
std::string WithoutChains(std::vector<LogEntryAnswer> entries) {
  for (LogEntryAnswer& entry : entries) {
    entry.extra_data.clear();
  }
  return EncodeGetEntries(entries);
}

// ShowEntry is false when `show` wants no more.
Answer<bool> ShowEntry(std::string_view url, std::uint64_t leaf_index, const LogEntryAnswer& answer,
                       const LogClient::Show& show) {
  const Result<TimestampedEntry> entry = DecodeMerkleTreeLeaf(answer.leaf_input);
  const Result<EntryChain> chain =
      entry ? DecodeExtraData(entry->entry.type, answer.extra_data) : EntryChain{};
  if (!entry || !chain) {
    return FailWith(FailureKind::kMalformed, url,
                    "entry " + std::to_string(leaf_index) +
                        " cannot be read: " + Describe(entry ? chain.error() : entry.error()));
  }
  return show({leaf_index, answer.leaf_input, *entry, chain->pre_certificate, chain->chain});
}

}  // namespace

std::string Rfc6962Client::Url(std::string_view question) const {
  return JoinUrl(log().url, std::string("ct/v1/").append(question));
}

Answer<SignedTreeHead> Rfc6962Client::FetchTreeHead() {
  const Answer<Fetched> fetched = Fetch(http_, Url("get-sth"), kMaxJsonSize);
  if (!fetched) {
    return tl::unexpected(fetched.error());
  }
  Result<SignedTreeHead> sth = DecodeGetSth(fetched->body);
  if (!sth) {
    return FailDecoding(fetched->url, sth.error());
  }
  const Result<bool> good = VerifyTreeHead(*sth, *log().key);
  if (!good || !*good) {
    return FailWithBody(FailureKind::kBadSignature, fetched->url,
                        "the head is not signed by this log", fetched->body, EncodeGetSth(*sth));
  }
  return *std::move(sth);
}

Answer<std::vector<Hash>> Rfc6962Client::AskForConsistency(std::uint64_t size1,
                                                           std::uint64_t size2) {
  const Answer<Fetched> fetched = Fetch(http_,
                                        Url("get-sth-consistency?first=" + std::to_string(size1) +
                                            "&second=" + std::to_string(size2)),
                                        kMaxJsonSize);
  if (!fetched) {
    return tl::unexpected(fetched.error());
  }
  Result<std::vector<Hash>> proof = DecodeGetSthConsistency(fetched->body);
  if (!proof) {
    return FailDecoding(fetched->url, proof.error());
  }
  return *std::move(proof);
}

Answer<std::vector<Hash>> Rfc6962Client::FetchConsistency(const TreeHead& older,
                                                          const TreeHead& newer) {
  if (Answer<bool> settled = CompareHeads(older, newer); !settled || *settled) {
    return std::move(settled).map([](bool) { return std::vector<Hash>(); });
  }
  Answer<std::vector<Hash>> proof = AskForConsistency(older.tree_size, newer.tree_size);
  if (!proof) {
    return proof;
  }
  const Result<void> good = VerifyConsistency(older.tree_size, older.sha256_root_hash,
                                              newer.tree_size, newer.sha256_root_hash, *proof);
  if (!good) {
    return FailProof(Url("get-sth-consistency"), good.error(),
                     "the proof does not link the two trees", *proof);
  }
  return proof;
}

Answer<Rfc6962Client::GivenProof> Rfc6962Client::AskForInclusion(const Hash& leaf_hash,
                                                                 std::uint64_t tree_size) {
  Answer<Fetched> fetched =
      Fetch(http_,
            Url("get-proof-by-hash?hash=" + PercentEncode(EncodeBase64(leaf_hash)) +
                "&tree_size=" + std::to_string(tree_size)),
            kMaxJsonSize);
  if (!fetched) {
    return tl::unexpected(fetched.error());
  }
  Result<InclusionProof> proof = DecodeGetProofByHash(fetched->body);
  if (!proof) {
    return FailDecoding(fetched->url, proof.error());
  }
  return GivenProof{*std::move(proof), std::move(fetched->body)};
}

// The index is the log's word here, and proven by the proof. What was expected says nothing: SCTs
// of these logs have none.
Answer<InclusionProof> Rfc6962Client::FetchInclusion(const Hash& leaf_hash,
                                                     std::optional<std::uint64_t> /*leaf_index*/,
                                                     const TreeHead& head) {
  if (head.tree_size == 0) {
    return FailWith(FailureKind::kNotFound, Url("get-proof-by-hash"), "the tree is empty");
  }
  Answer<GivenProof> given = AskForInclusion(leaf_hash, head.tree_size);
  if (!given) {
    return tl::unexpected(std::move(given.error()));
  }
  InclusionProof& proof = given->proof;
  const Result<void> good = VerifyInclusion(leaf_hash, proof.leaf_index, head.tree_size, proof.path,
                                            head.sha256_root_hash);
  if (!good) {
    tl::unexpected<Failure> failure =
        FailProof(Url("get-proof-by-hash"), good.error(),
                  "the proof does not show the leaf in this tree", proof.path);
    KeepBody(failure.value(), given->body, EncodeGetProofByHash(proof));
    return failure;
  }
  proven_ = {head, proof};
  return std::move(proof);
}

// FetchBatch halves what it asks for where an answer is too large, and remembers it.
Answer<Rfc6962Client::Batch> Rfc6962Client::FetchBatch(std::uint64_t first, std::uint64_t last) {
  while (true) {
    const std::uint64_t num_asked = std::min(max_batch_, last - first + 1);
    const std::string url = Url("get-entries?start=" + std::to_string(first) +
                                "&end=" + std::to_string(first + num_asked - 1));
    Answer<Fetched> fetched = Fetch(http_, url, kMaxGetEntriesSize);
    if (!fetched && fetched.error().kind == FailureKind::kTooLarge && num_asked > 1) {
      max_batch_ = num_asked / 2;
      continue;
    }
    if (!fetched) {
      return tl::unexpected(std::move(fetched.error()));
    }
    Result<std::vector<LogEntryAnswer>> entries = DecodeGetEntries(fetched->body, num_asked);
    if (!entries) {
      return FailDecoding(url, entries.error());
    }
    return Batch{first, *std::move(fetched), *std::move(entries)};
  }
}

// FetchRangeBefore gets the hashes of all that is left of a leaf. A log may hold one leaf twice,
// and then name the other place for its hash: so it is asked by index, which not every log likes.
Answer<CompactRange> Rfc6962Client::FetchRangeBefore(std::uint64_t leaf_index,
                                                     const Hash& leaf_hash,
                                                     std::uint64_t tree_size) {
  if (leaf_index == 0) {
    return CompactRange();
  }
  std::string url = Url("get-proof-by-hash");
  Answer<GivenProof> given = AskForInclusion(leaf_hash, tree_size);
  Answer<InclusionProof> proof =
      given ? Answer<InclusionProof>(std::move(given->proof)) : tl::unexpected(given.error());
  if (!proof && proof.error().kind != FailureKind::kNotFound &&
      proof.error().kind != FailureKind::kStatus) {
    return tl::unexpected(std::move(proof.error()));
  }
  std::vector<Hash> path = proof ? std::move(proof->path) : std::vector<Hash>();
  if (!proof || proof->leaf_index != leaf_index) {
    url = Url("get-entry-and-proof?leaf_index=" + std::to_string(leaf_index) +
              "&tree_size=" + std::to_string(tree_size));
    const Answer<Fetched> fetched = Fetch(http_, url, kMaxGetEntriesSize);
    if (!fetched) {
      return tl::unexpected(proof ? fetched.error() : proof.error());
    }
    Result<std::vector<Hash>> other = DecodeGetEntryAndProof(fetched->body);
    if (!other) {
      return FailDecoding(url, other.error());
    }
    path = *std::move(other);
  }
  Result<CompactRange> range = RangeBefore(leaf_index, tree_size, path);
  if (!range) {
    return FailProof(url, range.error(), "the proof is none for this tree", path);
  }
  return *std::move(range);
}

// ProveBatch appends the batch to the tree of what is left of it. A consistency proof from there to
// the head then vouches for all of that tree at once.
Answer<void> Rfc6962Client::ProveBatch(const Batch& batch, const TreeHead& head,
                                       CompactRange& range) {
  for (const LogEntryAnswer& entry : batch.entries) {
    if (const Result<void> done = range.Append(HashLeaf(entry.leaf_input)); !done) {
      return FailDecoding(batch.fetched.url, done.error());
    }
  }
  const Result<Hash> root = range.Root();
  std::vector<Hash> proof;
  if (range.end() < head.tree_size) {
    Answer<std::vector<Hash>> fetched = AskForConsistency(range.end(), head.tree_size);
    if (!fetched) {
      return tl::unexpected(std::move(fetched.error()));
    }
    proof = *std::move(fetched);
  }
  const Result<void> good =
      root ? VerifyConsistency(range.end(), *root, head.tree_size, head.sha256_root_hash, proof)
           : tl::unexpected(root.error());
  if (good) {
    return {};
  }
  auto failure =
      FailWithBody(FailureKind::kWrong, batch.fetched.url,
                   "the log does not prove that entries " + std::to_string(batch.first) + " to " +
                       std::to_string(range.end() - 1) + " are those of its tree of size " +
                       std::to_string(head.tree_size) + " (" + Describe(good.error()) + ")",
                   batch.fetched.body, WithoutChains(batch.entries));
  failure.value().proof = std::move(proof);
  return failure;
}

// FindProof is the proof of the one entry that a batch is of, where it was asked for just before:
// then no second answer of the log is needed, which it may owe.
const InclusionProof* Rfc6962Client::FindProof(const Batch& batch, const TreeHead& head) const {
  const bool is_it = proven_ && batch.entries.size() == 1 &&
                     batch.first == proven_->proof.leaf_index &&
                     head.tree_size == proven_->head.tree_size &&
                     head.sha256_root_hash == proven_->head.sha256_root_hash;
  return is_it ? &proven_->proof : nullptr;
}

Answer<void> Rfc6962Client::CheckEntry(const Batch& batch, const TreeHead& head,
                                       const InclusionProof& proof) {
  if (const Result<void> good =
          VerifyInclusion(HashLeaf(batch.entries.front().leaf_input), proof.leaf_index,
                          head.tree_size, proof.path, head.sha256_root_hash);
      !good) {
    return FailWithBody(FailureKind::kWrong, batch.fetched.url,
                        "entry " + std::to_string(batch.first) + " is not that of the tree",
                        batch.fetched.body, WithoutChains(batch.entries));
  }
  return {};
}

// ProveEntries leaves in `range` the tree up to the end of the batch, for the next one.
Answer<void> Rfc6962Client::ProveEntries(const Batch& batch, const TreeHead& head,
                                         std::optional<CompactRange>& range) {
  if (!range) {
    const Hash leaf_hash = HashLeaf(batch.entries.front().leaf_input);
    Answer<CompactRange> before = FetchRangeBefore(batch.first, leaf_hash, head.tree_size);
    if (!before) {
      return tl::unexpected(std::move(before.error()));
    }
    range = *std::move(before);
  }
  return ProveBatch(batch, head, *range);
}

Answer<void> Rfc6962Client::FetchEntries(std::uint64_t first, std::uint64_t last,
                                         const TreeHead& head, const Show& show) {
  if (first > last || last >= head.tree_size) {
    return FailWith(FailureKind::kRefused, Url("get-entries"),
                    "the tree has entries 0 to size - 1 only, in this order");
  }
  std::optional<CompactRange> range;
  for (std::uint64_t next = first; next <= last;) {
    const Answer<Batch> batch = FetchBatch(next, last);
    if (!batch) {
      return tl::unexpected(batch.error());
    }
    const InclusionProof* const proof = first == last ? FindProof(*batch, head) : nullptr;
    if (Answer<void> proven =
            proof != nullptr ? CheckEntry(*batch, head, *proof) : ProveEntries(*batch, head, range);
        !proven) {
      return proven;
    }
    for (const LogEntryAnswer& entry : batch->entries) {
      const Answer<bool> go_on = ShowEntry(batch->fetched.url, next, entry, show);
      if (!go_on) {
        return tl::unexpected(go_on.error());
      }
      if (!*go_on) {
        return {};
      }
      ++next;
    }
  }
  return {};
}

Answer<std::vector<ByteVector>> Rfc6962Client::FetchRoots() {
  return FetchLogRoots(log(), http_);
}

Answer<ByteVector> Rfc6962Client::AddChain(std::span<const ByteVector> chain) {
  return SubmitChain(log(), http_, EntryType::kX509, chain);
}

Answer<ByteVector> Rfc6962Client::AddPreChain(std::span<const ByteVector> chain) {
  return SubmitChain(log(), http_, EntryType::kPrecert, chain);
}

}  // namespace tattle
