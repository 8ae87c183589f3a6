// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How much of our time one client of the gossip endpoint may take, and all of them together.

#ifndef TATTLE_ADAPTERS_DAEMON_GOSSIP_LIMITS_H_
#define TATTLE_ADAPTERS_DAEMON_GOSSIP_LIMITS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/bytes.h"
#include "plugin/pool/head_giver.h"

namespace tattle::daemon {

// WorkBucket fills with `rate` a second, up to ten seconds' worth, and begins full. What work costs
// is known when it is done, so it may be left in debt. A clock that is set back fills nothing.
class WorkBucket {
 public:
  WorkBucket(std::uint64_t rate, std::uint64_t now_ms);

  // Spend takes so much, also what is not there.
  void Spend(std::uint64_t amount, std::uint64_t now_ms);

  // WaitMs is how long until there is a whole one to spend; 0: there is.
  std::uint64_t WaitMs(std::uint64_t now_ms);

  // IsFull: as good as a new one.
  bool IsFull(std::uint64_t now_ms) const;

 private:
  void Fill(std::uint64_t now_ms);

  std::int64_t rate_;
  std::int64_t thousandths_;
  std::uint64_t filled_ms_;
};

// GossipRefusal is who has used up what, and when to come again.
struct GossipRefusal {
  bool is_own = false;  // the client's own share, not that of all
  std::uint64_t wait_ms = 0;
};

// GossipLimits knows clients by a hash with a secret that ends with the process: no address is
// kept. Not thread-safe.
class GossipLimits {
 public:
  struct Rates {
    std::uint64_t requests = 1;  // of one client, in a second
    std::uint64_t requests_total = 1;
    std::uint64_t checks = 1;  // of signatures; a tenth is for one client
  };

  // `secret` is random.
  GossipLimits(const Rates& rates, const Hash& secret, std::uint64_t now_ms);

  // TakeRequest counts a request, or says why it is one too many.
  std::optional<GossipRefusal> TakeRequest(std::string_view client, std::uint64_t now_ms);

  // FindDebt says whether signatures may be checked for the client now; Spend, how many were.
  std::optional<GossipRefusal> FindDebt(std::string_view client, std::uint64_t now_ms);
  void Spend(std::string_view client, std::uint64_t num_checks, std::uint64_t now_ms);

  // GiverOf tells the client from others by the same hash, for whoever keeps what it brings.
  HeadGiver GiverOf(std::string_view client) const;

  std::size_t num_clients() const { return clients_.size(); }

 private:
  struct Share {
    WorkBucket requests;
    WorkBucket checks;
  };

  Share& ShareOf(std::string_view client, std::uint64_t now_ms);
  Share NewShare(std::uint64_t now_ms) const;
  void Forget(std::uint64_t now_ms);

  const Rates rates_;
  const Hash secret_;
  WorkBucket requests_;
  WorkBucket checks_;
  Share others_;
  std::unordered_map<std::uint64_t, Share> clients_;
  std::uint64_t forgot_ms_ = 0;
};

// ClientGroup is whose share an address has: an IPv4 address, an IPv6 network of 64 bits, which is
// what one customer gets at least; anything that is no address is one client, "".
std::string ClientGroup(std::string_view address);

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_GOSSIP_LIMITS_H_
