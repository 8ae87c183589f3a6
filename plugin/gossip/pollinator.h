// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Pollinator: exchanges of heads with servers and auditors that the user has named.

#ifndef TATTLE_PLUGIN_GOSSIP_POLLINATOR_H_
#define TATTLE_PLUGIN_GOSSIP_POLLINATOR_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/gossip/mix.h"
#include "core/gossip/select_heads.h"
#include "core/loglist/log_list.h"
#include "plugin/gossip/head_intake.h"
#include "plugin/net/gossip_client.h"
#include "plugin/pool/gossip_book.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/outcome.h"

namespace tattle {

// GossipSent is an exchange, as it was noted, and whether the site has said that it wants no more.
struct GossipSent {
  GossipExchange exchange;
  bool says_no = false;
};

// Pollinator borrows the pool. For one thread.
class Pollinator {
 public:
  // Heads in one message: all logs of today are 150.
  static constexpr std::size_t kMaxHeadsSent = 160;

  // `say` is for logs that are convicted by what comes back.
  Pollinator(Pool& pool, const HttpOptions& http, HeadSide side, DrawUint64 draw,
             EvidenceDesk::Say say = {});

  // Choose draws the heads of one message, those first that nobody has had yet. `num_takers` is how
  // many there are who want some: a client's heads go to one of them only, so this one takes its
  // share.
  Outcome<std::vector<PooledHead>> Choose(HeadAudience audience, std::size_t num_takers,
                                          const LogList& logs, std::uint64_t now_ms) const;

  // Send gives heads to a site and takes what comes back, which goes to the pool if it is good. The
  // heads are noted as given before they go, and the exchange is noted whatever comes of it. Fails
  // with a sentence where the pool does.
  Outcome<GossipSent> Send(const std::string& site, HeadAudience audience,
                           std::span<const PooledHead> heads, const LogList& logs,
                           std::uint64_t now_ms);

  // TakeCounts is what has come back since the last call.
  IntakeCounts TakeCounts() { return std::exchange(counts_, {}); }

 private:
  void TakeReply(const GossipReply& reply, const LogList& logs, std::uint64_t now_ms,
                 GossipExchange& exchange);

  Pool& pool_;
  const GossipClient client_;
  const HeadSide side_;
  const DrawUint64 draw_;
  HeadIntake intake_;
  IntakeCounts counts_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_GOSSIP_POLLINATOR_H_
