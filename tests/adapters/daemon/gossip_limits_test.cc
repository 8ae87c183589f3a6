// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <gtest/gtest.h>

#include "adapters/daemon/bounds.h"
#include "adapters/daemon/gossip/limits.h"

namespace tattle::daemon::gossip_limits_test {
namespace {

constexpr std::uint64_t kNowMs = 1'792'000'000'000;

TEST(WorkBucketTest, MayBeLeftInDebtWhichTimePays) {
  WorkBucket bucket(10, kNowMs);
  EXPECT_EQ(bucket.WaitMs(kNowMs), 0U);
  bucket.Spend(150, kNowMs);
  EXPECT_EQ(bucket.WaitMs(kNowMs), 5100U);
  EXPECT_EQ(bucket.WaitMs(kNowMs + 5099), 1U);
  EXPECT_EQ(bucket.WaitMs(kNowMs + 5100), 0U);
  EXPECT_FALSE(bucket.IsFull(kNowMs + 14'999));
  EXPECT_TRUE(bucket.IsFull(kNowMs + 15'000));
}

TEST(WorkBucketTest, AClockThatIsSetBackFillsNothing) {
  WorkBucket bucket(1, kNowMs);
  bucket.Spend(10, kNowMs);
  EXPECT_EQ(bucket.WaitMs(kNowMs - 3'600'000), 1000U);
  EXPECT_EQ(bucket.WaitMs(kNowMs - 3'600'000 + 1000), 0U);
}

TEST(ClientGroupTest, IsAnAddressOrTheNetworkOfACustomer) {
  EXPECT_EQ(ClientGroup("192.0.2.1"), ClientGroup("::ffff:192.0.2.1"));
  EXPECT_NE(ClientGroup("192.0.2.1"), ClientGroup("192.0.2.2"));
  EXPECT_EQ(ClientGroup("2001:db8:0:1::1"), ClientGroup("2001:db8:0:1:ffff:ffff:ffff:ffff"));
  EXPECT_NE(ClientGroup("2001:db8:0:1::1"), ClientGroup("2001:db8:0:2::1"));
  EXPECT_EQ(ClientGroup("unix"), "");
  EXPECT_EQ(ClientGroup(std::string(100'000, 'x')), "");
}

TEST(GossipLimitsTest, OneWhoFloodsUsesUpNothingOfWhatIsForAll) {
  GossipLimits limits({1, 2, 10}, Hash{1}, kNowMs);
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    taken += limits.TakeRequest("192.0.2.1", kNowMs) ? 0 : 1;
  }
  EXPECT_EQ(taken, 10);
  EXPECT_TRUE(limits.TakeRequest("192.0.2.1", kNowMs)->is_own);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(limits.TakeRequest("192.0.2.2", kNowMs));
  }
  EXPECT_FALSE(limits.TakeRequest("192.0.2.3", kNowMs)->is_own);
}

TEST(GossipLimitsTest, RemembersABoundedNumberOfClients) {
  GossipLimits limits({1, 1'000'000, 1000}, Hash{1}, kNowMs);
  for (std::size_t i = 0; i < 2 * kMaxGossipClients; ++i) {
    limits.TakeRequest("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256), kNowMs);
  }
  EXPECT_EQ(limits.num_clients(), kMaxGossipClients);
  EXPECT_TRUE(limits.TakeRequest("192.0.2.1", kNowMs));  // those beyond share one
  EXPECT_FALSE(limits.TakeRequest("192.0.2.1", kNowMs + 60'000));
  EXPECT_EQ(limits.num_clients(), 1U);
}

}  // namespace
}  // namespace tattle::daemon::gossip_limits_test
