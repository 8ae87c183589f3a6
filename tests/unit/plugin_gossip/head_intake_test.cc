// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What tests/adapters/daemon/gossip_heads_test.cc does not show through the endpoint.

#include "plugin/gossip/head_intake.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/time.h"
#include "core/gossip/bounds.h"
#include "tests/unit/plugin_gossip/gossip_world.h"

namespace tattle::head_intake_test {
namespace {

using gossip_testing::HeadOf;

class HeadIntakeTest : public plugin_gossip_testing::GossipWorld {
 protected:
  std::vector<PooledHead> Kept() { return pool_->HeadsAfter(0, 10'000).value(); }
};

TEST_F(HeadIntakeTest, CountsEachHeadOnceAndKeepsItsSource) {
  const GossipHead known = HeadOf(amber_, 1);
  Keep(known, HeadSource::kLog);
  GossipHead forged = HeadOf(amber_, 2);
  forged.sth.signature.back() ^= 1;
  IntakeCounts counts;
  HeadIntake intake(*pool_);
  ASSERT_TRUE(intake.Take(std::vector{known, forged, HeadOf(stranger_, 3), HeadOf(denied_, 4),
                                      HeadOf(birch_, 5), HeadOf(birch_, 5)},
                          logs_, HeadBringer{HeadSource::kReply}, now_ms_, counts));
  EXPECT_EQ(counts.num_heads, 6U);
  EXPECT_EQ(counts.num_known, 2U);  // one by the pool, one by the message
  EXPECT_EQ(counts.num_dropped, 3U);
  EXPECT_EQ(counts.num_stored, 1U);
  EXPECT_EQ(counts.num_conflicting, 0U);
  EXPECT_EQ(counts.num_checks, 2U);
  ASSERT_EQ(Kept().size(), 2U);
  EXPECT_EQ(Kept()[0].source, HeadSource::kLog) << "it was our own before others brought it";
  EXPECT_EQ(Kept()[1].source, HeadSource::kReply);
  EXPECT_EQ(Kept()[1].seen_ms, now_ms_);
}

// Heads that a log signs each second can be saved up by anybody. Each of the others brings one head
// of a tree that only he was shown, of a size that nobody else has, and only once.
TEST_F(HeadIntakeTest, AFloodOfGenuineHeadsPushesOutNoHeadOfAnother) {
  constexpr std::uint64_t kNumOthers = 60;
  constexpr std::uint64_t kAtOnce = 40;
  const std::uint64_t num_unlinked = PoolLimits().unlinked_heads;
  HeadIntake intake(*pool_);
  IntakeCounts flood;
  std::uint64_t size = 1'000'000;
  const auto send = [&] {
    std::vector<GossipHead> heads;
    for (std::uint64_t i = 0; i < kAtOnce; ++i) {
      ++size;
      heads.push_back(HeadOf(amber_, size, now_ms_ - size));
    }
    const HeadBringer bringer = {HeadSource::kPollination, GiverOf("192.0.2.1")};
    ASSERT_TRUE(intake.Take(heads, logs_, bringer, now_ms_, flood));
  };
  while (flood.num_heads < num_unlinked) {
    send();
  }
  IntakeCounts others;
  std::vector<std::uint64_t> sizes;
  for (std::uint64_t i = 0; i < kNumOthers; ++i) {
    send();
    sizes.push_back(7'000'000 + i);
    const HeadBringer bringer = {HeadSource::kPollination, GiverOf("client " + std::to_string(i))};
    ASSERT_TRUE(intake.Take(std::vector{HeadOf(amber_, sizes.back(), now_ms_, 2)}, logs_, bringer,
                            now_ms_, others));
    send();
  }
  EXPECT_EQ(others.num_stored, kNumOthers);
  EXPECT_EQ(flood.num_stored, flood.num_heads) << "what is forged may be among them";
  const std::vector<PooledHead> kept = Kept();
  EXPECT_EQ(kept.size(), num_unlinked);
  EXPECT_THAT(plugin_gossip_testing::SizesOf(kept), ::testing::IsSupersetOf(sizes));
}

TEST_F(HeadIntakeTest, CountsOfMessagesAddUp) {
  IntakeCounts counts;
  HeadIntake intake(*pool_);
  ASSERT_TRUE(intake.Take(std::vector{HeadOf(amber_, 1)}, logs_, HeadBringer{HeadSource::kReply},
                          now_ms_, counts));
  ASSERT_TRUE(intake.Take(std::vector{HeadOf(amber_, 1, now_ms_, 2)}, logs_,
                          HeadBringer{HeadSource::kReply}, now_ms_, counts));
  EXPECT_EQ(counts.num_stored, 2U);
  EXPECT_EQ(counts.num_conflicting, 1U);
  IntakeCounts sum;
  sum.is_cut = true;
  sum += counts;
  sum += counts;
  EXPECT_EQ(sum.num_heads, 4U);
  EXPECT_EQ(sum.num_stored, 4U);
  EXPECT_EQ(sum.num_conflicting, 2U);
  EXPECT_EQ(sum.num_checks, 8U) << "with those of the evidence";
  EXPECT_TRUE(sum.is_cut);
}

// A log dates what it shows its victims ahead. The halves come together in whatever order.
TEST_F(HeadIntakeTest, FindsASplitOfWhichAHalfIsDatedAhead) {
  for (const std::uint64_t tree_size : {1U, 2U}) {
    std::vector<GossipHead> halves = {HeadOf(amber_, tree_size, now_ms_, 1),
                                      HeadOf(amber_, tree_size, now_ms_ + 30 * kMsPerDay, 2)};
    if (tree_size == 2) {
      std::reverse(halves.begin(), halves.end());
    }
    IntakeCounts counts;
    for (const GossipHead& half : halves) {
      ASSERT_TRUE(HeadIntake(*pool_).Take(std::vector{half}, logs_,
                                          HeadBringer{HeadSource::kPollination}, now_ms_, counts));
    }
    EXPECT_EQ(counts.num_stored, 2U) << tree_size;
    EXPECT_EQ(counts.num_conflicting, 1U) << tree_size;
    EXPECT_EQ(pool_->ListEvidence().value().size(), tree_size);
  }
}

TEST_F(HeadIntakeTest, SaysWhenAMessageWasMoreThanItMayCheck) {
  // Heads without log_id of no log: each is tried with the keys of all that are not denied.
  std::vector<GossipHead> heads;
  for (std::uint64_t size = 1; size <= kMaxGossipSignatureChecks / 2 + 1; ++size) {
    heads.push_back(gossip_testing::Unsigned(1, size));
    heads.back().log_id.reset();
  }
  IntakeCounts counts;
  ASSERT_TRUE(
      HeadIntake(*pool_).Take(heads, logs_, HeadBringer{HeadSource::kReply}, now_ms_, counts));
  EXPECT_TRUE(counts.is_cut);
  EXPECT_LE(counts.num_checks, kMaxGossipSignatureChecks);
  EXPECT_EQ(counts.num_dropped, heads.size());
}

TEST_F(HeadIntakeTest, KnowsWhatNeedsNoCheck) {
  const HeadIntake intake(*pool_);
  const GossipHead one = HeadOf(amber_, 1);
  const GossipHead two = HeadOf(birch_, 2);
  EXPECT_EQ(intake.AreAllKnown({}, logs_), true);
  EXPECT_EQ(intake.AreAllKnown(std::vector{one}, logs_), false);
  Keep(one, HeadSource::kLog);
  EXPECT_EQ(intake.AreAllKnown(std::vector{one}, logs_), true);
  EXPECT_EQ(intake.AreAllKnown(std::vector{one, two}, logs_), false);
  Keep(two, HeadSource::kReply);
  EXPECT_EQ(intake.AreAllKnown(std::vector{one, two}, logs_), true);
  GossipHead nameless = one;
  nameless.log_id.reset();
  EXPECT_EQ(intake.AreAllKnown(std::vector{nameless}, logs_), false);
  EXPECT_EQ(intake.AreAllKnown(std::vector{one}, testlib::ListOf({birch_.Entry()})), false);
  EXPECT_EQ(intake.AreAllKnown(std::vector{HeadOf(amber_, 1, now_ms_, 2)}, logs_), false);
}

TEST_F(HeadIntakeTest, WhereThePoolFailsNothingIsKeptAndItSaysWhy) {
  Open(/*read_only=*/true);
  IntakeCounts counts;
  const auto taken =
      HeadIntake(*pool_).Take(std::vector{HeadOf(amber_, 1), HeadOf(birch_, 2)}, logs_,
                              HeadBringer{HeadSource::kReply}, now_ms_, counts);
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error(), ::testing::HasSubstr(folder_.Path("pool")));
  EXPECT_EQ(counts.num_heads, 2U);
  EXPECT_EQ(counts.num_checks, 2U);
  EXPECT_EQ(counts.num_stored, 0U);
  EXPECT_TRUE(Kept().empty());
}

}  // namespace
}  // namespace tattle::head_intake_test
