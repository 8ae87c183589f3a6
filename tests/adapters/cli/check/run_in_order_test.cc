// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/check/run_in_order.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <vector>

#include <gtest/gtest.h>

namespace tattle::cli::run_in_order_test {
namespace {

TEST(RunInOrderTest, EmitsEveryItemOnceAndInOrder) {
  for (const std::size_t num_items : {0U, 1U, 5U, 200U}) {
    std::vector<std::atomic<int>> worked(num_items);
    std::vector<std::size_t> emitted;
    std::size_t last_progress = 0;
    RunInOrder({
        .num_items = num_items,
        .max_threads = 4,
        .work = [&](std::size_t i) { ++worked[i]; },
        .emit =
            [&](std::size_t i) {
              EXPECT_EQ(worked[i], 1);
              emitted.push_back(i);
            },
        .progress = [&](std::size_t num_done) { last_progress = num_done; },
    });
    ASSERT_EQ(emitted.size(), num_items);
    for (std::size_t i = 0; i < num_items; ++i) {
      EXPECT_EQ(emitted[i], i);
    }
    EXPECT_EQ(last_progress, num_items);
  }
}

TEST(RunInOrderTest, WorksInParallelUpToTheBound) {
  constexpr std::size_t kThreads = 4;
  // Passes only if four items are worked on at once.
  std::barrier meeting(kThreads);
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  RunInOrder({
      .num_items = 4 * kThreads,
      .max_threads = kThreads,
      .work =
          [&](std::size_t) {
            most = std::max<int>(most, ++now);
            meeting.arrive_and_wait();
            --now;
          },
      .emit = [](std::size_t) {},
      .progress = [](std::size_t) {},
  });
  EXPECT_LE(most, static_cast<int>(kThreads));
}

}  // namespace
}  // namespace tattle::cli::run_in_order_test
