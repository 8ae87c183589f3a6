// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_testing.h"

namespace tattle::rfc6962_test {
namespace {

TEST(Rfc6962PolicyTest, IsSatisfiedByOneValidSctOfAnyChannel) {
  const TestLogs& logs = Logs();
  ExpectVerdicts(Policy::kRfc6962,
                 {
                     {"embedded", MakeReport({Embedded(logs.google1)}, 390 * kDayMs), true,
                      ReasonCode::kCompliantEmbedded},
                     {"TLS", MakeReport({Tls(logs.google1)}), true, ReasonCode::kCompliantTls},
                     {"OCSP", MakeReport({Ocsp(logs.google1)}), true, ReasonCode::kCompliantOcsp},
                     {"all", MakeReport({Embedded(logs.google1), Tls(logs.google1)}), true,
                      ReasonCode::kCompliantMixed},
                     {"bad", MakeReport({WithStatus(Tls(logs.google1), SctStatus::kBadSignature)}),
                      false, ReasonCode::kNoValidScts},
                     {"none", MakeReport({}), false, ReasonCode::kNoScts},
                 });
}

TEST(Rfc6962PolicyTest, CountsARetiredLogOnlyForEmbeddedSctsStampedBefore) {
  const TestLogs& logs = Logs();
  ExpectVerdicts(
      Policy::kRfc6962,
      {
          {"1 ms before", MakeReport({Embedded(logs.retired1, kRetiredMs - 1)}), true,
           ReasonCode::kCompliantEmbedded},
          {"at retirement", MakeReport({Embedded(logs.retired1, kRetiredMs)}), false,
           ReasonCode::kNoValidScts},
          {"TLS", MakeReport({Tls(logs.retired1, kEarlyMs)}), false, ReasonCode::kNoValidScts},
          {"rejected", MakeReport({Embedded(logs.rejected, kEarlyMs)}), false,
           ReasonCode::kNoValidScts},
      });
}

}  // namespace
}  // namespace tattle::rfc6962_test
