// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/finder.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/time.h"
#include "examples/simulate/stream.h"

namespace tattle::simulate::finder_test {
namespace {

Found Find(const Settings& settings, std::uint64_t seed, Rule rule = Rule::kTattle) {
  // To read the pinned list takes longer than most lives.
  static std::map<std::pair<std::uint32_t, std::uint32_t>, Logs> known;
  const std::pair which(settings.logs, settings.fetch_s);
  if (!known.contains(which)) {
    known.emplace(which, Logs::Create(settings.logs, settings.fetch_s).value());
  }
  const Logs& logs = known.at(which);
  const World world(settings, seed);
  return FindLie(logs, world, rule, "", [](std::uint32_t, std::uint32_t) {});
}

Settings SmallWorld() {
  Settings settings;
  settings.clients = 100;
  settings.servers = 50;
  settings.willing = 0.5;
  settings.logs = 2;
  settings.fetch_s = 1800;
  settings.share = 0.1;
  settings.days = 4;
  settings.warm_up_days = 0;
  return settings;
}

// NotYet is the chance that somebody who visits `num_servers` alike, `rate` times a day, was
// nowhere twice within some days: of n visits none hits a server of those before.
double NotYet(int num_servers, double rate, double days) {
  const double mean = rate * days;
  double chance = 0;
  double poisson = std::exp(-mean);  // of n visits
  double no_two = 1;                 // alike
  for (int n = 0; n < num_servers; ++n) {
    chance += poisson * no_two;
    poisson *= mean / (n + 1);
    no_two *= 1 - static_cast<double>(n) / num_servers;
  }
  return chance;
}

// With one log, all willing and all visited alike, heads go to a server at the second visit, and
// the first message of the one who sees the other face finds it: the birthday problem. Heads come
// every five minutes, which is all that the simulation has beyond the formula.
TEST(FinderTest, OneVictimIsFoundWhenTheFormulaSaysSo) {
  Settings settings;
  settings.clients = 1;
  settings.servers = 100;
  settings.willing = 1;
  settings.zipf = 0;
  settings.visits = 25;
  settings.logs = 1;
  settings.partition = Partition::kOne;
  settings.days = 8;
  settings.warm_up_days = 0;
  constexpr std::size_t kNumTrials = 400;
  std::vector<double> days;
  for (std::size_t trial = 0; trial < kNumTrials; ++trial) {
    const Found found = Find(settings, Blend({42, trial}));
    ASSERT_TRUE(found.seen_ms) << "trial " << trial;
    days.push_back(static_cast<double>(*found.seen_ms) / kMsPerDay);
  }
  std::sort(days.begin(), days.end());
  // Kolmogorov and Smirnov: beyond 1.63 / sqrt(n) in one of a hundred.
  double furthest = 0;
  for (std::size_t i = 0; i < kNumTrials; ++i) {
    const double theory = 1 - NotYet(100, 25, days[i]);
    furthest = std::max({furthest, std::abs(theory - static_cast<double>(i) / kNumTrials),
                         std::abs(theory - static_cast<double>(i + 1) / kNumTrials)});
  }
  EXPECT_LT(furthest, 1.63 / std::sqrt(kNumTrials));
  // The median, by the formula, is at half a day.
  EXPECT_NEAR(NotYet(100, 25, 0.5), 0.5, 0.03);
}

// Where servers are visited by their popularity, and some are willing, nobody of those who see the
// other face may have been twice at one of these: at a server with r visits a day of a client that
// is a chance of (1 + rt) exp(-rt). By it each world says what share of its like would have been
// found before; these shares are spread evenly.
TEST(FinderTest, ManyVictimsAreFoundWhenTheFormulaSaysSo) {
  Settings settings;
  settings.clients = 50;
  settings.servers = 200;
  settings.willing = 0.2;
  settings.visits = 4;
  settings.logs = 1;
  settings.share = 0.04;
  settings.days = 40;
  settings.warm_up_days = 0;
  constexpr std::size_t kNumTrials = 400;
  std::vector<double> shares;
  for (std::size_t trial = 0; trial < kNumTrials; ++trial) {
    const World world(settings, Blend({43, trial}));
    const Found found = Find(settings, Blend({43, trial}));
    const double days =
        found.seen_ms ? static_cast<double>(*found.seen_ms) / kMsPerDay : settings.days;
    double log_not_yet = 0;
    for (std::uint32_t server = 0; server < settings.servers; ++server) {
      if (world.servers()[server].is_willing) {
        const double num = settings.visits * world.PopularityOf(server) * days;
        log_not_yet += 2 * (std::log1p(num) - num);  // two clients
      }
    }
    shares.push_back(1 - std::exp(log_not_yet));
  }
  std::sort(shares.begin(), shares.end());
  double furthest = 0;
  for (std::size_t i = 0; i < kNumTrials; ++i) {
    furthest = std::max({furthest, std::abs(shares[i] - static_cast<double>(i) / kNumTrials),
                         std::abs(shares[i] - static_cast<double>(i + 1) / kNumTrials)});
  }
  EXPECT_LT(furthest, 1.63 / std::sqrt(kNumTrials));
}

TEST(FinderTest, AnHonestLogIsNeverAccused) {
  Settings settings = SmallWorld();
  settings.partition = Partition::kNobody;
  settings.with_auditor = 0.5;
  settings.is_proof_wanted = true;
  settings.days = 2;
  for (const Rule rule : {Rule::kTattle, Rule::kEverything}) {
    const Found found = Find(settings, 1, rule);
    EXPECT_FALSE(found.seen_ms);
    EXPECT_FALSE(found.proven_ms);
  }
}

TEST(FinderTest, WhereAllServersHelpTheLogOnlyAuditorsFindIt) {
  Settings settings = SmallWorld();
  settings.colluding = 1;
  EXPECT_FALSE(Find(settings, 1).seen_ms);
  settings.with_auditor = 1;
  const Found found = Find(settings, 1);
  ASSERT_TRUE(found.seen_ms);
  EXPECT_LT(*found.seen_ms, 6 * kHourMs);
}

TEST(FinderTest, WhereHalfOfThemHelpItTakesLonger) {
  Settings settings = SmallWorld();
  std::uint64_t sum_ms = 0;
  std::uint64_t sum_with_help_ms = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    settings.colluding = 0;
    const auto found = Find(settings, seed).seen_ms;
    settings.colluding = 0.5;
    const auto found_with_help = Find(settings, seed).seen_ms;
    ASSERT_TRUE(found && found_with_help);
    EXPECT_LE(*found, *found_with_help);
    sum_ms += *found;
    sum_with_help_ms += *found_with_help;
  }
  EXPECT_LT(sum_ms, sum_with_help_ms);
}

TEST(FinderTest, WhatIsHeldBackIsFoundSoMuchLater) {
  Settings settings = SmallWorld();
  const auto found = Find(settings, 1).seen_ms;
  settings.colluding = 1;
  settings.held_hours = 24;
  const auto late = Find(settings, 1).seen_ms;
  ASSERT_TRUE(found && late);
  EXPECT_EQ(*late, *found + 24 * kHourMs);
  settings.held_hours = 24 * 30;
  EXPECT_FALSE(Find(settings, 1).seen_ms) << "after the days that are simulated";
}

TEST(FinderTest, HonestServersHoldNothingBack) {
  Settings settings = SmallWorld();
  const auto found = Find(settings, 1).seen_ms;
  settings.held_hours = 24;
  EXPECT_EQ(Find(settings, 1).seen_ms, found);
}

// It is counted from the lie on, however long clients had gossiped before.
TEST(FinderTest, WhatWasBeforeTheLieIsNotCounted) {
  Settings settings = SmallWorld();
  settings.warm_up_days = 2;
  settings.with_auditor = 1;
  const Found found = Find(settings, 1);
  ASSERT_TRUE(found.seen_ms);
  EXPECT_LT(*found.seen_ms, 6 * kHourMs);
}

TEST(FinderTest, WithoutWillingServersOrAuditorsNothingIsFound) {
  Settings settings = SmallWorld();
  settings.willing = 0;
  EXPECT_FALSE(Find(settings, 1).seen_ms);
}

TEST(FinderTest, WhoDoesNotAuditSeesNothingInAHeadAlone) {
  Settings settings = SmallWorld();
  settings.partition = Partition::kOne;
  settings.clients = 1;
  EXPECT_TRUE(Find(settings, 1).seen_ms);
  settings.auditing = 0;
  EXPECT_FALSE(Find(settings, 1).seen_ms);
}

TEST(FinderTest, ServersThatDoNotAuditNeedTwoHeadsOfOneSize) {
  Settings settings = SmallWorld();
  settings.share = 0.5;
  settings.head_s = 1800;  // so that many have heads of one size
  settings.is_proof_wanted = true;
  settings.auditing = 0;
  const Found found = Find(settings, 1);
  ASSERT_TRUE(found.proven_ms);
  EXPECT_EQ(found.seen_ms, found.proven_ms);
  settings.is_proof_wanted = false;
  EXPECT_EQ(Find(settings, 1).seen_ms, found.seen_ms) << "found by proof, wanted or not";
  settings.is_proof_wanted = true;
  settings.auditing = 1;
  const Found sooner = Find(settings, 1);
  EXPECT_EQ(sooner.proven_ms, found.proven_ms);
  ASSERT_TRUE(sooner.seen_ms);
  EXPECT_LE(*sooner.seen_ms, *found.proven_ms);
}

TEST(FinderTest, ALookAtProofsDoesNotChangeWhenItIsSeen) {
  Settings settings = SmallWorld();
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    settings.is_proof_wanted = false;
    const auto seen = Find(settings, seed).seen_ms;
    settings.is_proof_wanted = true;
    EXPECT_EQ(Find(settings, seed).seen_ms, seen);
  }
}

