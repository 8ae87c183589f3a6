// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/check/chain_collector.h"

#include <string>

#include <gtest/gtest.h>

namespace tattle::daemon::chain_collector_test {
namespace {

constexpr std::uint64_t kNowMs = 1'792'000'000'000;
const ByteVector kRoot = {3};
const ByteVector kMiddle = {2};
const ByteVector kOther = {9};
using Chain = std::vector<ByteVector>;

TEST(ChainCollectorTest, HandsOverWhatStandsAboveALeafOnce) {
  ChainCollector collector;
  collector.Add({8, "1", "mx"}, 2, kRoot, kNowMs);
  collector.Add({8, "1", "mx"}, 1, kMiddle, kNowMs);
  EXPECT_EQ(collector.num_bytes(), 2U);
  EXPECT_EQ(collector.Take({8, "1", "mx"}, kNowMs), (Chain{kMiddle, kRoot}));
  EXPECT_EQ(collector.Take({8, "1", "mx"}, kNowMs), Chain());
  EXPECT_EQ(collector.num_bytes(), 0U);
}

TEST(ChainCollectorTest, MixesNoUsersIdsOrHosts) {
  ChainCollector collector;
  collector.Add({8, "1", "mx"}, 1, kMiddle, kNowMs);
  EXPECT_EQ(collector.Take({9, "1", "mx"}, kNowMs), Chain());
  EXPECT_EQ(collector.Take({8, "2", "mx"}, kNowMs), Chain());
  EXPECT_EQ(collector.Take({8, "1", "mx2"}, kNowMs), Chain());
  EXPECT_EQ(collector.Take({8, "1", "mx"}, kNowMs), (Chain{kMiddle}));
}

TEST(ChainCollectorTest, ANewHandshakeOfTheSameProcessBeginsAnew) {
  ChainCollector collector;
  collector.Add({8, "1", "mx"}, 2, kRoot, kNowMs);
  collector.Add({8, "1", "mx"}, 1, kMiddle, kNowMs);
  // The first handshake came to nothing before its leaf.
  collector.Add({8, "1", "mx"}, 1, kOther, kNowMs);
  EXPECT_EQ(collector.Take({8, "1", "mx"}, kNowMs), (Chain{kOther}));
}

TEST(ChainCollectorTest, ForgetsWhatIsOldOrFromTheFuture) {
  ChainCollector collector;
  collector.Add({8, "1", "mx"}, 1, kMiddle, kNowMs);
  EXPECT_EQ(collector.Take({8, "1", "mx"}, kNowMs + ChainCollector::kMaxAgeMs + 1), Chain());
  EXPECT_EQ(collector.num_bytes(), 0U);
  collector.Add({8, "1", "mx"}, 1, kMiddle, kNowMs);
  EXPECT_EQ(collector.Take({8, "1", "mx"}, kNowMs - 1), Chain());
}

TEST(ChainCollectorTest, WhatWaitsLongestMakesRoom) {
  ChainCollector collector;
  for (std::size_t i = 0; i <= ChainCollector::kMaxChains; ++i) {
    collector.Add({8, std::to_string(i), "mx"}, 1, kMiddle, kNowMs + i);
  }
  EXPECT_EQ(collector.num_chains(), ChainCollector::kMaxChains);
  EXPECT_EQ(collector.Take({8, "0", "mx"}, kNowMs + 1000), Chain());
  EXPECT_EQ(collector.Take({8, "1", "mx"}, kNowMs + 1000), (Chain{kMiddle}));
}

TEST(ChainCollectorTest, IsBoundedInBytes) {
  ChainCollector collector;
  const ByteVector large(ChainCollector::kMaxBytes / 2);
  for (std::size_t i = 0; i < 5; ++i) {
    collector.Add({8, std::to_string(i), "mx"}, 1, large, kNowMs + i);
    EXPECT_LE(collector.num_bytes(), ChainCollector::kMaxBytes);
  }
  EXPECT_EQ(collector.num_chains(), 2U);
  // Also within one chain, and a single one that is too large.
  for (std::size_t depth = 9; depth > 0; --depth) {
    collector.Add({8, "4", "mx"}, depth, large, kNowMs + 9);
    EXPECT_LE(collector.num_bytes(), ChainCollector::kMaxBytes);
  }
  collector.Add({8, "6", "mx"}, 1, ByteVector(ChainCollector::kMaxBytes + 1), kNowMs + 9);
  EXPECT_LE(collector.num_bytes(), ChainCollector::kMaxBytes);
}

}  // namespace
}  // namespace tattle::daemon::chain_collector_test
