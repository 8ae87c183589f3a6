// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// PoolOutbox: a client with all that `tattled` has: a pool on disk, and the plan over it.

#ifndef TATTLE_EXAMPLES_SIMULATE_POOL_OUTBOX_H_
#define TATTLE_EXAMPLES_SIMULATE_POOL_OUTBOX_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "examples/simulate/logs.h"
#include "examples/simulate/outbox.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/outbox.h"

namespace tattle::simulate {

// PoolOutbox borrows the logs. Its file is written as one batch, which only spares the disk.
class PoolOutbox : public Outbox {
 public:
  // The pool is made at `path`, and goes with the client. `now_ms` is the time of the first call.
  PoolOutbox(const Logs& logs, std::string path, std::uint64_t now_ms);
  ~PoolOutbox() override;

  // Order is the order in which the pool lists logs.
  std::vector<std::uint32_t> Order();

  void AddOwn(const Head& head, std::uint64_t now_ms) override;
  void AddLearnt(const Head& head, std::uint64_t now_ms) override;
  Heads Carry(std::uint32_t server, std::uint64_t now_ms, const DrawUint64& draw) override;
  void NoteWilling(std::uint32_t server, std::uint64_t now_ms) override;
  void Renew(std::size_t num_others, std::uint64_t now_ms, const DrawUint64& draw) override;
  Heads GiveToAuditor(std::uint64_t now_ms, const DrawUint64& draw) override;

 private:
  Head HeadOf(const LogId& log_id, const TreeHead& head) const;

  const Logs& logs_;
  const std::string path_;
  std::unique_ptr<Pool> pool_;
  std::optional<Pool::Batch> batch_;
  std::vector<OutboxHost> outbox_;  // as programs would read it
};

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_POOL_OUTBOX_H_