TEST(FinderTest, FacesOfNetworksAreFoundWhereTheyMeet) {
  Settings settings = SmallWorld();
  settings.partition = Partition::kNetwork;
  settings.share = 0.3;
  EXPECT_TRUE(Find(settings, 1).seen_ms);
  settings.share = 1;  // all see one face
  EXPECT_FALSE(Find(settings, 1).seen_ms);
}

TEST(FinderTest, FacesThatChangeWithTimeAreFoundByWhoeverLooksTwice) {
  Settings settings = SmallWorld();
  settings.partition = Partition::kTime;
  settings.share = 0.25;
  const Found found = Find(settings, 1);
  ASSERT_TRUE(found.seen_ms);
  EXPECT_GE(*found.seen_ms, 18 * kHourMs);
  EXPECT_LE(*found.seen_ms, 18 * kHourMs + 1'800'000);
  settings.auditing = 0;
  EXPECT_FALSE(Find(settings, 1).seen_ms);
}

TEST(FinderTest, LogsThatSignEachSecondAreShutOutByTheDraftsRule) {
  Settings settings = SmallWorld();
  EXPECT_FALSE(Find(settings, 1, Rule::kHourlyLogs).seen_ms);
  settings.head_s = 3600;
  EXPECT_TRUE(Find(settings, 1, Rule::kHourlyLogs).seen_ms);
}

TEST(CrowdingTest, ABusyServerForgetsSooner) {
  Settings settings;
  settings.clients = 1'000'000;
  settings.servers = 10'000;
  const World world(settings, 1);
  const Crowding crowding(world, 8);
  // A tenth of 20 million messages a day is 24 a second.
  EXPECT_NEAR(world.PopularityOf(0), 0.102, 0.001);
  EXPECT_NEAR(crowding.LifetimeMs(0), 4'096'000, 1);
  EXPECT_GT(crowding.LifetimeMs(9'999), static_cast<double>(10 * kMsPerDay));
}

}  // namespace
}  // namespace tattle::simulate::finder_test
