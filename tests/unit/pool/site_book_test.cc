// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/site_book.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/time.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle::site_book_test {
namespace {

using testlib::kNowMs;

class SiteBookTest : public testlib::PoolFixture {
 protected:
  SiteBook Book() { return SiteBook(*pool_); }

  // SiteOf has shown one chain for each number of `reports`, which was reported so often.
  static FeedbackSite SiteOf(const std::string& host, const std::vector<std::uint32_t>& reports,
                             std::uint64_t last_contact_ms = kNowMs) {
    FeedbackSite site;
    site.host = host;
    site.last_contact_ms = last_contact_ms;
    for (const std::uint32_t num_reports : reports) {
      FeedbackBundle& bundle = site.bundles.emplace_back();
      const auto number = static_cast<std::uint8_t>(site.bundles.size());
      bundle.x509_chain = {{number, 1}, {9}};
      bundle.scts = {{{number}, 0, 0, false, false}, {{7, 7}, 0, 0, false, false}};
      bundle.num_reports = num_reports;
    }
    return site;
  }

  void Willing(const std::string& host, bool is_willing = true,
               std::uint64_t expires_ms = kNowMs + kMsPerDay) {
    ASSERT_TRUE(pool_->SetPeer({host, is_willing, expires_ms, kNowMs}));
  }

  std::vector<std::string> News(std::size_t limit, std::uint64_t now_ms = kNowMs) {
    return Book().HostsWithNews(limit, now_ms).value();
  }

