// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/sample.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/time.h"
#include "core/wire/tree_head.h"
#include "examples/simulate/life.h"

namespace tattle::simulate::sample_test {
namespace {

constexpr std::size_t kAnswerHeads = 64;  // kMaxHeadsGiven of adapters/daemon

Settings SmallWorld() {
  Settings settings;
  settings.clients = 40;
  settings.servers = 6;
  settings.willing = 0.5;
  settings.logs = 1;
  settings.fetch_s = 3600;
  settings.with_auditor = 0.5;
  settings.days = 2;
  settings.sample = 10;
  settings.coalition = 2;
  return settings;
}

Sample Measured(const Logs& logs, const World& world) {
  return Measure(logs, world, Rule::kTattle, "", [](std::uint32_t, std::uint32_t) {});
}

double Sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// The messages of every fourth client are counted here once more.
TEST(MeasureTest, BytesAreThoseOfMessagesAndAnswersByTheDay) {
  const Settings settings = SmallWorld();
  const Logs logs = Logs::Create(settings.logs, settings.fetch_s).value();
  const World world(settings, 3);
  constexpr double kNumDays = 3;  // one of warm-up, two of the lie
  MessageSizes sizes(logs);
  double bytes = 0;
  double server_bytes = 0;
  double num_messages = 0;
  double num_heads = 0;
  std::uint64_t num_fetches = 0;
  for (std::uint32_t client = 0; client < settings.clients; client += 4) {
    const auto outbox = MakeOutbox(logs, settings, Rule::kTattle, "");
    const auto count = [&](const Message& message) {
      const auto both =
          static_cast<double>(sizes.Of(message.heads.size()) + sizes.Of(kAnswerHeads));
      bytes += both;
      server_bytes += message.server == kAuditor ? 0 : both;
      num_messages += 1;
      num_heads += static_cast<double>(message.heads.size());
      return Heads();
    };
    num_fetches += Life{logs, world, client, *outbox}.Live(world.end_ms(), count).num_fetches;
  }
  ASSERT_GT(server_bytes, 0);
  ASSERT_GT(bytes, server_bytes);
  const Sample sample = Measured(logs, world);
  ASSERT_EQ(sample.client_bytes.size(), 10U);
  EXPECT_TRUE(std::is_sorted(sample.client_bytes.begin(), sample.client_bytes.end()));
  EXPECT_NEAR(Sum(sample.client_bytes), bytes / kNumDays, 1);
  ASSERT_EQ(sample.server_bytes.size(), 3U) << "the willing ones";
  EXPECT_NEAR(Sum(sample.server_bytes), 4 * server_bytes / kNumDays, 1) << "of all 40 clients";
  EXPECT_NEAR(sample.num_messages, num_messages / 10 / kNumDays, 1e-9);
  EXPECT_NEAR(sample.num_heads, num_heads / num_messages, 1e-9);
  const auto head_size = static_cast<double>(EncodeGetSth(logs.SignedOf(kUsualHead).sth).size());
  EXPECT_NEAR(sample.fetched_bytes, static_cast<double>(num_fetches) * head_size / 10 / kNumDays,
              1);
}

TEST(MeasureTest, WillingServersHaveTheirShareOfVisits) {
  const Settings settings = SmallWorld();
  const World world(settings, 3);
  double share = 0;
  for (std::uint32_t server = 0; server < settings.servers; ++server) {
    share += world.servers()[server].is_willing ? world.PopularityOf(server) : 0;
  }
  ASSERT_GT(std::abs(share - 0.5), 0.01) << "a world in which this shows something";
  const Logs logs = Logs::Create(settings.logs, settings.fetch_s).value();
  EXPECT_NEAR(Measured(logs, world).visits_share, share, 1e-9);
}

// Two of three willing servers compare, the most visited ones.
TEST(MeasureTest, ACoalitionIsAsLargeAsWasAskedFor) {
  Settings settings = SmallWorld();
  const Logs logs = Logs::Create(settings.logs, settings.fetch_s).value();
  const World two(settings, 3);
  const Sample of_two = Measured(logs, two);
  ASSERT_EQ(of_two.links.size(), 2U);
  EXPECT_EQ(of_two.links[0].num_servers, 1U);
  EXPECT_EQ(of_two.links[1].num_servers, 2U);
  EXPECT_LT(of_two.links[0].num_again, of_two.links[1].num_again);
  settings.coalition = 10;
  const World all(settings, 3);
  const Sample of_all = Measured(logs, all);
  ASSERT_EQ(of_all.links.size(), 4U);  // 1, 2, 5 and 10
  EXPECT_EQ(of_all.links[1].num_again, of_two.links[1].num_again);
  EXPECT_GT(of_all.links[2].num_again, of_two.links[1].num_again);
  EXPECT_EQ(of_all.num_traced, 10U);
}

// Where all clients have the same heads, as of logs that sign once an hour, only marks tell them
// apart: and clients who pass on what they learn bring them back.
TEST(MeasureTest, MarksTellApartWhomHeadsDoNot) {
  Settings settings = SmallWorld();
  settings.head_s = 3600;
  settings.with_auditor = 0;
  settings.coalition = 10;
  const Logs logs = Logs::Create(settings.logs, settings.fetch_s).value();
  std::vector<double> shares;
  for (const bool is_marking : {false, true}) {
    settings.is_marking = is_marking;
    const World world(settings, 3);
    const Sample sample =
        Measure(logs, world, Rule::kHourlyLogs, "", [](std::uint32_t, std::uint32_t) {});
    ASSERT_GT(sample.links.back().num_again, 50U);
    shares.push_back(sample.links.back().ShareRight());
  }
  EXPECT_LT(shares[0], 0.5);
  EXPECT_GT(shares[1], 0.9);
}

// An auditor is told every hour, a quarter of an hour sooner or later.
TEST(LifeTest, AnAuditorIsToldAboutOnceAnHour) {
  Settings settings = SmallWorld();
  settings.willing = 0;
  settings.with_auditor = 1;
  settings.fetch_s = 300;
  const Logs logs = Logs::Create(settings.logs, settings.fetch_s).value();
  const World world(settings, 3);
  const auto outbox = MakeOutbox(logs, settings, Rule::kTattle, "");
  std::vector<std::uint64_t> times;
  Life{logs, world, 0, *outbox}.Live(world.end_ms(), [&](const Message& message) {
    EXPECT_EQ(message.server, kAuditor);
    times.push_back(message.time_ms);
    return Heads();
  });
  EXPECT_NEAR(static_cast<double>(times.size()), 72, 6);
  for (std::size_t i = 1; i < times.size(); ++i) {
    EXPECT_GE(times[i] - times[i - 1], 45U * 60'000);
    EXPECT_LE(times[i] - times[i - 1], 75U * 60'000);
  }
}

}  // namespace
}  // namespace tattle::simulate::sample_test
