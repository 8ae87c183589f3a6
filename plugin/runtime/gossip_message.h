// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a server is told by gossip, with the names by which it knows again what it keeps.

#ifndef TATTLE_PLUGIN_RUNTIME_GOSSIP_MESSAGE_H_
#define TATTLE_PLUGIN_RUNTIME_GOSSIP_MESSAGE_H_

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/gossip/feedback.h"
#include "core/gossip/head_record.h"
#include "core/gossip/heads.h"

namespace tattle {

// GossipMessage is a value; nothing of it has been verified.
struct GossipMessage {
  HeadDialect dialect = HeadDialect::kSths;
  bool is_cut = false;  // more stood in it than is read at once
  std::vector<GossipHead> heads;
  std::vector<HeadKey> head_keys;  // one each; without a log_id it begins with zeros
  std::vector<FeedbackEntry> entries;
  std::vector<std::optional<Hash>> sct_keys;  // FeedbackIdentityHash, of each SCT of all entries
};

// ReadHeadMessage and ReadFeedbackMessage fail as DecodeHeads and DecodeFeedback.
Result<GossipMessage> ReadHeadMessage(Bytes body);
Result<GossipMessage> ReadFeedbackMessage(Bytes body);

// ReadHeaderMessage reads the values of all TransGossip fields. Fails as DecodeTransGossip.
Result<GossipMessage> ReadHeaderMessage(std::span<const std::string_view> values);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_RUNTIME_GOSSIP_MESSAGE_H_
