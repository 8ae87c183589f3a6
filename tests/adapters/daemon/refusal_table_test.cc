// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status/refusal_table.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tattle::daemon::refusal_table_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

HostVerdict VerdictOf(const std::string& host, bool compliant = false,
                      JudgedBy by = JudgedBy::kProgram, Policy policy = Policy::kChrome) {
  HostVerdict verdict;
  verdict.host = host;
  verdict.policy = policy;
  verdict.by = by;
  verdict.compliant = compliant;
  return verdict;
}

std::vector<std::string> Hosts(const RefusalTable& table) {
  std::vector<std::string> hosts;
  for (const Refusal& refusal : table.Look()) {
    hosts.push_back(refusal.last.host);
  }
  return hosts;
}

TEST(RefusalTableTest, HasHostsUntilTheyAreCompliant) {
  RefusalTable table;
  table.Note(VerdictOf("good.example", true), 1000);
  EXPECT_THAT(Hosts(table), IsEmpty());
  table.Note(VerdictOf("a.example"), 1000);
  table.Note(VerdictOf("b.example"), 2000);
  HostVerdict again = VerdictOf("a.example");
  again.mode = Mode::kRequire;
  again.reason = "no SCT";
  table.Note(again, 3000);
  EXPECT_THAT(Hosts(table), ElementsAre("a.example", "b.example"));
  const Refusal a = table.Look().front();
  EXPECT_EQ(a.times, 2U);
  EXPECT_EQ(a.first_ms, 1000U);
  EXPECT_EQ(a.last_ms, 3000U);
  EXPECT_EQ(a.last.mode, Mode::kRequire);
  EXPECT_EQ(a.last.reason, "no SCT");
  table.Note(VerdictOf("a.example", true), 4000);
  EXPECT_THAT(Hosts(table), ElementsAre("b.example"));
}

TEST(RefusalTableTest, KnowsPoliciesAndWhoseWordItIs) {
  RefusalTable table;
  table.Note(VerdictOf("a.example"), 1);
  table.Note(VerdictOf("a.example", false, JudgedBy::kTattled), 2);
  table.Note(VerdictOf("a.example", false, JudgedBy::kProgram, Policy::kApple), 3);
  EXPECT_EQ(table.Look().size(), 3U);
  // What a program says takes nothing out that we judged, nor does another policy.
  table.Note(VerdictOf("a.example", true), 4);
  ASSERT_EQ(table.Look().size(), 2U);
  EXPECT_EQ(table.Look()[0].last.policy, Policy::kApple);
  EXPECT_EQ(table.Look()[1].last.by, JudgedBy::kTattled);
}

TEST(RefusalTableTest, ThoseWithoutANameAreOneThatStays) {
  RefusalTable table;
  table.Note(VerdictOf(""), 1);
  table.Note(VerdictOf("", true), 2);
  table.Note(VerdictOf(""), 3);
  ASSERT_EQ(table.Look().size(), 1U);
  EXPECT_EQ(table.Look().front().times, 2U);
}

TEST(RefusalTableTest, IsBoundedAndAFloodPushesOutNothingOfOurOwn) {
  RefusalTable table;
  table.Note(VerdictOf("ours.example", false, JudgedBy::kTattled), 1);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    table.Note(VerdictOf("host" + std::to_string(i)), 2 + i);
  }
  const std::vector<std::string> hosts = Hosts(table);
  ASSERT_EQ(hosts.size(), RefusalTable::kMaxHosts + 1);
  EXPECT_EQ(hosts.front(), "host999");
  EXPECT_EQ(hosts[RefusalTable::kMaxHosts - 1], "host800");
  EXPECT_EQ(hosts.back(), "ours.example");
}

}  // namespace
}  // namespace tattle::daemon::refusal_table_test
