// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/site_feedback.h"

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/time.h"
#include "core/gossip/bounds.h"
#include "core/gossip/feedback_site.h"
#include "plugin/gossip/outbox_plan.h"
#include "plugin/pool/site_book.h"
#include "tests/unit/plugin_gossip/gossip_world.h"

namespace tattle::site_feedback_test {
namespace {

using gossip_testing::UnsignedSct;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScriptedAnswer;
using testing::ScriptedRequest;
using testing::ScriptedServer;
using testing::TlsIdentity;
using ::testing::UnorderedElementsAre;

constexpr const char* kHost = "www.example";

class SiteFeedbackTest : public plugin_gossip_testing::GossipWorld {
 protected:
  // Chain is a leaf as it was validated: up to the root, which servers leave out.
  std::vector<ByteVector> Chain(const ByteVector& leaf) const {
    return {leaf, names_.ca().certificate()};
  }

  void Visit(const std::string& host, const FeedbackEntry& shown) {
    const auto kept = KeepShown(*pool_, host, shown, now_ms_);
    ASSERT_TRUE(kept) << kept.error();
  }
  // Visit, where the site shows what it always shows.
  void Visit() { Visit(kHost, usual_); }

  void Say(const std::string& host, Willingness said) {
    ASSERT_TRUE(NoteWillingness(*pool_, host, said, now_ms_));
  }

  bool May(const std::string& host = kHost) {
    const auto may = MayGiveFeedback(*pool_, host, now_ms_);
    EXPECT_TRUE(may);
    return may.value_or(false);
  }

  GossipExchange Give(const std::string& host = kHost) {
    const auto given = GiveFeedback(*pool_, GossipClient(http_), host, now_ms_, Draw(now_ms_));
    EXPECT_TRUE(given && *given) << "there was something to tell " << host;
    return given.value_or(std::nullopt).value_or(GossipExchange());
  }
  bool HasNothingToTell(const std::string& host = kHost) {
    const auto given = GiveFeedback(*pool_, GossipClient(http_), host, now_ms_, Draw());
    return given && !*given;
  }

  FeedbackSite Site(const std::string& host = kHost) {
    return SiteBook(*pool_).FindSite(host).value().value_or(FeedbackSite());
  }

  // ReportsOf is how often the bundle of a chain counted as reported.
  std::uint32_t ReportsOf(const std::vector<ByteVector>& chain) {
    for (const FeedbackBundle& bundle : Site().bundles) {
      if (bundle.x509_chain == chain) {
        return bundle.num_reports;
      }
    }
    ADD_FAILURE() << "no such bundle";
    return 0;
  }

  static std::vector<FeedbackEntry> Received(const ScriptedRequest& request) {
    return DecodeFeedback(AsBytes(request.body), kMaxFeedbackSize).value().entries;
  }

