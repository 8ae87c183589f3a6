// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/facts.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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

TEST(DetachFactsTest, SayTheSameWithoutTheList) {
  LogList::Content content;
  content.logs = {testlib::TestLog("Alpha", "Operator A").Entry(),
                  testlib::TestLog("Beta", "Operator B").Entry()};
  const testlib::TestLog gone("Gone", "Operator C");
  content.denied = {{gone.log_id(), gone.key().Spki(), "its key is public"}};
  auto logs = std::make_shared<const LogList>(*LogList::Create(std::move(content)));
  Report report;
  report.not_after_ms = kStampMs;
  report.scts.resize(4);
  for (const std::size_t i : {0U, 1U, 2U}) {
    report.scts[i].log = &logs->content().logs[i % 2];
    report.scts[i].status = SctStatus::kBadSignature;
  }
  report.scts[3].denied = &logs->content().denied[0];
  report.scts[3].status = SctStatus::kDeniedLog;
  std::shared_ptr<const Facts> facts = ShareFacts(logs, std::move(report));
  const std::shared_ptr<const Facts> detached = DetachFacts(*facts);
  const std::vector<std::string> reasons = facts->reasons;
  const std::weak_ptr<const LogList> list = std::exchange(logs, nullptr);
  facts.reset();
  EXPECT_TRUE(list.expired());
  ASSERT_EQ(detached->report.scts.size(), 4U);
  EXPECT_EQ(detached->own_logs.size(), 2U);
  EXPECT_EQ(detached->report.scts[0].log->description, "Alpha");
  EXPECT_EQ(detached->report.scts[1].log->operator_name, "Operator B");
  EXPECT_EQ(detached->report.scts[2].log, detached->report.scts[0].log);
  EXPECT_EQ(detached->report.scts[2].denied, nullptr);
  EXPECT_EQ(detached->report.scts[3].denied->reason, "its key is public");
  EXPECT_EQ(detached->report.not_after_ms, kStampMs);
  EXPECT_EQ(detached->reasons, reasons);
}

}  // namespace
}  // namespace tattle::facts_test
