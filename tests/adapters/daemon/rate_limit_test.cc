// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/observe/rate_limit.h"

#include <gtest/gtest.h>

#include "adapters/daemon/observe/recent_set.h"

namespace tattle::daemon::rate_limit_test {
namespace {

constexpr std::uint64_t kNowMs = 1'792'000'000'000;

int NumTaken(SenderLimits& limits, uid_t uid, std::uint64_t now_ms, int tries) {
  int taken = 0;
  for (int i = 0; i < tries; ++i) {
    taken += limits.Take(uid, now_ms) ? 1 : 0;
  }
  return taken;
}

TEST(TokenBucketTest, GivesTenSecondsWorthAtOnceAndThenTheRate) {
  TokenBucket bucket(5, kNowMs);
  int taken = 0;
  while (bucket.Take(kNowMs)) {
    ++taken;
  }
  EXPECT_EQ(taken, 50);
  EXPECT_FALSE(bucket.Take(kNowMs + 199));
  EXPECT_TRUE(bucket.Take(kNowMs + 200));
  EXPECT_FALSE(bucket.Take(kNowMs + 200));
  EXPECT_FALSE(bucket.IsFull(kNowMs + 9'000));
  EXPECT_TRUE(bucket.IsFull(kNowMs + 1'000'000));
}

TEST(TokenBucketTest, AClockThatIsSetBackFillsNothingAndStopsNothing) {
  TokenBucket bucket(1, kNowMs);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(bucket.Take(kNowMs));
  }
  EXPECT_FALSE(bucket.Take(kNowMs - 3'600'000));
  EXPECT_TRUE(bucket.Take(kNowMs - 3'600'000 + 1'000));
}

TEST(SenderLimitsTest, OneUserWhoFloodsTakesNothingFromAnother) {
  SenderLimits limits(10, 1000, kNowMs);
  EXPECT_EQ(NumTaken(limits, 1, kNowMs, 100'000), 100);
  EXPECT_EQ(NumTaken(limits, 2, kNowMs, 100'000), 100);
}

TEST(SenderLimitsTest, AllTogetherHaveALimitToo) {
  SenderLimits limits(10, 15, kNowMs);
  EXPECT_EQ(NumTaken(limits, 1, kNowMs, 1000), 100);
  EXPECT_EQ(NumTaken(limits, 2, kNowMs, 1000), 50);
}

TEST(SenderLimitsTest, RemembersABoundedNumberOfUsers) {
  SenderLimits limits(1, 1'000'000, kNowMs);
  for (uid_t uid = 0; uid < 3 * SenderLimits::kMaxSenders; ++uid) {
    limits.Take(uid, kNowMs);
  }
  EXPECT_EQ(limits.num_senders(), SenderLimits::kMaxSenders);
  // Those beyond share one bucket, which the loop has used up.
  EXPECT_FALSE(limits.Take(5'000'000, kNowMs));
  // Whoever has sent nothing for a while is forgotten, which makes room.
  EXPECT_TRUE(limits.Take(5'000'001, kNowMs + 60'000));
  EXPECT_EQ(limits.num_senders(), 1U);
}

Hash HashOf(std::uint32_t number) {
  Hash hash = {};
  for (std::size_t i = 0; i < 4; ++i) {
    hash.at(i) = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return hash;
}

TEST(RecentSetTest, KnowsTheLastOnesInBoundedMemory) {
  RecentSet set(100);
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    EXPECT_TRUE(set.Insert(HashOf(i))) << i;
    EXPECT_FALSE(set.Insert(HashOf(i))) << i;
    EXPECT_LE(set.size(), 200U);
    if (i >= 99) {
      EXPECT_FALSE(set.Insert(HashOf(i - 99))) << i;
    }
  }
  EXPECT_TRUE(set.Insert(HashOf(0)));
}

TEST(RecentSetTest, ForgetsWhatItIsTold) {
  RecentSet set(2);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(set.Insert(HashOf(i)));
  }
  set.Forget(HashOf(0));
  set.Forget(HashOf(2));
  EXPECT_TRUE(set.Insert(HashOf(0)));
  EXPECT_TRUE(set.Insert(HashOf(2)));
}

}  // namespace
}  // namespace tattle::daemon::rate_limit_test