  const FeedbackEntry usual_ = {{{1, 2, 3}, {4}}, {UnsignedSct(1), UnsignedSct(2)}};
};

TEST_F(SiteFeedbackTest, KeepsWhatAHostShowedUnderThisNameOnly) {
  Visit("www.example", usual_);
  Visit("a.www.example", usual_);
  EXPECT_EQ(Site("www.example").bundles.at(0).Entry(), usual_);
  EXPECT_EQ(Site("a.www.example").bundles.at(0).Entry(), usual_);
  EXPECT_EQ(Site("www.example").last_contact_ms, now_ms_);
  EXPECT_TRUE(Site("example").bundles.empty());
}

TEST_F(SiteFeedbackTest, SctsOfOneChainAddUpAndAnotherChainIsAnotherBundle) {
  Visit();
  Visit();
  Visit(kHost, {usual_.x509_chain, {UnsignedSct(2), UnsignedSct(3)}});
  ASSERT_EQ(Site().bundles.size(), 1U);
  EXPECT_THAT(Site().bundles[0].Entry().scts,
              UnorderedElementsAre(UnsignedSct(1), UnsignedSct(2), UnsignedSct(3)));
  Visit(kHost, {{{1, 2, 3}}, {UnsignedSct(1)}});
  EXPECT_EQ(Site().bundles.size(), 2U);
}

TEST_F(SiteFeedbackTest, WhatCannotBeKeptIsNoFailureAndHarmsNothing) {
  Visit();
  std::vector<ByteVector> large;  // all together more than a list of SCTs can hold
  for (std::uint8_t log = 10; log < 60; ++log) {
    large.push_back(UnsignedSct(log));
    large.back().resize(2000, 7);
  }
  Visit(kHost, {usual_.x509_chain, large});
  Visit(kHost, {{}, {UnsignedSct(1)}});
  Visit(kHost, {{{}}, {UnsignedSct(1)}});
  ASSERT_EQ(Site().bundles.size(), 1U);
  EXPECT_EQ(Site().bundles[0].Entry(), usual_);
  Visit("", usual_);
  EXPECT_TRUE(pool_->Check()->empty());
}

TEST_F(SiteFeedbackTest, NothingLargerThanRealCertificatesIsKept) {
  Visit(kHost, {{ByteVector(kMaxBundleSize, 1)}, {UnsignedSct(1)}});
  EXPECT_TRUE(Site().bundles.empty());
  PooledSct sct;
  sct.log_id = amber_.log_id();
  sct.sct = UnsignedSct(1);
  ASSERT_TRUE(pool_->AddSct(sct, std::vector<ByteVector>{ByteVector(kMaxBundleSize, 1)}, kHost));
  ASSERT_TRUE(KeepAllShown(*pool_, kHost, now_ms_));
  EXPECT_TRUE(Site().bundles.empty());
}

TEST_F(SiteFeedbackTest, GoesToDnsNamesOnly) {
  for (const char* const host : {"www.example:8443", "192.0.2.1", "127.1", "0x7f000001",
                                 "[2001:db8::1]", "a@www.example", "www.example/a"}) {
    Say(host, Willingness::kYes);
    Visit(host, usual_);
    EXPECT_FALSE(SiteBook(*pool_).FindSite(host).value()) << host;
    // One of an earlier time, or of a pool that somebody else wrote.
    FeedbackSite site;
    site.host = host;
    AddShown(site, std::vector{usual_}, now_ms_);
    ASSERT_TRUE(SiteBook(*pool_).SetSite(site));
    EXPECT_FALSE(May(host)) << host;
  }
}

TEST_F(SiteFeedbackTest, VisitsAtOnceAreAllKept) {
  std::vector<std::thread> visitors;
  for (std::uint8_t visitor = 0; visitor < 4; ++visitor) {
    visitors.emplace_back([&, visitor] {
      for (std::uint8_t i = 0; i < kMaxSiteBundles / 4; ++i) {
        Visit(kHost, {{{visitor, i}}, {UnsignedSct(i)}});
      }
    });
  }
  for (std::thread& visitor : visitors) {
    visitor.join();
  }
  EXPECT_EQ(Site().bundles.size(), kMaxSiteBundles);
}

TEST_F(SiteFeedbackTest, KeepsAllThatThePoolHasSeenAtAHost) {
  const std::vector<ByteVector> one = Chain({1});
  const std::vector<ByteVector> two = Chain({2});
  const auto add = [&](std::uint8_t log, const std::vector<ByteVector>& chain, const char* host) {
    PooledSct sct;
    sct.log_id.fill(log);
    sct.sct = UnsignedSct(log);
    sct.leaf_hash.fill(log);
    sct.timestamp_ms = now_ms_;
    sct.seen_ms = now_ms_;
    ASSERT_TRUE(pool_->AddSct(sct, chain, host));
  };
  add(1, one, kHost);
  add(2, one, kHost);
  add(3, two, kHost);
  add(3, two, "other.example");
  add(4, two, "other.example");
  ASSERT_TRUE(KeepAllShown(*pool_, kHost, now_ms_));
  ASSERT_TRUE(KeepAllShown(*pool_, "nobody.example", now_ms_));
  std::vector<FeedbackEntry> entries;
  for (const FeedbackBundle& bundle : Site().bundles) {
    entries.push_back(bundle.Entry());
    std::sort(entries.back().scts.begin(), entries.back().scts.end());
  }
  EXPECT_THAT(entries, UnorderedElementsAre(FeedbackEntry{one, {UnsignedSct(1), UnsignedSct(2)}},
                                            FeedbackEntry{two, {UnsignedSct(3)}}));
  EXPECT_TRUE(Site("other.example").bundles.empty());
  EXPECT_TRUE(Site("nobody.example").bundles.empty());
}

TEST_F(SiteFeedbackTest, FeedbackIsForWillingHostsWithNews) {
  EXPECT_FALSE(May()) << "nothing is known";
  Say(kHost, Willingness::kYes);
  EXPECT_FALSE(May()) << "nothing was shown";
  Visit();
  EXPECT_TRUE(May());
  Visit("other.example", usual_);
  EXPECT_FALSE(May("other.example")) << "nobody has said that it is willing";
  Say(kHost, Willingness::kNo);
  EXPECT_FALSE(May());
  Say(kHost, Willingness::kYes);
  EXPECT_TRUE(May());
  Later(kWillingForMs);
  EXPECT_TRUE(May());
  Later(1);
  EXPECT_FALSE(May()) << "a Yes of long ago";
}

TEST_F(SiteFeedbackTest, FeedbackWaitsForAVisitAndADay) {
  Serve(kHost, {});
  Say(kHost, Willingness::kYes);
  Visit();
  ASSERT_EQ(Give().failure, "");
  Visit(kHost, {{{9}}, {UnsignedSct(9)}});
  EXPECT_FALSE(May()) << "the visit was not after the attempt";
  Later(kMsPerDay - 1);
  Visit();
  EXPECT_FALSE(May()) << "not a day ago";
  Later(1);
  EXPECT_TRUE(May());
  ASSERT_EQ(Give().failure, "");
  Later(10 * kFeedbackPauseMs);
  EXPECT_FALSE(May()) << "nobody has been there since";
  Visit();
  EXPECT_FALSE(May()) << "both were shown on other connections than they were told over";
  Visit(kHost, {{{10}}, {UnsignedSct(10)}});
  EXPECT_TRUE(May());
}

TEST_F(SiteFeedbackTest, ASiteThatFailsIsTriedOnceAMonthAndThreeTimes) {
  const ScriptedServer& server = Serve(kHost, {.status = 500});
  Visit();
  for (std::size_t strikes = 1; strikes <= 3; ++strikes) {
    Say(kHost, Willingness::kYes);
    ASSERT_TRUE(May()) << strikes;
    EXPECT_THAT(Give().failure, HasSubstr("500"));
    EXPECT_EQ(Site().num_strikes, strikes);
    Later(kFeedbackRetryMs);
    Visit();
    Say(kHost, Willingness::kYes);
    EXPECT_FALSE(May());
    Later(1);
  }
  EXPECT_EQ(server.requests().size(), 3U);
  Visit();
  EXPECT_FALSE(May());
  EXPECT_TRUE(Site().bundles.empty()) << "nothing but the contact is kept of it";
  EXPECT_EQ(Site().last_contact_ms, now_ms_);
  EXPECT_TRUE(HasNothingToTell());
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST_F(SiteFeedbackTest, ASuccessTakesTheStrikesAway) {
  Visit();
  Say(kHost, Willingness::kYes);
  Serve(kHost, {.status = 204});
  EXPECT_THAT(Give().failure, HasSubstr("204"));
  EXPECT_EQ(Site().num_strikes, 1U);
  Later(kFeedbackRetryMs + 1);
  Visit();
  Say(kHost, Willingness::kYes);
  EXPECT_TRUE(May());
  Serve(kHost, {});
  EXPECT_EQ(Give().failure, "");
  EXPECT_EQ(Site().num_strikes, 0U);
  EXPECT_EQ(Site().num_attempts, 2U);
  EXPECT_EQ(Site().num_successes, 1U);
}

TEST_F(SiteFeedbackTest, WhatIsToldOverAConnectionThatShowsSomethingElseCounts) {
  Serve(kHost, {});
  Visit();
  EXPECT_EQ(Give().num_sent, 1U);
  EXPECT_EQ(ReportsOf(usual_.x509_chain), 1U);
  // More SCTs of the same chain are news.
  Visit(kHost, {usual_.x509_chain, {UnsignedSct(5)}});
  EXPECT_EQ(ReportsOf(usual_.x509_chain), 0U);
}

TEST_F(SiteFeedbackTest, WhatWasNotTakenDoesNotCount) {
  const struct {
    const char* host;
    ScriptedAnswer answer;
  } cases[] = {
      {"500.example", {.status = 500}},
      {"404.example", {.status = 404}},
      {"204.example", {.status = 204}},
      {"302.example", {.status = 302, .headers = {"Location: /"}}},
      {"cut.example", {.body = "x", .cut_after = 0}},
  };
  for (const auto& [host, answer] : cases) {
    Serve(host, answer);
    Visit(host, usual_);
    EXPECT_NE(Give(host).failure, "");
    EXPECT_EQ(Site(host).bundles.at(0).num_reports, 0U) << host;
    EXPECT_EQ(Site(host).num_attempts, 1U) << host;
    EXPECT_EQ(Site(host).num_successes, 0U) << host;
  }
}

TEST_F(SiteFeedbackTest, SomebodyInTheMiddleWhoShowsTheSameTakesNoDelivery) {
  const ByteVector sct = UnsignedSct(1);
  const TlsIdentity evil =
      names_.Issue(kHost, [&](Bytes /* tbs */) { return testlib::SctList({sct}); });
  const TlsIdentity good = names_.Issue(kHost);
  Visit(kHost, {Chain(evil.certificate), {sct}});
  // He shows the leaf alone; what we keep goes up to the root. It is the same leaf all the same.
  const auto handler = [](const ScriptedRequest&) -> ScriptedAnswer { return {}; };
  ScriptedServer& attacker = ServeBy(kHost, handler, evil);
  EXPECT_EQ(Give().failure, "");
  EXPECT_EQ(attacker.requests().size(), 1U);
  EXPECT_EQ(ReportsOf(Chain(evil.certificate)), 0U);
  // Kept without the root, it is no other.
  Visit(kHost, {{evil.certificate}, {sct}});
  Later(kFeedbackPauseMs);
  EXPECT_EQ(Give().num_sent, 2U);
  EXPECT_EQ(ReportsOf({evil.certificate}), 0U);
  EXPECT_EQ(ReportsOf(Chain(evil.certificate)), 0U);
  // The site itself gets it in the end.
  ScriptedServer& server = ServeBy(kHost, handler, good);
  Later(kFeedbackPauseMs);
  Give();
  EXPECT_EQ(ReportsOf(Chain(evil.certificate)), 1U);
  EXPECT_EQ(ReportsOf({evil.certificate}), 1U);
  EXPECT_THAT(Received(server.requests().at(0)),
              UnorderedElementsAre(FeedbackEntry{Chain(evil.certificate), {sct}},
                                   FeedbackEntry{{evil.certificate}, {sct}}));
}

TEST_F(SiteFeedbackTest, TheSameLeafWithAnSctThatWeDoNotReportIsSomethingElse) {
  const TlsIdentity identity = names_.Issue(kHost, [&](Bytes /* tbs */) {
    return testlib::SctList({UnsignedSct(1), UnsignedSct(2)});
  });
  ServeBy(
      kHost, [](const ScriptedRequest&) -> ScriptedAnswer { return {}; }, identity);
  // (draft-ietf-trans-gossip-05 asks for a connection with an SCT that is not in the report.)
  Visit(kHost, {Chain(identity.certificate), {UnsignedSct(1)}});
  Give();
  EXPECT_EQ(ReportsOf(Chain(identity.certificate)), 1U);
  Visit(kHost, {Chain(identity.certificate), {UnsignedSct(2), UnsignedSct(3)}});
  Later(kFeedbackPauseMs);
  Give();
  EXPECT_EQ(ReportsOf(Chain(identity.certificate)), 0U);
}

TEST_F(SiteFeedbackTest, InvalidSctsGoToTheHostThatShowedThemAndToNobodyElse) {
  ByteVector forged = amber_.SignX509(AsBytes("another leaf"), now_ms_);
  forged.back() ^= 1;
  const FeedbackEntry shown = {Chain({5}), {forged}};
  std::vector<ScriptedServer*> others;
  for (const char* const name : {"example", "a.www.example", "other.example"}) {
    others.push_back(&Serve(name, {}));
    Say(name, Willingness::kYes);
  }
  const ScriptedServer& server = Serve(kHost, {});
  Say(kHost, Willingness::kYes);
  Visit(kHost, shown);
  Visit("other.example", usual_);
  EXPECT_TRUE(HasNothingToTell("example"));
  EXPECT_TRUE(HasNothingToTell("a.www.example"));
  Give("other.example");
  Give();
  EXPECT_EQ(others[0]->num_connections() + others[1]->num_connections(), 0U);
  ASSERT_EQ(others[2]->requests().size(), 1U);
  EXPECT_THAT(Received(others[2]->requests()[0]), ElementsAre(usual_));
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].target, "/.well-known/ct/v1/sct-feedback");
  EXPECT_THAT(Received(server.requests()[0]), ElementsAre(shown));
}

TEST_F(SiteFeedbackTest, WritesDownWhatCameOfIt) {
  Serve(kHost, {.headers = {"TransGossipEnabled: No"}});
  Say(kHost, Willingness::kYes);
  Visit();
  const GossipExchange exchange = Give();
  GossipExchange want;
  want.host = kHost;
  want.kind = ExchangeKind::kFeedback;
  want.at_ms = now_ms_;
  want.num_sent = 1;
  EXPECT_EQ(exchange, want);
  EXPECT_THAT(GossipBook(*pool_).Exchanges(10).value(), ElementsAre(want));
  EXPECT_FALSE(pool_->FindPeer(kHost).value().value().is_willing);
}

TEST_F(SiteFeedbackTest, AVisitWhileItWaitsIsNotLost) {
  const FeedbackEntry second = {{{7}}, {UnsignedSct(7)}};
  const FeedbackEntry wider = {usual_.x509_chain, {UnsignedSct(8)}};
  Visit();
  Later(1000);
  ServeBy(kHost, [&](const ScriptedRequest&) -> ScriptedAnswer {
    Visit(kHost, second);
    Visit(kHost, wider);
    return {};
  });
  const std::uint64_t visited_ms = now_ms_;
  EXPECT_EQ(Give().num_sent, 1U);
  ASSERT_EQ(Site().bundles.size(), 2U);
  EXPECT_EQ(Site().last_contact_ms, visited_ms);
  EXPECT_EQ(Site().num_successes, 1U);
  EXPECT_EQ(ReportsOf(second.x509_chain), 0U);
  EXPECT_EQ(ReportsOf(usual_.x509_chain), 0U) << "what it has now was not told";
}

TEST_F(SiteFeedbackTest, TellsABoundedNumberDrawnAtRandom) {
  for (std::uint8_t i = 0; i < kMaxSiteBundles; ++i) {
    Visit(kHost, {{{i}}, {UnsignedSct(i)}});
  }
  const ScriptedServer& server = Serve(kHost, {});
  std::set<ByteVector> told;
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(Give().num_sent, kMaxBundlesGiven);
    std::set<ByteVector> leaves;
    for (const FeedbackEntry& entry : Received(server.requests().back())) {
      leaves.insert(entry.x509_chain.front());
    }
    EXPECT_EQ(leaves.size(), kMaxBundlesGiven);
    told.insert(leaves.begin(), leaves.end());
    Later(kFeedbackPauseMs);
  }
  EXPECT_EQ(told.size(), kMaxSiteBundles);
}

