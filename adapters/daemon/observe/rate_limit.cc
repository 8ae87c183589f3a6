// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/observe/rate_limit.h"

#include <algorithm>

namespace tattle::daemon {
namespace {

constexpr std::uint64_t kBurstSeconds = 10;
constexpr std::uint64_t kToken = 1000;  // in thousandths: what a rate of 1 gives in 1000 ms

}  // namespace

TokenBucket::TokenBucket(std::uint64_t rate, std::uint64_t now_ms)
    : rate_(rate), thousandths_(rate * kBurstSeconds * kToken), filled_ms_(now_ms) {}

void TokenBucket::Fill(std::uint64_t now_ms) {
  if (now_ms > filled_ms_) {
    const std::uint64_t elapsed_ms = std::min(now_ms - filled_ms_, kBurstSeconds * 1000);
    thousandths_ = std::min(thousandths_ + elapsed_ms * rate_, rate_ * kBurstSeconds * kToken);
  }
  filled_ms_ = now_ms;
}

bool TokenBucket::Take(std::uint64_t now_ms) {
  Fill(now_ms);
  if (thousandths_ < kToken) {
    return false;
  }
  thousandths_ -= kToken;
  return true;
}

bool TokenBucket::IsFull(std::uint64_t now_ms) const {
  TokenBucket then = *this;
  then.Fill(now_ms);
  return then.thousandths_ == rate_ * kBurstSeconds * kToken;
}

SenderLimits::SenderLimits(std::uint64_t rate, std::uint64_t total, std::uint64_t now_ms)
    : rate_(rate), total_(total, now_ms), others_(rate, now_ms) {}

TokenBucket& SenderLimits::BucketOf(uid_t uid, std::uint64_t now_ms) {
  if (const auto known = senders_.find(uid); known != senders_.end()) {
    return known->second;
  }
  if (senders_.size() >= kMaxSenders) {
    // A full bucket is as good as none: nobody loses by being forgotten.
    std::erase_if(senders_, [now_ms](const auto& sender) { return sender.second.IsFull(now_ms); });
  }
  if (senders_.size() >= kMaxSenders) {
    return others_;
  }
  return senders_.emplace(uid, TokenBucket(rate_, now_ms)).first->second;
}

// The sender's own bucket comes first: one who floods uses up nothing of what is for all.
bool SenderLimits::Take(uid_t uid, std::uint64_t now_ms) {
  return BucketOf(uid, now_ms).Take(now_ms) && total_.Take(now_ms);
}

}  // namespace tattle::daemon
