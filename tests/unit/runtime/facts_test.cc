// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/facts.h"

#include <cstdint>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "tests/testlib/ct_log.h"

namespace tattle::facts_test {
namespace {

constexpr std::uint64_t kStampMs = 1'790'000'000'000;

class FactsTest : public testing::Test {
 protected:
  std::shared_ptr<const Facts> FactsWith(SctStatus status) {
    Report report;
    report.scts.emplace_back();
    report.scts.back().status = status;
    report.scts.back().timestamp_ms = kStampMs;
    return ShareFacts(logs_, std::move(report));
  }

  std::shared_ptr<const LogList> logs_ = std::make_shared<const LogList>(testlib::ListOf({}));
};

TEST_F(FactsTest, AreSharedWhereTimeChangesNothing) {
  const auto facts = FactsWith(SctStatus::kValid);
  EXPECT_EQ(FactsAt(facts, kStampMs), facts);
  EXPECT_EQ(FactsAt(facts, kStampMs - kClockDriftMs), facts);
}

TEST_F(FactsTest, SayThatAnSctLiesInTheFutureWhenTheClockIsSetBack) {
  const auto facts = FactsWith(SctStatus::kValid);
  const auto before = FactsAt(facts, kStampMs - kClockDriftMs - 1);
  EXPECT_EQ(before->report.scts.at(0).status, SctStatus::kInFuture);
  EXPECT_NE(before->reasons.at(0), "");
  EXPECT_EQ(facts->report.scts.at(0).status, SctStatus::kValid);
}

TEST_F(FactsTest, TakeAnSctWhenItsTimeHasCome) {
  const auto facts = FactsWith(SctStatus::kInFuture);
  EXPECT_EQ(FactsAt(facts, kStampMs)->report.scts.at(0).status, SctStatus::kValid);
}

TEST_F(FactsTest, NeverImproveWhatSignaturesSay) {
  for (const SctStatus status :
       {SctStatus::kNotChecked, SctStatus::kMalformed, SctStatus::kUnsupportedVersion,
        SctStatus::kUnknownLog, SctStatus::kDeniedLog, SctStatus::kWrongAlgorithm,
        SctStatus::kBadSignature}) {
    const auto facts = FactsWith(status);
    EXPECT_EQ(FactsAt(facts, kStampMs), facts);
    EXPECT_EQ(FactsAt(facts, 0), facts);
  }
}

}  // namespace
}  // namespace tattle::facts_test
