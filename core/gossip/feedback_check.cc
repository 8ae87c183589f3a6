// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/feedback_check.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/writer.h"
#include "core/crypto/sha256.h"
#include "core/der/extension.h"
#include "core/verify/sct_signature.h"

namespace tattle {

// Chain is what SCTs of one entry are checked against.
struct FeedbackChecker::Chain {
  CertificateView leaf;
  Hash leaf_hash = {};
  std::optional<CertificateView> issuer;
  ByteVector precert_tbs;
  std::vector<Bytes> embedded;

  static Result<Chain> Of(const FeedbackEntry& entry) {
    const Result<CertificateView> leaf = DecodeCertificate(entry.x509_chain.front());
    if (!leaf) {
      return tl::unexpected(leaf.error());
    }
    Chain chain = {*leaf, Sha256Of(leaf->whole), std::nullopt, {}, {}};
    if (entry.x509_chain.size() > 1) {
      const Result<CertificateView> issuer = DecodeCertificate(entry.x509_chain[1]);
      if (issuer) {
        chain.issuer = *issuer;
      }
    }
    chain.ReadEmbedded();
    return chain;
  }

  // A list that can't be read has no SCTs in it.
  void ReadEmbedded() {
    if (!leaf.sct_list_value) {
      return;
    }
    const Result<Bytes> list = DecodeSctListExtension(*leaf.sct_list_value);
    Result<std::vector<Bytes>> items = list ? SplitSctList(*list) : tl::unexpected(list.error());
    Result<ByteVector> tbs = EncodePrecertTbs(leaf);
    if (items && tbs) {
      embedded = *std::move(items);
      precert_tbs = *std::move(tbs);
    }
  }

  bool IsEmbedded(Bytes item) const {
    return std::any_of(embedded.begin(), embedded.end(),
                       [&](Bytes known) { return Equal(known, item); });
  }
};

Hash FeedbackIdentityHash(const Hash& leaf, const Sct& sct) {
  Sha256 hash;
  hash.Update(leaf).Update(sct.log_id);
  ByteWriter writer;
  writer.WriteUint64(sct.timestamp_ms);
  const Result<ByteVector> time = writer.Finish();  // a number always fits
  hash.Update(time ? Bytes(*time) : Bytes()).Update(sct.extensions);
  return hash.Finish();
}

FeedbackChecker::FeedbackChecker(const LogList& logs,
                                 std::optional<std::span<const std::string>> names,
                                 std::uint64_t now_ms, FeedbackDepth depth,
                                 IsKnownFeedback is_known)
    : logs_(logs), now_ms_(now_ms), depth_(depth), is_known_(std::move(is_known)) {
  if (names) {
    hosts_.emplace(*names);
  }
}

void FeedbackChecker::LimitChecks(std::size_t max_checks) {
  max_checks_ = std::min(max_checks, kMaxGossipSignatureChecks);
}

Result<SctStatus> FeedbackChecker::VerifyFor(const Chain& chain, const Sct& sct, Bytes item,
                                             const Log& log) {
  if (!sct.signature.Fits(log.key->type())) {
    return SctStatus::kWrongAlgorithm;
  }
  const bool is_embedded = chain.IsEmbedded(item);
  if (is_embedded && !chain.issuer) {
    return SctStatus::kNotChecked;
  }
  const std::size_t cost = 1 + chain.leaf.whole.size() / kLeafBytesACheck;
  if (num_signature_checks_ + cost > max_checks_) {
    is_cut_ = true;
    return SctStatus::kNotChecked;
  }
  num_signature_checks_ += cost;
  const Result<bool> verified = VerifySct(
      sct, is_embedded ? PrecertEntry(chain.precert_tbs, *chain.issuer) : X509Entry(chain.leaf),
      *log.key);
  if (!verified) {
    return tl::unexpected(verified.error());
  }
  if (!*verified) {
    return SctStatus::kBadSignature;
  }
  return IsInFuture(sct.timestamp_ms, now_ms_) ? SctStatus::kInFuture : SctStatus::kValid;
}

Result<void> FeedbackChecker::CheckSct(const Chain& chain, CheckedSct& checked) {
  const Result<Sct> sct = DecodeSct(checked.sct);
  if (!sct) {
    checked.status = SctStatus::kMalformed;
    return {};
  }
  if (logs_.FindDenied(sct->log_id) != nullptr) {
    checked.status = SctStatus::kDeniedLog;
    return {};
  }
  const Log* const log = logs_.Find(sct->log_id);
  if (log == nullptr) {
    checked.status = SctStatus::kUnknownLog;
    return {};
  }
  const Hash identity = FeedbackIdentityHash(chain.leaf_hash, *sct);
  if (seen_.contains(identity) || (is_known_ && is_known_(identity))) {
    checked.status = SctStatus::kValid;
    checked.is_known = true;
    return {};
  }
  const Result<SctStatus> status = VerifyFor(chain, *sct, checked.sct, *log);
  if (!status) {
    return tl::unexpected(status.error());
  }
  checked.status = *status;
  checked.is_embedded = chain.IsEmbedded(checked.sct);
  if (checked.status == SctStatus::kValid) {
    seen_.insert(identity);
  }
  return {};
}

Result<CheckedFeedback> FeedbackChecker::Check(const FeedbackEntry& entry) {
  CheckedFeedback out;
  out.status = FeedbackStatus::kNoLeaf;
  if (entry.x509_chain.empty()) {
    return out;
  }
  const Result<Chain> chain = Chain::Of(entry);
  if (!chain) {
    return out;
  }
  if (hosts_) {
    // "If the leaf certificate is not for a domain for which the server is authoritative" it is not
    // ours.
    const std::string* const host = hosts_->Find(chain->leaf);
    if (host == nullptr) {
      out.status = FeedbackStatus::kNotOurs;
      return out;
    }
    out.host = *host;
  }
  out.status = FeedbackStatus::kChecked;
  const std::size_t num_kept = depth_ == FeedbackDepth::kLeaf ? 1 : entry.x509_chain.size();
  out.x509_chain.assign(entry.x509_chain.begin(),
                        entry.x509_chain.begin() + static_cast<std::ptrdiff_t>(num_kept));
  for (const ByteVector& item : entry.scts) {
    CheckedSct checked;
    checked.sct = item;
    if (const Result<void> done = CheckSct(*chain, checked); !done) {
      return tl::unexpected(done.error());
    }
    out.scts.push_back(std::move(checked));
  }
  return out;
}

}  // namespace tattle
