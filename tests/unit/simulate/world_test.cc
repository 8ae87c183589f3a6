// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/world.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/time.h"

namespace tattle::simulate::world_test {
namespace {

TEST(WorldTest, ServersAreVisitedByTheirRank) {
  Settings settings;
  settings.servers = 4;
  settings.willing = 1;
  settings.clients = 2000;
  settings.visits = 10;
  settings.days = 1;
  settings.warm_up_days = 0;
  const World world(settings, 1);
  // 1 + 1/2 + 1/3 + 1/4 = 25/12.
  EXPECT_NEAR(world.PopularityOf(0), 12.0 / 25, 1e-9);
  EXPECT_NEAR(world.PopularityOf(3), 3.0 / 25, 1e-9);
  std::vector<double> num(4);
  for (std::uint32_t client = 0; client < settings.clients; ++client) {
    std::uint64_t before_ms = 0;
    for (const Visit& visit : world.VisitsOf(client, world.end_ms())) {
      EXPECT_GT(visit.time_ms, before_ms);
      EXPECT_LT(visit.time_ms, world.end_ms());
      before_ms = visit.time_ms;
      num.at(visit.server) += 1;
    }
  }
  // 20'000 visits; five standard deviations are below 700 and 400.
  EXPECT_NEAR(num[0], 9600, 700);
  EXPECT_NEAR(num[3], 2400, 400);
}

TEST(WorldTest, OfEachKindThereAreAsManyServersAsWereAskedFor) {
  Settings settings;
  settings.servers = 1000;
  settings.willing = 0.123;
  settings.colluding = 0.25;
  settings.auditing = 0.5;
  const World world(settings, 3);
  const auto count = [&](auto&& is) {
    return std::count_if(world.servers().begin(), world.servers().end(), is);
  };
  EXPECT_EQ(count([](const Server& one) { return one.is_willing; }), 123);
  EXPECT_EQ(count([](const Server& one) { return one.is_colluding; }), 250);
  EXPECT_EQ(count([](const Server& one) { return one.is_auditing; }), 500);
  EXPECT_GT(count([](const Server& one) { return one.is_willing && one.is_colluding; }), 10);
}

// Nothing says that the most visited servers are the willing ones.
TEST(WorldTest, WhoIsWillingIsDrawn) {
  Settings settings;
  settings.servers = 10;
  settings.willing = 0.3;
  settings.with_auditor = 0.3;
  std::size_t num_first = 0;
  std::size_t num_last = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const World world(settings, seed);
    num_first += world.servers().front().is_willing ? 1 : 0;
    num_last += world.servers().back().is_willing ? 1 : 0;
  }
  // 300 on average; five standard deviations are 73.
  EXPECT_NEAR(static_cast<double>(num_first), 300, 73);
  EXPECT_NEAR(static_cast<double>(num_last), 300, 73);
}

TEST(WorldTest, AShareOfClientsHasAnAuditor) {
  Settings settings;
  settings.with_auditor = 0.3;
  const World world(settings, 1);
  std::size_t num = 0;
  for (std::uint32_t client = 0; client < 1000; ++client) {
    num += world.HasAuditor(client) ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(num), 300, 73);
}

TEST(WorldTest, TheLieBeginsAfterTheWarmUp) {
  Settings settings;
  settings.warm_up_days = 3;
  settings.days = 5;
  const World world(settings, 1);
  EXPECT_EQ(world.lie_ms(), kStartMs + 3 * kMsPerDay);
  EXPECT_EQ(world.end_ms(), kStartMs + 8 * kMsPerDay);
}

TEST(WorldTest, OnlyWillingServersAreVisited) {
  Settings settings;
  settings.willing = 0;
  const World world(settings, 1);
  EXPECT_TRUE(world.VisitsOf(0, world.end_ms()).empty());
}

TEST(WorldTest, ThePartitionSaysWhoSeesWhat) {
  Settings settings;
  settings.clients = 1000;
  settings.share = 0.1;
  const auto others = [&](const World& world, std::uint64_t time_ms) {
    std::size_t num = 0;
    for (std::uint32_t client = 0; client < settings.clients; ++client) {
      num += world.FaceForClient(client, time_ms) == Face::kOther ? 1 : 0;
    }
    return num;
  };
  for (const auto& [partition, want] :
       {std::pair(Partition::kNobody, 0U), std::pair(Partition::kClient, 100U),
        std::pair(Partition::kOne, 1U), std::pair(Partition::kTime, 0U)}) {
    settings.partition = partition;
    const World world(settings, 1);
    EXPECT_EQ(others(world, world.lie_ms() - 1), 0U) << PartitionName(partition);
    EXPECT_EQ(world.FaceForClient(0, world.lie_ms() - 1), Face::kBoth);
    EXPECT_EQ(others(world, world.lie_ms()), want) << PartitionName(partition);
    EXPECT_NE(world.FaceForServer(0, world.lie_ms()), Face::kOther);
  }
  settings.partition = Partition::kNetwork;
  const World networks(settings, 1);
  EXPECT_NEAR(static_cast<double>(others(networks, networks.lie_ms())), 100, 50);
  std::size_t num_servers = 0;
  for (std::uint32_t server = 0; server < settings.servers; ++server) {
    num_servers += networks.FaceForServer(server, networks.lie_ms()) == Face::kOther ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(num_servers), 100, 50);
  settings.partition = Partition::kTime;
  const World times(settings, 1);
  EXPECT_EQ(others(times, times.lie_ms() + kMsPerDay * 9 / 10), 1000U);
  EXPECT_EQ(others(times, times.lie_ms() + kMsPerDay), 0U);
}

TEST(WorldTest, TheSeedDecides) {
  Settings settings;
  const auto first_visit = [&](std::uint64_t seed) {
    const World world(settings, seed);
    const std::vector<Visit> visits = world.VisitsOf(7, world.end_ms());
    return visits.empty() ? 0 : visits.front().time_ms;
  };
  EXPECT_EQ(first_visit(1), first_visit(1));
  EXPECT_NE(first_visit(1), first_visit(2));
}

TEST(SettingsTest, RefusesWhatIsBeyondItsBounds) {
  Settings settings;
  EXPECT_TRUE(Check(settings));
  settings.fetch_s = 299;
  EXPECT_EQ(Check(settings).error(), "--fetch-interval is 299; it goes from 300 to 3600");
  settings.fetch_s = 300;
  settings.willing = 1.1;
  EXPECT_FALSE(Check(settings));
  settings.willing = 1;
  settings.rules = {Rule::kTattle, Rule::kTattle};
  EXPECT_EQ(Check(settings).error(), "--rules names a rule twice");
  settings.rules = {Rule::kTattle};
  settings.is_pool_real = true;
  settings.clients = 2001;
  EXPECT_FALSE(Check(settings));
}

TEST(SettingsTest, NamesAreReadAsTheyAreWritten) {
  for (const Rule rule : {Rule::kTattle, Rule::kEverything, Rule::kHourlyLogs, Rule::kThinned}) {
    EXPECT_EQ(FindRule(RuleName(rule)), rule);
  }
  EXPECT_FALSE(FindRule("all"));
  EXPECT_EQ(FindPartition("one"), Partition::kOne);
  EXPECT_FALSE(FindPartition(""));
}

}  // namespace
}  // namespace tattle::simulate::world_test
