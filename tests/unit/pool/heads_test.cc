// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "plugin/pool/pool.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle::heads_test {
namespace {

using testlib::HeadOfSize;
using testlib::kNowMs;
using testlib::LogNumber;

class HeadsTest : public testlib::PoolFixture {
 protected:
  std::vector<std::uint64_t> Sizes(const std::vector<PooledHead>& heads) {
    std::vector<std::uint64_t> sizes;
    sizes.reserve(heads.size());
    for (const PooledHead& head : heads) {
      sizes.push_back(head.sth.head.tree_size);
    }
    return sizes;
  }
};

TEST_F(HeadsTest, KeepsAHeadAsItCameAndOnce) {
  const SignedTreeHead sth = HeadOfSize(7);
  const Added first = pool_->AddHead(LogNumber(1), sth, HeadSource::kHeader, kNowMs).value();
  EXPECT_TRUE(first.is_new);
  for (int i = 0; i < 2; ++i) {
    const Added again = pool_->AddHead(LogNumber(1), sth, HeadSource::kLog, kNowMs + 1).value();
    EXPECT_FALSE(again.is_new);
    EXPECT_EQ(again.id, first.id);
    const PooledHead head = pool_->FindHead(first.id).value().value();
    EXPECT_EQ(head.log_id, LogNumber(1));
    EXPECT_EQ(head.sth.head, sth.head);
    EXPECT_EQ(head.sth.signature, sth.signature);
    EXPECT_EQ(head.source, HeadSource::kHeader);
    EXPECT_EQ(head.state, HeadState::kUnlinked);
    EXPECT_EQ(head.seen_ms, kNowMs);
    Open();
  }
}

TEST_F(HeadsTest, TellsHeadsApartByLogSizeTimeAndRoot) {
  const SignedTreeHead sth = HeadOfSize(7);
  EXPECT_TRUE(pool_->AddHead(LogNumber(1), sth, HeadSource::kLog, 1)->is_new);
  EXPECT_TRUE(pool_->AddHead(LogNumber(2), sth, HeadSource::kLog, 1)->is_new);
  EXPECT_TRUE(pool_->AddHead(LogNumber(1), HeadOfSize(8), HeadSource::kLog, 1)->is_new);
  EXPECT_TRUE(pool_->AddHead(LogNumber(1), HeadOfSize(7, 2), HeadSource::kLog, 1)->is_new);
  EXPECT_TRUE(
      pool_->AddHead(LogNumber(1), HeadOfSize(7, 1, kNowMs + 1), HeadSource::kLog, 1)->is_new);
  EXPECT_EQ(pool_->FindHeads(LogNumber(1), 7)->size(), 3U);
  EXPECT_EQ(pool_->FindHeads(LogNumber(2), 7)->size(), 1U);
  EXPECT_EQ(pool_->FindHeads(LogNumber(3), 7)->size(), 0U);
}

TEST_F(HeadsTest, AMarkInTheSignatureMakesNoOtherHead) {
  SignedTreeHead sth = HeadOfSize(7);
  // s = n - 2, whose twin is 2.
  sth.signature = {4,    3,    0,    40,   0x30, 38,   2,    1,    0x55, 2,    33,
                   0,    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
                   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
                   0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x4f};
  const std::uint64_t id = Add(sth);
  const ByteVector low = {4, 3, 0, 8, 0x30, 6, 2, 1, 0x55, 2, 1, 2};
  EXPECT_EQ(pool_->FindHead(id).value()->sth.signature, low);
  sth.signature = low;
  EXPECT_FALSE(pool_->AddHead(LogNumber(1), sth, HeadSource::kLog, 1)->is_new);
}

TEST_F(HeadsTest, RefusesWhatIsNoSignatureAndChangesNothing) {
  SignedTreeHead sth = HeadOfSize(7);
  sth.signature.push_back(0);
  const auto added = pool_->AddHead(LogNumber(1), sth, HeadSource::kLog, 1);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().fault, PoolFault::kRefused);
  EXPECT_TRUE(pool_->HeadsAfter(0, 10)->empty());
  EXPECT_TRUE(pool_->Counts()->logs.empty());
}

