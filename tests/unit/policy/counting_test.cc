// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/policy/counting.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_testing.h"

namespace tattle::counting_test {
namespace {

TEST(OpenCaseTest, MakesCandidatesOfValidSctsOfTrustedAndRetiredProdLogsOnly) {
  const TestLogs& logs = Logs();
  const struct {
    const Log* log;
    bool counts;
    ReasonCode why;
    std::string text;
  } cases[] = {
      {&logs.google1, true, {}, ""},
      {&logs.google2, true, {}, ""},
      {&logs.google3, true, {}, ""},
      {&logs.retired1, true, {}, ""},
      {&logs.pending, false, ReasonCode::kLogNotTrusted,
       "SCT 1 (Pending) does not count: its log is pending, not trusted yet"},
      {&logs.future, false, ReasonCode::kLogNotTrusted,
       "SCT 1 (Future) does not count: its log is pending, not trusted yet"},
      {&logs.rejected, false, ReasonCode::kLogNotTrusted,
       "SCT 1 (Rejected) does not count: log rejected 2025-03-01"},
      {&logs.stateless, false, ReasonCode::kLogNotTrusted,
       "SCT 1 (Stateless) does not count: the log list gives its log no state"},
      {&logs.strange, false, ReasonCode::kLogNotTrusted,
       "SCT 1 (Strange) does not count: the state of its log is not known"},
      {&logs.test, false, ReasonCode::kLogNotTrusted,
       "SCT 1 (Test) does not count: it is from a test log"},
      {&logs.monitoring, false, ReasonCode::kLogNotTrusted,
       "SCT 1 (Monitoring) does not count: its log is for monitoring only"},
      {&logs.untyped, false, ReasonCode::kLogNotTrusted,
       "SCT 1 (Untyped) does not count: its log is of a type that is not known"},
  };
  for (const auto& c : cases) {
    const Report report = MakeReport({Embedded(*c.log, kEarlyMs)});
    for (const bool stale : {false, true}) {
      const Case the_case = OpenCase(report, kNowMs, stale);
      EXPECT_EQ(the_case.candidates.size(), c.counts ? 1U : 0U) << c.log->description;
      ASSERT_EQ(the_case.refused.size(), c.counts ? 0U : 1U) << c.log->description;
      if (!c.counts) {
        EXPECT_EQ(the_case.refused[0].reason.code, c.why) << c.log->description;
        EXPECT_EQ(the_case.refused[0].reason.text, c.text);
      }
    }
  }
}

TEST(OpenCaseTest, RefusesEveryStatusButValid) {
  const struct {
    SctStatus status;
    std::string text;
  } cases[] = {
      {SctStatus::kNotChecked,
       "not checked: the issuer's certificate cannot be read: internal error"},  // none was set
                                                                                 // here
      {SctStatus::kMalformed, "internal error"},
      {SctStatus::kUnsupportedVersion, "not a version 1 SCT, skipped"},
      {SctStatus::kUnknownLog, "the log is not in the log list"},
      {SctStatus::kDeniedLog, "the log's key is denied"},
      {SctStatus::kWrongAlgorithm, "the signature algorithm does not fit the log's key"},
      {SctStatus::kBadSignature, "the signature does not verify"},
      {SctStatus::kInFuture, "stamped in the future"},
  };
  for (const auto& c : cases) {
    const Report report = MakeReport({WithStatus(Embedded(Logs().google1), c.status)});
    const Case the_case = OpenCase(report, kNowMs, false);
    EXPECT_TRUE(the_case.candidates.empty()) << c.text;
    ASSERT_EQ(the_case.refused.size(), 1U) << c.text;
    EXPECT_EQ(the_case.refused[0].reason.code, ReasonCode::kSctNotValid);
    EXPECT_EQ(the_case.refused[0].reason.text, "SCT 1 (Google 1) does not count: " + c.text);
  }
}

TEST(OpenCaseTest, TakesAnUnknownLogForAnOperatorOfItsOwnIfTheListIsStale) {
  const Report report = MakeReport({FromUnknown(0x77), FromUnknown(0x77), FromUnknown(0x78)});
  EXPECT_TRUE(OpenCase(report, kNowMs, false).candidates.empty());
  const Case stale = OpenCase(report, kNowMs, true);
  ASSERT_EQ(stale.candidates.size(), 3U);
  EXPECT_EQ(stale.num_unknown, 3U);
  EXPECT_TRUE(stale.candidates[0].current);
  EXPECT_FALSE(stale.candidates[0].LacksLeafIndex());
  EXPECT_EQ(stale.candidates[0].operator_now, stale.candidates[1].operator_now);
  EXPECT_NE(stale.candidates[0].operator_now, stale.candidates[2].operator_now);
}

TEST(OpenCaseTest, NeverCountsADeniedOrAFutureOrANamelessSctWhateverTheAgeOfTheList) {
  const DeniedLog denied;
  SctFacts denied_unknown = FromUnknown(0x77);
  denied_unknown.denied = &denied;
  SctFacts denied_valid = Embedded(Logs().google1);
  denied_valid.denied = &denied;
  SctFacts future = FromUnknown(0x77);
  future.timestamp_ms = kNowMs + 300'001;
  SctFacts nameless = FromUnknown(0x77);
  nameless.log_id.reset();
  for (const SctFacts& sct : {denied_unknown, denied_valid, future, nameless,
                              WithStatus(FromUnknown(0x77), SctStatus::kDeniedLog)}) {
    const Report report = MakeReport({sct});
    EXPECT_TRUE(OpenCase(report, kNowMs, true).candidates.empty());
  }
  future.timestamp_ms = kNowMs + 300'000;
  const Report drifted = MakeReport({future});
  EXPECT_EQ(OpenCase(drifted, kNowMs, true).candidates.size(), 1U);
}

TEST(TallyTest, CountsDistinctLogsAndOperators) {
  const TestLogs& logs = Logs();
  const Report report = MakeReport({Embedded(logs.google1), Embedded(logs.google1),
                                    Embedded(logs.google2), Tls(logs.retired1, kEarlyMs)});
  const Case the_case = OpenCase(report, kNowMs, false);
  Tally tally;
  for (const Candidate& candidate : the_case.candidates) {
    tally.Add(candidate, candidate.operator_now);
  }
  EXPECT_EQ(tally.num_scts(), 4U);
  EXPECT_EQ(tally.num_logs(), 3U);
  EXPECT_EQ(tally.num_current_logs(), 2U);
  EXPECT_EQ(tally.operators(), (std::set<std::string>{"DigiCert", "Google"}));
  EXPECT_EQ(tally.sources(), (std::set{SctSource::kEmbedded, SctSource::kTls}));
}

}  // namespace
}  // namespace tattle::counting_test
