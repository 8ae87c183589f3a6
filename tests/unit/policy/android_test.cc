// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_testing.h"

namespace tattle::android_test {
namespace {

TEST(AndroidPolicyTest, AsksForTwoEmbeddedLogsUpTo180DaysAndForThreeBeyond) {
  const TestLogs& logs = Logs();
  const std::vector<SctFacts> two = {Embedded(logs.google1), Embedded(logs.sectigo1)};
  const std::vector<SctFacts> three = {two[0], two[1], Embedded(logs.google2)};
  ExpectVerdicts(
      Policy::kAndroid,
      {
          {"180 days", MakeReport(two, 180 * kDayMs), true, ReasonCode::kCompliantEmbedded},
          {"180 days 1 s", MakeReport(two, 180 * kDayMs + kSecondMs), false,
           ReasonCode::kTooFewLogs},
          {"three", MakeReport(three, 180 * kDayMs + kSecondMs), true,
           ReasonCode::kCompliantEmbedded},
          {"one operator", MakeReport({Embedded(logs.google1), Embedded(logs.google2)}), false,
           ReasonCode::kTooFewOperators},
          {"retired only",
           MakeReport({Embedded(logs.retired1, kEarlyMs), Embedded(logs.retired2, kEarlyMs)}),
           false, ReasonCode::kNoCurrentLog},
      });
}

TEST(AndroidPolicyTest, AddsTlsAndOcspUpButNotEmbedded) {
  const TestLogs& logs = Logs();
  ExpectVerdicts(Policy::kAndroid,
                 {
                     {"TLS and OCSP", MakeReport({Tls(logs.google1), Ocsp(logs.sectigo1)}), true,
                      ReasonCode::kCompliantMixed},
                     {"OCSP", MakeReport({Ocsp(logs.google1), Ocsp(logs.sectigo1)}), true,
                      ReasonCode::kCompliantOcsp},
                     {"TLS and embedded", MakeReport({Tls(logs.google1), Embedded(logs.sectigo1)}),
                      false, ReasonCode::kTooFewLogs},
                     {"an embedded one beside TLS",
                      MakeReport({Embedded(logs.google2), Tls(logs.google1), Tls(logs.sectigo1)}),
                      true, ReasonCode::kCompliantTls},
                     {"one operator", MakeReport({Tls(logs.google1), Ocsp(logs.google2)}), false,
                      ReasonCode::kTooFewOperators},
                     {"retired log", MakeReport({Tls(logs.google1), Tls(logs.retired1, kEarlyMs)}),
                      false, ReasonCode::kTooFewLogs},
                 });
}

TEST(AndroidPolicyTest, DropsARetiredLogOnlyIfNoSctAtAllWasStampedBefore) {
  const TestLogs& logs = Logs();
  const SctFacts retired = Embedded(logs.retired1, kLateMs);
  ExpectVerdicts(
      Policy::kAndroid,
      {
          {"1 ms before", MakeReport({Embedded(logs.google1, kRetiredMs - 1), retired}), true,
           ReasonCode::kCompliantEmbedded},
          {"at retirement", MakeReport({Embedded(logs.google1, kRetiredMs), retired}), false,
           ReasonCode::kTooFewLogs},
          {"an early one by TLS",
           MakeReport({Embedded(logs.google1), retired, Tls(logs.google2, kEarlyMs)}), true,
           ReasonCode::kCompliantEmbedded},
          {"an early one of a retired log itself",
           MakeReport({Embedded(logs.google1), Embedded(logs.retired1, kEarlyMs)}), true,
           ReasonCode::kCompliantEmbedded},
          {"an early one that counts for nothing",
           MakeReport({Embedded(logs.google1), retired, Embedded(logs.rejected, kEarlyMs)}), false,
           ReasonCode::kTooFewLogs},
      });
}

TEST(AndroidPolicyTest, IgnoresThatALogHasMoved) {
  EXPECT_FALSE(Complies(Policy::kAndroid, MakeReport({Embedded(Logs().moved, kMovedMs - 1),
                                                      Embedded(Logs().google1)})));
  EXPECT_TRUE(Complies(Policy::kAndroid, MakeReport({Embedded(Logs().moved, kMovedMs - 1),
                                                     Embedded(Logs().sectigo1)})));
}

}  // namespace
}  // namespace tattle::android_test
