// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// ChainCollector: certificates that come one at a time, put together again.

#ifndef TATTLE_ADAPTERS_DAEMON_CHECK_CHAIN_COLLECTOR_H_
#define TATTLE_ADAPTERS_DAEMON_CHECK_CHAIN_COLLECTOR_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <sys/types.h>

#include "core/base/bytes.h"

namespace tattle::daemon {

// ChainCollector keeps CAs until their leaf comes, for half a minute. It holds at most kMaxChains
// and kMaxBytes; beyond, what waits longest goes. Not thread-safe.
class ChainCollector {
 public:
  static constexpr std::size_t kMaxChains = 256;
  static constexpr std::size_t kMaxBytes = 8U << 20U;
  static constexpr std::uint64_t kMaxAgeMs = 30'000;

  // Key is what the certificates of one chain have in common: the user who asks, and what he says.
  struct Key {
    uid_t uid = 0;
    std::string id;
    std::string host;

    friend bool operator<(const Key& a, const Key& b) {
      return std::tie(a.uid, a.id, a.host) < std::tie(b.uid, b.id, b.host);
    }
  };

  // Add keeps a CA at a depth of 1 or more. One that is not below those of before begins a new
  // chain: they come with the highest depth first.
  void Add(const Key& key, std::size_t depth, ByteVector certificate, std::uint64_t now_ms);

  // Take hands over what there is above a leaf, the lowest depth first.
  std::vector<ByteVector> Take(const Key& key, std::uint64_t now_ms);

  std::size_t num_chains() const { return waiting_.size(); }
  std::size_t num_bytes() const { return num_bytes_; }

 private:
  struct Waiting {
    std::map<std::size_t, ByteVector> by_depth;
    std::size_t num_bytes = 0;
    std::uint64_t since_ms = 0;
  };
  using Chains = std::map<Key, Waiting>;

  void Expire(std::uint64_t now_ms);
  void Remove(Chains::iterator chain);
  void RemoveOldest();

  Chains waiting_;
  std::size_t num_bytes_ = 0;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_CHECK_CHAIN_COLLECTOR_H_
