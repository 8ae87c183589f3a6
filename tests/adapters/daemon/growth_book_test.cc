// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/growth_book.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/adapters/daemon/world.h"

namespace tattle::daemon::growth_book_test {
namespace {

constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint64_t kHourMs = 60 * kMinuteMs;
constexpr std::uint64_t kDayMs = 24 * kHourMs;

class GrowthBookTest : public testing::Test {
 protected:
  static TreeHead Head(std::uint64_t time_ms, std::uint64_t tree_size) {
    TreeHead head;
    head.timestamp_ms = time_ms;
    head.tree_size = tree_size;
    return head;
  }

  const LogId log_ = World().alpha.log_id();
  GrowthBook book_;
};

TEST_F(GrowthBookTest, KeepsTheFirstAndTheLastAndFewBetween) {
  for (std::uint64_t i = 0; i < 1000; ++i) {
    book_.Note(log_, Head(kNowMs - (1000 - i) * kMinuteMs, i));
  }
  const std::vector<TreePoint> points = book_.Look(log_, kNowMs);
  ASSERT_EQ(points.size(), GrowthBook::kMaxPoints);
  EXPECT_EQ(points.front(), (TreePoint{kNowMs - 1000 * kMinuteMs, 0}));
  EXPECT_EQ(points.back(), (TreePoint{kNowMs - kMinuteMs, 999}));
  EXPECT_TRUE(std::is_sorted(points.begin(), points.end(),
                             [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; }));
}

TEST_F(GrowthBookTest, ForgetsAfterTwoWeeks) {
  book_.Note(log_, Head(kNowMs, 7));
  book_.Note(log_, Head(kNowMs + 10 * kDayMs, 9));
  EXPECT_EQ(book_.Look(log_, kNowMs + 14 * kDayMs).size(), 2U);
  EXPECT_EQ(book_.Look(log_, kNowMs + 15 * kDayMs),
            (std::vector<TreePoint>{{kNowMs + 10 * kDayMs, 9}}));
  EXPECT_TRUE(book_.Look(World().beta.log_id(), kNowMs).empty());
  // The head that is trusted now as well, if it is older.
  EXPECT_TRUE(book_.Look(log_, kNowMs + 25 * kDayMs).empty());
}

TEST_F(GrowthBookTest, RecallsWhatThePoolHasLinked) {
  const testlib::ScratchFolder folder;
  PoolOptions options;
  options.create = true;
  const std::unique_ptr<Pool> pool = Pool::Open(folder.Path("pool"), options).value();
  const World world;
  const LogId log = world.alpha.log_id();
  std::vector<TreePoint> want;
  for (std::uint64_t i = 1; i <= 5; ++i) {
    SignedTreeHead sth;
    sth.head = Head(kNowMs - i * kHourMs, 100 - i);
    sth.signature = {4, 3, 0, 8, 0x30, 6, 2, 1, 0x55, 2, 1, 0x44};
    sth.head.sha256_root_hash.fill(static_cast<std::uint8_t>(i));
    const PoolResult<Added> added = pool->AddHead(log, sth, HeadSource::kLog, kNowMs);
    ASSERT_TRUE(added);
    if (i % 2 == 1) {  // the others are nobody's word
      ASSERT_TRUE(pool->MarkLinked(added->id, std::nullopt));
      want.insert(want.begin(), {sth.head.timestamp_ms, sth.head.tree_size});
    }
  }
  ASSERT_TRUE(book_.Recall(*pool, kNowMs));
  EXPECT_EQ(book_.Look(log, kNowMs), want);
  // It is asked once only: what comes later is noted.
  book_.Note(log, Head(kNowMs, 500));
  ASSERT_TRUE(book_.Recall(*pool, kNowMs));
  EXPECT_EQ(book_.Look(log, kNowMs).size(), want.size() + 1);
}

}  // namespace
}  // namespace tattle::daemon::growth_book_test
