// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/gossip/select_heads.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/gossip/bounds.h"
#include "tests/unit/gossip/gossip_testing.h"

namespace tattle::select_heads_test {
namespace {

using gossip_testing::BrokenDraw;
using gossip_testing::kNowMs;
using gossip_testing::SeededDraw;
using testlib::ListOf;
using testlib::TestLog;
using Places = std::vector<std::size_t>;

class SelectHeadsTest : public testing::Test {
 protected:
  HeadCandidate Own(const TestLog& log) const {
    HeadCandidate head;
    head.log_id = log.log_id();
    head.timestamp_ms = kNowMs;
    head.origin = HeadOrigin::kOwn;
    return head;
  }
  HeadCandidate Learnt(const TestLog& log) const {
    HeadCandidate head = Own(log);
    head.origin = HeadOrigin::kLearnt;
    return head;
  }
  bool MayGive(const HeadCandidate& head, const HeadWish& wish) const {
    return MayGiveHead(head, wish, logs_, kNowMs);
  }
  Places Select(const std::vector<HeadCandidate>& heads, std::size_t max, std::uint64_t seed,
                HeadSide side = HeadSide::kPool) const {
    const HeadWish wish = {side, HeadAudience::kWebServer, max};
    return SelectHeads(heads, wish, logs_, kNowMs, SeededDraw(seed)).value();
  }

