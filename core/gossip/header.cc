// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/header.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "core/base/base64.h"
#include "core/gossip/bounds.h"
#include "core/gossip/header_text.h"
#include "core/wire/sct.h"

namespace tattle {
namespace {

constexpr const char* kHeaderField = "trans_gossip";

// EqualsWord compares letters of ASCII in any case; `word` is in lower case.
bool EqualsWord(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

Willingness ReadWillingness(std::string_view item) {
  if (EqualsWord(item, "yes")) {
    return Willingness::kYes;
  }
  return EqualsWord(item, "no") ? Willingness::kNo : Willingness::kOther;
}

// Both is what two items say together.
Willingness Both(Willingness a, Willingness b) {
  if (a == Willingness::kAbsent || a == b) {
    return b;
  }
  return a == Willingness::kNo || b == Willingness::kNo ? Willingness::kNo : Willingness::kOther;
}

// CheckVersion0 reads a decimal number; zeros in front are as good as none.
Result<void> CheckVersion0(std::string_view version) {
  if (version.empty() || version.find_first_not_of("0123456789") != std::string_view::npos) {
    return Fail(Errc::kBadEncoding, "trans_gossip.version");
  }
  if (version.find_first_not_of('0') != std::string_view::npos) {
    return Fail(Errc::kUnsupportedVersion, "trans_gossip.version");
  }
  return {};
}

Result<LogId> ReadHeaderLogId(std::string_view text) {
  LogId log_id = {};
  const Result<ByteVector> bytes =
      text.size() == 2 * log_id.size() ? DecodeHex(text) : DecodeBase64(text);
  if (!bytes) {
    return Fail(Errc::kBadEncoding, "trans_gossip.log_id");
  }
  if (bytes->size() != log_id.size()) {
    return Fail(Errc::kBadLength, "trans_gossip.log_id");
  }
  std::copy(bytes->begin(), bytes->end(), log_id.begin());
  return log_id;
}

// TakeField takes what is in front of the next colon.
std::optional<std::string_view> TakeField(std::string_view& rest) {
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view field = rest.substr(0, colon);
  rest.remove_prefix(colon + 1);
  return field;
}

Result<TransGossipMessage> ReadMessage(std::string_view item) {
  const std::optional<std::string_view> version = TakeField(item);
  if (!version) {
    return Fail(Errc::kTruncated, kHeaderField);
  }
  // The form of what follows is up to the version.
  if (const Result<void> checked = CheckVersion0(*version); !checked) {
    return tl::unexpected(checked.error());
  }
  const std::optional<std::string_view> log_id_text = TakeField(item);
  if (!log_id_text) {
    return Fail(Errc::kTruncated, kHeaderField);
  }
  const Result<LogId> log_id = ReadHeaderLogId(*log_id_text);
  if (!log_id) {
    return tl::unexpected(log_id.error());
  }
  Result<ByteVector> data = DecodeBase64(item);
  if (!data) {
    return Fail(Errc::kBadEncoding, "trans_gossip.gossip_data");
  }
  if (data->empty()) {
    return Fail(Errc::kBadLength, "trans_gossip.gossip_data");
  }
  return TransGossipMessage{*log_id, *std::move(data)};
}

// AddHeads adds heads of this log; false where the data is no message of heads.
Result<void> AddHeads(const TransGossipMessage& message, TransGossipContent& out) {
  Result<HeadMessage> heads = DecodeHeads(message.gossip_data);
  if (!heads) {
    return tl::unexpected(heads.error());
  }
  out.skips.Add(heads->skips);
  for (GossipHead& head : heads->heads) {
    if (head.log_id.value_or(message.log_id) != message.log_id) {
      out.skips.Add(Errc::kMismatch, "sth.log_id");
      continue;
    }
    head.log_id = message.log_id;
    out.heads.push_back(std::move(head));
  }
  return {};
}

Result<void> AddFeedback(const TransGossipMessage& message, TransGossipContent& out) {
  Result<FeedbackMessage> feedback = DecodeFeedback(message.gossip_data, kMaxGossipHeaderSize);
  if (!feedback) {
    return tl::unexpected(feedback.error());
  }
  out.skips.Add(feedback->skips);
  for (FeedbackEntry& entry : feedback->entries) {
    const std::size_t num_others = std::erase_if(entry.scts, [&](const ByteVector& item) {
      const Result<Sct> sct = DecodeSct(item);
      return !sct || sct->log_id != message.log_id;
    });
    out.skips.Add(Errc::kMismatch, "sct.log_id", num_others);
    if (!entry.scts.empty()) {
      out.feedback.push_back(std::move(entry));
    }
  }
  return {};
}

}  // namespace

Willingness DecodeTransGossipEnabled(std::span<const std::string_view> values) {
  if (values.empty()) {
    return Willingness::kAbsent;
  }
  if (IsHeaderTooLong(values)) {
    return Willingness::kOther;
  }
  Willingness said = Willingness::kAbsent;
  ForEachListItem(values, [&](std::string_view item) { said = Both(said, ReadWillingness(item)); });
  return said == Willingness::kAbsent ? Willingness::kOther : said;  // a line that says nothing
}

std::string_view WillingnessName(Willingness willingness) {
  switch (willingness) {
    case Willingness::kAbsent:
      return "absent";
    case Willingness::kYes:
      return "yes";
    case Willingness::kNo:
      return "no";
    case Willingness::kOther:
      break;
  }
  return "other";
}

Result<TransGossipMessages> SplitTransGossip(std::span<const std::string_view> values) {
  if (IsHeaderTooLong(values)) {
    return Fail(Errc::kTooLarge, kHeaderField);
  }
  TransGossipMessages out;
  ForEachListItem(values, [&](std::string_view item) {
    if (out.messages.size() == kMaxGossipHeaderMessages) {
      out.skips.Add(Errc::kTooLarge, kHeaderField);
      return;
    }
    Result<TransGossipMessage> message = ReadMessage(item);
    if (message) {
      out.messages.push_back(*std::move(message));
    } else {
      out.skips.Add(message.error());
    }
  });
  return out;
}

Result<std::string> EncodeTransGossip(std::span<const TransGossipMessage> messages) {
  std::string value;
  for (const TransGossipMessage& message : messages) {
    if (message.gossip_data.empty()) {
      return Fail(Errc::kInvalidArgument, kHeaderField);
    }
    value.append(value.empty() ? "0:" : ", 0:").append(Hex(message.log_id)).append(":");
    value.append(EncodeBase64(message.gossip_data));
  }
  if (messages.size() > kMaxGossipHeaderMessages || value.size() > kMaxGossipHeaderSize) {
    return Fail(Errc::kTooLarge, kHeaderField);
  }
  return value;
}

Result<TransGossipContent> DecodeTransGossip(std::span<const std::string_view> values) {
  const Result<TransGossipMessages> split = SplitTransGossip(values);
  if (!split) {
    return tl::unexpected(split.error());
  }
  TransGossipContent out;
  out.skips = split->skips;
  for (const TransGossipMessage& message : split->messages) {
    const Result<void> heads = AddHeads(message, out);
    if (heads) {
      continue;
    }
    const Result<void> feedback = AddFeedback(message, out);
    if (!feedback) {
      out.skips.Add(feedback.error().code, "trans_gossip.gossip_data");
    }
  }
  return out;
}

Result<std::string> EncodeTransGossipHeads(std::span<const GossipHead> heads) {
  std::vector<TransGossipMessage> messages;
  for (const GossipHead& head : heads) {
    if (!head.log_id) {
      return Fail(Errc::kMissing, "sth.log_id");
    }
    const Result<std::string> json = EncodeHeads(HeadDialect::kSths, {&head, 1});
    if (!json) {
      return tl::unexpected(json.error());
    }
    messages.push_back({*head.log_id, ToVector(AsBytes(*json))});
  }
  return EncodeTransGossip(messages);
}

}  // namespace tattle
