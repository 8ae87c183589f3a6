// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/head_choice.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/gossip/bounds.h"
#include "tests/unit/plugin_gossip/gossip_world.h"

namespace tattle::head_choice_test {
namespace {

using plugin_gossip_testing::SizesOf;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using Sizes = std::vector<std::uint64_t>;

class HeadChoiceTest : public plugin_gossip_testing::GossipWorld {
 protected:
  static HeadWish Wish(HeadSide side, HeadAudience audience, std::size_t max_heads = 100) {
    return {side, audience, max_heads};
  }
  Sizes Choose(const HeadWish& wish, std::uint64_t seed = 7) {
    const auto heads = ChooseHeads(*pool_, logs_, wish, 1, now_ms_, Draw(seed));
    EXPECT_TRUE(heads) << heads.error();
    return heads ? SizesOf(*heads) : Sizes();
  }
  void Give(std::uint64_t id, HeadAudience audience) {
    ASSERT_TRUE(GossipBook(*pool_).NoteGiven(std::array{id}, audience));
  }

  const HeadWish to_web_ = Wish(HeadSide::kClient, HeadAudience::kWebServer);
  const HeadWish to_auditor_ = Wish(HeadSide::kClient, HeadAudience::kAuditor);
  const HeadWish of_pool_ = Wish(HeadSide::kPool, HeadAudience::kWebServer);
};

TEST_F(HeadChoiceTest, ThePoolsNotesDecideWhoGetsWhat) {
  Own(amber_, 1);
  Give(Own(amber_, 2), HeadAudience::kWebServer);
  Give(Own(amber_, 3), HeadAudience::kAuditor);
  Learnt(amber_, 4);
  Give(Learnt(amber_, 5), HeadAudience::kAuditor);
  Own(denied_, 6);
  Own(stranger_, 7);
  for (int restarts = 0; restarts < 2; ++restarts) {
    EXPECT_THAT(Choose(to_web_), UnorderedElementsAre(1));
    EXPECT_THAT(Choose(to_auditor_), UnorderedElementsAre(1, 3, 4, 5));
    EXPECT_THAT(Choose(of_pool_), UnorderedElementsAre(1, 2, 3, 4, 5));
    Open();
  }
}

TEST_F(HeadChoiceTest, OnlyWhatTheLogGaveUsIsOurOwn) {
  Own(amber_, 1);
  std::uint64_t size = 1;
  for (const HeadSource source :
       {HeadSource::kPollination, HeadSource::kHeader, HeadSource::kReply, HeadSource::kImport}) {
    Learnt(amber_, ++size, source);
  }
  EXPECT_THAT(Choose(to_web_), ElementsAre(1));
  EXPECT_EQ(Choose(to_auditor_).size(), 5U);
}

TEST_F(HeadChoiceTest, NewOnesComeFirstThenThoseGivenBefore) {
  std::set<std::uint64_t> is_new;
  for (std::uint64_t size = 1; size <= 20; ++size) {
    const std::uint64_t id = Own(size % 2 == 0 ? amber_ : birch_, size);
    if (size % 4 < 2) {
      Give(id, HeadAudience::kWebServer);
    } else {
      is_new.insert(size);
    }
  }
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    HeadWish wish = of_pool_;
    for (wish.max_heads = 0; wish.max_heads <= 21; ++wish.max_heads) {
      const Sizes sizes = Choose(wish, seed);
      ASSERT_EQ(sizes.size(), std::min<std::size_t>(wish.max_heads, 20));
      EXPECT_EQ(std::set(sizes.begin(), sizes.end()).size(), sizes.size());
      for (std::size_t i = 0; i < sizes.size(); ++i) {
        EXPECT_EQ(is_new.count(sizes[i]) == 1, i < 10) << "place " << i;
      }
    }
  }
}

TEST_F(HeadChoiceTest, WhatAnybodyHadIsNewToNobody) {
  Give(Own(amber_, 1), HeadAudience::kAuditor);
  Give(Own(amber_, 2), HeadAudience::kWebServer);
  Own(amber_, 3);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    EXPECT_EQ(Choose(of_pool_, seed).at(0), 3U);
    EXPECT_EQ(Choose(Wish(HeadSide::kPool, HeadAudience::kAuditor), seed).at(0), 3U);
  }
}

TEST_F(HeadChoiceTest, ASplitComesFirstHoweverOldAndHoweverOftenItWasGiven) {
  Split(amber_, 50);
  const std::vector<KnownHead> all = GossipView(*pool_).HeadsSince(0).value();
  for (const KnownHead& head : all) {
    Give(head.id, HeadAudience::kWebServer);
    Give(head.id, HeadAudience::kAuditor);
  }
  Later(kHeadFreshnessMs + 1);
  Own(birch_, 1);
  Own(birch_, 2);
  for (const HeadWish& wish : {to_web_, to_auditor_, of_pool_}) {
    const Sizes sizes = Choose(wish);
    ASSERT_EQ(sizes.size(), 4U);
    EXPECT_THAT(Sizes(sizes.begin(), sizes.begin() + 2), ElementsAre(50, 50));
  }
  HeadWish few = to_web_;
  few.max_heads = 2;
  EXPECT_THAT(Choose(few), ElementsAre(50, 50));
}

TEST_F(HeadChoiceTest, OldHeadsStay) {
  Own(amber_, 1);
  Later(kHeadFreshnessMs);
  EXPECT_THAT(Choose(to_web_), ElementsAre(1));
  Later(1);
  EXPECT_THAT(Choose(to_web_), ElementsAre());
  EXPECT_THAT(Choose(of_pool_), ElementsAre());
}

TEST_F(HeadChoiceTest, NotesNothingByItself) {
  const std::uint64_t id = Own(amber_, 1);
  EXPECT_EQ(Choose(to_web_), Choose(to_web_));
  EXPECT_FALSE(Known(id).given_to_web_server || Known(id).is_reported);
}

TEST_F(HeadChoiceTest, ABrokenGeneratorChoosesNothing) {
  for (std::uint64_t size = 1; size <= 4; ++size) {
    Own(amber_, size);
  }
  const auto heads = ChooseHeads(*pool_, logs_, to_web_, 1, now_ms_, gossip_testing::BrokenDraw());
  ASSERT_FALSE(heads);
  EXPECT_FALSE(heads.error().empty());
}

TEST_F(HeadChoiceTest, WritesHeadsWithTheirLogAndNamesThemToThePool) {
  const std::uint64_t id = Own(amber_, 1);
  const auto heads = ChooseHeads(*pool_, logs_, to_web_, 1, now_ms_, Draw());
  EXPECT_THAT(IdsOf(*heads), ElementsAre(id));
  const std::vector<GossipHead> written = ToGossipHeads(*heads);
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(written[0].log_id, amber_.log_id());
  EXPECT_EQ(written[0].sth.head, heads->front().sth.head);
  EXPECT_EQ(written[0].sth.signature, heads->front().sth.signature);
}

}  // namespace
}  // namespace tattle::head_choice_test
