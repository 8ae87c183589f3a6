// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Each lie is found, named rightly, and weighs what it must.

#include <array>

#include <gtest/gtest.h>

#include "plugin/audit/evidence.h"
#include "tests/unit/audit/audited_log.h"

namespace tattle::lying_log_test {
namespace {

using testlib::AuditedLog;
using Verdicts = std::vector<std::string>;

constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint64_t kHourMs = 60 * kMinuteMs;

class LyingLogTest : public testing::TestWithParam<LogKind> {};

INSTANTIATE_TEST_SUITE_P(Kinds, LyingLogTest,
                         testing::Values(LogKind::kRfc6962, LogKind::kStaticCt),
                         [](const auto& kind) {
                           return kind.param == LogKind::kRfc6962 ? "Rfc6962" : "StaticCt";
                         });

void Rounds(AuditedLog& audited, unsigned count, std::uint64_t later_ms = 10 * kMinuteMs) {
  for (unsigned i = 0; i < count; ++i) {
    audited.Grow(1, later_ms);
    audited.Audit();
  }
}

TEST_P(LyingLogTest, SplitViewAtTwoUrls) {
  AuditedLog audited(GetParam());
  audited.Grow(5, kMinuteMs);
  audited.Audit(0);
  audited.Tell("split-view=3", 1);
  audited.Audit(0);
  audited.Audit(1);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"split_view conclusive"});
  ASSERT_EQ(audited.lines().size(), 1U);
  EXPECT_NE(audited.lines().front().find("PROVEN split_view"), std::string::npos);
}

TEST_P(LyingLogTest, SplitViewByGossipNeedsNoNetwork) {
  AuditedLog audited(GetParam());
  audited.Grow(5, kMinuteMs);
  audited.Tell("split-view=3", 1);
  audited.Audit(0);
  audited.Import(audited.log().Head(1).value());
  audited.Tell("unavailable");
  audited.Audit(0);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"split_view conclusive"});
}

TEST_P(LyingLogTest, SplitViewIsFoundBehindAFlood) {
  AuditedLog audited(GetParam());
  audited.options.links_per_round = 0;
  audited.Restart();
  audited.Grow(5, kMinuteMs);
  audited.Tell("split-view=3", 1);
  audited.Audit(0);
  audited.Import(audited.log().Head(1).value());
  audited.Grow(5, kMinuteMs);
  audited.Tell("flood");
  for (unsigned i = 0; i < 300; ++i) {
    audited.Import(audited.log().Head(0).value());
  }
  audited.Audit(0);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"split_view conclusive"});
}

TEST_P(LyingLogTest, TheHeadThatWaitsLongestHasATurnInAFlood) {
  AuditedLog audited(GetParam());
  audited.options.links_per_round = 2;
  audited.Restart();
  audited.Grow(5, kMinuteMs);
  const SignedTreeHead waiting = audited.log().Head().value();
  audited.Grow(1, kMinuteMs);
  audited.Audit();
  audited.Import(waiting);
  audited.Tell("flood");
  for (unsigned i = 0; i < 300; ++i) {
    audited.Grow(i % 30 == 0 ? 1 : 0, kMinuteMs);
    audited.Import(audited.log().Head().value());
  }
  audited.Audit();
  for (const PooledHead& head : audited.Heads()) {
    if (head.sth.head == waiting.head) {
      EXPECT_EQ(head.state, HeadState::kLinked);
      return;
    }
  }
  FAIL() << "it has gone";
}

TEST_P(LyingLogTest, SplitViewOfDifferentSizes) {
  AuditedLog audited(GetParam());
  audited.Grow(5, kMinuteMs);
  audited.Tell("split-view=2", 1);
  audited.Audit(0);  // 7 leaves
  audited.Grow(3, kMinuteMs);
  audited.Import(audited.log().Head(1).value());  // 10 leaves of the other view
  audited.Audit(1);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"inconsistent conclusive"});
}