  const HeadWish to_web_server_ = {HeadSide::kClient, HeadAudience::kWebServer, 8};
  const HeadWish to_auditor_ = {HeadSide::kClient, HeadAudience::kAuditor, 8};
  const HeadWish of_pool_ = {HeadSide::kPool, HeadAudience::kWebServer, 8};
  TestLog a_{"A", "Operator A"};
  TestLog b_{"B", "Operator B"};
  TestLog c_{"C", "Operator C"};
  TestLog denied_{"D", "Operator D"};
  LogList logs_ = ListOf({a_.Entry(), b_.Entry(), c_.Entry(), denied_.Entry()},
                         {{denied_.log_id(), denied_.key().Spki(), "public"}});
};

using MayGiveHeadTest = SelectHeadsTest;

TEST_F(MayGiveHeadTest, AWebServerGetsOnlyOurOwnHeadsAndEachOnce) {
  HeadCandidate own = Own(a_);
  EXPECT_TRUE(MayGive(own, to_web_server_));
  EXPECT_FALSE(MayGive(Learnt(a_), to_web_server_));
  own.given_to_web_server = true;
  EXPECT_FALSE(MayGive(own, to_web_server_));
  own = Own(a_);
  own.given_to_auditor = true;
  EXPECT_FALSE(MayGive(own, to_web_server_));
}

TEST_F(MayGiveHeadTest, AnAuditorGetsWhatServersToldUsButNotWhatTheyHaveOfUs) {
  EXPECT_TRUE(MayGive(Learnt(a_), to_auditor_));
  HeadCandidate own = Own(a_);
  EXPECT_TRUE(MayGive(own, to_auditor_));
  own.given_to_auditor = true;  // auditors know us anyway
  EXPECT_TRUE(MayGive(own, to_auditor_));
  own.given_to_web_server = true;
  EXPECT_FALSE(MayGive(own, to_auditor_));
}

TEST_F(MayGiveHeadTest, APoolPassesOnEverythingThatIsFresh) {
  HeadCandidate head = Learnt(a_);
  head.given_to_web_server = true;
  EXPECT_TRUE(MayGive(head, of_pool_));
  head.timestamp_ms = kNowMs - kHeadFreshnessMs - 1;
  EXPECT_FALSE(MayGive(head, of_pool_));
  head.timestamp_ms = kNowMs + kClockDriftMs + 1;
  EXPECT_FALSE(MayGive(head, of_pool_));
}

TEST_F(MayGiveHeadTest, OnlyAnAuditorGetsWhatIsDatedAhead) {
  for (HeadCandidate head : {Own(a_), Learnt(a_)}) {
    head.timestamp_ms = kNowMs + kClockDriftMs + 1;
    EXPECT_FALSE(MayGive(head, to_web_server_));
    EXPECT_FALSE(MayGive(head, of_pool_));
    EXPECT_TRUE(MayGive(head, to_auditor_));
    head.timestamp_ms = kNowMs - kHeadFreshnessMs - 1;
    EXPECT_FALSE(MayGive(head, to_auditor_));
  }
  HeadCandidate own = Own(a_);
  own.timestamp_ms = UINT64_MAX;
  own.given_to_web_server = true;
  EXPECT_FALSE(MayGive(own, to_auditor_));
}

TEST_F(MayGiveHeadTest, EverybodyGetsAProvenConflictWhateverItsAge) {
  HeadCandidate head = Learnt(a_);
  head.is_conflicting = true;
  head.given_to_web_server = true;
  head.timestamp_ms = 1;
  EXPECT_TRUE(MayGive(head, to_web_server_));
  EXPECT_TRUE(MayGive(head, to_auditor_));
  EXPECT_TRUE(MayGive(head, of_pool_));
}

TEST_F(MayGiveHeadTest, NobodyGetsDeniedOrUnknownLogs) {
  const TestLog unknown("E", "Operator E");
  for (const HeadWish& wish : {to_web_server_, to_auditor_, of_pool_}) {
    EXPECT_TRUE(MayGive(Own(a_), wish));
    for (const bool is_conflicting : {false, true}) {
      for (HeadCandidate head : {Own(denied_), Own(unknown)}) {
        head.is_conflicting = is_conflicting;
        EXPECT_FALSE(MayGive(head, wish));
      }
    }
  }
}

TEST_F(SelectHeadsTest, GivesEachHeadOnceAndNoMoreThanAreWanted) {
  std::vector<HeadCandidate> heads(20, Learnt(a_));
  heads.resize(30, Learnt(b_));
  for (std::size_t max = 0; max < 40; ++max) {
    Places places = Select(heads, max, max);
    EXPECT_EQ(places.size(), std::min<std::size_t>(max, 30));
    std::sort(places.begin(), places.end());
    EXPECT_EQ(std::unique(places.begin(), places.end()), places.end());
  }
}

TEST_F(SelectHeadsTest, TakesLogsInTurn) {
  // A log whose key leaked signs without end.
  std::vector<HeadCandidate> heads(1000, Learnt(a_));
  heads.push_back(Learnt(b_));
  heads.push_back(Learnt(c_));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::map<LogId, int> counts;
    for (const std::size_t place : Select(heads, 6, seed)) {
      ++counts[heads[place].log_id];
    }
    EXPECT_EQ(counts[a_.log_id()], 4);
    EXPECT_EQ(counts[b_.log_id()], 1);
    EXPECT_EQ(counts[c_.log_id()], 1);
  }
}

TEST_F(SelectHeadsTest, PutsConflictsFirstAndTogether) {
  std::vector<HeadCandidate> heads(50, Learnt(a_));
  for (const std::size_t place : {3U, 30U}) {
    heads[place].is_conflicting = true;
  }
  heads.push_back(Learnt(b_));
  heads.push_back(Learnt(b_));
  heads[50].is_conflicting = heads[51].is_conflicting = true;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Places places = Select(heads, 8, seed, HeadSide::kPool);
    ASSERT_EQ(places.size(), 8U);
    for (std::size_t i = 0; i < 8; ++i) {
      EXPECT_EQ(heads[places[i]].is_conflicting, i < 4);
    }
    EXPECT_EQ(heads[places[0]].log_id, heads[places[1]].log_id);
    EXPECT_EQ(heads[places[2]].log_id, heads[places[3]].log_id);
  }
}

TEST_F(SelectHeadsTest, OneLogsConflictsDoNotCrowdOutAnothers) {
  std::vector<HeadCandidate> heads(50, Learnt(a_));
  heads.resize(52, Learnt(b_));
  for (HeadCandidate& head : heads) {
    head.is_conflicting = true;
  }
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Places places = Select(heads, 8, seed);
    EXPECT_EQ(places.size(), 8U);
    EXPECT_EQ(std::count_if(places.begin(), places.end(),
                            [&](std::size_t place) { return heads[place].log_id == b_.log_id(); }),
              2);
  }
}

TEST_F(SelectHeadsTest, ConflictsDoNotSilenceTheRest) {
  std::vector<HeadCandidate> heads(50, Learnt(a_));
  for (HeadCandidate& head : heads) {
    head.is_conflicting = true;
  }
  heads.push_back(Learnt(b_));
  heads.push_back(Learnt(c_));
  const Places places = Select(heads, 8, 1);
  EXPECT_EQ(std::count_if(places.begin(), places.end(),
                          [&](std::size_t place) { return heads[place].is_conflicting; }),
            6);
  // Where there is nothing else, they have all places.
  heads.resize(50);
  EXPECT_EQ(Select(heads, 8, 1).size(), 8U);
}

