// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/feedback_site.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "core/gossip/bounds.h"
#include "core/gossip/feedback_eviction.h"
#include "tests/unit/gossip/gossip_testing.h"

namespace tattle::feedback_site_test {
namespace {

using gossip_testing::BrokenDraw;
using gossip_testing::kNowMs;
using gossip_testing::SeededDraw;

constexpr std::uint64_t kDayMs = kMsPerDay;

const ByteVector kA = {0xa};
const ByteVector kB = {0xb};
const ByteVector kC = {0xc};

FeedbackEntry EntryOf(std::uint8_t chain, std::vector<ByteVector> scts) {
  return {{{chain}}, std::move(scts)};
}

FeedbackSite SiteOf(const std::vector<FeedbackEntry>& shown) {
  FeedbackSite site;
  site.host = "a.example";
  AddShown(site, shown, kNowMs);
  return site;
}

TEST(AddShownTest, JoinsSctsOfOneChain) {
  FeedbackSite site = SiteOf({EntryOf(1, {kA})});
  site.bundles[0].num_reports = 2;
  EXPECT_EQ(AddShown(site, std::vector{EntryOf(1, {kA})}, kNowMs + 1), 0U);
  EXPECT_EQ(site.bundles[0].num_reports, 2U);
  EXPECT_EQ(site.last_contact_ms, kNowMs + 1);
  EXPECT_EQ(AddShown(site, std::vector{EntryOf(1, {kB, kA})}, kNowMs), 1U);
  ASSERT_EQ(site.bundles.size(), 1U);
  EXPECT_EQ(site.bundles[0].Entry().scts, (std::vector{kA, kB}));
  EXPECT_EQ(site.bundles[0].num_reports, 0U);  // what is new was never told
  EXPECT_EQ(AddShown(site, std::vector{EntryOf(2, {kA})}, kNowMs), 1U);
  EXPECT_EQ(site.bundles.size(), 2U);
}

TEST(AddShownTest, IsBounded) {
  FeedbackSite site;
  for (std::size_t i = 0; i < kMaxSiteBundles + 5; ++i) {
    AddShown(site, std::vector{FeedbackEntry{{{static_cast<std::uint8_t>(i)}}, {kA}}}, kNowMs);
  }
  EXPECT_EQ(site.bundles.size(), kMaxSiteBundles);
  for (std::size_t i = 0; i < kMaxFeedbackScts + 5; ++i) {
    AddShown(site, std::vector{EntryOf(0, {{static_cast<std::uint8_t>(i)}})}, kNowMs);
  }
  EXPECT_EQ(site.bundles[0].scts.size(), kMaxFeedbackScts);
}

TEST(AddShownTest, WhatWasReportedMakesRoom) {
  FeedbackSite site;
  for (std::size_t i = 0; i < kMaxSiteBundles; ++i) {
    AddShown(site, std::vector{EntryOf(static_cast<std::uint8_t>(i), {kA})}, kNowMs);
  }
  EXPECT_EQ(AddShown(site, std::vector{EntryOf(200, {kA})}, kNowMs), 0U);
  site.bundles[7].num_reports = 1;
  site.bundles[9].num_reports = 3;
  EXPECT_EQ(AddShown(site, std::vector{EntryOf(200, {kB})}, kNowMs), 1U);
  EXPECT_EQ(site.bundles.size(), kMaxSiteBundles);
  EXPECT_EQ(site.bundles[7].Entry(), EntryOf(200, {kB}));
  EXPECT_EQ(site.bundles[7].num_reports, 0U);
  EXPECT_EQ(site.bundles[9].Entry(), EntryOf(9, {kA}));
  const std::vector<FeedbackEntry> more = {EntryOf(201, {kA}), EntryOf(202, {kA})};
  EXPECT_EQ(AddShown(site, more, kNowMs), 1U) << "one was left";
}

TEST(AddShownTest, ABundleIsNoLargerThanRealOnesMayBe) {
  FeedbackSite site;
  const ByteVector der(kMaxBundleSize - 2, 1);
  const auto show = [&](std::vector<ByteVector> scts) {
    return AddShown(site, std::vector{FeedbackEntry{{der, {2}}, std::move(scts)}}, kNowMs);
  };
  EXPECT_EQ(show({kA, kB}), 0U);
  EXPECT_TRUE(site.bundles.empty());
  EXPECT_EQ(show({kA}), 1U);
  site.bundles[0].num_reports = 1;
  EXPECT_EQ(show({kB}), 0U);
  EXPECT_EQ(site.bundles[0].Entry().scts, std::vector<ByteVector>{kA});
  EXPECT_EQ(site.bundles[0].num_reports, 1U);
}

TEST(IsFeedbackDueTest, WaitsAMonthWhereItDoesNotWork) {
  FeedbackSite site = SiteOf({EntryOf(1, {kA})});
  EXPECT_TRUE(IsFeedbackDue(site, kNowMs));
  NoteAttempt(site, false, kNowMs);
  EXPECT_FALSE(IsFeedbackDue(site, kNowMs));
  EXPECT_FALSE(IsFeedbackDue(site, kNowMs + kFeedbackRetryMs));
  EXPECT_TRUE(IsFeedbackDue(site, kNowMs + kFeedbackRetryMs + 1));
  EXPECT_FALSE(IsFeedbackDue(site, 0));  // a clock that went back
}

TEST(IsFeedbackDueTest, TriesAtOnceWhereItWorks) {
  FeedbackSite site = SiteOf({EntryOf(1, {kA})});
  NoteAttempt(site, true, kNowMs);
  EXPECT_TRUE(IsFeedbackDue(site, kNowMs));
  for (int i = 0; i < 8; ++i) {
    NoteAttempt(site, false, kNowMs);
  }
  EXPECT_TRUE(IsFeedbackDue(site, kNowMs));  // 1 of 9
  EXPECT_EQ(site.num_strikes, 0U);
  NoteAttempt(site, false, kNowMs);
  EXPECT_FALSE(IsFeedbackDue(site, kNowMs));  // 1 of 10 is not more than a tenth
  EXPECT_EQ(site.num_strikes, 1U);
}

TEST(NoteAttemptTest, ThreeStrikesLeaveMetadataOnly) {
  FeedbackSite site = SiteOf({EntryOf(1, {kA})});
  std::uint64_t now_ms = kNowMs;
  for (int i = 0; i < 2; ++i) {
    NoteAttempt(site, false, now_ms);
    now_ms += kFeedbackRetryMs + 1;
    EXPECT_EQ(site.bundles.size(), 1U);
  }
  NoteAttempt(site, false, now_ms);
  EXPECT_EQ(site.num_strikes, kFeedbackStrikes);
  EXPECT_TRUE(site.bundles.empty());
  EXPECT_FALSE(IsFeedbackDue(site, now_ms + 100 * kFeedbackRetryMs));
  EXPECT_EQ(AddShown(site, std::vector{EntryOf(1, {kA})}, now_ms), 0U);
  EXPECT_TRUE(site.bundles.empty());
  EXPECT_EQ(site.last_contact_ms, now_ms);
}

TEST(NoteAttemptTest, ASuccessTakesStrikesAway) {
  FeedbackSite site = SiteOf({EntryOf(1, {kA})});
  NoteAttempt(site, false, kNowMs);
  NoteAttempt(site, false, kNowMs);
  EXPECT_EQ(site.num_strikes, 2U);
  NoteAttempt(site, true, kNowMs);
  EXPECT_EQ(site.num_strikes, 0U);
}

TEST(CountsAsReportedTest, FollowsTheDraftsTable) {
  EXPECT_TRUE(CountsAsReported(EntryOf(1, {kA, kB}), EntryOf(2, {kA, kB})));
  EXPECT_FALSE(CountsAsReported(EntryOf(1, {kA, kB}), EntryOf(1, {kA, kB})));
  EXPECT_TRUE(CountsAsReported(EntryOf(1, {kA}), EntryOf(1, {kA, kB})));
  EXPECT_FALSE(CountsAsReported(EntryOf(1, {kA, kB}), EntryOf(1, {kA})));
  EXPECT_FALSE(CountsAsReported(EntryOf(1, {kB, kA}), EntryOf(1, {kA, kB})));
  EXPECT_TRUE(CountsAsReported(EntryOf(1, {kA, kC}), EntryOf(1, {kA, kB})));
  EXPECT_FALSE(CountsAsReported(EntryOf(1, {kA}), EntryOf(1, {})));
}

TEST(ChooseFeedbackTest, LeavesOutWhatTheConnectionShowed) {
  const FeedbackSite site = SiteOf({EntryOf(1, {kA, kB}), EntryOf(2, {kA}), EntryOf(3, {kA})});
  std::vector<std::size_t> chosen =
      ChooseFeedback(site, EntryOf(1, {kB, kA}), 10, SeededDraw(1)).value();
  std::sort(chosen.begin(), chosen.end());
  EXPECT_EQ(chosen, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(ChooseFeedback(site, EntryOf(1, {kA}), 10, SeededDraw(1))->size(), 3U);
  EXPECT_EQ(ChooseFeedback(site, EntryOf(1, {kA}), 1, SeededDraw(1))->size(), 1U);
  EXPECT_FALSE(ChooseFeedback(site, EntryOf(1, {kA}), 1, BrokenDraw()));
}

TEST(MarkReportedTest, CountsOnlyWhatCounts) {
  FeedbackSite site = SiteOf({EntryOf(1, {kA, kB}), EntryOf(2, {kA})});
  const std::vector<std::size_t> sent = {0, 1, 7};
  MarkReported(site, sent, EntryOf(1, {kA}));
  EXPECT_EQ(site.bundles[0].num_reports, 0U);
  EXPECT_EQ(site.bundles[1].num_reports, 1U);
}

TEST(PressureOfTest, HasTheDraftsThresholds) {
  const std::pair<std::uint64_t, CachePressure> cases[] = {
      {0, CachePressure::kSafe},          {70, CachePressure::kSafe},
      {71, CachePressure::kImminent},     {85, CachePressure::kImminent},
      {86, CachePressure::kAlmostFull},   {95, CachePressure::kAlmostFull},
      {96, CachePressure::kFull},         {100, CachePressure::kFull},
      {UINT64_MAX, CachePressure::kFull},
  };
  for (const auto& [used, want] : cases) {
    EXPECT_EQ(PressureOf(used, 100), want) << used;
  }
  EXPECT_EQ(PressureOf(0, 0), CachePressure::kFull);
  EXPECT_EQ(PressureOf(UINT64_MAX / 2, UINT64_MAX), CachePressure::kSafe);
  EXPECT_EQ(PressureOf(UINT64_MAX, UINT64_MAX), CachePressure::kFull);
}

// One bundle of each kind, in an order that is not that of their going.
std::vector<FeedbackSite> SitesOfAllKinds() {
  FeedbackSite site =
      SiteOf({EntryOf(0, {kA}), EntryOf(1, {kA}), EntryOf(2, {kA, kB}), EntryOf(3, {kA})});
  site.bundles[0].num_reports = 1;
  site.bundles[0].scts[0].is_resolved = true;
  site.bundles[0].scts[0].proof_failures = kSuspiciousSctProofFailures + 1;
  site.bundles[2].num_reports = 1;
  site.bundles[2].scts[0].is_resolved = true;
  site.bundles[3].num_reports = 1;
  site.bundles[3].scts[0].is_resolved = true;
  return {FeedbackSite{}, site};
}

TEST(ChooseEvictedTest, TakesKindsInTheirOrderAndOnlyThoseThatThePressureAllows) {
  const std::vector<FeedbackSite> sites = SitesOfAllKinds();
  const std::vector<BundleRef> order = {{1, 3}, {1, 2}, {1, 1}, {1, 0}};
  const std::pair<CachePressure, std::size_t> cases[] = {{CachePressure::kSafe, 0},
                                                         {CachePressure::kImminent, 1},
                                                         {CachePressure::kAlmostFull, 2},
                                                         {CachePressure::kFull, 4}};
  for (const auto& [pressure, num_allowed] : cases) {
    for (std::size_t num_wanted = 0; num_wanted < 6; ++num_wanted) {
      const std::vector<BundleRef> chosen =
          ChooseEvicted(sites, {num_wanted, pressure}, SeededDraw(3)).value();
      const std::vector<BundleRef> want(
          order.begin(),
          order.begin() + static_cast<std::ptrdiff_t>(std::min(num_wanted, num_allowed)));
      EXPECT_EQ(chosen, want);
    }
  }
  const std::vector<FeedbackSite> twice = {sites[1], sites[1]};
  EXPECT_FALSE(ChooseEvicted(twice, {1, CachePressure::kFull}, BrokenDraw()));
}

TEST(ChooseForgottenTest, GoesByAgeOfTheLastVisit) {
  std::vector<FeedbackSite> sites = SitesOfAllKinds();
  EXPECT_TRUE(ChooseForgotten(sites, kNowMs + 90 * kDayMs).empty());
  EXPECT_EQ(ChooseForgotten(sites, kNowMs + 90 * kDayMs + 1),
            (std::vector<BundleRef>{{1, 2}, {1, 3}}));
  EXPECT_EQ(ChooseForgotten(sites, kNowMs + 180 * kDayMs + 1),
            (std::vector<BundleRef>{{1, 1}, {1, 2}, {1, 3}}));
  EXPECT_TRUE(ChooseForgotten(sites, 0).empty());
}

TEST(DeleteBundlesTest, DeletesEachOnceWhateverTheOrder) {
  std::vector<FeedbackSite> sites = SitesOfAllKinds();
  DeleteBundles(sites, {{1, 0}, {1, 2}, {1, 0}, {7, 0}, {1, 9}});
  ASSERT_EQ(sites[1].bundles.size(), 2U);
  EXPECT_EQ(sites[1].bundles[0].x509_chain, (std::vector<ByteVector>{{1}}));
  EXPECT_EQ(sites[1].bundles[1].x509_chain, (std::vector<ByteVector>{{3}}));
}

}  // namespace
}  // namespace tattle::feedback_site_test