TEST_P(LyingLogTest, ForkIsFoundAtEverySize) {
  for (std::uint64_t size = 2; size <= 9; ++size) {
    SCOPED_TRACE(size);
    AuditedLog audited(GetParam());
    audited.Grow(size, kMinuteMs);
    audited.Audit();
    audited.Tell("fork=1");
    audited.Audit();
    Rounds(audited, 2);
    const Verdicts verdicts = audited.Verdicts();
    EXPECT_EQ(verdicts, Verdicts{"inconsistent conclusive"});
  }
}

TEST_P(LyingLogTest, AForkThatGoesOnIsNotFiledForEver) {
  AuditedLog audited(GetParam());
  audited.Grow(5, kMinuteMs);
  audited.Audit();
  audited.Tell("fork=1");
  Rounds(audited, 40);
  EXPECT_EQ(audited.pool().ListEvidence().value().size(), kMaxEvidenceOfAKind);
  audited.Restart();
  Rounds(audited, 3);
  EXPECT_EQ(audited.pool().ListEvidence().value().size(), kMaxEvidenceOfAKind);
}

TEST_P(LyingLogTest, RollbackOnlyIndicates) {
  AuditedLog audited(GetParam());
  audited.Grow(9, kMinuteMs);
  audited.Audit();
  audited.Grow(1, kMinuteMs);
  audited.Audit();
  audited.Tell("rollback=2");
  audited.Audit();
  EXPECT_EQ(audited.Verdicts(), Verdicts{"rollback indicative"});
}

TEST_P(LyingLogTest, RollbackToATreeThatWasSeenOnlyIndicates) {
  AuditedLog audited(GetParam());
  audited.Grow(9, kMinuteMs);
  audited.Audit();
  audited.Grow(1, kMinuteMs);
  audited.Audit();
  audited.Grow(0, kMinuteMs);
  audited.Tell("rollback=1");
  audited.Audit();
  EXPECT_EQ(audited.Verdicts(), Verdicts{"rollback indicative"});
}

TEST_P(LyingLogTest, RollbackBelowAnotherOnlyIndicatesToo) {
  AuditedLog audited(GetParam());
  audited.Grow(12, kMinuteMs);
  audited.Audit();
  audited.Grow(0, kMinuteMs);
  audited.Tell("rollback=2");
  const SignedTreeHead first = audited.log().Head().value();
  audited.BeHonest();
  audited.Grow(0, kMinuteMs);
  audited.Tell("rollback=1");
  audited.Audit();
  EXPECT_EQ(audited.pool().ListEvidence().value().size(), 1U);
  // The next larger tree that is linked was signed later; the trusted one was not.
  audited.Import(first);
  audited.Audit();
  EXPECT_EQ(audited.Verdicts(), Verdicts{"rollback indicative"});
  EXPECT_EQ(audited.pool().ListEvidence().value().size(), 2U);
}

TEST_P(LyingLogTest, FutureHeadOnlyIndicatesWhenItStays) {
  AuditedLog audited(GetParam());
  Rounds(audited, 2);
  audited.Tell("future-head=86400");
  Rounds(audited, 2);
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  Rounds(audited, 1);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"future_head indicative"});
}

TEST_P(LyingLogTest, StaleHeadOnlyIndicatesAfterTwiceTheMmd) {
  AuditedLog audited(GetParam(), 3600);
  Rounds(audited, 2);
  audited.Tell("stale-head");
  Rounds(audited, 12);
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  Rounds(audited, 3);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"stale_head indicative"});
}

TEST_P(LyingLogTest, StaleHeadIsFoundBySeveralProcesses) {
  AuditedLog audited(GetParam(), 3600);
  Rounds(audited, 2);
  audited.Tell("stale-head");
  for (unsigned i = 0; i < 5; ++i) {
    Rounds(audited, 3);
    audited.Restart();
  }
  EXPECT_EQ(audited.Verdicts(), Verdicts{"stale_head indicative"});
}

