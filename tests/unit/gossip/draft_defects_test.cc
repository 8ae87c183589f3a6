// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The pseudocode of draft-ietf-trans-gossip-05, Section 11, does not do what its text says. One
// test a defect, named after what is right.

#include <algorithm>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "core/gossip/bounds.h"
#include "core/gossip/feedback_eviction.h"
#include "core/gossip/feedback_site.h"
#include "core/gossip/select_heads.h"
#include "tests/unit/gossip/gossip_testing.h"

namespace tattle::draft_defects_test {
namespace {

using gossip_testing::kNowMs;
using gossip_testing::SeededDraw;
using testlib::TestLog;

const ByteVector kFirst = {1};
const ByteVector kSecond = {2};

class DraftSelectionTest : public testing::Test {
 protected:
  std::vector<HeadCandidate> Heads(std::size_t num_fresh, std::size_t num_stale) const {
    std::vector<HeadCandidate> heads(num_fresh + num_stale);
    for (std::size_t i = 0; i < heads.size(); ++i) {
      heads[i].log_id = log_.log_id();
      heads[i].timestamp_ms = i < num_fresh ? kNowMs : kNowMs - kHeadFreshnessMs - 1;
    }
    return heads;
  }
  std::vector<std::size_t> Select(const std::vector<HeadCandidate>& heads, std::size_t max,
                                  std::uint64_t seed) const {
    const HeadWish wish = {HeadSide::kPool, HeadAudience::kWebServer, max};
    return SelectHeads(heads, wish, logs_, kNowMs, SeededDraw(seed)).value();
  }

  TestLog log_{"A", "Operator A"};
  LogList logs_ = testlib::ListOf({log_.Entry()});
};

// get_pollination_selection has its test of freshness the wrong way round.
TEST_F(DraftSelectionTest, FreshHeadsAreGivenAndStaleOnesAreNot) {
  for (const std::size_t place : Select(Heads(5, 5), 3, 1)) {
    EXPECT_LT(place, 5U);
  }
}

// It draws r and takes the element i, so that the same first ones are always given.
TEST_F(DraftSelectionTest, WhatIsDrawnIsWhatIsGiven) {
  std::set<std::size_t> given;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    given.insert(Select(Heads(10, 0), 1, seed).front());
  }
  EXPECT_EQ(given.size(), 10U);
}

// It counts an outdated head each time that it draws it again, and ends with too few.
TEST_F(DraftSelectionTest, StaleHeadsTakeNoPlaces) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    EXPECT_EQ(Select(Heads(3, 500), 3, seed).size(), 3U);
  }
}

// It gives all it has, without a look at their age, when it has few.
TEST_F(DraftSelectionTest, AShortListIsNoReasonForStaleHeads) {
  EXPECT_TRUE(Select(Heads(0, 2), 10, 1).empty());
  EXPECT_EQ(Select(Heads(1, 2), 10, 1), std::vector<std::size_t>{0});
}

// It divides by the number of attempts, which begins at zero.
TEST(DraftFeedbackTest, ASiteThatWasNeverTriedIsTried) {
  EXPECT_TRUE(IsFeedbackDue(FeedbackSite(), kNowMs));
}

// insert() of a server returns at the first bundle that is bad or known.
TEST(DraftFeedbackTest, ABundleThatIsBadOrKnownStopsNoOther) {
  FeedbackSite site;
  AddShown(site, std::vector<FeedbackEntry>{{{{1}}, {kFirst}}}, kNowMs);
  const std::vector<FeedbackEntry> entries = {
      {{{1}}, {kFirst}}, {{{2}}, {}}, {{{3}}, {kFirst}}, {{{3}}, {kFirst}}, {{{4}}, {kFirst}}};
  EXPECT_EQ(AddShown(site, entries, kNowMs), 2U);
  EXPECT_EQ(site.bundles.size(), 3U);
}

// insert_scts computes the union and throws it away.
TEST(DraftFeedbackTest, TheUnionOfSctsIsKept) {
  FeedbackSite site;
  AddShown(site, std::vector<FeedbackEntry>{{{{1}}, {kFirst}}}, kNowMs);
  AddShown(site, std::vector<FeedbackEntry>{{{{1}}, {kSecond}}}, kNowMs);
  EXPECT_EQ(site.bundles.at(0).Entry().scts, (std::vector{kFirst, kSecond}));
}

