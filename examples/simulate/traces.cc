// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/traces.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace tattle::simulate {
namespace {

// A head that came very often names nobody any more: the last messages with it are enough.
constexpr std::size_t kLastOfHead = 4;

// NameOf is a number that no two heads of a simulation share.
std::uint64_t NameOf(const Head& head) {
  constexpr unsigned kSizeBits = 48;
  constexpr unsigned kLogBits = 8;
  return (static_cast<std::uint64_t>(head.face) << (kSizeBits + kLogBits)) |
         (std::uint64_t{head.log} << kSizeBits) | head.size;
}

// Index is which messages had a head, the last ones of them.
class Index {
 public:
  void Add(std::uint64_t name, std::size_t message) {
    std::vector<std::size_t>& messages = messages_[name];
    if (messages.size() == kLastOfHead) {
      messages.erase(messages.begin());
    }
    messages.push_back(message);
  }

  // Closest is the message that has most of these.
  std::optional<std::size_t> Closest(std::span<const std::uint64_t> names) const {
    std::map<std::size_t, std::size_t> in_common;
    for (const std::uint64_t name : names) {
      const auto found = messages_.find(name);
      if (found != messages_.end()) {
        for (const std::size_t message : found->second) {
          ++in_common[message];
        }
      }
    }
    const auto most = std::max_element(in_common.begin(), in_common.end(), [](auto& a, auto& b) {
      return a.second < b.second || (a.second == b.second && a.first < b.first);
    });
    return most == in_common.end() ? std::nullopt : std::optional(most->first);
  }

 private:
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> messages_;
};

}  // namespace

void Traces::Add(std::uint32_t client, std::uint32_t rank, std::uint64_t time_ms,
                 std::span<const Head> sent, std::span<const Head> told) {
  Trace trace = {client, rank, time_ms, names_.size(), 0, 0};
  std::transform(sent.begin(), sent.end(), std::back_inserter(names_), NameOf);
  trace.sent_end = names_.size();
  std::transform(told.begin(), told.end(), std::back_inserter(names_), NameOf);
  trace.end = names_.size();
  traces_.push_back(trace);
}

Links Traces::Find(std::uint32_t num_servers) const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < traces_.size(); ++i) {
    if (traces_[i].rank < num_servers) {
      order.push_back(i);
    }
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(traces_[a].time_ms, a) < std::pair(traces_[b].time_ms, b);
  });
  Links out;
  out.num_servers = num_servers;
  Index index;
  Index marks;
  std::unordered_set<std::uint32_t> been_here;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const Trace& trace = traces_[order[place]];
    const auto sent = NamesOf(trace.begin, trace.sent_end);
    const auto marked = marks.Closest(sent);
    const auto closest = marked ? marked : index.Closest(sent);
    if (closest) {
      const bool is_right = traces_[order[*closest]].client == trace.client;
      ++(is_right ? out.num_right : out.num_wrong);
    }
    out.num_again += been_here.insert(trace.client).second ? 0 : 1;
    for (const std::uint64_t name : sent) {
      index.Add(name, place);
    }
    for (const std::uint64_t name : NamesOf(trace.sent_end, trace.end)) {
      marks.Add(name, place);
    }
  }
  return out;
}

}  // namespace tattle::simulate