TEST_P(LyingLogTest, BadHeadSignatureOnlyIndicatesWhenItStays) {
  AuditedLog audited(GetParam());
  Rounds(audited, 2);
  audited.Tell("bad-head-signature");
  Rounds(audited, 2);
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  Rounds(audited, 1);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"bad_signature indicative"});
}

// Observed has SCTs in the pool from while the log lied.
void ObserveLies(AuditedLog& audited, const std::string& lie) {
  audited.options.ask_rfc6962_for_scts = true;
  audited.Restart();
  audited.Grow(5, kMinuteMs);
  audited.Observe();
  audited.Grow(0, kMinuteMs);
  audited.Audit();
  audited.Tell(lie);
  audited.Observe();
  audited.BeHonest();
  audited.Grow(0, kMinuteMs);
}

TEST_P(LyingLogTest, AnEntryThatIsNotMergedIsFoundAfterTheMmd) {
  AuditedLog audited(GetParam());
  ObserveLies(audited, "unmerged");
  for (unsigned i = 0; i < 5; ++i) {
    audited.Grow(0, 10 * kMinuteMs);
    audited.Audit();
  }
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  for (unsigned i = 0; i < 60; ++i) {
    audited.Grow(0, kHourMs);
    audited.Audit();
  }
  const bool is_static = GetParam() == LogKind::kStaticCt;
  EXPECT_EQ(audited.Verdicts(),
            Verdicts{is_static ? "not_merged conclusive" : "not_merged indicative"});
  const std::vector<PooledSct> scts = audited.Scts();
  ASSERT_EQ(scts.size(), 2U);
  EXPECT_EQ(scts.at(0).state, SctState::kIncluded);
  EXPECT_EQ(scts.at(1).state, SctState::kNotIncluded);
}

TEST_P(LyingLogTest, ALogThatEndedWithoutALeafIsALine) {
  AuditedLog audited(GetParam(), 3600);
  audited.options.ask_rfc6962_for_scts = true;
  audited.Restart();
  audited.Grow(5, kMinuteMs);
  audited.Audit();
  audited.Tell("unmerged");
  audited.Observe();
  audited.End(audited.log().Head().value().head);
  audited.Tell("stale-head");
  for (unsigned i = 0; i < 30; ++i) {
    audited.Grow(0, 25 * kHourMs);
    audited.Audit();
  }
  EXPECT_EQ(audited.Scts().front().state, SctState::kNotIncluded);
  EXPECT_EQ(audited.Verdicts(), Verdicts{});  // no head says that the delay was over
  ASSERT_EQ(audited.lines().size(), 1U);
  EXPECT_NE(audited.lines().front().find("it ended without the leaf"), std::string::npos);
}

TEST_P(LyingLogTest, AnEntryThatWasChangedOnlyIndicatesWhenItStays) {
  AuditedLog audited(GetParam(), 3600);
  audited.options.ask_rfc6962_for_scts = true;
  audited.Restart();
  audited.Grow(5, kMinuteMs);
  audited.Observe();
  audited.Grow(0, kMinuteMs);  // it is entry 5
  audited.Tell("changed-entry=5");
  Rounds(audited, 9);  // asked for after an hour, and again after two more
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  Rounds(audited, 60);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"wrong_tile indicative"});
  const std::vector<PooledEvidence> all = audited.pool().ListEvidence().value();
  ASSERT_EQ(all.size(), 1U);
  const Claim claim = DecodeClaim(AsBytes(all.front().json)).value();
  EXPECT_EQ(claim.leaf_hash, audited.Scts().front().leaf_hash);
  // It is in the tree, but nobody sees it there.
  EXPECT_EQ(audited.Scts().front().state, SctState::kPending);
  audited.BeHonest();
  Rounds(audited, 200);
  EXPECT_EQ(audited.Scts().front().state, SctState::kIncluded);
}

