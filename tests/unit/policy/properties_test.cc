// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Claims about every report that can be made of eleven SCTs, of each kind that policies tell apart.

#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/policy/policy_testing.h"

namespace tattle::properties_test {
namespace {

std::vector<SctFacts> Pool() {
  const TestLogs& logs = Logs();
  return {
      Embedded(logs.google1, kEarlyMs),
      Embedded(logs.google2, kLateMs),
      Embedded(logs.moved, kMovedMs - 1),
      Embedded(logs.moved, kLateMs),
      Embedded(logs.retired1, kEarlyMs - 1),
      Embedded(logs.retired3, kLateMs),
      WithoutLeafIndex(Embedded(logs.tiled1)),
      Tls(logs.google1, kEarlyMs),
      Tls(logs.sectigo1, kLateMs),
      Ocsp(logs.tiled2, kLateMs),
      FromUnknown(0x77),
  };
}

// By policy, then by subset of the pool: does it comply?
using Answers = std::array<std::vector<bool>, 6>;

Answers EvaluateAll(std::uint64_t lifetime_ms, bool list_stale) {
  const std::vector<SctFacts> pool = Pool();
  Answers answers;
  for (unsigned subset = 0; subset < 1U << pool.size(); ++subset) {
    std::vector<SctFacts> scts;
    for (std::size_t i = 0; i < pool.size(); ++i) {
      if ((subset >> i & 1U) != 0) {
        scts.push_back(pool[i]);
      }
    }
    const Report report = MakeReport(scts, lifetime_ms);
    std::size_t policy = 0;
    for (std::vector<bool>& answer : answers) {
      answer.push_back(Complies(AllPolicies()[policy++], report, list_stale));
    }
  }
  return answers;
}

// Computed once: 180 days, which are short for all but Apple, and a long lifetime; each with a
// fresh and with a stale list.
struct World {
  Answers short_fresh = EvaluateAll(180 * kDayMs, false);
  Answers short_stale = EvaluateAll(180 * kDayMs, true);
  Answers long_fresh = EvaluateAll(200 * kDayMs, false);
  Answers long_stale = EvaluateAll(200 * kDayMs, true);
};

const World& TheWorld() {
  static const World world;
  return world;
}

std::vector<const Answers*> AllAnswers() {
  const World& world = TheWorld();
  return {&world.short_fresh, &world.short_stale, &world.long_fresh, &world.long_stale};
}

void ExpectNoMore(const Answers& strict, const Answers& lenient) {
  for (std::size_t policy = 0; policy < strict.size(); ++policy) {
    for (std::size_t subset = 0; subset < strict[policy].size(); ++subset) {
      EXPECT_LE(strict[policy][subset], lenient[policy][subset])
          << PolicyName(AllPolicies()[policy]) << " " << subset;
    }
  }
}

TEST(PropertiesTest, RemovingAnSctNeverImprovesAVerdict) {
  for (const Answers* answers : AllAnswers()) {
    for (const std::vector<bool>& complies : *answers) {
      EXPECT_FALSE(complies.front());
      EXPECT_TRUE(complies.back());
      for (unsigned subset = 0; subset < complies.size(); ++subset) {
        for (unsigned bit = 1; bit < complies.size(); bit <<= 1U) {
          EXPECT_LE(complies[subset & ~bit], complies[subset]) << subset << " less " << bit;
        }
      }
    }
  }
}

TEST(PropertiesTest, StrictIsAllFourAndRfc6962TheLeast) {
  for (const Answers* answers : AllAnswers()) {
    const auto& [chrome, apple, mozilla, android, rfc6962, strict] = *answers;
    for (std::size_t i = 0; i < strict.size(); ++i) {
      EXPECT_EQ(strict[i], chrome[i] && apple[i] && mozilla[i] && android[i]) << i;
      EXPECT_LE(strict[i], rfc6962[i]) << i;
    }
  }
}

TEST(PropertiesTest, AStaleListForgivesMoreAndALongerLifetimeLess) {
  const World& world = TheWorld();
  ExpectNoMore(world.short_fresh, world.short_stale);
  ExpectNoMore(world.long_fresh, world.long_stale);
  ExpectNoMore(world.long_fresh, world.short_fresh);
  ExpectNoMore(world.long_stale, world.short_stale);
}

}  // namespace
}  // namespace tattle::properties_test
