// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_testing.h"

namespace tattle::chrome_test {
namespace {

TEST(ChromePolicyTest, AsksForTwoEmbeddedLogsUpTo180DaysAndForThreeBeyond) {
  const std::vector<SctFacts> two = {Embedded(Logs().google1), Embedded(Logs().sectigo1)};
  const std::vector<SctFacts> three = {two[0], two[1], Embedded(Logs().google2)};
  ExpectVerdicts(
      Policy::kChrome,
      {
          {"one day", MakeReport(two, kDayMs), true, ReasonCode::kCompliantEmbedded},
          {"180 days", MakeReport(two, 180 * kDayMs), true, ReasonCode::kCompliantEmbedded},
          {"180 days 1 s", MakeReport(two, 180 * kDayMs + kSecondMs), false,
           ReasonCode::kTooFewLogs},
          {"180 days 1 s, three", MakeReport(three, 180 * kDayMs + kSecondMs), true,
           ReasonCode::kCompliantEmbedded},
          {"ten years, three", MakeReport(three, 3650 * kDayMs), true,
           ReasonCode::kCompliantEmbedded},
          {"one log", MakeReport({two[0]}), false, ReasonCode::kTooFewLogs},
      });
}

TEST(ChromePolicyTest, TakesACertificateThatEndsBeforeItBeginsForALongLivedOne) {
  Report report = MakeReport({Embedded(Logs().google1), Embedded(Logs().sectigo1)});
  std::swap(report.not_before_ms, report.not_after_ms);
  EXPECT_FALSE(Complies(Policy::kChrome, report));
}

TEST(ChromePolicyTest, AsksForTwoOperators) {
  const TestLogs& logs = Logs();
  ExpectVerdicts(
      Policy::kChrome,
      {
          {"one operator",
           MakeReport({Embedded(logs.google1), Embedded(logs.google2), Embedded(logs.google3)}),
           false, ReasonCode::kTooFewOperators},
          {"three SCTs, two of one operator",
           MakeReport({Embedded(logs.google1), Embedded(logs.google2), Embedded(logs.sectigo1)},
                      200 * kDayMs),
           true, ReasonCode::kCompliantEmbedded},
      });
}

TEST(ChromePolicyTest, CountsARetiredLogIfThisEmbeddedAndACurrentSctWereStampedBefore) {
  const TestLogs& logs = Logs();
  const SctFacts current = Embedded(logs.sectigo1, kEarlyMs);
  ExpectVerdicts(
      Policy::kChrome,
      {
          {"1 ms before", MakeReport({current, Embedded(logs.retired1, kRetiredMs - 1)}), true,
           ReasonCode::kCompliantEmbedded},
          {"at retirement", MakeReport({current, Embedded(logs.retired1, kRetiredMs)}), false,
           ReasonCode::kTooFewLogs},
          {"the current one late",
           MakeReport({Embedded(logs.sectigo1, kRetiredMs), Embedded(logs.retired1, kEarlyMs)}),
           false, ReasonCode::kTooFewLogs},
          {"the current one late, another by TLS early",
           MakeReport({Embedded(logs.sectigo1, kRetiredMs), Embedded(logs.retired1, kEarlyMs),
                       Tls(logs.google1, kEarlyMs)}),
           true, ReasonCode::kCompliantEmbedded},
          {"retired only",
           MakeReport({Embedded(logs.retired1, kEarlyMs), Embedded(logs.retired2, kEarlyMs)}),
           false, ReasonCode::kNoValidScts},
          {"by TLS", MakeReport({Tls(logs.sectigo1), Tls(logs.retired1, kEarlyMs)}), false,
           ReasonCode::kTooFewLogs},
      });
}

TEST(ChromePolicyTest, TakesAReadOnlyAndAQualifiedLogForACurrentOne) {
  const TestLogs& logs = Logs();
  EXPECT_TRUE(
      Complies(Policy::kChrome, MakeReport({Embedded(logs.google3), Embedded(logs.sectigo2)})));
  EXPECT_TRUE(Complies(Policy::kChrome, MakeReport({Tls(logs.google2), Tls(logs.sectigo2)})));
}

// A log retired next month is trusted today.
TEST(ChromePolicyTest, JudgesALogByItsStateAtTheTimeOfTheCheck) {
  const Log log = MakeLog(40, "Soon retired", "S", LogState::kRetired, kNowMs + kDayMs);
  const Report report = MakeReport({Tls(log), Tls(Logs().google1)});
  EXPECT_TRUE(Evaluate(Policy::kChrome, report, kNowMs, false).compliant);
  EXPECT_FALSE(Evaluate(Policy::kChrome, report, kNowMs + kDayMs, false).compliant);
}

TEST(ChromePolicyTest, AsksForTwoLogsAndOperatorsByTlsWhateverTheLifetime) {
  const TestLogs& logs = Logs();
  ExpectVerdicts(Policy::kChrome,
                 {
                     {"two", MakeReport({Tls(logs.google1), Tls(logs.sectigo1)}, 390 * kDayMs),
                      true, ReasonCode::kCompliantTls},
                     {"one", MakeReport({Tls(logs.google1)}), false, ReasonCode::kTooFewLogs},
                     {"one operator", MakeReport({Tls(logs.google1), Tls(logs.google2)}), false,
                      ReasonCode::kTooFewOperators},
                 });
}

TEST(ChromePolicyTest, DoesNotAddTlsAndEmbeddedUp) {
  EXPECT_FALSE(
      Complies(Policy::kChrome, MakeReport({Embedded(Logs().google1), Tls(Logs().sectigo1)})));
}

TEST(ChromePolicyTest, RefusesOcspByName) {
  const Report report = MakeReport({Ocsp(Logs().google1), Ocsp(Logs().sectigo1)});
  const Verdict verdict = Evaluate(Policy::kChrome, report, kNowMs, false);
  EXPECT_FALSE(verdict.compliant);
  EXPECT_EQ(Codes(verdict), (std::vector{ReasonCode::kNoValidScts, ReasonCode::kSourceNotAccepted,
                                         ReasonCode::kSourceNotAccepted}));
  EXPECT_EQ(verdict.reasons[1].text,
            "SCT 1 (Google 1) does not count: Chrome takes none by OCSP since version 148");
}

// The log was Sectigo's when it stamped early, Google's when it stamped late.
TEST(ChromePolicyTest, HonoursTheOperatorAtTheTimeOfTheSct) {
  const TestLogs& logs = Logs();
  ExpectVerdicts(Policy::kChrome,
                 {
                     {"then Sectigo, beside Google",
                      MakeReport({Embedded(logs.moved, kMovedMs - 1), Embedded(logs.google1)}),
                      true, ReasonCode::kCompliantEmbedded},
                     {"now Google, beside Google",
                      MakeReport({Embedded(logs.moved, kMovedMs), Embedded(logs.google1)}), false,
                      ReasonCode::kTooFewOperators},
                     {"then Sectigo, beside Sectigo",
                      MakeReport({Tls(logs.moved, kMovedMs - 1), Tls(logs.sectigo1)}), false,
                      ReasonCode::kTooFewOperators},
                     {"one log, before and after its move",
                      MakeReport({Tls(logs.moved, kMovedMs - 1), Tls(logs.moved, kMovedMs)}), false,
                      ReasonCode::kTooFewLogs},
                 });
}

TEST(ChromePolicyTest, NeedsNoLeafIndexAndNoRfc6962Log) {
  EXPECT_TRUE(Complies(Policy::kChrome, MakeReport({WithoutLeafIndex(Embedded(Logs().tiled1)),
                                                    Embedded(Logs().tiled2)})));
}

}  // namespace
}  // namespace tattle::chrome_test
