// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Signed tree heads (RFC 6962, Sections 3.5 and 4.3).

#ifndef TATTLE_CORE_WIRE_TREE_HEAD_H_
#define TATTLE_CORE_WIRE_TREE_HEAD_H_

#include <cstdint>
#include <string>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/crypto/public_key.h"
#include "core/wire/digitally_signed.h"

namespace tattle {

// TreeHead is what a log says of its tree at a time.
struct TreeHead {
  std::uint64_t tree_size = 0;
  std::uint64_t timestamp_ms = 0;
  Hash sha256_root_hash = {};

  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

// SignedTreeHead owns its signature: heads are kept and passed on.
struct SignedTreeHead {
  TreeHead head;
  ByteVector signature;  // an encoded DigitallySigned
};

// EncodeTreeHeadSignedData writes what a log signs for a head.
Result<ByteVector> EncodeTreeHeadSignedData(const TreeHead& head);

// DecodeGetSth reads the JSON of a get-sth response. Unknown members are ignored. Fails with
// kBadEncoding, kMissing or kBadLength, with kOutOfRange for a tree size beyond 2^63, and as
// DecodeDigitallySigned does: a head whose signature cannot even be read is none.
Result<SignedTreeHead> DecodeGetSth(Bytes json);

// DecodeGetSthObject does the same with an object of a larger document.
Result<SignedTreeHead> DecodeGetSthObject(json::Value object);

// EncodeGetSth writes what DecodeGetSth reads.
std::string EncodeGetSth(const SignedTreeHead& sth);

// VerifyTreeHead says whether the log with this key signed the head. Fails with kCryptoFailed, or
// as DecodeDigitallySigned does.
Result<bool> VerifyTreeHead(const SignedTreeHead& sth, const PublicKey& key);

}  // namespace tattle

#endif  // TATTLE_CORE_WIRE_TREE_HEAD_H_
