// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/feedback.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "adapters/daemon/bounds.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/gossip/bounds.h"
#include "core/gossip/feedback_record.h"
#include "core/verify/sct_signature.h"
#include "core/wire/sct.h"
#include "plugin/pool/bounds.h"

namespace tattle::daemon {
namespace {

// Identities of feedback that is in the pool already.
constexpr std::size_t kRememberedFeedback = 65'536;

constexpr std::uint64_t kCollectMs = 60'000;

// What base64, PEM and JSON make of a byte, at most, and what stands around each.
constexpr std::size_t kWrittenPercent = 145;
constexpr std::size_t kWrittenAround = 128;

// ChainParts are the two things that logs sign over a chain.
struct ChainParts {
  CertificateView leaf;
  std::optional<CertificateView> issuer;
  ByteVector precert_tbs;

  static std::optional<ChainParts> Of(const FeedbackEntry& entry) {
    const Result<CertificateView> leaf = DecodeCertificate(entry.x509_chain.front());
    if (!leaf) {
      return std::nullopt;
    }
    ChainParts parts = {*leaf, std::nullopt, {}};
    const Result<CertificateView> issuer =
        DecodeCertificate(entry.x509_chain.size() > 1 ? Bytes(entry.x509_chain[1]) : Bytes());
    Result<ByteVector> tbs = EncodePrecertTbs(*leaf);
    if (issuer && tbs) {
      parts.issuer = *issuer;
      parts.precert_tbs = *std::move(tbs);
    }
    return parts;
  }
};

// ToPool makes of a valid SCT what the pool keeps. An embedded one is as its CA signed it; any
// other is brought into its one form.
std::optional<PooledSct> ToPool(const CheckedSct& checked, const ChainParts& parts,
                                const LogList& logs, std::uint64_t now_ms) {
  const Result<ByteVector> item =
      checked.is_embedded ? Result<ByteVector>(checked.sct) : CanonicalSct(checked.sct);
  const Result<Sct> sct = DecodeSct(item ? Bytes(*item) : Bytes());
  const Log* const log = sct ? logs.Find(sct->log_id) : nullptr;
  if (log == nullptr || (checked.is_embedded && !parts.issuer)) {
    return std::nullopt;
  }
  return MakePooledSct(
      *item, *sct,
      checked.is_embedded ? PrecertEntry(parts.precert_tbs, *parts.issuer) : X509Entry(parts.leaf),
      *log, now_ms);
}

// CanBeKept: what surrounds the signed part of a leaf or issuer is of any size that somebody likes.
bool CanBeKept(std::span<const ByteVector> chain) {
  std::size_t size = 0;
  for (const ByteVector& der : chain) {
    size += der.size();
  }
  return size <= kMaxKeptChainSize;
}

std::size_t WrittenSize(const FeedbackEntry& entry) {
  std::size_t size = 0;
  for (const auto* const parts : {&entry.x509_chain, &entry.scts}) {
    for (const ByteVector& part : *parts) {
      size += part.size() * kWrittenPercent / 100 + kWrittenAround;
    }
  }
  return size;
}

// TakeFitting leaves as many as fit into a message, in their order.
std::vector<FeedbackEntry> TakeFitting(std::vector<FeedbackEntry> entries,
                                       std::span<const std::size_t> order) {
  std::vector<FeedbackEntry> out;
  std::size_t size = kWrittenAround;
  for (const std::size_t index : order) {
    FeedbackEntry& entry = entries.at(index);
    size += WrittenSize(entry);
    if (size > kMaxCollectedFeedbackSize || out.size() == kMaxFeedbackEntries) {
      break;
    }
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace

GossipFeedback::GossipFeedback(Pool& pool, Counts& counts, DrawUint64 draw)
    : pool_(pool),
      view_(pool),
      counts_(counts),
      draw_(std::move(draw)),
      known_(kRememberedFeedback) {}

Outcome<void> GossipFeedback::Take(std::span<const FeedbackEntry> entries, const LogList& logs,
                                   SiteNames names, std::uint64_t now_ms, GossipWork& work) {
  FeedbackChecker checker(logs, names, now_ms, FeedbackDepth::kLeaf,
                          [this](const Hash& identity) { return known_.Contains(identity); });
  Found found;
  std::size_t num_leaf_bytes = 0;
  for (const FeedbackEntry& entry : entries) {
    num_leaf_bytes += entry.x509_chain.empty() ? 0 : entry.x509_chain.front().size();
    const Result<CheckedFeedback> checked = checker.Check(entry);
    if (!checked) {
      return Sorry(Describe(checked.error()));
    }
    if (checked->status == FeedbackStatus::kChecked) {
      Look(*checked, entry, names, logs, now_ms, found);
    } else {
      counts_.Add(Count::kGossipFeedbackNotOurs);
    }
  }
  counts_.Add(Count::kGossipChecks, checker.num_signature_checks());
  work.num_checks += checker.num_signature_checks() + num_leaf_bytes / kLeafBytesACheck;
  work.num_new += found.identities.size();
  work.is_cut = work.is_cut || checker.is_cut();
  return Store(found);
}

// Look finds what of an entry is new.
void GossipFeedback::Look(const CheckedFeedback& checked, const FeedbackEntry& entry,
                          SiteNames names, const LogList& logs, std::uint64_t now_ms,
                          Found& found) {
  const ByteVector& leaf = entry.x509_chain.front();
  const Hash leaf_hash = Sha256Of(leaf);
  const std::optional<ChainParts> parts = ChainParts::Of(entry);
  Sighting embedded = {checked.host, entry.x509_chain, {}, {}};
  embedded.chain.resize(std::min<std::size_t>(embedded.chain.size(), 2));
  Sighting others = {checked.host, {leaf}, {}, {}};
  for (const CheckedSct& sct : checked.scts) {
    if (sct.status == SctStatus::kNotChecked || sct.is_known || !parts) {
      continue;
    }
    if (sct.status != SctStatus::kValid) {
      counts_.Add(Count::kGossipSctsNotValid);
      if (names) {
        KeepInvalid(checked.host, leaf, sct);
      }
      continue;
    }
    Sighting& sighting = sct.is_embedded ? embedded : others;
    std::optional<PooledSct> pooled = ToPool(sct, *parts, logs, now_ms);
    const Result<Sct> decoded = DecodeSct(sct.sct);
    if (pooled && decoded && CanBeKept(sighting.chain)) {
      sighting.scts.push_back(*std::move(pooled));
      found.identities.push_back(FeedbackIdentityHash(leaf_hash, *decoded));
    }
  }
  for (Sighting* const sighting : {&embedded, &others}) {
    if (!sighting->scts.empty()) {
      found.sightings.push_back(std::move(*sighting));
    }
  }
}

Outcome<void> GossipFeedback::Store(const Found& found) {
  if (found.sightings.empty()) {
    return {};
  }
  Pool::Batch batch(pool_);
  for (const Sighting& sighting : found.sightings) {
    for (const PooledSct& sct : sighting.scts) {
      if (const PoolResult<Added> added = pool_.AddSct(sct, sighting.chain, sighting.host);
          !added) {
        return Sorry(added.error().sentence);
      }
    }
  }
  if (const PoolResult<void> done = batch.Commit(); !done) {
    return Sorry(done.error().sentence);
  }
  for (const Hash& identity : found.identities) {
    known_.Insert(identity);
  }
  counts_.Add(Count::kGossipScts, found.identities.size());
  return {};
}

void GossipFeedback::KeepInvalid(const std::string& host, const ByteVector& leaf,
                                 const CheckedSct& sct) {
  if (leaf.size() + sct.sct.size() > kMaxInvalidSctSize) {
    return;
  }
  const std::lock_guard lock(mutex_);
  const bool is_there = std::any_of(invalid_.begin(), invalid_.end(), [&](const InvalidSct& one) {
    return one.leaf == leaf && one.sct == sct.sct;
  });
  if (is_there) {
    return;
  }
  if (invalid_.size() == kMaxInvalidScts) {
    invalid_.pop_front();
  }
  invalid_.push_back({host, leaf, sct.sct, sct.status});
}

std::vector<InvalidSct> GossipFeedback::Invalid() const {
  const std::lock_guard lock(mutex_);
  return {invalid_.begin(), invalid_.end()};
}

Outcome<std::string> GossipFeedback::Collected(FeedbackDialect dialect,
                                               std::span<const std::string> names,
                                               std::uint64_t now_ms) {
  auto& [made_ms, message] = collected_[dialect];
  if (made_ms == 0 || now_ms < made_ms || now_ms - made_ms >= kCollectMs) {
    Outcome<std::string> collected = Collect(dialect, names);
    if (!collected) {
      return collected;
    }
    message = *std::move(collected);
    made_ms = now_ms;
  }
  return message;
}

Outcome<std::string> GossipFeedback::Collect(FeedbackDialect dialect,
                                             std::span<const std::string> names) {
  PoolResult<std::vector<FeedbackEntry>> entries = ReadCollected(names);
  if (!entries) {
    return Sorry(entries.error().sentence);
  }
  std::vector<std::size_t> order(entries->size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (const Result<void> mixed = Mix(order, draw_); !mixed) {
    return Sorry(Describe(mixed.error()));
  }
  Result<std::string> message =
      EncodeFeedback(dialect, TakeFitting(*std::move(entries), order), kMaxCollectedFeedbackSize);
  if (!message) {
    return Sorry(Describe(message.error()));
  }
  return *std::move(message);
}

// ReadCollected puts the SCTs of a chain together.
PoolResult<std::vector<FeedbackEntry>> GossipFeedback::ReadCollected(
    std::span<const std::string> names) const {
  std::map<std::uint64_t, FeedbackEntry> by_chain;
  std::set<std::uint64_t> seen;
  for (const std::string& name : names) {
    PoolResult<std::vector<PooledSct>> scts = view_.SctsAt(name, kMaxCollectedScts);
    if (!scts) {
      return tl::unexpected(scts.error());
    }
    for (PooledSct& sct : *scts) {
      FeedbackEntry& entry = by_chain[sct.chain_id];
      if (entry.scts.size() < kMaxFeedbackScts && seen.insert(sct.id).second) {
        entry.scts.push_back(std::move(sct.sct));
      }
    }
  }
  std::vector<FeedbackEntry> out;
  for (auto& [chain_id, entry] : by_chain) {
    PoolResult<std::vector<ByteVector>> chain = pool_.Chain(chain_id);
    if (!chain) {
      return tl::unexpected(chain.error());
    }
    entry.x509_chain = *std::move(chain);
    if (!entry.x509_chain.empty() && !entry.scts.empty()) {
      out.push_back(std::move(entry));
    }
  }
  return out;
}

}  // namespace tattle::daemon
