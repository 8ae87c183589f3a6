// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeTransGossipEnabled, SplitTransGossip, DecodeTransGossip; a line of input is one of
// the header
// Property: messages are bounded, and written reads back the same; every head that is read has the
// log of a message; no line more makes a server that said no a willing one.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/gossip/bounds.h"
#include "core/gossip/header.h"
#include "core/wire/sct.h"
#include "fuzz/require.h"

using tattle::Result;
using tattle::TransGossipMessage;
using tattle::Willingness;
using tattle::fuzz::Require;
using Lines = std::vector<std::string_view>;

namespace {

Lines SplitLines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t len = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, len));
    text.remove_prefix(std::min(len + 1, text.size()));
  }
  return lines;
}

void CheckWillingness(Lines lines) {
  const Willingness said = tattle::DecodeTransGossipEnabled(lines);
  Require((said == Willingness::kAbsent) == lines.empty());
  lines.emplace_back("No");
  const Willingness with_no = tattle::DecodeTransGossipEnabled(lines);
  Require(with_no == Willingness::kNo || with_no == Willingness::kOther);
  lines.back() = "Yes";
  const Willingness with_yes = tattle::DecodeTransGossipEnabled(lines);
  Require(with_yes != Willingness::kYes || said == Willingness::kYes ||
          said == Willingness::kAbsent || said == Willingness::kOther);
  Require(said != Willingness::kNo || with_yes != Willingness::kYes);
}

bool HasMessageOf(const std::vector<TransGossipMessage>& messages, const tattle::LogId& log_id) {
  return std::any_of(messages.begin(), messages.end(),
                     [&](const TransGossipMessage& message) { return message.log_id == log_id; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Lines lines = SplitLines(tattle::AsText({data, size}));
  CheckWillingness(lines);
  const Result<tattle::TransGossipMessages> split = tattle::SplitTransGossip(lines);
  const Result<tattle::TransGossipContent> content = tattle::DecodeTransGossip(lines);
  Require(split.has_value() == content.has_value());
  if (!split) {
    return 0;
  }
  Require(split->messages.size() <= tattle::kMaxGossipHeaderMessages);
  // Written with hexadecimal digits, ids from base64 need more room.
  if (const Result<std::string> value = tattle::EncodeTransGossip(split->messages)) {
    Require(value->size() <= tattle::kMaxGossipHeaderSize);
    const Result<tattle::TransGossipMessages> again =
        tattle::SplitTransGossip(std::vector<std::string_view>{*value});
    Require(again && again->messages == split->messages && again->skips.total() == 0);
  }
  for (const tattle::GossipHead& head : content->heads) {
    Require(head.log_id && HasMessageOf(split->messages, *head.log_id));
  }
  for (const tattle::FeedbackEntry& entry : content->feedback) {
    for (const tattle::ByteVector& item : entry.scts) {
      const Result<tattle::Sct> sct = tattle::DecodeSct(item);
      Require(sct && HasMessageOf(split->messages, sct->log_id));
    }
  }
  return 0;
}
