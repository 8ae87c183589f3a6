// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// ModelOutbox: plugin/gossip/outbox_plan over a few vectors instead of plugin/pool's SQLite file,
// so that a million clients can be simulated. Choosing and mixing is core/gossip's own; what is
// modelled is what the pool keeps and what the plan does around the choice.
// tests/unit/simulate/model_outbox_test.cc holds both side by side.

#ifndef TATTLE_EXAMPLES_SIMULATE_MODEL_OUTBOX_H_
#define TATTLE_EXAMPLES_SIMULATE_MODEL_OUTBOX_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/gossip/select_heads.h"
#include "examples/simulate/logs.h"
#include "examples/simulate/outbox.h"

namespace tattle::simulate {

// ModelOutbox borrows the logs.
class ModelOutbox : public Outbox {
 public:
  // Of a log's many heads `max_drawn_of` are looked at for a server, themselves drawn evenly. A
  // message has 8 heads at the most, so that this changes no probability, only which random numbers
  // are used for what.
  static constexpr std::size_t kDrawnOf = 16;
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  explicit ModelOutbox(const Logs& logs, std::size_t max_drawn_of = kDrawnOf);

  // SetOrder says in which order a pool lists its logs. It is arbitrary there, and only which
  // random numbers are used for what depends on it.
  void SetOrder(std::vector<std::uint32_t> order) { order_ = std::move(order); }

  void AddOwn(const Head& head, std::uint64_t now_ms) override;
  void AddLearnt(const Head& head, std::uint64_t now_ms) override;
  Heads Carry(std::uint32_t server, std::uint64_t now_ms, const DrawUint64& draw) override;
  void NoteWilling(std::uint32_t server, std::uint64_t now_ms) override;
  void Renew(std::size_t num_others, std::uint64_t now_ms, const DrawUint64& draw) override;
  Heads GiveToAuditor(std::uint64_t now_ms, const DrawUint64& draw) override;

 private:
  struct Waiting {
    Head head;
    std::uint64_t since_ms = 0;
  };
  struct Host {
    std::uint32_t server = 0;
    std::uint64_t contact_ms = 0;
    std::vector<Waiting> heads;
  };

  void DropOld(std::uint64_t now_ms);
  void Promise(Host& host, std::size_t num_takers, std::uint64_t now_ms, const DrawUint64& draw);
  void PlanNext();

  const Logs& logs_;
  const std::size_t max_drawn_of_;
  std::vector<std::uint32_t> order_;
  std::vector<Host> hosts_;            // contacted last first
  std::vector<Heads> fresh_;           // by log, by size: own, and nobody has had them
  std::vector<Heads> learnt_;          // the same: of servers, and for the auditor only
  std::vector<Heads> audited_;         // the same: the auditor has had them, and no server
  std::vector<std::uint64_t> newest_;  // by log: the size of the last head that was fetched
  std::size_t num_fresh_ = 0;
  bool is_any_hungry_ = false;     // a host for whom less waits than may
  std::uint64_t next_old_ms_ = 0;  // nothing becomes too old before
};

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_MODEL_OUTBOX_H_
