// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The two HTTP header fields of gossip (draft-linus-trans-gossip-transport-https-00): willingness,
// and messages that ride on what is sent anyway.

#ifndef TATTLE_CORE_GOSSIP_HEADER_H_
#define TATTLE_CORE_GOSSIP_HEADER_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/gossip/feedback.h"
#include "core/gossip/heads.h"
#include "core/gossip/skip_counts.h"

namespace tattle {

inline constexpr std::string_view kTransGossipEnabled = "TransGossipEnabled";
inline constexpr std::string_view kTransGossip = "TransGossip";

// Willingness is what a server says of gossip. Zero is to hear nothing of it, which allows it by
// the draft, and does not by our default.
enum class Willingness : std::uint8_t {
  kAbsent = 0,
  kYes,    // send
  kNo,     // never send
  kOther,  // something else: not a yes
};

// DecodeTransGossipEnabled reads the values of all lines of the field, in any case of letters. The
// safe side wins: one No is a No, and beside anything else a Yes is none. Of more than
// kMaxGossipHeaderSize bytes nothing is read.
Willingness DecodeTransGossipEnabled(std::span<const std::string_view> values);

// WillingnessName: "absent", "yes", "no", "other".
std::string_view WillingnessName(Willingness willingness);

// TransGossipMessage is one message of version 0; its data is JSON by our reading of CT0, which
// says what it holds and not how heads and SCTs are told apart.
struct TransGossipMessage {
  LogId log_id = {};
  ByteVector gossip_data;

  friend bool operator==(const TransGossipMessage&, const TransGossipMessage&) = default;
};

struct TransGossipMessages {
  std::vector<TransGossipMessage> messages;  // at most kMaxGossipHeaderMessages
  SkipCounts skips;                          // kUnsupportedVersion for later versions
};

// SplitTransGossip reads the values of all lines, with one message or several, separated by commas
// (RFC 9110, Section 5.6.1), in each:
//   0:LOG-ID:GOSSIP-DATA
// LOG-ID is 64 hexadecimal digits, as in the examples of the drafts, or base64 of 32 bytes; the
// data is base64. A bad message is counted and spoils no other. Fails with kTooLarge for more than
// kMaxGossipHeaderSize bytes.
[[nodiscard]] Result<TransGossipMessages> SplitTransGossip(
    std::span<const std::string_view> values);

// EncodeTransGossip writes a field's value. Fails with kTooLarge beyond the bounds of
// SplitTransGossip.
[[nodiscard]] Result<std::string> EncodeTransGossip(std::span<const TransGossipMessage> messages);

// TransGossipContent is what the messages hold. Every head has a log_id, that of its message.
struct TransGossipContent {
  std::vector<GossipHead> heads;
  std::vector<FeedbackEntry> feedback;
  SkipCounts skips;
};

// DecodeTransGossip reads the values of all lines, and the heads and SCTs of CT0 in them. What
// names another log than its message does is skipped with kMismatch. Fails as SplitTransGossip.
[[nodiscard]] Result<TransGossipContent> DecodeTransGossip(
    std::span<const std::string_view> values);

// EncodeTransGossipHeads writes heads into a field's value, a message for each. Fails with kMissing
// for a head without log_id, with kTooLarge beyond the bounds, and as EncodeHeads.
[[nodiscard]] Result<std::string> EncodeTransGossipHeads(std::span<const GossipHead> heads);

}  // namespace tattle

#endif  // TATTLE_CORE_GOSSIP_HEADER_H_
