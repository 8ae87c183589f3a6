// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Claims that an SCT was not kept: what it promises, and what the tree has.

#include <algorithm>

#include "core/base/base64.h"
#include "core/base/time.h"
#include "core/der/certificate.h"
#include "core/merkle/hash.h"
#include "core/merkle/inclusion.h"
#include "core/verify/sct_signature.h"
#include "core/wire/merkle_leaf.h"
#include "plugin/audit/claim_check.h"
#include "plugin/audit/rebuilt_entry.h"

namespace tattle {
namespace {

Result<Hash> HashPromisedLeaf(const Sct& sct, const SignedEntry& entry) {
  const Result<ByteVector> leaf = EncodeMerkleTreeLeaf({sct.timestamp_ms, entry, sct.extensions});
  if (!leaf) {
    return tl::unexpected(leaf.error());
  }
  return HashLeaf(*leaf);
}

std::string DescribePromise(const SctCheck& check) {
  std::string out = "the log signed an SCT at " + EncodeRfc3339(check.sct.timestamp_ms);
  if (check.sct.leaf_index) {
    out += " that promises the leaf " + EncodeBase64(check.leaf_hash) + " at index " +
           std::to_string(*check.sct.leaf_index);
  }
  return out;
}

}  // namespace

Result<RebuiltEntry> RebuildEntry(Bytes leaf_der, Bytes issuer_der, bool is_precert) {
  const Result<CertificateView> leaf = DecodeCertificate(leaf_der);
  if (!leaf) {
    return Fail(leaf.error().code, "claim.scts.leaf", leaf.error().offset);
  }
  RebuiltEntry out;
  if (!is_precert) {
    if (!issuer_der.empty()) {
      return Fail(Errc::kBadLength, "claim.scts.issuer");
    }
    out.entry = X509Entry(*leaf);
    return out;
  }
  const Result<CertificateView> issuer = DecodeCertificate(issuer_der);
  if (!issuer) {
    return Fail(issuer.error().code, "claim.scts.issuer", issuer.error().offset);
  }
  Result<ByteVector> tbs = EncodePrecertTbs(*leaf);
  if (!tbs) {
    return Fail(tbs.error().code, "claim.scts.leaf");
  }
  out.tbs = *std::move(tbs);
  out.entry = PrecertEntry(out.tbs, *issuer);
  return out;
}

Result<SctCheck> CheckSct(const ClaimCheck& check, const ClaimedSct& claimed) {
  const Result<Sct> sct = DecodeSct(claimed.sct);
  if (!sct) {
    return Fail(sct.error().code, "claim.scts.sct", sct.error().offset);
  }
  if (sct->log_id != check.log_id) {
    return Fail(Errc::kMismatch, "claim.scts.log_id");
  }
  const Result<RebuiltEntry> rebuilt =
      RebuildEntry(claimed.leaf, claimed.issuer, claimed.is_precert);
  if (!rebuilt) {
    return tl::unexpected(rebuilt.error());
  }
  const Result<Hash> leaf_hash = HashPromisedLeaf(*sct, rebuilt->entry);
  if (!leaf_hash) {
    return tl::unexpected(leaf_hash.error());
  }
  const Result<bool> is_signed = VerifySct(*sct, rebuilt->entry, check.key);
  if (!is_signed) {
    return tl::unexpected(is_signed.error());
  }
  return SctCheck{*sct, *leaf_hash, *is_signed};
}

Result<SctCheck> CheckSignedSct(const ClaimCheck& check, const ClaimedSct& claimed) {
  Result<SctCheck> checked = CheckSct(check, claimed);
  if (checked && !checked->is_signed) {
    return Fail(Errc::kMismatch, "claim.scts.signature");
  }
  return checked;
}

std::optional<Hash> PromisedLeafHash(const ClaimedSct& claimed) {
  const Result<Sct> sct = DecodeSct(claimed.sct);
  const Result<RebuiltEntry> rebuilt =
      RebuildEntry(claimed.leaf, claimed.issuer, claimed.is_precert);
  if (!sct || !rebuilt) {
    return std::nullopt;
  }
  const Result<Hash> hash = HashPromisedLeaf(*sct, rebuilt->entry);
  return hash ? std::optional(*hash) : std::nullopt;
}

Result<Finding> VerifyWrongLeaf(const ClaimCheck& check) {
  const Claim& claim = check.claim;
  const TreeHead& head = claim.heads.front().head;
  const Result<SctCheck> promise = CheckSignedSct(check, claim.scts.front());
  if (!promise) {
    return tl::unexpected(promise.error());
  }
  if (!promise->sct.leaf_index) {
    return Fail(Errc::kMissing, "claim.scts.leaf_index");
  }
  if (const Result<void> proven =
          VerifyInclusion(*claim.leaf_hash, *promise->sct.leaf_index, head.tree_size, claim.proof,
                          head.sha256_root_hash);
      !proven) {
    return Fail(Errc::kMismatch, "claim.proof");
  }
  if (*claim.leaf_hash == promise->leaf_hash) {
    return Fail(Errc::kMismatch, "claim.leaf_hash");
  }
  return Conclusive(DescribePromise(*promise) + "; " + DescribeHead(head) +
                    ", which it signed too, holds the leaf " + EncodeBase64(*claim.leaf_hash) +
                    " there: the certificate is not where the log promised it");
}

Result<Finding> VerifyDuplicateIndex(const ClaimCheck& check) {
  const Result<SctCheck> one = CheckSignedSct(check, check.claim.scts.at(0));
  if (!one) {
    return tl::unexpected(one.error());
  }
  const Result<SctCheck> other = CheckSignedSct(check, check.claim.scts.at(1));
  if (!other) {
    return tl::unexpected(other.error());
  }
  if (!one->sct.leaf_index || !other->sct.leaf_index) {
    return Fail(Errc::kMissing, "claim.scts.leaf_index");
  }
  if (*one->sct.leaf_index != *other->sct.leaf_index) {
    return Fail(Errc::kMismatch, "claim.scts.leaf_index");
  }
  if (one->leaf_hash == other->leaf_hash) {
    return Fail(Errc::kMismatch, "claim.scts");
  }
  return Conclusive(DescribePromise(*one) + ", and another at " +
                    EncodeRfc3339(other->sct.timestamp_ms) + " that promises the leaf " +
                    EncodeBase64(other->leaf_hash) + " at the same index: it cannot keep both");
}

Result<Finding> VerifyNotMerged(const ClaimCheck& check) {
  const Claim& claim = check.claim;
  const TreeHead& head = claim.heads.front().head;
  const Result<SctCheck> promise = CheckSignedSct(check, claim.scts.front());
  if (!promise) {
    return tl::unexpected(promise.error());
  }
  if (claim.mmd_s == 0) {
    return Fail(Errc::kMissing, "claim.log.mmd");
  }
  const std::uint64_t mmd_s = check.mmd_s();
  if (head.timestamp_ms < promise->sct.timestamp_ms ||
      (head.timestamp_ms - promise->sct.timestamp_ms) / kMsPerSecond < mmd_s) {
    return Fail(Errc::kMismatch, "claim.heads.timestamp");
  }
  const std::string sentence = DescribePromise(*promise) + ", and then " + DescribeHead(head) +
                               ", after its maximum merge delay of " + std::to_string(mmd_s) + " s";
  if (!promise->sct.leaf_index || *promise->sct.leaf_index < head.tree_size) {
    return Indicative(sentence +
                      "; the finder got no proof that the leaf is in this tree. That something was "
                      "not given cannot be shown to others, so it is no proof");
  }
  const std::uint64_t gap_s = (head.timestamp_ms - promise->sct.timestamp_ms) / kMsPerSecond;
  if (!check.has_listed_mmd() && gap_s < std::max(mmd_s, kLongestMmdS)) {
    return Indicative(
        sentence +
        "; that tree does not reach to the index. No list at hand has the log's merge "
        "delay, so only this file says what it is");
  }
  return Conclusive(sentence +
                    "; that tree does not reach to the index, so either it was too late, or it "
                    "dated a head into the future. A log must do neither");
}

// "the log [...] MUST include the leaf_index extension" (static-ct-api, SCT Extension). No
// signature says that a log is one, and some had another life before: so it is never conclusive.
Result<Finding> VerifyMissingIndex(const ClaimCheck& check) {
  const Result<SctCheck> promise = CheckSignedSct(check, check.claim.scts.front());
  if (!promise) {
    return tl::unexpected(promise.error());
  }
  if (promise->sct.leaf_index) {
    return Fail(Errc::kMismatch, "claim.scts.leaf_index");
  }
  if (check.listed != nullptr && check.listed->kind != LogKind::kStaticCt) {
    return Fail(Errc::kMismatch, "claim.kind");
  }
  return Indicative(
      DescribePromise(*promise) +
      " without a leaf_index, without which nobody can ask a static-ct log whether it "
      "kept the promise; that it is one " +
      (check.listed != nullptr ? "only the log list says, so it is no proof"
                               : "no list at hand says, so it is no proof"));
}

}  // namespace tattle
