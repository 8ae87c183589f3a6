// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A verified head as bytes, for servers that keep heads in memory of their own.

#ifndef TATTLE_CORE_GOSSIP_HEAD_RECORD_H_
#define TATTLE_CORE_GOSSIP_HEAD_RECORD_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/gossip/heads.h"
#include "core/wire/tree_head.h"

namespace tattle {

// HeadKey names a head by all that makes it the one that it is, in an order in which heads of one
// log and size have 40 bytes in common, and those of one root 72:
//   struct {
//     opaque log_id[32];
//     uint64 tree_size;
//     opaque sha256_root_hash[32];
//     uint64 timestamp;
//   } HeadKey;
inline constexpr std::size_t kHeadKeySize = 80;
using HeadKey = std::array<std::uint8_t, kHeadKeySize>;

// HeadKeyOf writes the key. The signature is no part of it (HeadIdentityHash).
HeadKey HeadKeyOf(const LogId& log_id, const TreeHead& head);

// EncodeHeadRecord writes the key, and behind it the encoded DigitallySigned. It is canonical where
// the signature is (CanonicalSignature).
[[nodiscard]] Result<ByteVector> EncodeHeadRecord(const LogId& log_id, const SignedTreeHead& sth);

// DecodeHeadRecord reads what EncodeHeadRecord wrote; the head has a log_id. Fails with kTruncated
// within the key, with kOutOfRange for a size beyond kMaxTreeSize, and as DecodeDigitallySigned.
[[nodiscard]] Result<GossipHead> DecodeHeadRecord(Bytes record);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_HEAD_RECORD_H_