TEST_P(LyingLogTest, AChangedEntryBesideItIsNotHeldAgainstAnSct) {
  AuditedLog audited(GetParam(), 3600);
  audited.options.ask_rfc6962_for_scts = true;
  audited.Restart();
  audited.Grow(5, kMinuteMs);
  audited.Observe();
  audited.Grow(0, kMinuteMs);       // it is entry 5
  audited.Tell("changed-entry=4");  // the one beside it
  Rounds(audited, 60);
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  EXPECT_EQ(audited.Scts().front().state, SctState::kIncluded);
}

TEST(LyingStaticCtTest, AnotherLeafAtThePromisedIndexConvicts) {
  for (const char* lie : {"unmerged", "wrong-index"}) {
    SCOPED_TRACE(lie);
    AuditedLog audited(LogKind::kStaticCt);
    ObserveLies(audited, lie);
    Rounds(audited, 10);  // the tree goes on over the index
    EXPECT_EQ(audited.Verdicts(), Verdicts{"wrong_leaf conclusive"});
  }
}

TEST(LyingStaticCtTest, OneIndexForTwoSctsConvicts) {
  AuditedLog audited(LogKind::kStaticCt);
  ObserveLies(audited, "twin-index");
  Rounds(audited, 10);
  EXPECT_EQ(audited.Verdicts(), (Verdicts{"duplicate_index conclusive", "wrong_leaf conclusive"}));
}

TEST(LyingStaticCtTest, AnSctWithoutAnIndexIndicatesAtOnce) {
  AuditedLog audited(LogKind::kStaticCt, 60);
  ObserveLies(audited, "no-index");
  std::size_t num_without_index = 0;
  for (unsigned i = 0; i < 3; ++i) {
    audited.Grow(1, 10 * kMinuteMs);
    num_without_index += audited.Audit().num_without_index;
  }
  EXPECT_EQ(num_without_index, 1U);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"missing_index indicative"});
  EXPECT_EQ(audited.lines().size(), 1U);
  EXPECT_EQ(audited.Scts().at(0).state, SctState::kIncluded);
  EXPECT_EQ(audited.Scts().at(1).state,
            SctState::kNotIncluded);  // kept longer than what is skipped
}

// The leaf is merged in time. That a head was dated ahead is another lie.
TEST(LyingStaticCtTest, AHeadThatIsDatedAheadBreaksNoPromise) {
  AuditedLog audited(LogKind::kStaticCt, 3600);
  audited.Grow(5, kMinuteMs);
  audited.Audit();
  audited.Tell("future-head=86400");
  audited.Observe();
  audited.Audit();  // of the tree without the leaf
  audited.BeHonest();
  audited.Tell("stale-head");  // a front end lags
  audited.Grow(0, 2 * kHourMs);
  audited.Audit();
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  EXPECT_EQ(audited.Scts().front().state, SctState::kPending);
  audited.BeHonest();
  Rounds(audited, 3);
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  EXPECT_EQ(audited.Scts().front().state, SctState::kIncluded);
}

TEST(LyingStaticCtTest, WrongOriginOnlyIndicatesWhenItStays) {
  AuditedLog audited(LogKind::kStaticCt);
  Rounds(audited, 2);
  audited.Tell("wrong-origin");
  Rounds(audited, 2);
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  Rounds(audited, 1);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"wrong_origin indicative"});
}

TEST(LyingStaticCtTest, WrongTilesOnlyIndicateWhenTheyStay) {
  AuditedLog audited(LogKind::kStaticCt);
  audited.Grow(300, kMinuteMs);
  audited.Audit();
  audited.Tell("bad-tile=0");
  Rounds(audited, 2);
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  Rounds(audited, 1);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"wrong_tile indicative"});
}

TEST(LyingStaticCtTest, TilesThatAreWithheldIndicateAfterADay) {
  AuditedLog audited(LogKind::kStaticCt);
  audited.Grow(3, kMinuteMs);
  audited.Audit();
  audited.Tell("no-tiles");
  audited.Grow(3, kMinuteMs);
  for (unsigned i = 0; i < 20; ++i) {
    audited.Grow(0, kHourMs);
    audited.Audit();
  }
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  Rounds(audited, 10, kHourMs);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"inconsistent indicative"});
}