  std::size_t NumBundles(const std::string& host) {
    const auto site = Book().FindSite(host);
    return site.value() ? (*site)->bundles.size() : 0;
  }
};

TEST_F(SiteBookTest, GivesBackWhatWasKeptOverARestart) {
  FeedbackSite site = SiteOf("www.example", {0, 3});
  site.last_attempt_ms = kNowMs - 5;
  site.num_attempts = 4;
  site.num_successes = 2;
  site.num_strikes = 1;
  ASSERT_TRUE(Book().SetSite(site));
  Open();
  const FeedbackSite kept = Book().FindSite("www.example").value().value();
  EXPECT_EQ(kept.last_contact_ms, kNowMs);
  EXPECT_EQ(kept.last_attempt_ms, kNowMs - 5);
  EXPECT_EQ(kept.num_attempts, 4U);
  EXPECT_EQ(kept.num_successes, 2U);
  EXPECT_EQ(kept.num_strikes, 1U);
  ASSERT_EQ(kept.bundles.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(kept.bundles[i].Entry(), site.bundles[i].Entry());
    EXPECT_EQ(kept.bundles[i].num_reports, site.bundles[i].num_reports);
  }
  EXPECT_FALSE(Book().FindSite("example").value()) << "another name is another site";
  site.bundles.pop_back();
  ASSERT_TRUE(Book().SetSite(site));
  EXPECT_EQ(NumBundles("www.example"), 1U);
  EXPECT_EQ(*pool_->Check(), std::vector<std::string>());
}

TEST_F(SiteBookTest, RefusesWhatNoMessageCouldHold) {
  FeedbackSite site = SiteOf("", {0});
  EXPECT_EQ(Book().SetSite(site).error().fault, PoolFault::kRefused);
  site = SiteOf("www.example", {0});
  site.bundles[0].scts.clear();
  EXPECT_EQ(Book().SetSite(site).error().fault, PoolFault::kRefused);
  site = SiteOf("www.example", std::vector<std::uint32_t>(kMaxSiteBundles + 1, 0));
  EXPECT_EQ(Book().SetSite(site).error().fault, PoolFault::kRefused);
  EXPECT_FALSE(Book().FindSite("www.example").value());
}

TEST_F(SiteBookTest, WhatIsRefusedWithinABatchHarmsNothing) {
  ASSERT_TRUE(Book().SetSite(SiteOf("www.example", {0, 0})));
  FeedbackSite site = SiteOf("www.example", {0, 0});
  ++site.last_contact_ms;
  site.bundles[1].scts[0].sct.resize(65'535, 1);  // alone more than a list of SCTs can hold
  Pool::Batch batch(*pool_);
  EXPECT_EQ(Book().SetSite(site).error().fault, PoolFault::kRefused);
  ASSERT_TRUE(batch.Commit());
  EXPECT_EQ(NumBundles("www.example"), 2U);
  EXPECT_EQ(Book().FindSite("www.example").value()->last_contact_ms, kNowMs);
}

TEST_F(SiteBookTest, NewsIsWhatWasNeverReportedWhereSomebodyWasSince) {
  ASSERT_TRUE(Book().SetSite(SiteOf("news.example", {1, 0})));
  ASSERT_TRUE(Book().SetSite(SiteOf("told.example", {1, 2})));
  FeedbackSite tried = SiteOf("tried.example", {0});
  tried.last_attempt_ms = tried.last_contact_ms;
  tried.num_attempts = 1;
  tried.num_successes = 1;
  ASSERT_TRUE(Book().SetSite(tried));
  for (const char* const host : {"news.example", "told.example", "tried.example"}) {
    Willing(host);
  }
  const std::uint64_t later_ms = kNowMs + kFeedbackPauseMs;
  EXPECT_EQ(News(10, later_ms), std::vector<std::string>{"news.example"});
  ++tried.last_contact_ms;
  ASSERT_TRUE(Book().SetSite(tried));
  EXPECT_EQ(News(10, later_ms).size(), 2U);
  EXPECT_EQ(News(1, later_ms), std::vector<std::string>{"tried.example"});
}

TEST_F(SiteBookTest, WhoIsNotToBeToldKeepsNobodyElseFromBeing) {
  ASSERT_TRUE(Book().SetSite(SiteOf("a.example", {0}, kNowMs - 10)));
  Willing("a.example", true, kNowMs);
  FeedbackSite struck = SiteOf("struck.example", {0});
  struck.num_strikes = kFeedbackStrikes;
  FeedbackSite paused = SiteOf("paused.example", {0});
  paused.last_attempt_ms = kNowMs - kFeedbackPauseMs + 1;
  paused.num_attempts = 9;
  paused.num_successes = 1;
  FeedbackSite failing = paused;
  failing.host = "failing.example";
  failing.last_attempt_ms = kNowMs - kFeedbackRetryMs;
  failing.num_attempts = 10;
  for (const FeedbackSite& site : {struck, paused, failing, SiteOf("unwilling.example", {0}),
                                   SiteOf("expired.example", {0}), SiteOf("silent.example", {0})}) {
    ASSERT_TRUE(Book().SetSite(site));
    Willing(site.host);
  }
  Willing("unwilling.example", false);
  Willing("expired.example", true, kNowMs - 1);
  ASSERT_TRUE(Book().SetSite(SiteOf("stranger.example", {0})));
  EXPECT_EQ(News(1), std::vector<std::string>{"silent.example"});
  Willing("silent.example", false);
  EXPECT_EQ(News(1), std::vector<std::string>{"a.example"});
  EXPECT_EQ(News(9).size(), 1U);
  Willing("a.example", false);
  EXPECT_EQ(News(9, kNowMs + 1), (std::vector<std::string>{"failing.example", "paused.example"}));
}

TEST_F(SiteBookTest, ListsSitesByHost) {
  ASSERT_TRUE(Book().SetSite(SiteOf("b.example", {0, 1, 2})));
  ASSERT_TRUE(Book().SetSite(SiteOf("a.example", {}, kNowMs - 1)));
  const std::vector<SiteSummary> sites = Book().ListSites().value();
  ASSERT_EQ(sites.size(), 2U);
  EXPECT_EQ(sites[0].site.host, "a.example");
  EXPECT_EQ(sites[0].site.last_contact_ms, kNowMs - 1);
  EXPECT_EQ(sites[0].num_bundles, 0U);
  EXPECT_EQ(sites[1].num_bundles, 3U);
  EXPECT_EQ(sites[1].num_unreported, 1U);
}

TEST_F(SiteBookTest, TheSiteThatWasNotVisitedForLongestMakesRoom) {
  options_.limits.sites = 2;
  Open();
  ASSERT_TRUE(Book().SetSite(SiteOf("b.example", {0}, kNowMs)));
  ASSERT_TRUE(Book().SetSite(SiteOf("a.example", {0}, kNowMs + 1)));
  ASSERT_TRUE(Book().SetSite(SiteOf("old.example", {0}, 1)));
  EXPECT_EQ(NumBundles("b.example"), 0U);
  EXPECT_EQ(NumBundles("old.example"), 1U) << "what comes goes last";
}

TEST_F(SiteBookTest, ASiteWithNothingToTellMakesRoomFirst) {
  options_.limits.sites = 3;
  Open();
  ASSERT_TRUE(Book().SetSite(SiteOf("news.example", {1, 0}, kNowMs)));
  ASSERT_TRUE(Book().SetSite(SiteOf("told.example", {1, 2}, kNowMs + 2)));
  ASSERT_TRUE(Book().SetSite(SiteOf("empty.example", {}, kNowMs + 3)));
  const auto is_there = [&](const char* host) { return Book().FindSite(host)->has_value(); };
  ASSERT_TRUE(Book().SetSite(SiteOf("a.example", {0}, kNowMs + 1)));
  EXPECT_FALSE(is_there("empty.example"));
  EXPECT_TRUE(is_there("told.example"));
  ASSERT_TRUE(Book().SetSite(SiteOf("b.example", {0}, kNowMs + 1)));
  EXPECT_FALSE(is_there("told.example"));
  EXPECT_TRUE(is_there("news.example"));
  ASSERT_TRUE(Book().SetSite(SiteOf("c.example", {0}, kNowMs + 1)));
  EXPECT_FALSE(is_there("news.example"));
  EXPECT_EQ(pool_->Check().value(), std::vector<std::string>());
}

TEST_F(SiteBookTest, BundlesAreBoundedAtAllTimes) {
  options_.limits.site_bundles = 5;
  Open();
  ASSERT_TRUE(Book().SetSite(SiteOf("a.example", {0, 0, 0})));
  EXPECT_EQ(Book().SetSite(SiteOf("b.example", {0, 0, 0})).error().fault, PoolFault::kRefused);
  EXPECT_FALSE(Book().FindSite("b.example").value()) << "nothing was changed";
  ASSERT_TRUE(Book().SetSite(SiteOf("b.example", {0, 0})));
  EXPECT_EQ(Book().SetSite(SiteOf("a.example", {0, 0, 0, 0})).error().fault, PoolFault::kRefused);
  EXPECT_EQ(NumBundles("a.example"), 3U);
  ASSERT_TRUE(Book().SetSite(SiteOf("a.example", {1, 1, 1}, kNowMs + 1))) << "it is no larger";
  ASSERT_TRUE(Book().SetSite(SiteOf("a.example", {1, 1})));
  ASSERT_TRUE(Book().SetSite(SiteOf("c.example", {0})));
  EXPECT_EQ(Book().SetSite(SiteOf("d.example", {0})).error().fault, PoolFault::kRefused);
  options_.limits.site_bundles = 1;
  Open();
  ASSERT_TRUE(Book().SetSite(SiteOf("b.example", {0, 1}))) << "a lower bound takes nothing away";
}

TEST_F(SiteBookTest, PruneForgetsByAgeToldOnesFirst) {
  ASSERT_TRUE(Book().SetSite(SiteOf("www.example", {0, 1})));
  ASSERT_TRUE(pool_->Prune(kNowMs + 90 * kMsPerDay));
  EXPECT_EQ(NumBundles("www.example"), 2U);
  EXPECT_EQ(pool_->Prune(kNowMs + 90 * kMsPerDay + 1)->chains, 1U);
  EXPECT_EQ(Book().FindSite("www.example").value()->bundles.front().num_reports, 0U);
  EXPECT_EQ(pool_->Prune(kNowMs + 180 * kMsPerDay + 1)->chains, 1U);
  EXPECT_TRUE(Book().FindSite("www.example").value()) << "what is known of the site itself stays";
}

TEST_F(SiteBookTest, PruneMakesRoomAmongReportedOnesFirst) {
  options_.limits.site_bundles = 10;
  Open();
  ASSERT_TRUE(Book().SetSite(SiteOf("www.example", {0, 0, 0, 0, 1, 1, 1, 1, 1})));
  ASSERT_TRUE(pool_->Prune(kNowMs));
  EXPECT_EQ(NumBundles("www.example"), 5U);
  std::size_t num_reported = 0;
  const FeedbackSite left = Book().FindSite("www.example").value().value();
  for (const FeedbackBundle& bundle : left.bundles) {
    num_reported += bundle.num_reports;
  }
  EXPECT_EQ(num_reported, 1U);
}

}  // namespace
}  // namespace tattle::site_book_test