TEST_F(SelectHeadsTest, ChoosesEveryHeadAboutAsOften) {
  std::vector<HeadCandidate> heads(8, Learnt(a_));
  std::vector<int> counts(heads.size());
  constexpr int kRuns = 8000;
  for (int i = 0; i < kRuns; ++i) {
    for (const std::size_t place : Select(heads, 1, static_cast<std::uint64_t>(i))) {
      ++counts[place];
    }
  }
  for (const int count : counts) {
    // 1000 expected, with a standard deviation of 30.
    EXPECT_GT(count, 850);
    EXPECT_LT(count, 1150);
  }
}

TEST_F(SelectHeadsTest, SendsNothingWithoutRandomness) {
  const std::vector<HeadCandidate> heads(3, Own(a_));
  const Result<Places> places = SelectHeads(heads, to_web_server_, logs_, kNowMs, BrokenDraw());
  ASSERT_FALSE(places);
  EXPECT_EQ(places.error().code, Errc::kCryptoFailed);
}

// Two servers compare all that a hundred clients ever told them. Each client fetches heads of its
// own; a head may come up at both only where everybody has it.
TEST_F(SelectHeadsTest, TwoServersCannotLinkVisits) {
  constexpr std::size_t kClients = 100;
  std::set<std::uint64_t> seen[2];
  for (std::size_t client = 0; client < kClients; ++client) {
    std::vector<HeadCandidate> heads(20, Own(a_));
    for (std::size_t i = 0; i < heads.size(); ++i) {
      heads[i].timestamp_ms = kNowMs - client * 1000 - i;  // by this, heads are told apart
    }
    for (std::size_t visit = 0; visit < 6; ++visit) {
      HeadWish wish = to_web_server_;
      wish.max_heads = 3;
      const Places places =
          SelectHeads(heads, wish, logs_, kNowMs, SeededDraw(client * 10 + visit)).value();
      EXPECT_EQ(places.size(), 3U);
      for (const std::size_t place : places) {
        heads[place].given_to_web_server = true;
        EXPECT_TRUE(seen[visit % 2].insert(heads[place].timestamp_ms).second);
      }
    }
  }
  Places both;
  std::set_intersection(seen[0].begin(), seen[0].end(), seen[1].begin(), seen[1].end(),
                        std::back_inserter(both));
  EXPECT_TRUE(both.empty());
}

TEST(DrawBelowTest, IsUniformAndWithinItsBound) {
  std::vector<int> counts(7);
  const DrawUint64 draw = SeededDraw(1);
  for (int i = 0; i < 7000; ++i) {
    ++counts.at(DrawBelow(7, draw).value());
  }
  for (const int count : counts) {
    EXPECT_GT(count, 850);
    EXPECT_LT(count, 1150);
  }
  EXPECT_EQ(DrawBelow(1, draw).value(), 0U);
  EXPECT_EQ(DrawBelow(0, draw).error().code, Errc::kInvalidArgument);
}

TEST(DrawBelowTest, DrawsAgainWhatWouldFavourSmallNumbers) {
  // The bound goes once into 2^64: what is left over would come up twice as often.
  std::vector<std::uint64_t> numbers = {UINT64_MAX, UINT64_MAX - 10, 5};
  std::size_t at = 0;
  const DrawUint64 draw = [&]() -> Result<std::uint64_t> { return numbers.at(at++); };
  EXPECT_EQ(DrawBelow((std::uint64_t{1} << 63U) + 1, draw).value(), 5U);
  EXPECT_EQ(at, 3U);
}

TEST(DrawBelowTest, GivesUpOnASourceThatIsStuck) {
  const DrawUint64 stuck = []() -> Result<std::uint64_t> { return UINT64_MAX; };
  EXPECT_EQ(DrawBelow((std::uint64_t{1} << 63U) + 1, stuck).error().code, Errc::kInternal);
  EXPECT_EQ(DrawBelow(3, BrokenDraw()).error().code, Errc::kCryptoFailed);
}

TEST(MixTest, GivesEveryOrderAboutAsOften) {
  std::map<Places, int> counts;
  const DrawUint64 draw = SeededDraw(2);
  for (int i = 0; i < 6000; ++i) {
    Places places = {0, 1, 2};
    ASSERT_TRUE(Mix(places, draw));
    ++counts[places];
  }
  EXPECT_EQ(counts.size(), 6U);
  for (const auto& [order, count] : counts) {
    EXPECT_GT(count, 850);
    EXPECT_LT(count, 1150);
  }
}

}  // namespace
}  // namespace tattle::select_heads_test
