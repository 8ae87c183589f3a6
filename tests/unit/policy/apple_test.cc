// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_testing.h"

namespace tattle::apple_test {
namespace {

// "Notbefore through notAfter, inclusive": 180 days apart is 180 days and a second.
TEST(ApplePolicyTest, CountsTheLastSecondOfALifetime) {
  const std::vector<SctFacts> two = {Embedded(Logs().google1), Embedded(Logs().sectigo1)};
  ExpectVerdicts(Policy::kApple,
                 {
                     {"180 days inclusive", MakeReport(two, 180 * kDayMs - kSecondMs), true,
                      ReasonCode::kCompliantEmbedded},
                     {"180 days and 1 s inclusive", MakeReport(two, 180 * kDayMs), false,
                      ReasonCode::kTooFewLogs},
                     {"398 days", MakeReport(two, 398 * kDayMs), false, ReasonCode::kTooFewLogs},
                 });
}

TEST(ApplePolicyTest, AsksForThreeLogsOfTwoOperatorsBeyond180Days) {
  const TestLogs& logs = Logs();
  const SctFacts google1 = Embedded(logs.google1);
  const SctFacts google2 = Embedded(logs.google2);
  const SctFacts google3 = Embedded(logs.google3);
  const SctFacts sectigo = Embedded(logs.sectigo1);
  ExpectVerdicts(
      Policy::kApple,
      {
          {"three of one", MakeReport({google1, google2, google3}, 200 * kDayMs), false,
           ReasonCode::kTooFewOperators},
          {"two and one", MakeReport({google1, google2, sectigo}, 200 * kDayMs), true,
           ReasonCode::kCompliantEmbedded},
          {"two and one, 800 days", MakeReport({google1, google2, sectigo}, 800 * kDayMs), true,
           ReasonCode::kCompliantEmbedded},
          {"two of one, 90 days", MakeReport({google1, google2}), false,
           ReasonCode::kTooFewOperators},
          {"two and one, 90 days", MakeReport({google1, google2, sectigo}), true,
           ReasonCode::kCompliantEmbedded},
      });
}

// The table's maximum per operator, counted as it is written, for every set of embedded SCTs of
// current logs.
TEST(ApplePolicyTest, AgreesWithTheTablesMaximumPerOperator) {
  const TestLogs& logs = Logs();
  const std::vector<const Log*> pool = {&logs.google1,  &logs.google2,  &logs.google3,
                                        &logs.sectigo1, &logs.sectigo2, &logs.tiled1};
  for (unsigned subset = 0; subset < 1U << pool.size(); ++subset) {
    std::vector<SctFacts> scts;
    std::map<std::string, std::size_t> logs_of;
    for (std::size_t i = 0; i < pool.size(); ++i) {
      if ((subset >> i & 1U) != 0) {
        scts.push_back(Embedded(*pool[i]));
        ++logs_of[pool[i]->operator_name];
      }
    }
    for (const bool long_lived : {false, true}) {
      std::size_t counted = 0;
      for (const auto& entry : logs_of) {
        counted += std::min<std::size_t>(entry.second, long_lived ? 2 : 1);
      }
      EXPECT_EQ(Complies(Policy::kApple, MakeReport(scts, (long_lived ? 200 : 90) * kDayMs)),
                counted >= (long_lived ? 3U : 2U))
          << subset;
    }
  }
}

TEST(ApplePolicyTest, AddsTlsOcspAndEmbeddedUpIfTheLogsAreCurrent) {
  const TestLogs& logs = Logs();
  ExpectVerdicts(
      Policy::kApple,
      {
          {"TLS and embedded",
           MakeReport({Embedded(logs.google1), Tls(logs.sectigo1)}, 390 * kDayMs), true,
           ReasonCode::kCompliantMixed},
          {"OCSP and embedded", MakeReport({Embedded(logs.google1), Ocsp(logs.sectigo1)}), true,
           ReasonCode::kCompliantMixed},
          {"TLS alone", MakeReport({Tls(logs.google1), Tls(logs.sectigo1)}), true,
           ReasonCode::kCompliantTls},
          {"OCSP alone", MakeReport({Ocsp(logs.google1), Ocsp(logs.sectigo1)}), true,
           ReasonCode::kCompliantOcsp},
          {"TLS of one operator", MakeReport({Tls(logs.google1), Tls(logs.google2)}), true,
           ReasonCode::kCompliantTls},
          {"one log twice", MakeReport({Embedded(logs.google1), Tls(logs.google1)}), false,
           ReasonCode::kTooFewLogs},
          {"with a retired log",
           MakeReport({Embedded(logs.retired1, kEarlyMs), Tls(logs.sectigo1)}), false,
           ReasonCode::kTooFewLogs},
      });
}

TEST(ApplePolicyTest, CountsARetiredLogOnlyForEmbeddedSctsStampedBefore) {
  const TestLogs& logs = Logs();
  const SctFacts current = Embedded(logs.sectigo1);
  ExpectVerdicts(
      Policy::kApple,
      {
          {"1 ms before", MakeReport({current, Embedded(logs.retired1, kRetiredMs - 1)}), true,
           ReasonCode::kCompliantEmbedded},
          {"at retirement", MakeReport({current, Embedded(logs.retired1, kRetiredMs)}), false,
           ReasonCode::kTooFewLogs},
          {"retired only",
           MakeReport({Embedded(logs.retired1, kEarlyMs), Embedded(logs.retired2, kEarlyMs)}),
           false, ReasonCode::kNoCurrentLog},
          {"rejected log", MakeReport({current, Embedded(logs.rejected, kEarlyMs)}), false,
           ReasonCode::kTooFewLogs},
      });
}

TEST(ApplePolicyTest, IgnoresThatALogHasMoved) {
  EXPECT_FALSE(Complies(Policy::kApple, MakeReport({Embedded(Logs().moved, kMovedMs - 1),
                                                    Embedded(Logs().google1)})));
  EXPECT_TRUE(Complies(Policy::kApple, MakeReport({Embedded(Logs().moved, kMovedMs - 1),
                                                   Embedded(Logs().sectigo1)})));
}

}  // namespace
}  // namespace tattle::apple_test
