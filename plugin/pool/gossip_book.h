// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// GossipBook: what somebody who gossips as a client writes down: which heads he has given away,
// which wait for whom, and what was exchanged.

#ifndef TATTLE_PLUGIN_POOL_GOSSIP_BOOK_H_
#define TATTLE_PLUGIN_POOL_GOSSIP_BOOK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/gossip/select_heads.h"
#include "plugin/pool/pool.h"

namespace tattle {

// PromisedHead waits in the outbox for a host, the only one that gets it.
struct PromisedHead {
  std::string host;
  std::uint64_t since_ms = 0;
  PooledHead head;
};

// GossipExchange is one message and what came of it. The numbers of ExchangeKind are on disk.
enum class ExchangeKind : std::uint8_t {
  kHeads = 1,  // we sent heads
  kFeedback,   // we sent a site what it had shown
  kCarried,    // a program of this machine carried heads there, and told us of the answer
};
struct GossipExchange {
  std::string host;
  ExchangeKind kind = ExchangeKind::kHeads;
  std::uint64_t at_ms = 0;
  std::uint64_t num_sent = 0;      // heads, or chains
  std::uint64_t num_received = 0;  // heads that came back
  std::uint64_t num_new = 0;       // of those: good, and not known before
  std::string failure;             // a sentence; empty: it was taken

  friend bool operator==(const GossipExchange&, const GossipExchange&) = default;
};

// ExchangeKindName: "heads", "feedback", "carried".
std::string_view ExchangeKindName(ExchangeKind kind);

// GossipBook borrows the pool, and is as thread-safe as it. A head that has gone meanwhile is
// passed over.
class GossipBook {
 public:
  explicit GossipBook(Pool& pool) : pool_(pool) {}

  // NoteGiven remembers that heads go to somebody. It is called before they do: what is not
  // remembered might go to a second one.
  PoolResult<void> NoteGiven(std::span<const std::uint64_t> head_ids, HeadAudience audience);

  // Promise puts heads into the outbox for a host, and notes them as given.
  PoolResult<void> Promise(std::string_view host, std::span<const std::uint64_t> head_ids,
                           std::uint64_t now_ms);

  // Withdraw takes everything out of the outbox that waits for a host. It stays given, and the host
  // is never promised the same again.
  PoolResult<void> Withdraw(std::string_view host);

  // HasHad are the heads that were ever promised to hosts, by host.
  PoolResult<std::map<std::string, std::set<std::uint64_t>>> HasHad() const;

  // Promised is the outbox, by host.
  PoolResult<std::vector<PromisedHead>> Promised() const;

  // NumWaiting is how many heads the outbox has, by host.
  PoolResult<std::map<std::string, std::uint64_t>> NumWaiting() const;

  // AddExchange keeps the last PoolLimits::exchanges; Exchanges gives the newest first.
  PoolResult<void> AddExchange(const GossipExchange& exchange);
  PoolResult<std::vector<GossipExchange>> Exchanges(std::size_t limit) const;

 private:
  Pool& pool_;
};

}  // namespace tattle

#endif  // TATTLE_PLUGIN_POOL_GOSSIP_BOOK_H_
