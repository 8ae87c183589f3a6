// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/naive_outbox.h"

#include <set>

#include <gtest/gtest.h>

#include "core/base/time.h"
#include "core/gossip/bounds.h"
#include "examples/simulate/stream.h"
#include "examples/simulate/world.h"

namespace tattle::simulate::naive_outbox_test {
namespace {

class NaiveOutboxTest : public ::testing::Test {
 protected:
  // Sent are the sizes of what a willing server gets of `num` heads that came once a minute.
  std::set<std::uint64_t> Sent(Rule rule, std::uint32_t head_s, std::uint64_t num) {
    NaiveOutbox outbox(logs_, rule, head_s);
    outbox.NoteWilling(1, kStartMs);
    std::uint64_t now_ms = kStartMs;
    for (std::uint64_t size = 1; size <= num; ++size) {
      now_ms = kStartMs + size * 60'000;
      outbox.AddOwn({0, size, now_ms, Face::kBoth}, now_ms);
    }
    outbox.AddLearnt({1, 1'000'000, now_ms, Face::kBoth}, now_ms);
    outbox.Renew(0, now_ms, DrawOf(1));
    EXPECT_TRUE(outbox.Carry(2, now_ms, DrawOf(2)).empty()) << "not known to be willing";
    std::set<std::uint64_t> out;
    for (const Head& head : outbox.Carry(1, now_ms, DrawOf(3))) {
      EXPECT_TRUE(out.insert(head.size).second);
    }
    return out;
  }

  const Logs logs_ = Logs::Create(2, 300).value();
};

TEST_F(NaiveOutboxTest, EverythingIsAllThatAMessageHolds) {
  EXPECT_EQ(Sent(Rule::kEverything, 1, 100).size(), 101U);
  EXPECT_EQ(Sent(Rule::kEverything, 1, 3000).size(), kMaxGossipHeads);
  EXPECT_EQ(Sent(Rule::kEverything, 1, 3000).count(1'000'000), 1U);
}

TEST_F(NaiveOutboxTest, TheDraftTakesNothingOfLogsThatSignMoreThanOnceAnHour) {
  EXPECT_EQ(Sent(Rule::kHourlyLogs, 3599, 100).size(), 0U);
  EXPECT_EQ(Sent(Rule::kHourlyLogs, 3600, 100).size(), 101U);
}

TEST_F(NaiveOutboxTest, ThinnedIsTheFirstOfEachHour) {
  const std::set<std::uint64_t> sent = Sent(Rule::kThinned, 1, 180);
  const std::uint64_t num_hours =
      (kStartMs + 180ULL * 60'000) / kHourMs - (kStartMs + 60'000) / kHourMs + 1;
  EXPECT_EQ(sent.size(), num_hours + 1) << "and what was learnt of another log";
  EXPECT_EQ(sent.count(1), 1U);
  EXPECT_EQ(sent.count(2), 0U);
}

TEST_F(NaiveOutboxTest, OldHeadsAreForgotten) {
  NaiveOutbox outbox(logs_, Rule::kEverything, 1);
  outbox.NoteWilling(1, kStartMs);
  outbox.AddOwn({0, 1, kStartMs, Face::kBoth}, kStartMs);
  outbox.Renew(0, kStartMs + kHeadFreshnessMs, DrawOf(1));
  EXPECT_EQ(outbox.Carry(1, kStartMs + kHeadFreshnessMs, DrawOf(1)).size(), 1U);
  outbox.Renew(0, kStartMs + kHeadFreshnessMs + 1, DrawOf(1));
  EXPECT_EQ(outbox.Carry(1, kStartMs + kHeadFreshnessMs + 1, DrawOf(1)).size(), 0U);
}

}  // namespace
}  // namespace tattle::simulate::naive_outbox_test