TEST_F(HeadsTest, NumbersOfAllSizesComeBack) {
  const std::uint64_t sizes[] = {0, 1, std::uint64_t{1} << 62U, std::uint64_t{1} << 63U};
  for (const std::uint64_t size : sizes) {
    const SignedTreeHead sth = HeadOfSize(size, 1, std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(pool_->FindHead(Add(sth)).value()->sth.head, sth.head);
  }
  Open();
  EXPECT_EQ(Sizes(*pool_->HeadsAfter(0, 10)),
            std::vector<std::uint64_t>(std::begin(sizes), std::end(sizes)));
}

TEST_F(HeadsTest, FindsTheLinkedNeighboursOfEverySize) {
  for (const std::uint64_t size : {10U, 20U, 30U}) {
    EXPECT_TRUE(pool_->MarkLinked(Add(HeadOfSize(size)), std::nullopt).value());
  }
  Add(HeadOfSize(15));
  Add(HeadOfSize(25));
  for (std::uint64_t size = 0; size < 40; ++size) {
    const HeadNeighbours found = pool_->FindNeighbours(LogNumber(1), size).value();
    const std::uint64_t below = std::min<std::uint64_t>(size / 10 * 10, 30);
    const std::uint64_t above = std::max<std::uint64_t>(size / 10 * 10 + 10, 10);
    EXPECT_EQ(found.below ? found.below->sth.head.tree_size : 0, below) << size;
    EXPECT_EQ(found.above ? found.above->sth.head.tree_size : 40, above) << size;
  }
  EXPECT_FALSE(pool_->FindNeighbours(LogNumber(9), 1)->below);
}

TEST_F(HeadsTest, FindsTheNewestOfEachState) {
  const std::uint64_t linked = Add(HeadOfSize(10));
  Add(HeadOfSize(20, 1, kNowMs));
  const std::uint64_t later = Add(HeadOfSize(20, 1, kNowMs + 5));
  ASSERT_TRUE(pool_->MarkLinked(linked, std::nullopt).value());
  EXPECT_EQ(pool_->FindNewestHead(LogNumber(1), HeadState::kLinked).value()->id, linked);
  EXPECT_EQ(pool_->FindNewestHead(LogNumber(1), HeadState::kUnlinked).value()->id, later);
  EXPECT_FALSE(pool_->FindNewestHead(LogNumber(1), HeadState::kConflicting).value());
}

TEST_F(HeadsTest, OffersUntriedAndLargeTreesFirst) {
  const std::uint64_t tried = Add(HeadOfSize(50));
  Add(HeadOfSize(10));
  Add(HeadOfSize(30));
  ASSERT_TRUE(pool_->MarkProofFailed(tried).value());
  EXPECT_EQ(Sizes(*pool_->UnlinkedHeads(LogNumber(1), 9)),
            (std::vector<std::uint64_t>{30, 10, 50}));
  Open();
  EXPECT_EQ(Sizes(*pool_->UnlinkedHeads(LogNumber(1), 2)), (std::vector<std::uint64_t>{30, 10}));
}

TEST_F(HeadsTest, NamesTheHeadThatWaitsLongest) {
  EXPECT_FALSE(pool_->FindLongestWaiting(LogNumber(1)).value());
  const std::uint64_t first = Add(HeadOfSize(10), kNowMs);
  const std::uint64_t second = Add(HeadOfSize(50), kNowMs + 60'000);
  const std::uint64_t third = Add(HeadOfSize(30), kNowMs + 120'000);
  const auto waiting = [&] { return pool_->FindLongestWaiting(LogNumber(1)).value()->id; };
  EXPECT_EQ(waiting(), first);
  for (int i = 0; i < 127; ++i) {
    ASSERT_TRUE(pool_->MarkProofFailed(first).value());
  }
  Open();
  EXPECT_EQ(waiting(), first);
  ASSERT_TRUE(pool_->MarkProofFailed(first).value());
  EXPECT_EQ(waiting(), second);
  PooledEvidence evidence;
  evidence.claim_id = "c1";
  evidence.log_id = LogNumber(1);
  ASSERT_TRUE(pool_->AddEvidence(evidence, std::vector<std::uint64_t>{second}).value());
  EXPECT_EQ(waiting(), third);
  ASSERT_TRUE(pool_->MarkLinked(third, std::nullopt).value());
  EXPECT_EQ(waiting(), first);
}

TEST_F(HeadsTest, NamesHeadsOfASplitAndOffersNoneOfThemForAProof) {
  const std::uint64_t linked = Add(HeadOfSize(9, 1, kNowMs));
  ASSERT_TRUE(pool_->MarkLinked(linked, std::nullopt).value());
  const std::uint64_t same = Add(HeadOfSize(9, 1, kNowMs + 1));
  EXPECT_TRUE(pool_->FindSplits(LogNumber(1), 9).value().empty());
  const std::uint64_t other = Add(HeadOfSize(9, 2, kNowMs + 2));
  const std::uint64_t more = Add(HeadOfSize(9, 2, kNowMs + 3));
  const std::uint64_t honest = Add(HeadOfSize(8));
  const std::vector<HeadSplit> splits = pool_->FindSplits(LogNumber(1), 9).value();
  ASSERT_EQ(splits.size(), 3U);
  EXPECT_EQ(splits[0].head.id, same);
  EXPECT_EQ(splits[0].other.id, other);
  EXPECT_EQ(splits[1].head.id, other);
  EXPECT_EQ(splits[1].other.id, linked);
  EXPECT_EQ(splits[2].head.id, more);
  EXPECT_EQ(splits[2].other.id, linked);
  EXPECT_EQ(pool_->FindSplits(LogNumber(1), 2)->size(), 2U);
  EXPECT_TRUE(pool_->FindSplits(LogNumber(2), 9)->empty());
  EXPECT_EQ(Sizes(*pool_->UnlinkedHeads(LogNumber(1), 9)), std::vector<std::uint64_t>{8});
  EXPECT_EQ(pool_->FindLongestWaiting(LogNumber(1)).value()->id, honest);
}

TEST_F(HeadsTest, KeepsTheProofThatLinkedAHead) {
  const std::uint64_t id = Add(HeadOfSize(8));
  PooledProof proof;
  proof.older_size = 5;
  proof.newer_size = 8;
  proof.nodes = {LogNumber(1), LogNumber(2)};
  ASSERT_TRUE(pool_->MarkLinked(id, proof).value());
  Open();
  const PooledProof kept = pool_->FindProof(id).value().value();
  EXPECT_EQ(kept.older_size, 5U);
  EXPECT_EQ(kept.newer_size, 8U);
  EXPECT_EQ(kept.nodes, proof.nodes);
  EXPECT_EQ(pool_->FindHead(id).value()->state, HeadState::kLinked);
  proof.nodes.resize(65);
  EXPECT_EQ(pool_->MarkLinked(id, proof).error().fault, PoolFault::kRefused);
  EXPECT_FALSE(pool_->FindProof(id + 1).value());
}

TEST_F(HeadsTest, AnswersFalseForAHeadThatHasGone) {
  EXPECT_FALSE(pool_->MarkLinked(99, std::nullopt).value());
  EXPECT_FALSE(pool_->MarkProofFailed(99).value());
  EXPECT_FALSE(pool_->MarkReported(99).value());
  EXPECT_FALSE(pool_->SetTrustedHead(99).value());
  EXPECT_EQ(pool_->MarkConflicting(std::vector<std::uint64_t>{99}).value(), 0U);
}

TEST_F(HeadsTest, ReadsWhatItCountedAgain) {
  const std::uint64_t id = Add(HeadOfSize(8));
  ASSERT_TRUE(pool_->MarkProofFailed(id).value());
  ASSERT_TRUE(pool_->MarkProofTried(id).value());
  ASSERT_TRUE(pool_->MarkReported(id).value());
  ASSERT_TRUE(pool_->MarkReported(id).value());
  Open();
  const PooledHead head = pool_->FindHead(id).value().value();
  EXPECT_EQ(head.proof_attempts, 2U);
  EXPECT_EQ(head.proof_failures, 1U);
  EXPECT_EQ(head.num_reports, 2U);
}

TEST_F(HeadsTest, TrustsOneHeadALog) {
  EXPECT_FALSE(pool_->TrustedHead(LogNumber(1)).value());
  const std::uint64_t first = Add(HeadOfSize(8));
  const std::uint64_t second = Add(HeadOfSize(9));
  ASSERT_TRUE(pool_->SetTrustedHead(first).value());
  ASSERT_TRUE(pool_->SetTrustedHead(second).value());
  Open();
  EXPECT_EQ(pool_->TrustedHead(LogNumber(1)).value()->id, second);
  EXPECT_EQ(pool_->FindHead(first).value()->state, HeadState::kLinked);
}

// Within a batch heads wait for one another before they are written: nobody may notice.
class HeadsOfABatchTest : public HeadsTest {
 protected:
  // AddSizes adds heads of trees from `first` to `last` and answers with the last one's id.
  std::uint64_t AddSizes(std::uint64_t first, std::uint64_t last) {
    std::uint64_t id = 0;
    for (std::uint64_t size = first; size <= last; ++size) {
      id = Add(HeadOfSize(size));
    }
    return id;
  }
};

TEST_F(HeadsOfABatchTest, AreThereForEveryCallOfTheBatch) {
  for (const std::uint64_t num : {1U, 15U, 16U, 17U, 40U}) {
    Pool::Batch batch(*pool_);
    const std::uint64_t id = AddSizes(num * 100 + 1, num * 100 + num);
    EXPECT_EQ(pool_->FindHead(id).value()->sth.head.tree_size, num * 101);
    ASSERT_TRUE(pool_->MarkLinked(id, std::nullopt).value());
    EXPECT_FALSE(pool_->AddHead(LogNumber(1), HeadOfSize(num * 101), HeadSource::kLog, 0)->is_new);
    AddSizes(num * 100 + 50, num * 100 + 50);
    ASSERT_TRUE(batch.Commit());
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(pool_->HeadsAfter(0, 1000)->size(), 1U + 15 + 16 + 17 + 40 + 5);
    EXPECT_EQ(pool_->Counts()->logs.front().linked, 5U);
    Open();
  }
}

TEST_F(HeadsOfABatchTest, AreOfSeveralLogsAndKeepAllTheyCameWith) {
  Pool::Batch batch(*pool_);
  for (std::uint8_t i = 1; i <= 20; ++i) {
    ASSERT_TRUE(pool_->AddHead(LogNumber(i), HeadOfSize(i, i, i), HeadSource::kReply, i));
  }
  ASSERT_TRUE(batch.Commit());
  Open();
  const std::vector<PooledHead> heads = pool_->HeadsAfter(0, 100).value();
  ASSERT_EQ(heads.size(), 20U);
  for (std::uint8_t i = 1; i <= 20; ++i) {
    const PooledHead& head = heads.at(i - 1U);
    EXPECT_EQ(head.log_id, LogNumber(i));
    EXPECT_EQ(head.sth.head, HeadOfSize(i, i, i).head);
    EXPECT_EQ(head.sth.signature, HeadOfSize(i).signature);
    EXPECT_EQ(head.source, HeadSource::kReply);
    EXPECT_EQ(head.seen_ms, i);
  }
}

TEST_F(HeadsOfABatchTest, GoWithABatchThatIsGivenUp) {
  {
    const Pool::Batch batch(*pool_);
    AddSizes(1, 19);
  }
  EXPECT_TRUE(pool_->HeadsAfter(0, 100)->empty());
  const Added again = pool_->AddHead(LogNumber(1), HeadOfSize(19), HeadSource::kLog, 0).value();
  EXPECT_TRUE(again.is_new);
  EXPECT_EQ(pool_->HeadsAfter(0, 100)->size(), 1U);
}

TEST_F(HeadsOfABatchTest, StayWithinTheBound) {
  options_.limits.unlinked_heads = 10;
  Open();
  Pool::Batch batch(*pool_);
  AddSizes(1, 100);
  ASSERT_TRUE(batch.Commit());
  EXPECT_EQ(pool_->HeadsAfter(0, 1000)->size(), 10U);
  Open();
  EXPECT_EQ(pool_->Counts()->logs.front().unlinked, 10U);
}

class BoundedHeadsTest : public HeadsTest {
 protected:
  void SetUp() override {
    options_.limits.unlinked_heads = 50;
    options_.limits.conflicting_heads = 6;
    Open();
  }
};

TEST_F(BoundedHeadsTest, EvictsUnlinkedHeadsAtRandomAndNothingElse) {
  const std::uint64_t linked = Add(HeadOfSize(1));
  const std::uint64_t trusted = Add(HeadOfSize(2));
  const std::vector<std::uint64_t> split = {Add(HeadOfSize(3, 1)), Add(HeadOfSize(3, 2))};
  const std::uint64_t proven = Add(HeadOfSize(4));
  ASSERT_TRUE(pool_->MarkLinked(linked, std::nullopt).value());
  ASSERT_TRUE(pool_->SetTrustedHead(trusted).value());
  ASSERT_EQ(pool_->MarkConflicting(split).value(), 2U);
  PooledEvidence evidence;
  evidence.claim_id = "c1";
  evidence.log_id = LogNumber(1);
  ASSERT_TRUE(pool_->AddEvidence(evidence, std::vector<std::uint64_t>{proven}).value());
  for (std::uint64_t size = 100; size < 1100; ++size) {
    const std::uint64_t id = Add(HeadOfSize(size));
    ASSERT_TRUE(pool_->FindHead(id).value()) << "what has just come stays";
  }
  for (int i = 0; i < 2; ++i) {
    const std::vector<PooledHead> heads = pool_->HeadsAfter(0, 1000).value();
    EXPECT_EQ(heads.size(), 55U);
    for (const std::uint64_t id : {linked, trusted, split[0], split[1], proven}) {
      EXPECT_TRUE(pool_->FindHead(id).value()) << id;
    }
    // At random: neither the first fifty nor the last.
    const std::vector<std::uint64_t> sizes = Sizes(heads);
    const auto is_late = [](std::uint64_t size) { return size >= 1050; };
    EXPECT_LT(std::count_if(sizes.begin(), sizes.end(), is_late), 50);
    Open();
  }
}

TEST_F(BoundedHeadsTest, EvictsHeadsOfASplitLast) {
  const std::uint64_t one = Add(HeadOfSize(9, 1));
  const std::uint64_t other = Add(HeadOfSize(9, 2));
  for (std::uint64_t size = 100; size < 1100; ++size) {
    Add(HeadOfSize(size));
  }
  EXPECT_TRUE(pool_->FindHead(one).value());
  EXPECT_TRUE(pool_->FindHead(other).value());
}

TEST_F(BoundedHeadsTest, EvictsReportedHeadsBeforeSuspiciousOnes) {
  std::vector<std::uint64_t> suspicious;
  for (std::uint64_t size = 0; size < 25; ++size) {
    suspicious.push_back(Add(HeadOfSize(size)));
    for (std::uint32_t i = 0; i <= kSuspiciousProofFailures; ++i) {
      ASSERT_TRUE(pool_->MarkProofFailed(suspicious.back()).value());
    }
  }
  for (std::uint64_t size = 100; size < 1100; ++size) {
    ASSERT_TRUE(pool_->MarkReported(Add(HeadOfSize(size))).value());
  }
  std::size_t num_left = 0;
  for (const std::uint64_t id : suspicious) {
    num_left += pool_->FindHead(id).value() ? 1U : 0U;
  }
  // Each of a thousand draws takes one only when all eight hit the suspicious half: four in all.
  EXPECT_GE(num_left, 10U);
}

TEST_F(BoundedHeadsTest, KeepsFourHeadsOfASplitAndSoManyOfAll) {
  std::vector<std::uint64_t> ids;
  for (std::uint8_t root = 1; root <= 7; ++root) {
    ids.push_back(Add(HeadOfSize(9, root)));
  }
  EXPECT_EQ(pool_->MarkConflicting(ids).value(), 4U);
  EXPECT_EQ(pool_->MarkConflicting(ids).value(), 4U);
  EXPECT_EQ(
      pool_
          ->MarkConflicting(std::vector{Add(HeadOfSize(5)), Add(HeadOfSize(6)), Add(HeadOfSize(7))})
          .value(),
      2U);
  EXPECT_EQ(pool_->Counts()->logs.front().conflicting, 6U);
  ASSERT_TRUE(pool_->MarkLinked(ids.front(), std::nullopt).value());
  EXPECT_EQ(pool_->FindHead(ids.front()).value()->state, HeadState::kConflicting);
}

}  // namespace
}  // namespace tattle::heads_test
