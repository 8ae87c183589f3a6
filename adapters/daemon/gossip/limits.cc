// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/limits.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

#include "adapters/daemon/bounds.h"
#include "core/base/time.h"
#include "core/crypto/sha256.h"

namespace tattle::daemon {
namespace {

constexpr std::int64_t kBucketSeconds = 10;
constexpr std::int64_t kOne = 1000;  // in thousandths: what a rate of 1 gives in 1000 ms

// ::ffff:192.0.2.1 is an IPv4 address (RFC 4291, Section 2.5.5.2).
constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// What one client may have of the signature checks for all.
constexpr std::uint64_t kClientShare = 10;

std::uint64_t ShareOfChecks(std::uint64_t checks) {
  return std::max<std::uint64_t>(checks / kClientShare, 1);
}

}  // namespace

WorkBucket::WorkBucket(std::uint64_t rate, std::uint64_t now_ms)
    : rate_(static_cast<std::int64_t>(rate)),
      thousandths_(rate_ * kBucketSeconds * kOne),
      filled_ms_(now_ms) {}

void WorkBucket::Fill(std::uint64_t now_ms) {
  if (now_ms > filled_ms_) {
    // A debt of one message is paid within a day by the smallest rate; more time means nothing.
    const auto elapsed_ms = static_cast<std::int64_t>(std::min(now_ms - filled_ms_, kMsPerDay));
    thousandths_ = std::min(thousandths_ + elapsed_ms * rate_, rate_ * kBucketSeconds * kOne);
  }
  filled_ms_ = now_ms;
}

void WorkBucket::Spend(std::uint64_t amount, std::uint64_t now_ms) {
  Fill(now_ms);
  thousandths_ -= static_cast<std::int64_t>(amount) * kOne;
}

std::uint64_t WorkBucket::WaitMs(std::uint64_t now_ms) {
  Fill(now_ms);
  return thousandths_ >= kOne
             ? 0
             : static_cast<std::uint64_t>((kOne - thousandths_ + rate_ - 1) / rate_);
}

bool WorkBucket::IsFull(std::uint64_t now_ms) const {
  WorkBucket then = *this;
  then.Fill(now_ms);
  return then.thousandths_ == rate_ * kBucketSeconds * kOne;
}

GossipLimits::GossipLimits(const Rates& rates, const Hash& secret, std::uint64_t now_ms)
    : rates_(rates),
      secret_(secret),
      requests_(rates.requests_total, now_ms),
      checks_(rates.checks, now_ms),
      others_(NewShare(now_ms)) {}

GossipLimits::Share GossipLimits::NewShare(std::uint64_t now_ms) const {
  return {WorkBucket(rates_.requests, now_ms), WorkBucket(ShareOfChecks(rates_.checks), now_ms)};
}

// Forget: a full bucket is as good as none. It goes through all, so not more than once a second.
void GossipLimits::Forget(std::uint64_t now_ms) {
  if (now_ms - forgot_ms_ < kMsPerSecond && now_ms >= forgot_ms_) {
    return;
  }
  forgot_ms_ = now_ms;
  std::erase_if(clients_, [now_ms](const auto& client) {
    return client.second.requests.IsFull(now_ms) && client.second.checks.IsFull(now_ms);
  });
}

HeadGiver GossipLimits::GiverOf(std::string_view client) const {
  Sha256 sha256;
  sha256.Update(secret_).Update(AsBytes(ClientGroup(client)));
  const Hash hash = sha256.Finish();
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < sizeof(key); ++i) {
    key = (key << 8U) | hash.at(i);
  }
  return key;
}

GossipLimits::Share& GossipLimits::ShareOf(std::string_view client, std::uint64_t now_ms) {
  const std::uint64_t key = GiverOf(client);
  if (const auto known = clients_.find(key); known != clients_.end()) {
    return known->second;
  }
  if (clients_.size() >= kMaxGossipClients) {
    Forget(now_ms);
  }
  if (clients_.size() >= kMaxGossipClients) {
    return others_;
  }
  return clients_.emplace(key, NewShare(now_ms)).first->second;
}

// The client's own share comes first: one who floods uses up nothing of what is for all.
std::optional<GossipRefusal> GossipLimits::TakeRequest(std::string_view client,
                                                       std::uint64_t now_ms) {
  Share& share = ShareOf(client, now_ms);
  if (const std::uint64_t wait_ms = share.requests.WaitMs(now_ms); wait_ms > 0) {
    return GossipRefusal{true, wait_ms};
  }
  share.requests.Spend(1, now_ms);
  if (const std::uint64_t wait_ms = requests_.WaitMs(now_ms); wait_ms > 0) {
    return GossipRefusal{false, wait_ms};
  }
  requests_.Spend(1, now_ms);
  return std::nullopt;
}

std::optional<GossipRefusal> GossipLimits::FindDebt(std::string_view client, std::uint64_t now_ms) {
  if (const std::uint64_t wait_ms = ShareOf(client, now_ms).checks.WaitMs(now_ms); wait_ms > 0) {
    return GossipRefusal{true, wait_ms};
  }
  if (const std::uint64_t wait_ms = checks_.WaitMs(now_ms); wait_ms > 0) {
    return GossipRefusal{false, wait_ms};
  }
  return std::nullopt;
}

void GossipLimits::Spend(std::string_view client, std::uint64_t num_checks, std::uint64_t now_ms) {
  ShareOf(client, now_ms).checks.Spend(num_checks, now_ms);
  checks_.Spend(num_checks, now_ms);
}

std::string ClientGroup(std::string_view address) {
  const std::string text(address);
  std::array<std::uint8_t, 4> v4 = {};
  if (inet_pton(AF_INET, text.c_str(), v4.data()) == 1) {
    return Hex(v4);
  }
  std::array<std::uint8_t, 16> v6 = {};
  if (inet_pton(AF_INET6, text.c_str(), v6.data()) != 1) {
    return {};
  }
  const Bytes bytes(v6);
  if (Equal(bytes.first(kMapped.size()), kMapped)) {
    return Hex(bytes.subspan(kMapped.size()));
  }
  constexpr std::size_t kNetworkSize = 8;
  return Hex(bytes.first(kNetworkSize));
}

}  // namespace tattle::daemon
