// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/counters.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tattle::counters_test {
namespace {

TEST(CounterNameTest, NamesEachCounterAndNothingElse) {
  std::set<std::string_view> names;
  for (std::size_t i = 1; i <= kNumCounters; ++i) {
    const std::string_view name = CounterName(static_cast<Counter>(i));
    EXPECT_NE(name, "") << i;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_EQ(CounterName(static_cast<Counter>(0)), "");
  EXPECT_EQ(CounterName(static_cast<Counter>(kNumCounters + 1)), "");
}

TEST(CountersTest, CountEachOnItsOwn) {
  Counters counters;
  for (std::size_t i = 1; i <= kNumCounters; ++i) {
    for (std::size_t times = 0; times < i; ++times) {
      counters.Add(static_cast<Counter>(i));
    }
  }
  for (std::size_t i = 1; i <= kNumCounters; ++i) {
    EXPECT_EQ(counters.Get(static_cast<Counter>(i)), i);
  }
}

TEST(CountersTest, LoseNothingBetweenThreads) {
  Counters counters;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&counters] {
      for (int times = 0; times < 10'000; ++times) {
        counters.Add(Counter::kJudged);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(counters.Get(Counter::kJudged), 80'000U);
}

}  // namespace
}  // namespace tattle::counters_test
