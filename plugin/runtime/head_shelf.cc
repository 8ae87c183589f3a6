// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/head_shelf.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/gossip/bounds.h"
#include "core/gossip/feedback.h"
#include "core/gossip/feedback_record.h"
#include "core/gossip/head_record.h"

namespace tattle {

void HeadShelf::Put(Bytes record, bool is_conflicting) {
  Result<GossipHead> head = DecodeHeadRecord(record);
  if (!head || logs_->Find(*head->log_id) == nullptr ||
      logs_->FindDenied(*head->log_id) != nullptr) {
    return;
  }
  HeadCandidate& candidate = candidates_.emplace_back();
  candidate.log_id = *head->log_id;
  candidate.timestamp_ms = head->sth.head.timestamp_ms;
  candidate.is_conflicting = is_conflicting;
  heads_.push_back(*std::move(head));
}

Result<std::string> HeadShelf::Draw(HeadDialect dialect, std::size_t max_heads,
                                    const GossipMessage* brought, std::uint64_t now_ms,
                                    const DrawUint64& draw) const {
  std::set<HeadKey> left_out;
  if (brought != nullptr) {
    left_out.insert(brought->head_keys.begin(), brought->head_keys.end());
  }
  HeadWish wish;
  wish.side = HeadSide::kPool;
  wish.max_heads = std::min(max_heads, kMaxGossipHeads);
  const std::size_t num_given = wish.max_heads;
  wish.max_heads += left_out.size();  // since some of those that are drawn are left out
  const Result<std::vector<std::size_t>> drawn =
      SelectHeads(candidates_, wish, *logs_, now_ms, draw);
  if (!drawn) {
    return tl::unexpected(drawn.error());
  }
  std::vector<GossipHead> given;
  for (const std::size_t index : *drawn) {
    const GossipHead& head = heads_.at(index);
    if (given.size() < num_given && !left_out.contains(HeadKeyOf(*head.log_id, head.sth.head))) {
      given.push_back(head);
    }
  }
  return EncodeHeads(dialect, given);
}

Result<std::string> EncodeHeadRecords(HeadDialect dialect, std::span<const Bytes> records) {
  std::vector<GossipHead> heads;
  heads.reserve(records.size());
  for (const Bytes record : records) {
    Result<GossipHead> head = DecodeHeadRecord(record);
    if (!head) {
      return tl::unexpected(head.error());
    }
    heads.push_back(*std::move(head));
  }
  return EncodeHeads(dialect, heads);
}

Result<std::string> EncodeFeedbackRecords(std::span<const Bytes> records) {
  std::vector<FeedbackEntry> entries;
  entries.reserve(records.size());
  for (const Bytes bytes : records) {
    const Result<FeedbackRecord> record = DecodeFeedbackRecord(bytes);
    if (!record) {
      return tl::unexpected(record.error());
    }
    entries.push_back(EntryOf(*record));
  }
  return EncodeFeedback(FeedbackDialect::kArrayVersioned, entries, kMaxFeedbackSize);
}

}  // namespace tattle
