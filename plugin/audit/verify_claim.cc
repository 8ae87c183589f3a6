// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What holds for claims of every kind: their shape, bounds, key and heads.

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/crypto/sha256.h"
#include "plugin/audit/bounds.h"
#include "plugin/audit/claim_check.h"

namespace tattle {
namespace {

constexpr std::array<std::string_view, 12> kKindNames = {
    "split_view",    "inconsistent", "wrong_leaf",  "duplicate_index",
    "not_merged",    "rollback",     "future_head", "stale_head",
    "bad_signature", "wrong_origin", "wrong_tile",  "missing_index"};

enum class Need : std::uint8_t { kNo, kMay, kMust };

// Shape is what a claim of a kind consists of.
struct Shape {
  ClaimKind kind;
  Result<Finding> (*verify)(const ClaimCheck&);
  std::size_t num_heads;
  std::size_t num_scts;
  Need proof = Need::kNo;
  Need older_root = Need::kNo;
  Need leaf_hash = Need::kNo;
  Need answer = Need::kNo;  // path and body
};

// kBadSignature stands here as the answer that it mostly is; see ShapeOf.
constexpr std::array<Shape, 12> kShapes = {{
    {ClaimKind::kSplitView, VerifySplitView, 2, 0},
    {ClaimKind::kInconsistent, VerifyInconsistent, 2, 0, Need::kMay, Need::kMay},
    {ClaimKind::kWrongLeaf, VerifyWrongLeaf, 1, 1, Need::kMay, Need::kNo, Need::kMust},
    {ClaimKind::kDuplicateIndex, VerifyDuplicateIndex, 0, 2},
    {ClaimKind::kNotMerged, VerifyNotMerged, 1, 1},
    {ClaimKind::kRollback, VerifyRollback, 2, 0},
    {ClaimKind::kFutureHead, VerifyFutureHead, 1, 0},
    {ClaimKind::kStaleHead, VerifyStaleHead, 1, 0},
    {ClaimKind::kBadSignature, VerifyBadSignature, 0, 0, Need::kNo, Need::kNo, Need::kNo,
     Need::kMust},
    {ClaimKind::kWrongOrigin, VerifyWrongOrigin, 0, 0, Need::kNo, Need::kNo, Need::kNo,
     Need::kMust},
    {ClaimKind::kWrongTile, VerifyWrongTile, 1, 0, Need::kMay, Need::kNo, Need::kMay, Need::kMust},
    {ClaimKind::kMissingIndex, VerifyMissingIndex, 0, 1},
}};

std::optional<Shape> ShapeOf(const Claim& claim) {
  for (Shape shape : kShapes) {
    if (shape.kind == claim.kind) {
      if (claim.kind == ClaimKind::kBadSignature && !claim.scts.empty()) {
        shape.num_scts = 1;
        shape.answer = Need::kNo;
      }
      return shape;
    }
  }
  return std::nullopt;
}

Result<void> CheckCount(std::size_t count, std::size_t wanted, const char* field) {
  if (count != wanted) {
    return Fail(count < wanted ? Errc::kMissing : Errc::kBadLength, field);
  }
  return {};
}

Result<void> CheckNeed(bool is_there, Need need, const char* field) {
  if (is_there && need == Need::kNo) {
    return Fail(Errc::kBadLength, field);
  }
  if (!is_there && need == Need::kMust) {
    return Fail(Errc::kMissing, field);
  }
  return {};
}

Result<void> CheckShape(const Claim& claim, const Shape& shape) {
  for (const Result<void>& checked : {
           CheckCount(claim.heads.size(), shape.num_heads, "claim.heads"),
           CheckCount(claim.scts.size(), shape.num_scts, "claim.scts"),
           CheckNeed(!claim.proof.empty(), shape.proof, "claim.proof"),
           CheckNeed(claim.older_root.has_value(), shape.older_root, "claim.older_root"),
           CheckNeed(claim.leaf_hash.has_value(), shape.leaf_hash, "claim.leaf_hash"),
           CheckNeed(!claim.path.empty(), shape.answer, "claim.path"),
           // What was answered may be nothing at all.
           CheckNeed(!claim.body.empty(), shape.answer == Need::kMust ? Need::kMay : Need::kNo,
                     "claim.body"),
       }) {
    if (!checked) {
      return checked;
    }
  }
  return {};
}

}  // namespace

std::string_view ClaimKindName(ClaimKind kind) {
  const std::size_t index = static_cast<std::size_t>(kind) - 1;
  return index < kKindNames.size() ? kKindNames.at(index) : "unknown";
}

std::optional<ClaimKind> FindClaimKind(std::string_view name) {
  for (const Shape& shape : kShapes) {
    if (ClaimKindName(shape.kind) == name) {
      return shape.kind;
    }
  }
  return std::nullopt;
}

Result<void> CheckClaimBounds(const Claim& claim) {
  for (const std::string* text :
       {&claim.log_description, &claim.log_url, &claim.path, &claim.remark}) {
    if (text->size() > kMaxEvidenceText) {
      return Fail(Errc::kTooLarge, "claim.text");
    }
  }
  if (claim.body.size() > kMaxEvidenceBody) {
    return Fail(Errc::kTooLarge, "claim.body");
  }
  if (claim.proof.size() > kMaxProofNodes) {
    return Fail(Errc::kTooLarge, "claim.proof");
  }
  if (claim.heads.size() > kMaxEvidenceObjects || claim.scts.size() > kMaxEvidenceObjects) {
    return Fail(Errc::kTooLarge, "claim.heads");
  }
  for (const ClaimedSct& claimed : claim.scts) {
    if (claimed.leaf.size() > kMaxCertificateSize || claimed.issuer.size() > kMaxCertificateSize ||
        claimed.sct.size() > kMaxSctListFileSize) {
      return Fail(Errc::kTooLarge, "claim.scts");
    }
  }
  return {};
}

Finding Conclusive(std::string sentence) {
  return {Weight::kConclusive, std::move(sentence)};
}
Finding Indicative(std::string sentence) {
  return {Weight::kIndicative, std::move(sentence)};
}

std::string DescribeHead(const TreeHead& head) {
  return "a tree of " + std::to_string(head.tree_size) + " leaves with root " +
         EncodeBase64(head.sha256_root_hash) + " at " + EncodeRfc3339(head.timestamp_ms);
}

Result<Finding> VerifyClaim(const Claim& claim, const Log* listed) {
  const std::optional<Shape> shape = ShapeOf(claim);
  if (!shape) {
    return Fail(Errc::kOutOfRange, "claim.kind");
  }
  if (const Result<void> bounded = CheckClaimBounds(claim); !bounded) {
    return tl::unexpected(bounded.error());
  }
  if (const Result<void> shaped = CheckShape(claim, *shape); !shaped) {
    return tl::unexpected(shaped.error());
  }
  const Result<std::shared_ptr<const PublicKey>> key = DecodePublicKey(claim.log_key);
  if (!key) {
    return Fail(key.error().code, "claim.log.key");
  }
  const LogId log_id = Sha256Of(claim.log_key);
  if (listed != nullptr && listed->log_id != log_id) {
    return Fail(Errc::kInvalidArgument, "listed");
  }
  for (const SignedTreeHead& sth : claim.heads) {
    if (sth.head.tree_size > kMaxTreeSize) {
      return Fail(Errc::kOutOfRange, "claim.heads.tree_size");
    }
    const Result<bool> is_signed = VerifyTreeHead(sth, **key);
    if (!is_signed) {
      return tl::unexpected(is_signed.error());
    }
    if (!*is_signed) {
      return Fail(Errc::kMismatch, "claim.heads.tree_head_signature");
    }
  }
  return shape->verify({claim, **key, log_id, listed});
}

}  // namespace tattle
