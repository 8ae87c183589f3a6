// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// GossipView: what those who gossip ask of a pool many times for one message.

#ifndef TATTLE_PLUGIN_POOL_GOSSIP_VIEW_H_
#define TATTLE_PLUGIN_POOL_GOSSIP_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/gossip/head_check.h"
#include "core/wire/tree_head.h"
#include "plugin/pool/pool.h"

namespace tattle {

// KnownHead is what memory has of a head that may be given to others.
struct KnownHead {
  std::uint64_t id = 0;
  LogId log_id = {};
  std::uint64_t timestamp_ms = 0;
  bool is_conflicting = false;
  bool is_reported = false;
  HeadSource source = HeadSource::kLog;
  bool given_to_web_server = false;  // GossipBook::NoteGiven
  bool given_to_auditor = false;
};

// GossipView borrows the pool, and is as thread-safe as it.
class GossipView {
 public:
  explicit GossipView(Pool& pool) : pool_(pool) {}

  // RelateHead compares a head with all that are kept of its log, by everything that was signed.
  // Memory answers: 1 us.
  PoolResult<HeadRelation> RelateHead(const LogId& log_id, const TreeHead& head) const;

  // HeadsSince: those whose time is at least `since_ms`, and both halves of proven splits, of all
  // logs. Of these one head of each root is said to be conflicting, also where it is linked.
  // Memory answers, 0.2 us a head: 60 ms where 150 logs fill the pool.
  PoolResult<std::vector<KnownHead>> HeadsSince(std::uint64_t since_ms) const;

  // SctsAt: those seen at a host, the newest first. An index leads to them.
  PoolResult<std::vector<PooledSct>> SctsAt(std::string_view host, std::size_t limit) const;

 private:
  Pool& pool_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_GOSSIP_VIEW_H_
