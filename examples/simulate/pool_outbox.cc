// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/pool_outbox.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/base/time.h"
#include "core/gossip/bounds.h"
#include "plugin/gossip/head_choice.h"
#include "plugin/gossip/outbox_plan.h"
#include "plugin/gossip/pollinator.h"
#include "plugin/pool/gossip_book.h"
#include "plugin/pool/gossip_view.h"

namespace tattle::simulate {
namespace {

std::string HostOf(std::uint32_t server) {
  return "server-" + std::to_string(server) + ".example";
}

// Require stops a simulation that would have a hole in it.
template <typename Done>
void Require(const Done& done) {
  if (!done) {
    throw std::runtime_error("a pool failed");
  }
}

std::unique_ptr<Pool> MakePool(const std::string& path) {
  PoolOptions options;
  options.create = true;
  return Pool::Open(path, options).value();
}

}  // namespace

PoolOutbox::PoolOutbox(const Logs& logs, std::string path, std::uint64_t now_ms)
    : logs_(logs), path_(std::move(path)), pool_(MakePool(path_)) {
  batch_.emplace(*pool_);
  // A head that is too old for anybody makes each log known, so that their order stays as it is.
  const std::uint64_t long_ago_ms = now_ms - 2 * kHeadFreshnessMs;
  for (std::uint32_t log = 0; log < logs.logs.size(); ++log) {
    PoolOutbox::AddOwn({log, 0, long_ago_ms, Face::kBoth}, now_ms);
  }
}

PoolOutbox::~PoolOutbox() {
  batch_.reset();
  pool_.reset();
  for (const char* const end : {"", "-wal", "-shm", "-lock"}) {
    std::error_code ignored;
    std::filesystem::remove(path_ + end, ignored);
  }
}

Head PoolOutbox::HeadOf(const LogId& log_id, const TreeHead& head) const {
  const auto log = std::find_if(logs_.logs.begin(), logs_.logs.end(),
                                [&](const Log& one) { return one.log_id == log_id; });
  return {static_cast<std::uint32_t>(log - logs_.logs.begin()), head.tree_size, head.timestamp_ms,
          static_cast<Face>(head.sha256_root_hash[0])};
}

std::vector<std::uint32_t> PoolOutbox::Order() {
  std::vector<std::uint32_t> out;
  const std::vector<KnownHead> heads = GossipView(*pool_).HeadsSince(0).value();
  for (const KnownHead& known : heads) {
    const std::uint32_t log = HeadOf(known.log_id, {}).log;
    if (out.empty() || out.back() != log) {
      out.push_back(log);
    }
  }
  return out;
}

void PoolOutbox::AddOwn(const Head& head, std::uint64_t now_ms) {
  const GossipHead signed_head = logs_.SignedOf(head);
  static_cast<void>(
      pool_->AddHead(*signed_head.log_id, signed_head.sth, HeadSource::kLog, now_ms).value());
}

void PoolOutbox::AddLearnt(const Head& head, std::uint64_t now_ms) {
  const GossipHead signed_head = logs_.SignedOf(head);
  static_cast<void>(
      pool_->AddHead(*signed_head.log_id, signed_head.sth, HeadSource::kReply, now_ms).value());
}

Heads PoolOutbox::Carry(std::uint32_t server, std::uint64_t now_ms, const DrawUint64& /* draw */) {
  Heads out;
  const std::string host = HostOf(server);
  for (const OutboxHost& entry : outbox_) {
    if (entry.host == host) {
      for (const OutboxHead& head : entry.heads) {
        out.push_back(HeadOf(head.log_id, head.sth.head));
      }
    }
  }
  Require(NoteCarried(*pool_, host, now_ms));
  return out;
}

void PoolOutbox::NoteWilling(std::uint32_t server, std::uint64_t now_ms) {
  Require(NoteWillingness(*pool_, HostOf(server), Willingness::kYes, now_ms));
}

void PoolOutbox::Renew(std::size_t num_others, std::uint64_t now_ms, const DrawUint64& draw) {
  outbox_ = RenewOutbox(*pool_, logs_.list, HeadSide::kClient, num_others, now_ms, draw).value();
}

Heads PoolOutbox::GiveToAuditor(std::uint64_t now_ms, const DrawUint64& draw) {
  const HeadWish wish = {HeadSide::kClient, HeadAudience::kAuditor, Pollinator::kMaxHeadsSent};
  const std::vector<PooledHead> heads =
      ChooseHeads(*pool_, logs_.list, wish, 1 + outbox_.size(), now_ms, draw).value();
  Require(GossipBook(*pool_).NoteGiven(IdsOf(heads), HeadAudience::kAuditor));
  Heads out;
  for (const PooledHead& head : heads) {
    out.push_back(HeadOf(head.log_id, head.sth.head));
  }
  return out;
}

}  // namespace tattle::simulate
