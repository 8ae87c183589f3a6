// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/verdict_cache.h"

#include <unistd.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "core/crypto/sha256.h"
#include "tests/testlib/pki.h"

namespace tattle::verdict_cache_test {
namespace {

constexpr std::uint64_t kNowMs = 1'795'000'000'000;
constexpr std::uint64_t kHourMs = 3'600'000;

std::shared_ptr<const Judgement> SomeJudgement() {
  return std::make_shared<const Judgement>();
}

Hash KeyOf(unsigned number) {
  return Sha256Of(AsBytes(std::to_string(number)));
}

// InOneGroup: keys differ behind the bytes that choose the group.
Hash InOneGroup(std::uint8_t number) {
  Hash key = {};
  key.back() = number;
  return key;
}

TEST(VerdictKeyTest, ChangesWithEveryField) {
  const ByteVector a = {1, 2, 3};
  const ByteVector b = {1, 2, 4};
  const Hash digest = {1};
  const Evidence evidences[] = {
      {a, a, a, a},  {b, a, a, a},  {a, b, a, a},  {a, a, b, a},  {a, a, a, b},
      {{}, a, a, a}, {a, {}, a, a}, {a, a, {}, a}, {a, a, a, {}}, {{}, {}, {}, {}},
  };
  std::set<Hash> keys = {VerdictKey(evidences[0], {2})};
  for (const Evidence& evidence : evidences) {
    EXPECT_EQ(VerdictKey(evidence, digest), VerdictKey(evidence, digest));
    EXPECT_TRUE(keys.insert(VerdictKey(evidence, digest)).second);
  }
}

TEST(VerdictKeyTest, IsNotFooledByBytesThatMoveBetweenFields) {
  // Sixteen bytes, among them all that could look like a length, cut in every way into four fields.
  const ByteVector bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  const Bytes all(bytes);
  std::set<Hash> keys;
  std::size_t num_cuts = 0;
  for (std::size_t i = 0; i <= all.size(); ++i) {
    for (std::size_t j = i; j <= all.size(); ++j) {
      for (std::size_t k = j; k <= all.size(); ++k) {
        keys.insert(VerdictKey(
            {all.first(i), all.subspan(i, j - i), all.subspan(j, k - j), all.subspan(k)}, {}));
        ++num_cuts;
      }
    }
  }
  EXPECT_EQ(keys.size(), num_cuts);
}

TEST(VerdictKeyTest, TakesOfAnIssuerItsNameAndKeyOnly) {
  const testlib::TestKey key = testlib::TestKey::P256();
  const testlib::TestCa ca("One CA", key);
  const testlib::TestCa twin("One CA", key);
  const testlib::TestCa other_name("Other CA", key);
  const testlib::TestCa other_key("One CA", testlib::TestKey::P256());
  ASSERT_NE(ca.certificate(), twin.certificate());
  const auto key_with = [](Bytes issuer) { return VerdictKey({{}, issuer, {}, {}}, {}); };
  EXPECT_EQ(key_with(ca.certificate()), key_with(twin.certificate()));
  EXPECT_NE(key_with(ca.certificate()), key_with(other_name.certificate()));
  EXPECT_NE(key_with(ca.certificate()), key_with(other_key.certificate()));
}

TEST(VerdictKeyTest, IsThatOfItsDescription) {
  // The layout above VerdictKey, put together by hand.
  ByteVector input(32, 7);
  for (const ByteVector& field :
       {ByteVector{1, 2}, ByteVector{3}, ByteVector{}, ByteVector{4, 5}}) {
    if (field == ByteVector{3}) {
      input.push_back(2 /* undecodable */);
    }
    input.insert(input.end(), 7, 0);
    input.push_back(static_cast<std::uint8_t>(field.size()));
    Append(input, field);
  }
  Hash digest;
  digest.fill(7);
  const ByteVector leaf = {1, 2};
  const ByteVector issuer = {3};
  const ByteVector ocsp_response = {4, 5};
  EXPECT_EQ(VerdictKey({leaf, issuer, {}, ocsp_response}, digest), Sha256Of(input));
}

TEST(VerdictCacheTest, FindsWhatWasInsertedLast) {
  VerdictCache cache(16);
  EXPECT_EQ(cache.Find(KeyOf(1)), nullptr);
  const auto first = SomeJudgement();
  const auto second = SomeJudgement();
  cache.Insert(KeyOf(1), first);
  EXPECT_EQ(cache.Find(KeyOf(1)), first);
  EXPECT_EQ(cache.Find(KeyOf(2)), nullptr);
  cache.Insert(KeyOf(1), second);
  EXPECT_EQ(cache.Find(KeyOf(1)), second);
  EXPECT_EQ(first.use_count(), 1);
}

TEST(VerdictCacheTest, WithoutRoomFindsNothing) {
  VerdictCache cache(0);
  const auto judgement = SomeJudgement();
  cache.Insert(KeyOf(1), judgement);
  EXPECT_EQ(cache.Find(KeyOf(1)), nullptr);
  EXPECT_TRUE(cache.IsNewsAt(KeyOf(1), "a.test", kNowMs));
  EXPECT_TRUE(cache.IsNewsAt(KeyOf(1), "a.test", kNowMs));
  cache.Clear();
  EXPECT_EQ(judgement.use_count(), 1);
}

TEST(VerdictCacheTest, HoldsNoMoreThanItMay) {
  for (const std::size_t max_entries : {1U, 2U, 7U, 8U, 9U, 100U, 1024U}) {
    VerdictCache cache(max_entries);
    const auto judgement = SomeJudgement();
    for (unsigned i = 0; i < 10 * max_entries; ++i) {
      cache.Insert(KeyOf(i), judgement);
      ASSERT_LE(static_cast<std::size_t>(judgement.use_count()) - 1, max_entries);
      ASSERT_EQ(cache.Find(KeyOf(i)), judgement);
    }
    // Every group is full by then: the bound is used.
    EXPECT_GE(static_cast<std::size_t>(judgement.use_count()) - 1,
              max_entries < 8 ? max_entries : max_entries - 7);
    cache.Clear();
    EXPECT_EQ(judgement.use_count(), 1);
  }
}

TEST(VerdictCacheTest, DropsWhatWasNotUsedForLongestInAGroup) {
  VerdictCache cache(1024);
  const auto judgement = SomeJudgement();
  for (std::uint8_t i = 0; i < 8; ++i) {
    cache.Insert(InOneGroup(i), judgement);
  }
  EXPECT_NE(cache.Find(InOneGroup(0)), nullptr);  // so that 1 is the oldest
  cache.Insert(InOneGroup(2), judgement);         // and 3 comes after it
  cache.Insert(InOneGroup(100), judgement);
  cache.Insert(InOneGroup(101), judgement);
  EXPECT_EQ(cache.Find(InOneGroup(1)), nullptr);
  EXPECT_EQ(cache.Find(InOneGroup(3)), nullptr);
  for (const unsigned number : {0U, 2U, 4U, 5U, 6U, 7U, 100U, 101U}) {
    EXPECT_NE(cache.Find(InOneGroup(static_cast<std::uint8_t>(number))), nullptr) << number;
  }
}

TEST(VerdictCacheTest, GoesOnAfterClear) {
  VerdictCache cache(16);
  cache.Insert(KeyOf(1), SomeJudgement());
  cache.Clear();
  EXPECT_EQ(cache.Find(KeyOf(1)), nullptr);
  cache.Insert(KeyOf(1), SomeJudgement());
  EXPECT_NE(cache.Find(KeyOf(1)), nullptr);
}

TEST(VerdictCacheTest, TakesNoNull) {
  VerdictCache cache(16);
  cache.Insert(KeyOf(1), nullptr);
  EXPECT_TRUE(cache.IsNewsAt(KeyOf(1), "a.test", kNowMs));
  EXPECT_TRUE(cache.IsNewsAt(KeyOf(1), "a.test", kNowMs));
}

TEST(VerdictCacheTest, ReleasesJudgementsBehindItsLock) {
  // Judgements that ask the cache when they die: with the lock held, this would wait for ever.
  VerdictCache cache(1);
  int num_released = 0;
  const auto asking = [&cache, &num_released] {
    return std::shared_ptr<const Judgement>(new Judgement,
                                            [&cache, &num_released](const Judgement* judgement) {
                                              EXPECT_EQ(cache.Find(KeyOf(9)), nullptr);
                                              ++num_released;
                                              delete judgement;
                                            });
  };
  cache.Insert(KeyOf(1), asking());
  cache.Insert(KeyOf(1), asking());  // in its place
  EXPECT_EQ(num_released, 1);
  cache.Insert(KeyOf(2), asking());  // drives it out
  EXPECT_EQ(num_released, 2);
  cache.Clear();
  EXPECT_EQ(num_released, 3);
}

TEST(IsNewsAtTest, IsTrueOnceAnHourAHost) {
  VerdictCache cache(16);
  const Hash key = KeyOf(1);
  EXPECT_TRUE(cache.IsNewsAt(key, "a.test", kNowMs));
  EXPECT_TRUE(cache.IsNewsAt(key, "a.test", kNowMs));
  cache.Insert(key, SomeJudgement());
  const std::tuple<const char*, std::uint64_t, bool> cases[] = {
      {"a.test", kNowMs, true},
      {"a.test", kNowMs, false},
      {"a.test", kNowMs + kHourMs - 1, false},
      {"a.test", kNowMs + kHourMs, true},
      {"a.test", kNowMs + kHourMs + 1, false},
      {"b.test", kNowMs + kHourMs + 1, true},
      {"", kNowMs + kHourMs + 1, true},
      {"", kNowMs + kHourMs + 1, false},
      {"", kNowMs + kHourMs, false},  // a thread that took the time before the others
      {"", kNowMs + 2, false},
      {"", kNowMs + 1, true},  // the clock was set back by an hour
      {"", 0, true},
      {"", 0, false},
      {"", UINT64_MAX, true},
      {"", 1, true},
  };
  for (const auto& [host, now_ms, want] : cases) {
    EXPECT_EQ(cache.IsNewsAt(key, host, now_ms), want) << host << " " << now_ms;
  }
}

TEST(IsNewsAtTest, StaysWithTheEntry) {
  VerdictCache cache(1);
  cache.Insert(KeyOf(1), SomeJudgement());
  EXPECT_TRUE(cache.IsNewsAt(KeyOf(1), "a.test", kNowMs));
  cache.Insert(KeyOf(1), SomeJudgement());  // by another thread, at the same time
  EXPECT_FALSE(cache.IsNewsAt(KeyOf(1), "a.test", kNowMs));
  cache.Insert(KeyOf(2), SomeJudgement());
  EXPECT_TRUE(cache.IsNewsAt(KeyOf(2), "a.test", kNowMs));
}

TEST(VerdictCacheTest, ServesManyThreads) {
  VerdictCache cache(64);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 8; ++i) {
    threads.emplace_back([&cache, i] {
      for (unsigned round = 0; round < 2'000; ++round) {
        const Hash key = KeyOf((round * 7 + i) % 200);
        cache.Insert(key, SomeJudgement());
        static_cast<void>(cache.Find(key));
        static_cast<void>(cache.IsNewsAt(key, "a.test", kNowMs + round));
        if (round % 500 == 0) {
          cache.Clear();
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST(VerdictCacheTest, IsWholeInAChildThatWasForkedInTheMiddle) {
  VerdictCache cache(64);
  std::atomic<bool> is_over = false;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i) {
    threads.emplace_back([&cache, &is_over, i] {
      for (unsigned round = 0; !is_over; ++round) {
        cache.Insert(KeyOf((round + i) % 200), SomeJudgement());
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      alarm(60);  // a mutex that stayed locked ends the child, not the test run
      cache.Insert(KeyOf(1'000), SomeJudgement());
      _exit(cache.Find(KeyOf(1'000)) != nullptr ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  is_over = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace tattle::verdict_cache_test
