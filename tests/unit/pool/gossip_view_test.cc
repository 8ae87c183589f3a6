// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/gossip_view.h"

#include <array>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/pool/pool_fixture.h"

namespace tattle::gossip_view_test {
namespace {

using testlib::HeadOfSize;
using testlib::kNowMs;
using testlib::LogNumber;

class GossipViewTest : public testlib::PoolFixture {
 protected:
  HeadRelation Relate(std::uint64_t tree_size, std::uint8_t root, std::uint64_t timestamp_ms,
                      std::uint8_t log = 1) {
    return GossipView(*pool_)
        .RelateHead(LogNumber(log), HeadOfSize(tree_size, root, timestamp_ms).head)
        .value();
  }

  std::vector<KnownHead> Since(std::uint64_t since_ms) {
    return GossipView(*pool_).HeadsSince(since_ms).value();
  }

  std::set<std::uint64_t> IdsSince(std::uint64_t since_ms) {
    std::set<std::uint64_t> ids;
    for (const KnownHead& head : Since(since_ms)) {
      ids.insert(head.id);
    }
    return ids;
  }
};

TEST_F(GossipViewTest, RelatesAHeadByAllThatWasSigned) {
  Add(HeadOfSize(10, 1));
  EXPECT_EQ(Relate(10, 1, kNowMs), HeadRelation::kKnown);
  EXPECT_EQ(Relate(10, 1, kNowMs + 1), HeadRelation::kNew);
  EXPECT_EQ(Relate(11, 2, kNowMs), HeadRelation::kNew);
  EXPECT_EQ(Relate(10, 2, kNowMs + 1), HeadRelation::kConflicting);
  EXPECT_EQ(Relate(10, 2, kNowMs, 2), HeadRelation::kNew);
  Add(HeadOfSize(10, 2));
  EXPECT_EQ(Relate(10, 2, kNowMs), HeadRelation::kKnown);
  EXPECT_EQ(Relate(10, 1, kNowMs + 1), HeadRelation::kConflicting);
  Open();
  EXPECT_EQ(Relate(10, 2, kNowMs), HeadRelation::kKnown);
}

TEST_F(GossipViewTest, HeadsSinceAreTheNewOnesAndThoseOfSplits) {
  const std::uint64_t older = Add(HeadOfSize(10, 1, kNowMs - 1));
  const std::uint64_t fresh = Add(HeadOfSize(11, 1, kNowMs));
  EXPECT_EQ(IdsSince(kNowMs), (std::set{fresh}));
  EXPECT_EQ(IdsSince(0), (std::set{older, fresh}));
  const std::uint64_t other = Add(HeadOfSize(10, 2, kNowMs - 1));
  ASSERT_TRUE(pool_->MarkConflicting(std::array{older, other}));
  ASSERT_TRUE(pool_->MarkReported(fresh));
  EXPECT_EQ(IdsSince(kNowMs), (std::set{older, fresh, other}));
  for (const KnownHead& head : Since(kNowMs)) {
    EXPECT_EQ(head.is_conflicting, head.id != fresh);
    EXPECT_EQ(head.is_reported, head.id == fresh);
    EXPECT_EQ(head.log_id, LogNumber(1));
  }
}

TEST_F(GossipViewTest, OneHeadOfEachRootOfASplitIsConflicting) {
  const std::uint64_t linked = Add(HeadOfSize(10, 1, kNowMs));
  const std::uint64_t same_root = Add(HeadOfSize(10, 1, kNowMs - 5));
  const std::uint64_t marked = Add(HeadOfSize(10, 2, kNowMs));
  const std::uint64_t elsewhere = Add(HeadOfSize(11, 3, kNowMs));
  ASSERT_TRUE(pool_->MarkLinked(linked, std::nullopt));
  ASSERT_TRUE(pool_->MarkConflicting(std::array{marked}));
  std::set<std::uint64_t> conflicting;
  for (const KnownHead& head : Since(0)) {
    if (head.is_conflicting) {
      conflicting.insert(head.id);
    }
  }
  EXPECT_EQ(conflicting, (std::set{linked, marked}));
  EXPECT_EQ(IdsSince(kNowMs + 1), (std::set{linked, marked})) << "whatever their age";
  EXPECT_EQ(IdsSince(0), (std::set{linked, same_root, marked, elsewhere}));
}

TEST_F(GossipViewTest, SctsAtAHostAreTheNewestFirst) {
  const std::vector<ByteVector> chain = {{1, 2, 3}};
  std::vector<std::uint64_t> ids;
  for (std::uint8_t number = 1; number <= 3; ++number) {
    PooledSct sct;
    sct.log_id = LogNumber(number);
    sct.sct = {number};
    ids.push_back(pool_->AddSct(sct, chain, number == 2 ? "b.example" : "a.example").value().id);
  }
  const GossipView view(*pool_);
  const auto at = [&](std::string_view host, std::size_t limit) {
    std::vector<std::uint64_t> found;
    const std::vector<PooledSct> scts = view.SctsAt(host, limit).value();
    for (const PooledSct& sct : scts) {
      found.push_back(sct.id);
    }
    return found;
  };
  EXPECT_EQ(at("a.example", 9), (std::vector{ids[2], ids[0]}));
  EXPECT_EQ(at("a.example", 1), (std::vector{ids[2]}));
  EXPECT_EQ(at("b.example", 9), (std::vector{ids[1]}));
  EXPECT_TRUE(at("example", 9).empty());
}

}  // namespace
}  // namespace tattle::gossip_view_test
