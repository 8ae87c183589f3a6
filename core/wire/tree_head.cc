// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/tree_head.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/base/writer.h"
#include "core/crypto/sha256.h"

namespace tattle {
namespace {

constexpr std::uint8_t kSignatureTypeTreeHash = 1;

// FailMember tells a member that is not there from one that is not what it must be.
tl::unexpected<Error> FailMember(json::Value object, std::string_view key, const char* field) {
  return Fail(object.Find(key) ? Errc::kBadEncoding : Errc::kMissing, field);
}

}  // namespace

// digitally-signed struct {
//   Version version;
//   SignatureType signature_type = tree_hash;
//   uint64 timestamp;
//   uint64 tree_size;
//   opaque sha256_root_hash[32];
// } TreeHeadSignature;
Result<ByteVector> EncodeTreeHeadSignedData(const TreeHead& head) {
  ByteWriter writer;
  writer.WriteUint8(kVersionV1);
  writer.WriteUint8(kSignatureTypeTreeHash);
  writer.WriteUint64(head.timestamp_ms);
  writer.WriteUint64(head.tree_size);
  writer.WriteBytes(head.sha256_root_hash);
  return writer.Finish();
}

Result<SignedTreeHead> DecodeGetSth(Bytes json) {
  const Result<json::Document> document = json::Document::Decode(json, kMaxJsonSize);
  if (!document) {
    return tl::unexpected(document.error());
  }
  return DecodeGetSthObject(document->root());
}

Result<SignedTreeHead> DecodeGetSthObject(json::Value object) {
  const std::optional<std::uint64_t> tree_size = object.FindUint64("tree_size");
  const std::optional<std::uint64_t> timestamp_ms = object.FindUint64("timestamp");
  const std::optional<ByteVector> root_hash = object.FindBytes("sha256_root_hash");
  std::optional<ByteVector> signature = object.FindBytes("tree_head_signature");
  if (!tree_size) {
    return FailMember(object, "tree_size", "sth.tree_size");
  }
  if (*tree_size > kMaxTreeSize) {
    return Fail(Errc::kOutOfRange, "sth.tree_size");
  }
  if (!timestamp_ms) {
    return FailMember(object, "timestamp", "sth.timestamp");
  }
  if (!root_hash) {
    return FailMember(object, "sha256_root_hash", "sth.sha256_root_hash");
  }
  if (!signature) {
    return FailMember(object, "tree_head_signature", "sth.tree_head_signature");
  }
  SignedTreeHead out;
  if (root_hash->size() != out.head.sha256_root_hash.size()) {
    return Fail(Errc::kBadLength, "sth.sha256_root_hash");
  }
  out.head.tree_size = *tree_size;
  out.head.timestamp_ms = *timestamp_ms;
  std::copy(root_hash->begin(), root_hash->end(), out.head.sha256_root_hash.begin());
  out.signature = *std::move(signature);
  if (const auto decoded = DecodeDigitallySigned(out.signature); !decoded) {
    return tl::unexpected(decoded.error());
  }
  return out;
}

std::string EncodeGetSth(const SignedTreeHead& sth) {
  return "{\"tree_size\":" + std::to_string(sth.head.tree_size) +
         ",\"timestamp\":" + std::to_string(sth.head.timestamp_ms) + ",\"sha256_root_hash\":\"" +
         EncodeBase64(sth.head.sha256_root_hash) + "\",\"tree_head_signature\":\"" +
         EncodeBase64(sth.signature) + "\"}";
}

Result<bool> VerifyTreeHead(const SignedTreeHead& sth, const PublicKey& key) {
  const Result<DigitallySigned> signature = DecodeDigitallySigned(sth.signature);
  if (!signature) {
    return tl::unexpected(signature.error());
  }
  const Result<ByteVector> signed_data = EncodeTreeHeadSignedData(sth.head);
  if (!signed_data) {
    return tl::unexpected(signed_data.error());
  }
  return VerifyDigitallySigned(key, *signature, Sha256Of(*signed_data));
}

}  // namespace tattle
