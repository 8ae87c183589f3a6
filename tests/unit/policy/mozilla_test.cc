// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_testing.h"

namespace tattle::mozilla_test {
namespace {

TEST(MozillaPolicyTest, AsksForTwoEmbeddedLogsUpTo180DaysAndForThreeBeyond) {
  const TestLogs& logs = Logs();
  const std::vector<SctFacts> two = {Embedded(logs.google1), Embedded(logs.sectigo1)};
  const std::vector<SctFacts> three = {two[0], two[1], Embedded(logs.google2)};
  ExpectVerdicts(
      Policy::kMozilla,
      {
          {"180 days", MakeReport(two, 180 * kDayMs), true, ReasonCode::kCompliantEmbedded},
          {"180 days 1 s", MakeReport(two, 180 * kDayMs + kSecondMs), false,
           ReasonCode::kTooFewLogs},
          {"three", MakeReport(three, 180 * kDayMs + kSecondMs), true,
           ReasonCode::kCompliantEmbedded},
          {"one operator", MakeReport({Embedded(logs.google1), Embedded(logs.google2)}), false,
           ReasonCode::kTooFewOperators},
      });
}

TEST(MozillaPolicyTest, AddsTlsAndOcspUpButNotEmbedded) {
  const TestLogs& logs = Logs();
  ExpectVerdicts(Policy::kMozilla,
                 {
                     {"TLS and OCSP", MakeReport({Tls(logs.google1), Ocsp(logs.sectigo1)}), true,
                      ReasonCode::kCompliantMixed},
                     {"OCSP", MakeReport({Ocsp(logs.google1), Ocsp(logs.sectigo1)}), true,
                      ReasonCode::kCompliantOcsp},
                     {"TLS and embedded", MakeReport({Tls(logs.google1), Embedded(logs.sectigo1)}),
                      false, ReasonCode::kTooFewLogs},
                     {"one log by both", MakeReport({Tls(logs.google1), Ocsp(logs.google1)}), false,
                      ReasonCode::kTooFewLogs},
                     {"one operator", MakeReport({Tls(logs.google1), Ocsp(logs.google2)}), false,
                      ReasonCode::kTooFewOperators},
                     {"retired log", MakeReport({Tls(logs.google1), Tls(logs.retired1, kEarlyMs)}),
                      false, ReasonCode::kTooFewLogs},
                 });
}

TEST(MozillaPolicyTest, IgnoresATiledSctWithoutLeafIndex) {
  const TestLogs& logs = Logs();
  for (const auto& from : {Embedded, Tls, Ocsp}) {
    const SctFacts other = from(logs.google1, kLateMs);
    const SctFacts tiled = from(logs.tiled1, kLateMs);
    EXPECT_TRUE(Complies(Policy::kMozilla, MakeReport({other, tiled})));
    const Verdict verdict =
        Evaluate(Policy::kMozilla, MakeReport({other, WithoutLeafIndex(tiled)}), kNowMs, false);
    EXPECT_FALSE(verdict.compliant);
    EXPECT_EQ(Text(verdict, ReasonCode::kLeafIndexMissing),
              "SCT 2 (Geomys tiled) does not count: it has no leaf_index, though its log is a "
              "static-ct log");
  }
}

TEST(MozillaPolicyTest, CountsARetiredLogIfThisAndACurrentSctWereStampedBefore) {
  const TestLogs& logs = Logs();
  const SctFacts current = Embedded(logs.sectigo1, kEarlyMs);
  const SctFacts late = Embedded(logs.sectigo1, kRetiredMs);
  ExpectVerdicts(
      Policy::kMozilla,
      {
          {"1 ms before", MakeReport({current, Embedded(logs.retired1, kRetiredMs - 1)}), true,
           ReasonCode::kCompliantEmbedded},
          {"at retirement", MakeReport({current, Embedded(logs.retired1, kRetiredMs)}), false,
           ReasonCode::kTooFewLogs},
          {"the current one late", MakeReport({late, Embedded(logs.retired1, kEarlyMs)}), false,
           ReasonCode::kTooFewLogs},
          {"the current one late, another by TLS early",
           MakeReport({late, Embedded(logs.retired1, kEarlyMs), Tls(logs.google1, kEarlyMs)}), true,
           ReasonCode::kCompliantEmbedded},
          {"retired only",
           MakeReport({Embedded(logs.retired1, kEarlyMs), Embedded(logs.retired2, kEarlyMs)}),
           false, ReasonCode::kNoValidScts},
      });
}

TEST(MozillaPolicyTest, IgnoresThatALogHasMoved) {
  EXPECT_FALSE(Complies(Policy::kMozilla, MakeReport({Embedded(Logs().moved, kMovedMs - 1),
                                                      Embedded(Logs().google1)})));
  EXPECT_TRUE(Complies(Policy::kMozilla, MakeReport({Embedded(Logs().moved, kMovedMs - 1),
                                                     Embedded(Logs().sectigo1)})));
}

}  // namespace
}  // namespace tattle::mozilla_test