TEST(LyingStaticCtTest, APromisedLeafWhoseTileIsWithheldIndicatesAfterADay) {
  AuditedLog audited(LogKind::kStaticCt, 60);  // what logs of today promise
  audited.options.scts_per_round = 0;
  audited.Restart();
  audited.Grow(5, kMinuteMs);
  audited.Observe();
  audited.Grow(0, 10 * kMinuteMs);
  audited.Audit();  // the tree is trusted, and the SCT not yet asked for
  audited.options.scts_per_round = 64;
  audited.Restart();
  audited.Tell("no-tiles");
  const auto ask_for_hours = [&](unsigned hours) {
    for (unsigned i = 0; i < 4 * hours; ++i) {
      audited.Grow(0, 15 * kMinuteMs);
      audited.Audit();
    }
  };
  ask_for_hours(23);
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  ask_for_hours(6);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"not_merged indicative"});
  // A front end was broken, and no promise: that is found out too.
  audited.BeHonest();
  ask_for_hours(26);
  for (const PooledSct& sct : audited.Scts()) {
    EXPECT_EQ(sct.state, SctState::kIncluded) << sct.id;
  }
}

TEST(LyingRfc6962Test, AProofThatDoesNotFoldIndicatesWhenItStays) {
  AuditedLog audited(LogKind::kRfc6962);
  audited.Grow(5, kMinuteMs);
  audited.Audit();
  audited.Tell("bad-proof");
  Rounds(audited, 2);
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  Rounds(audited, 2);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"inconsistent indicative"});
}

TEST(LyingRfc6962Test, AProofThatIsWithheldIndicatesAfterADay) {
  AuditedLog audited(LogKind::kRfc6962);
  audited.Grow(5, kMinuteMs);
  audited.Audit();
  audited.Tell("no-consistency");
  Rounds(audited, 20, kHourMs);
  EXPECT_EQ(audited.Verdicts(), Verdicts{});
  Rounds(audited, 10, kHourMs);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"inconsistent indicative"});
}

TEST(LyingRfc6962Test, AnInclusionProofThatIsWithheldIndicates) {
  AuditedLog audited(LogKind::kRfc6962);
  ObserveLies(audited, "no-inclusion");
  audited.Tell("no-inclusion");
  Rounds(audited, 40, kHourMs);
  EXPECT_EQ(audited.Verdicts(), Verdicts{"not_merged indicative"});
}

TEST(LyingRfc6962Test, NobodyIsToldWhatWasSeenUnlessConfigured) {
  AuditedLog audited(LogKind::kRfc6962);
  audited.Grow(5, kMinuteMs);
  audited.Observe();
  Rounds(audited, 10);
  ASSERT_EQ(audited.Scts().size(), 1U);
  EXPECT_EQ(audited.Scts().front().state, SctState::kSkipped);
}

TEST(ClockSenseTest, WhereOthersAreInTheFutureTooItIsUs) {
  ClockSense sense;
  EXPECT_FALSE(sense.IsSlow({1}, 1000, 0));
  sense.Note({1}, true);
  EXPECT_FALSE(sense.IsSlow({1}, 1000, 0));  // its own head says nothing
  sense.Note({2}, true);
  EXPECT_TRUE(sense.IsSlow({1}, 1000, 0));
  sense.Note({3}, false);
  EXPECT_TRUE(sense.IsSlow({1}, 1000, 0));
  sense.Note({4}, false);
  EXPECT_FALSE(sense.IsSlow({1}, 1000, 0));
  // Our clock was later before.
  EXPECT_FALSE(sense.IsSlow({1}, 1000, 301'000));
  EXPECT_TRUE(sense.IsSlow({1}, 1000, 301'001));
  EXPECT_TRUE(sense.IsSlow({1}, 1000, 0));
}

}  // namespace
}  // namespace tattle::lying_log_test
