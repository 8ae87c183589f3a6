// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_testing.h"

namespace tattle::strict_test {
namespace {

TEST(StrictPolicyTest, PassesWhatAllFourPass) {
  const Verdict verdict =
      Evaluate(Policy::kStrict, MakeReport({Embedded(Logs().google1), Embedded(Logs().sectigo1)}),
               kNowMs, false);
  EXPECT_TRUE(verdict.compliant);
  EXPECT_EQ(Codes(verdict), std::vector{ReasonCode::kCompliantEmbedded});
  EXPECT_EQ(verdict.reasons.front().text,
            "embedded SCTs from 2 logs of 2 operators; passes chrome, apple, mozilla and android");
}

TEST(StrictPolicyTest, NamesEachPolicyThatFailsAndItsFirstReason) {
  const TestLogs& logs = Logs();
  // Chrome takes none by OCSP; Mozilla wants a leaf_index.
  const Verdict verdict = Evaluate(
      Policy::kStrict, MakeReport({Ocsp(logs.google1), WithoutLeafIndex(Ocsp(logs.tiled1))}),
      kNowMs, false);
  EXPECT_FALSE(verdict.compliant);
  ASSERT_EQ(Codes(verdict), (std::vector{ReasonCode::kFailsPolicy, ReasonCode::kFailsPolicy}));
  EXPECT_EQ(verdict.reasons[0].text,
            "chrome: none of the 2 SCTs presented counts: needs embedded SCTs from 2 logs of 2 "
            "operators for a lifetime of 90 days, or SCTs in the TLS extension from 2 logs of 2 "
            "operators");
  EXPECT_EQ(verdict.reasons[1].text,
            "mozilla: needs an SCT by TLS or OCSP from one more log: 1 of 2");
}

TEST(StrictPolicyTest, SaysBesideThatTheListIsStale) {
  EXPECT_EQ(Codes(Evaluate(Policy::kStrict, MakeReport({}), kNowMs, true)).back(),
            ReasonCode::kListStale);
}

}  // namespace
}  // namespace tattle::strict_test
