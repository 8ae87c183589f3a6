// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How much one sender, and all of them together, may send.

#ifndef TATTLE_ADAPTERS_DAEMON_OBSERVE_RATE_LIMIT_H_
#define TATTLE_ADAPTERS_DAEMON_OBSERVE_RATE_LIMIT_H_

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include <sys/types.h>

namespace tattle::daemon {

// TokenBucket fills with `rate` tokens a second, up to ten seconds' worth; each use takes one. It
// begins full. A clock that is set back fills nothing.
class TokenBucket {
 public:
  TokenBucket(std::uint64_t rate, std::uint64_t now_ms);

  // Take returns false if there is no token.
  bool Take(std::uint64_t now_ms);

  // IsFull: as good as a new one.
  bool IsFull(std::uint64_t now_ms) const;

 private:
  void Fill(std::uint64_t now_ms);

  std::uint64_t rate_;
  std::uint64_t thousandths_;  // of a token
  std::uint64_t filled_ms_;
};

// SenderLimits keeps a bucket a user. Users beyond kMaxSenders share one.
class SenderLimits {
 public:
  static constexpr std::size_t kMaxSenders = 1024;

  // `rate` is for one user, `total` for all together, in a second.
  SenderLimits(std::uint64_t rate, std::uint64_t total, std::uint64_t now_ms);

  // Take returns false if this user, or all together, have sent too much.
  bool Take(uid_t uid, std::uint64_t now_ms);

  std::size_t num_senders() const { return senders_.size(); }

 private:
  TokenBucket& BucketOf(uid_t uid, std::uint64_t now_ms);

  std::uint64_t rate_;
  TokenBucket total_;
  TokenBucket others_;
  std::unordered_map<uid_t, TokenBucket> senders_;
};

}  // namespace tattle::daemon

#endif  // TATTLE_ADAPTERS_DAEMON_OBSERVE_RATE_LIMIT_H_