// Its equality depends on the order of SCTs.
TEST(DraftFeedbackTest, TheOrderOfSctsMakesNoDifference) {
  EXPECT_TRUE(IsSameFeedback({{{1}}, {kFirst, kSecond}}, {{{1}}, {kSecond, kFirst, kFirst}}));
  EXPECT_FALSE(IsSameFeedback({{{1}}, {kFirst, kSecond}}, {{{1}}, {kFirst}}));
  EXPECT_FALSE(IsSameFeedback({{{1}}, {kFirst}}, {{{2}}, {kFirst}}));
}

// has_been_fully_resolved_to_sths takes an outstanding proof for one that came, so that evidence
// may be deleted.
TEST(DraftFeedbackTest, AnOutstandingProofResolvesNothing) {
  FeedbackBundle bundle = {{{1}}, {{kFirst}, {kSecond}}, 1};
  bundle.scts[0].is_resolved = true;
  bundle.scts[1].is_outstanding = true;
  EXPECT_FALSE(bundle.IsResolved());
  bundle.scts[1].is_resolved = true;
  EXPECT_FALSE(bundle.IsResolved());
  bundle.scts[1].is_outstanding = false;
  EXPECT_TRUE(bundle.IsResolved());
}

std::vector<FeedbackSite> ReportedSites(std::size_t num_sites) {
  std::vector<FeedbackSite> sites(num_sites);
  for (FeedbackSite& site : sites) {
    site.bundles = {{{{1}}, {{kFirst}}, 1}, {{{2}}, {{kFirst}}, 1}};
  }
  return sites;
}

// Its eviction calls update_cache_percentage, which calls eviction; its loop for a cache that is
// almost full compares draws with domains, and reads a variable that nobody set.
TEST(DraftEvictionTest, EvictionEndsAndComesBelowItsGoal) {
  std::vector<FeedbackSite> sites = ReportedSites(100);
  Evictor evictor;
  const EvictionPlan plan = evictor.Plan(200, 210, kNowMs);
  EXPECT_EQ(plan.pressure, CachePressure::kFull);
  EXPECT_EQ(plan.num_bundles, 95U);
  DeleteBundles(sites, ChooseEvicted(sites, plan, SeededDraw(1)).value());
  std::size_t num_left = 0;
  for (const FeedbackSite& site : sites) {
    num_left += site.bundles.size();
  }
  EXPECT_EQ(num_left, 105U);
}

// bundlesToDelete may hold a bundle twice.
TEST(DraftEvictionTest, ABundleIsChosenOnce) {
  const std::vector<FeedbackSite> sites = ReportedSites(20);
  std::vector<BundleRef> chosen =
      ChooseEvicted(sites, {40, CachePressure::kAlmostFull}, SeededDraw(1)).value();
  EXPECT_EQ(chosen.size(), 40U);
  std::sort(chosen.begin(), chosen.end());
  EXPECT_EQ(std::unique(chosen.begin(), chosen.end()), chosen.end());
}

// The time of the last eviction is compared and never set.
TEST(DraftEvictionTest, ImminentPressureEvictsOnceInFiveMinutes) {
  constexpr std::uint64_t kFiveMinutesMs = 300'000;
  Evictor evictor;
  EXPECT_EQ(evictor.Plan(80, 100, kNowMs).num_bundles, 30U);
  EXPECT_EQ(evictor.Plan(80, 100, kNowMs + kFiveMinutesMs - 1).num_bundles, 0U);
  EXPECT_EQ(evictor.Plan(80, 100, kNowMs + kFiveMinutesMs).num_bundles, 30U);
  // What is more pressing does not wait, nor does a clock that went back.
  EXPECT_EQ(evictor.Plan(90, 100, kNowMs + kFiveMinutesMs).num_bundles, 40U);
  EXPECT_EQ(evictor.Plan(80, 100, 5).num_bundles, 30U);
  EXPECT_EQ(evictor.Plan(70, 100, kNowMs * 2).num_bundles, 0U);
}

// The callback counts proof attempts of SCTs, which have no such counter.
TEST(DraftFeedbackTest, SctsCountTheirProofAttempts) {
  FeedbackBundle bundle = {{{1}}, {{kFirst}}, 0};
  for (std::uint32_t i = 0; i < kSuspiciousSctProofFailures; ++i) {
    ++bundle.scts[0].proof_attempts;
    ++bundle.scts[0].proof_failures;
  }
  EXPECT_FALSE(bundle.IsSuspicious());
  ++bundle.scts[0].proof_failures;
  EXPECT_TRUE(bundle.IsSuspicious());
}

}  // namespace
}  // namespace tattle::draft_defects_test
