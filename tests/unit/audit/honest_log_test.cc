// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// An honest log is never accused, whatever goes wrong between it and us.

#include <algorithm>

#include <gtest/gtest.h>

#include "plugin/audit/audit_round.h"
#include "tests/unit/audit/audited_log.h"

namespace tattle::honest_log_test {
namespace {

using testlib::AuditedLog;

constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kTwoDaysMs = std::int64_t{48} * 3'600'000;

class HonestLogTest : public testing::TestWithParam<LogKind> {};

INSTANTIATE_TEST_SUITE_P(Kinds, HonestLogTest,
                         testing::Values(LogKind::kRfc6962, LogKind::kStaticCt),
                         [](const auto& kind) {
                           return kind.param == LogKind::kRfc6962 ? "Rfc6962" : "StaticCt";
                         });

void ExpectNothing(AuditedLog& audited) {
  EXPECT_EQ(audited.Verdicts(), std::vector<std::string>());
  for (const std::string& line : audited.lines()) {
    ADD_FAILURE() << line;
  }
}

TEST_P(HonestLogTest, TwoHundredHeadsRaiseNothing) {
  AuditedLog audited(GetParam());
  audited.options.ask_rfc6962_for_scts = true;
  audited.Restart();
  std::size_t num_answered = 0;
  for (unsigned i = 0; i < 200; ++i) {
    if (i % 9 == 4) {
      audited.Observe();
    }
    audited.Grow(i % 5 * 37 % 11, 10 * kMinuteMs);
    // Our clock is two days behind for a while, then two days ahead; answers get lost; the log
    // does not know its newest head yet; we start anew.
    audited.skew_ms = i / 20 == 3 ? -kTwoDaysMs : i / 20 == 5 ? kTwoDaysMs : 0;
    if (i % 13 == 5) {
      audited.Tell("unavailable");
    } else if (i % 13 == 7 && GetParam() == LogKind::kRfc6962) {
      audited.Tell("no-consistency");
    } else if (i % 13 == 7) {
      audited.Tell("no-tiles");
    }
    num_answered += audited.Audit().failure ? 0 : 1;
    audited.BeHonest();
    if (i % 50 == 49) {
      audited.Restart();
    }
  }
  EXPECT_EQ(num_answered, 185U);
  ExpectNothing(audited);
  for (unsigned i = 0; i < 12; ++i) {
    audited.Grow(1, kHourMs);
    audited.Audit();
  }
  ExpectNothing(audited);
  const std::vector<PooledSct> scts = audited.Scts();
  EXPECT_EQ(scts.size(), 22U);
  for (const PooledSct& sct : scts) {
    EXPECT_EQ(sct.state, SctState::kIncluded) << sct.id;
  }
  const std::vector<PooledHead> heads = audited.Heads();
  EXPECT_GT(heads.size(), 190U);
  for (const PooledHead& head : heads) {
    EXPECT_EQ(head.state, HeadState::kLinked) << head.id;
  }
}

TEST_P(HonestLogTest, HeadsOfOthersAreLinked) {
  AuditedLog audited(GetParam());
  std::vector<SignedTreeHead> heads;
  for (unsigned i = 0; i < 20; ++i) {
    audited.Grow(3, kMinuteMs);
    heads.push_back(audited.log().Head().value());
    if (i == 9) {
      EXPECT_EQ(audited.Audit().num_linked, 0U);  // the first is trusted
    }
  }
  // In no order: smaller, larger, the same tree signed again.
  std::reverse(heads.begin(), heads.end());
  for (const SignedTreeHead& sth : heads) {
    audited.Import(sth);
  }
  audited.options.links_per_round = 5;
  audited.Restart();
  EXPECT_EQ(audited.Audit().num_linked, 6U);  // the newest, and five of the others
  for (unsigned i = 0; i < 5; ++i) {
    audited.Audit();
  }
  for (const PooledHead& head : audited.Heads()) {
    EXPECT_EQ(head.state, HeadState::kLinked);
  }
  ExpectNothing(audited);
}

TEST_P(HonestLogTest, FrontEndsThatLagRaiseNothing) {
  AuditedLog audited(GetParam());
  audited.Grow(5, kMinuteMs);
  const SignedTreeHead before = audited.log().Head().value();
  audited.Grow(3, kMinuteMs);
  audited.Audit();
  // The log's own older head comes after the newer one.
  audited.Import(before, HeadSource::kLog);
  audited.Audit();
  EXPECT_EQ(audited.Heads().size(), 2U);
  for (const PooledHead& head : audited.Heads()) {
    EXPECT_EQ(head.state, HeadState::kLinked);
  }
  EXPECT_EQ(audited.pool().TrustedHead(audited.entry().log_id).value()->sth.head.tree_size, 8U);
  ExpectNothing(audited);
}

TEST_P(HonestLogTest, ANetworkErrorIsNeverEvidence) {
  for (const char* trouble :
       {"unavailable", "rate-limit", "redirect", "huge=200000", "truncated", "not-json"}) {
    SCOPED_TRACE(trouble);
    AuditedLog audited(GetParam());
    audited.Grow(5, kMinuteMs);
    audited.Audit();
    audited.Observe();
    audited.Tell(trouble);
    for (unsigned i = 0; i < 60; ++i) {
      audited.Grow(1, kHourMs);
      const AuditSummary summary = audited.Audit();
      EXPECT_GE(summary.next_fetch_ms, audited.now_ms() + 5 * kMinuteMs);
      EXPECT_LE(summary.next_fetch_ms, audited.now_ms() + 8 * kHourMs);
    }
    ExpectNothing(audited);
  }
}

TEST_P(HonestLogTest, AFloodOfHeadsIsALineAndNoEvidence) {
  AuditedLog audited(GetParam());
  audited.Grow(5, kMinuteMs);
  audited.Audit();
  audited.Tell("flood");
  audited.options.links_per_round = 0;
  audited.Restart();
  for (unsigned i = 0; i < 300; ++i) {
    audited.Import(audited.log().Head().value());
  }
  audited.Audit();
  audited.Audit();
  EXPECT_EQ(audited.Verdicts(), std::vector<std::string>());
  ASSERT_EQ(audited.lines().size(), 1U);
  EXPECT_NE(audited.lines().front().find("wait for a proof"), std::string::npos);
}

TEST_P(HonestLogTest, AClockThatJumpsMakesNoLogStale) {
  AuditedLog audited(GetParam(), 3600);
  audited.Grow(5, kMinuteMs);
  audited.Audit();
  audited.Tell("stale-head");  // for less than the MMD
  audited.skew_ms = kTwoDaysMs;
  for (unsigned i = 0; i < 5; ++i) {
    audited.Grow(0, 10 * kMinuteMs);
    audited.Audit();
  }
  ExpectNothing(audited);
}

TEST_P(HonestLogTest, OnlyTheLogsOwnClockSaysWhenAnSctIsDue) {
  // It takes its time, and our clock is two days ahead.
  AuditedLog audited(GetParam(), 3600, 50 * kMinuteMs);
  audited.options.ask_rfc6962_for_scts = true;
  audited.Restart();
  audited.Grow(5, kMinuteMs);
  audited.skew_ms = kTwoDaysMs;
  audited.Observe();
  for (unsigned i = 0; i < 11; ++i) {  // for less than the MMD
    audited.Grow(0, 5 * kMinuteMs);
    audited.Audit();
    const PooledSct sct = audited.Scts().front();
    EXPECT_EQ(sct.state, SctState::kPending);
    EXPECT_EQ(sct.attempts, 0U);
  }
  ExpectNothing(audited);
  audited.skew_ms += kTwoDaysMs;  // beyond all pauses
  audited.Grow(0, 6 * kMinuteMs);
  audited.Audit();
  EXPECT_EQ(audited.Scts().front().state, SctState::kIncluded);
}

TEST(IsSilenceTest, TellsTheNetworksWordFromTheLogs) {
  const auto is_silence = [](FailureKind kind, int http_status = 0) {
    Failure failure;
    failure.kind = kind;
    failure.http_status = http_status;
    return IsSilence(failure);
  };
  for (const FailureKind kind :
       {FailureKind::kCancelled, FailureKind::kRefused, FailureKind::kNetwork, FailureKind::kTls,
        FailureKind::kTooLarge, FailureKind::kMalformed}) {
    EXPECT_TRUE(is_silence(kind)) << FailureKindName(kind);
  }
  for (const FailureKind kind :
       {FailureKind::kNotFound, FailureKind::kBadSignature, FailureKind::kWrong}) {
    EXPECT_FALSE(is_silence(kind)) << FailureKindName(kind);
  }
  for (const int status : {204, 302, 401, 403, 407, 408, 418, 429, 451, 500, 503, 599}) {
    EXPECT_TRUE(is_silence(FailureKind::kStatus, status)) << status;
  }
  EXPECT_FALSE(is_silence(FailureKind::kStatus, 400));
}

// Its last head is younger than the merge delay of its last SCTs, and no other will come.
TEST_P(HonestLogTest, TheLastSctsOfALogThatEndedAreAskedForToo) {
  AuditedLog audited(GetParam());
  audited.options.ask_rfc6962_for_scts = true;
  audited.Restart();
  audited.Grow(5, kMinuteMs);
  audited.Audit();
  audited.Observe();
  audited.Grow(0, kMinuteMs);
  audited.End(audited.log().Head().value().head);
  audited.Tell("stale-head");
  audited.Grow(0, 30 * kMinuteMs);
  audited.Audit();
  EXPECT_EQ(audited.Scts().front().state, SctState::kPending);
  audited.Grow(0, 24 * kHourMs);
  audited.Audit();
  EXPECT_EQ(audited.Scts().front().state, SctState::kIncluded);
  ExpectNothing(audited);
}

TEST_P(HonestLogTest, ALogThatWillBeRejectedKeepsItsPromisesUntilThen) {
  AuditedLog audited(GetParam(), 60);
  audited.options.ask_rfc6962_for_scts = true;
  for (const bool is_rejected : {false, true}) {
    audited.Reject(audited.now_ms() + (is_rejected ? 0 : kHourMs));
    audited.Observe();
    audited.Grow(1, 10 * kMinuteMs);
    audited.Audit();
    EXPECT_EQ(audited.Scts().back().state, is_rejected ? SctState::kSkipped : SctState::kIncluded);
  }
}

TEST_P(HonestLogTest, AnEndedLogIsNotStale) {
  AuditedLog audited(GetParam());
  audited.Grow(5, kMinuteMs);
  const SignedTreeHead last = audited.log().Head().value();
  audited.End(last.head);
  audited.Tell("stale-head");
  for (unsigned i = 0; i < 10; ++i) {
    audited.Grow(0, 24 * kHourMs);
    EXPECT_GE(audited.Audit().next_fetch_ms, audited.now_ms() + 24 * kHourMs);
  }
  ExpectNothing(audited);
  // It goes on after its end: the list is not signed by the log, so that is a line only.
  audited.BeHonest();
  audited.Grow(1, kMinuteMs);
  audited.Audit();
  EXPECT_EQ(audited.Verdicts(), std::vector<std::string>());
  ASSERT_EQ(audited.lines().size(), 1U);
  EXPECT_NE(audited.lines().front().find("it ended"), std::string::npos);
}

}  // namespace
}  // namespace tattle::honest_log_test
