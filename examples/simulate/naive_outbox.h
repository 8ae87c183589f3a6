// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// NaiveOutbox: clients that give what they have, to compare with.

#ifndef TATTLE_EXAMPLES_SIMULATE_NAIVE_OUTBOX_H_
#define TATTLE_EXAMPLES_SIMULATE_NAIVE_OUTBOX_H_

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "examples/simulate/logs.h"
#include "examples/simulate/outbox.h"
#include "examples/simulate/settings.h"

namespace tattle::simulate {

// NaiveOutbox borrows the logs. Every server that was willing once gets, on each visit, as many
// heads as fit into a message, drawn by core/gossip as for a pool; an auditor gets the same.
class NaiveOutbox : public Outbox {
 public:
  NaiveOutbox(const Logs& logs, Rule rule, std::uint32_t head_s);

  void AddOwn(const Head& head, std::uint64_t now_ms) override;
  void AddLearnt(const Head& head, std::uint64_t now_ms) override;
  Heads Carry(std::uint32_t server, std::uint64_t now_ms, const DrawUint64& draw) override;
  void NoteWilling(std::uint32_t server, std::uint64_t now_ms) override;
  void Renew(std::size_t num_others, std::uint64_t now_ms, const DrawUint64& draw) override;
  Heads GiveToAuditor(std::uint64_t now_ms, const DrawUint64& draw) override;

 private:
  void Add(const Head& head);

  const Logs& logs_;
  const Rule rule_;
  const std::uint32_t head_s_;
  std::vector<Heads> heads_;  // by log, in the order in which they came
  std::set<std::pair<std::uint32_t, std::uint64_t>> known_;  // log, and size or hour
  std::set<std::uint32_t> willing_;
};

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_NAIVE_OUTBOX_H_
