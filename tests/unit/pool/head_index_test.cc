// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/head_index.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace tattle::head_index_test {
namespace {

HeadKey Key(std::uint64_t tree_size, std::uint64_t timestamp_ms) {
  return {tree_size, timestamp_ms, {}};
}

TEST(HeadIndexTest, AgreesWithAMapAfterAnyChanges) {
  std::mt19937_64 random(7);
  HeadIndex index;
  std::map<HeadKey, HeadNote> model;
  std::uint64_t next_id = 1;
  for (int i = 0; i < 20'000; ++i) {
    const HeadKey key = Key(random() % 50, random() % 50);
    HeadNote note;
    note.id = next_id++;
    note.state = static_cast<HeadState>(1 + random() % 3);
    note.is_evidence = random() % 4 == 0;
    note.giver = random() % 3;
    const auto place = index.Find(key);
    EXPECT_EQ(place == index.heads().end(), model.count(key) == 0);
    if (place == index.heads().end()) {
      EXPECT_TRUE(index.Add(key, note));
      model[key] = note;
    } else if (random() % 2 == 0) {
      EXPECT_FALSE(index.Add(key, note));
      index.Change(place, note);
      model[key] = note;
    } else {
      index.Erase(place);
      model.erase(key);
    }
  }
  std::size_t num_evictable = 0;
  std::map<HeadState, std::size_t> counts;
  for (const auto& [key, note] : model) {
    ++counts[note.state];
    num_evictable += note.state == HeadState::kUnlinked && !note.is_evidence ? 1U : 0U;
  }
  ASSERT_EQ(index.heads().size(), model.size());
  EXPECT_EQ(index.num_evictable(), num_evictable);
  for (const auto& [state, count] : counts) {
    EXPECT_EQ(index.CountOf(state), count);
  }
  while (index.num_evictable() > 0) {
    const auto victim = index.ChooseVictim(random, 0);
    ASSERT_NE(victim, index.heads().end());
    EXPECT_EQ(victim->second.state, HeadState::kUnlinked);
    EXPECT_FALSE(victim->second.is_evidence);
    index.Erase(victim);
    --num_evictable;
    EXPECT_EQ(index.num_evictable(), num_evictable);
  }
  EXPECT_EQ(index.ChooseVictim(random, 0), index.heads().end());
}

TEST(HeadIndexTest, HeadsOfTheLargestCrowdGoFirst) {
  std::mt19937_64 random(7);
  HeadIndex index;
  constexpr std::uint64_t kFlood = 200;
  constexpr std::uint64_t kOthers = 20;
  for (std::uint64_t i = 1; i <= kFlood + kOthers; ++i) {
    HeadNote note;
    note.id = i;
    note.giver = i <= kFlood ? 7 : i;
    note.is_reported = i > kFlood;
    index.Add(Key(i, 1), note);
  }
  for (std::uint64_t i = 0; i < kFlood / 2; ++i) {
    const auto victim = index.ChooseVictim(random, 0);
    ASSERT_NE(victim, index.heads().end());
    EXPECT_EQ(victim->second.giver, 7U) << i;
    index.Erase(victim);
  }
}

TEST(HeadIndexTest, OfOneCrowdThoseThatWereReportedGoFirst) {
  std::mt19937_64 random(7);
  HeadIndex index;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    HeadNote note;
    note.id = i;
    note.giver = 7;
    note.is_reported = i > 50;
    index.Add(Key(i, 1), note);
  }
  const auto victim = index.ChooseVictim(random, 0);
  ASSERT_NE(victim, index.heads().end());
  EXPECT_TRUE(victim->second.is_reported);
}

TEST(HeadIndexTest, SparesWhatItIsTold) {
  std::mt19937_64 random(7);
  HeadIndex index;
  HeadNote note;
  note.id = 5;
  index.Add(Key(1, 1), note);
  EXPECT_EQ(index.ChooseVictim(random, 5), index.heads().end());
  EXPECT_NE(index.ChooseVictim(random, 6), index.heads().end());
}

TEST(HeadIndexTest, FindsTheFirstOfASize) {
  HeadIndex index;
  index.Add(Key(5, 9), {});
  index.Add(Key(5, 3), {});
  index.Add(Key(4, 9), {});
  EXPECT_EQ(index.FirstOf(5)->first, Key(5, 3));
  EXPECT_EQ(index.FirstOf(0)->first, Key(4, 9));
  EXPECT_EQ(index.FirstOf(6), index.heads().end());
}

}  // namespace
}  // namespace tattle::head_index_test
