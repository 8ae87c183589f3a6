// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/naive_outbox.h"

#include "core/gossip/bounds.h"
#include "core/gossip/head_check.h"
#include "examples/simulate/world.h"

namespace tattle::simulate {
NaiveOutbox::NaiveOutbox(const Logs& logs, Rule rule, std::uint32_t head_s)
    : logs_(logs), rule_(rule), head_s_(head_s), heads_(logs.logs.size()) {}

void NaiveOutbox::AddOwn(const Head& head, std::uint64_t /* now_ms */) {
  Add(head);
}

void NaiveOutbox::AddLearnt(const Head& head, std::uint64_t /* now_ms */) {
  Add(head);
}

void NaiveOutbox::Add(const Head& head) {
  // "Clients silently ignore STHs from logs with an issuance frequency above 1 per hour."
  if (rule_ == Rule::kHourlyLogs && head_s_ < 3600) {
    return;
  }
  const std::uint64_t name = rule_ == Rule::kThinned ? head.time_ms / kHourMs : head.size;
  if (known_.emplace(head.log, name).second) {
    heads_[head.log].push_back(head);
  }
}

Heads NaiveOutbox::Carry(std::uint32_t server, std::uint64_t now_ms, const DrawUint64& draw) {
  return willing_.contains(server) ? GiveToAuditor(now_ms, draw) : Heads();
}

void NaiveOutbox::NoteWilling(std::uint32_t server, std::uint64_t /* now_ms */) {
  willing_.insert(server);
}

void NaiveOutbox::Renew(std::size_t /* num_others */, std::uint64_t now_ms,
                        const DrawUint64& /* draw */) {
  for (Heads& heads : heads_) {
    // In the order of their times, but for those that a server made up.
    while (!heads.empty() && !IsFreshHead(heads.front().time_ms, now_ms)) {
      heads.erase(heads.begin());
    }
  }
}

Heads NaiveOutbox::GiveToAuditor(std::uint64_t now_ms, const DrawUint64& draw) {
  Heads some;
  for (const Heads& heads : heads_) {
    // Steps of random length, by which twice as many are met as a message holds.
    const std::uint64_t step = 2 * (heads.size() / (2 * kMaxGossipHeads)) + 1;
    for (std::size_t i = 0; i < heads.size();
         i += 1 + (step > 1 ? DrawBelow(step, draw).value() : 0)) {
      some.push_back(heads[i]);
    }
  }
  std::vector<HeadCandidate> candidates;
  for (const Head& head : some) {
    candidates.push_back(logs_.CandidateOf(head));
  }
  HeadWish wish;
  wish.side = HeadSide::kPool;
  wish.max_heads = kMaxGossipHeads;
  Heads out;
  const auto chosen = SelectHeads(candidates, wish, logs_.list, now_ms, draw);
  for (const std::size_t place : chosen.value()) {
    out.push_back(some[place]);
  }
  return out;
}

}  // namespace tattle::simulate
