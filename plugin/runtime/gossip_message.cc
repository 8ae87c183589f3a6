// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/gossip_message.h"

#include <utility>

#include "core/crypto/sha256.h"
#include "core/gossip/bounds.h"
#include "core/gossip/feedback_check.h"
#include "core/gossip/header.h"
#include "core/wire/sct.h"

namespace tattle {
namespace {

bool HasMore(const SkipCounts& skips) {
  return skips.CountOf(Errc::kTooLarge) > 0;
}

void TakeHeads(std::vector<GossipHead> heads, GossipMessage& message) {
  message.heads = std::move(heads);
  message.head_keys.reserve(message.heads.size());
  for (const GossipHead& head : message.heads) {
    message.head_keys.push_back(HeadKeyOf(head.log_id.value_or(LogId{}), head.sth.head));
  }
}

void TakeEntries(std::vector<FeedbackEntry> entries, GossipMessage& message) {
  message.entries = std::move(entries);
  for (const FeedbackEntry& entry : message.entries) {
    const Hash leaf =
        Sha256Of(entry.x509_chain.empty() ? Bytes() : Bytes(entry.x509_chain.front()));
    for (const ByteVector& item : entry.scts) {
      const Result<Sct> sct = DecodeSct(item);
      message.sct_keys.push_back(sct ? std::optional(FeedbackIdentityHash(leaf, *sct))
                                     : std::nullopt);
    }
  }
}

}  // namespace

Result<GossipMessage> ReadHeadMessage(Bytes body) {
  Result<HeadMessage> read = DecodeHeads(body);
  if (!read) {
    return tl::unexpected(read.error());
  }
  GossipMessage message;
  message.dialect = read->dialect;
  message.is_cut = HasMore(read->skips);
  TakeHeads(std::move(read->heads), message);
  return message;
}

Result<GossipMessage> ReadFeedbackMessage(Bytes body) {
  Result<FeedbackMessage> read = DecodeFeedback(body, kMaxFeedbackSize);
  if (!read) {
    return tl::unexpected(read.error());
  }
  GossipMessage message;
  message.is_cut = HasMore(read->skips);
  TakeEntries(std::move(read->entries), message);
  return message;
}

Result<GossipMessage> ReadHeaderMessage(std::span<const std::string_view> values) {
  Result<TransGossipContent> read = DecodeTransGossip(values);
  if (!read) {
    return tl::unexpected(read.error());
  }
  GossipMessage message;
  message.is_cut = HasMore(read->skips);
  TakeHeads(std::move(read->heads), message);
  TakeEntries(std::move(read->feedback), message);
  return message;
}

}  // namespace tattle
