// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Messages of tree heads: STH pollination, and what CT1 fetched. Heads of RFC 6962 and static-ct
// logs look the same here: a checkpoint says what get-sth says (static-ct-api, Checkpoints).

#ifndef TATTLE_CORE_GOSSIP_HEADS_H_
#define TATTLE_CORE_GOSSIP_HEADS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/gossip/skip_counts.h"
#include "core/wire/tree_head.h"

namespace tattle {

// HeadDialect is how heads are wrapped. Drafts: CT0 to CT2 are draft-linus-trans-gossip-ct-00 to
// -02, I0 to I5 are draft-ietf-trans-gossip-00 to -05.
enum class HeadDialect : std::uint8_t {
  kSths = 1,   // {"sths":[...]}: CT0, CT2, I0 to I4, and what is deployed
  kSthGossip,  // {"sth_gossip":[...]}: CT1
  kVersioned,  // {"v1":[...],"v2":[...]}: I5; v2 is of RFC 9162, of which no log exists
};

// GossipHead is a head as it came; nothing of it has been verified.
struct GossipHead {
  std::optional<LogId> log_id;  // I5 has none: try the keys (head_check.h)
  SignedTreeHead sth;
};

// HeadMessage is what was read of a message. `dialect` is the one to answer in.
struct HeadMessage {
  HeadDialect dialect = HeadDialect::kSths;
  std::vector<GossipHead> heads;  // at most kMaxGossipHeads
  SkipCounts skips;               // kUnsupportedVersion for heads of v2, kTooLarge beyond the bound
};

// DecodeHeads reads a message of any dialect. Of several dialects in one message all are read.
// Fails only for a body that is no such message: kTooLarge beyond kMaxHeadMessageSize,
// kBadEncoding, kDuplicate for a member that stands twice, kMissing where no member of a dialect is
// there. Members that we do not know are ignored, and `null` is an empty list: Go writes one so.
[[nodiscard]] Result<HeadMessage> DecodeHeads(Bytes body);

// EncodeHeads writes a message that DecodeHeads reads. In every dialect a head has its log_id, if
// it is known, and its version: I5 forgot them. Fails with kTooLarge beyond the bounds of
// DecodeHeads, with kInvalidArgument for a head that no message can hold: a tree size beyond
// kMaxTreeSize, a signature that is no DigitallySigned.
[[nodiscard]] Result<std::string> EncodeHeads(HeadDialect dialect,
                                              std::span<const GossipHead> heads);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_HEADS_H_