TEST_F(SiteFeedbackTest, TellsNoMoreThanAMessageHolds) {
  for (std::uint8_t i = 0; i < 10; ++i) {
    Visit(kHost, {{ByteVector(60'000, i)}, {UnsignedSct(i)}});
  }
  for (const int first_status : {200, 404}) {
    const ScriptedServer& server = Serve(kHost, {});
    ServeBy(kHost, [=](const ScriptedRequest& request) -> ScriptedAnswer {
      return {.status = request.target.starts_with("/.well-known/ct/") ? first_status : 200};
    });
    const GossipExchange exchange = Give();
    EXPECT_EQ(exchange.failure, "");
    EXPECT_EQ(exchange.num_sent, 8U);
    EXPECT_EQ(server.num_connections(), 0U);
    Later(kFeedbackPauseMs);
  }
}

TEST_F(SiteFeedbackTest, ABrokenGeneratorTellsNothing) {
  const ScriptedServer& server = Serve(kHost, {});
  Visit();
  Visit(kHost, {{{9}}, {UnsignedSct(9)}});
  EXPECT_FALSE(
      GiveFeedback(*pool_, GossipClient(http_), kHost, now_ms_, gossip_testing::BrokenDraw()));
  EXPECT_EQ(server.num_connections(), 0U);
  EXPECT_EQ(Site().num_attempts, 0U);
}

}  // namespace
}  // namespace tattle::site_feedback_test
