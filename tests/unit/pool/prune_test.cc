// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include <gtest/gtest.h>

#include "core/base/time.h"
#include "plugin/pool/pool.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle::prune_test {
namespace {

using testlib::HeadOfSize;
using testlib::kNowMs;
using testlib::LogNumber;

class PruneTest : public testlib::PoolFixture {
 protected:
  bool IsThere(std::uint64_t id) { return pool_->FindHead(id).value().has_value(); }

  std::uint64_t AddLinked(const SignedTreeHead& sth, std::uint64_t seen_ms) {
    const std::uint64_t id = Add(sth, seen_ms);
    EXPECT_TRUE(pool_->MarkLinked(id, PooledProof{}).value());
    return id;
  }

  std::uint64_t AddSct(std::uint8_t number, SctState state, std::uint64_t seen_ms) {
    PooledSct sct;
    sct.log_id = LogNumber(1);
    sct.sct = {number};
    sct.seen_ms = seen_ms;
    const std::uint64_t id =
        pool_->AddSct(sct, std::vector<ByteVector>{{number}, {200}}, "host")->id;
    EXPECT_TRUE(pool_->SetSctState(id, state, kNowMs, 1).value());
    return id;
  }
};

TEST_F(PruneTest, LeavesAFreshPoolAlone) {
  Add(HeadOfSize(1));
  AddLinked(HeadOfSize(2), kNowMs);
  AddSct(1, SctState::kIncluded, kNowMs);
  const PruneCounts counts = pool_->Prune(kNowMs + 14 * kMsPerDay).value();
  EXPECT_EQ(counts.heads + counts.scts + counts.chains + counts.certificates + counts.peers, 0U);
  EXPECT_EQ(pool_->Prune(0)->heads, 0U) << "a clock that went back";
}

TEST_F(PruneTest, RemovesOldUnlinkedHeadsUnlessTheyAreSuspicious) {
  const std::uint64_t old = Add(HeadOfSize(1));
  const std::uint64_t suspicious = Add(HeadOfSize(2));
  const std::uint64_t fresh = Add(HeadOfSize(3), kNowMs + kMsPerDay);
  for (std::uint32_t i = 0; i <= kSuspiciousProofFailures; ++i) {
    ASSERT_TRUE(pool_->MarkProofFailed(suspicious).value());
  }
  EXPECT_EQ(pool_->Prune(kNowMs + 14 * kMsPerDay + 1)->heads, 1U);
  EXPECT_FALSE(IsThere(old));
  EXPECT_TRUE(IsThere(suspicious));
  EXPECT_TRUE(IsThere(fresh));
  EXPECT_EQ(pool_->Prune(kNowMs + 180 * kMsPerDay + 1)->heads, 2U);
}

TEST_F(PruneTest, ThinsOldLinkedHeadsToOneADay) {
  const std::uint64_t day_ms = kNowMs / kMsPerDay * kMsPerDay;
  const std::uint64_t first = AddLinked(HeadOfSize(1), day_ms);
  const std::uint64_t second = AddLinked(HeadOfSize(2), day_ms + 1);
  const std::uint64_t next_day = AddLinked(HeadOfSize(3), day_ms + kMsPerDay);
  const std::uint64_t trusted = AddLinked(HeadOfSize(4), day_ms + 2);
  const std::uint64_t conflicting = Add(HeadOfSize(5), day_ms + 3);
  const std::uint64_t evidence = AddLinked(HeadOfSize(6), day_ms + 4);
  ASSERT_TRUE(pool_->SetTrustedHead(trusted).value());
  ASSERT_EQ(pool_->MarkConflicting(std::vector{conflicting}).value(), 1U);
  PooledEvidence claim;
  claim.claim_id = "c";
  claim.log_id = LogNumber(1);
  ASSERT_TRUE(pool_->AddEvidence(claim, std::vector{evidence}).value());
  Open();
  EXPECT_EQ(pool_->Prune(day_ms + 20 * kMsPerDay)->heads, 1U);
  EXPECT_FALSE(IsThere(second));
  EXPECT_FALSE(pool_->FindProof(second).value());
  EXPECT_TRUE(IsThere(first));
  EXPECT_TRUE(pool_->FindProof(first).value());
  EXPECT_EQ(pool_->Prune(day_ms + 1000 * kMsPerDay)->heads, 2U);
  EXPECT_FALSE(IsThere(first));
  EXPECT_FALSE(IsThere(next_day));
  for (const std::uint64_t id : {trusted, conflicting, evidence}) {
    EXPECT_TRUE(IsThere(id)) << id;
  }
}

TEST_F(PruneTest, BoundsTheLinkedHeadsOfALog) {
  options_.limits.linked_heads = 5;
  Open();
  std::uint64_t trusted = 0;
  for (std::uint64_t size = 1; size <= 20; ++size) {
    trusted = AddLinked(HeadOfSize(size), kNowMs);
  }
  ASSERT_TRUE(pool_->SetTrustedHead(trusted).value());
  EXPECT_EQ(pool_->Prune(kNowMs)->heads, 14U);
  EXPECT_EQ(pool_->Counts()->logs.front().linked, 6U);
  EXPECT_TRUE(IsThere(trusted));
}

TEST_F(PruneTest, RemovesOldSctsAndTheChainsThatNobodyNeeds) {
  AddSct(1, SctState::kIncluded, kNowMs);
  AddSct(2, SctState::kNotIncluded, kNowMs);
  const std::uint64_t pending = AddSct(3, SctState::kPending, kNowMs);
  const PruneCounts first = pool_->Prune(kNowMs + 90 * kMsPerDay + 1).value();
  EXPECT_EQ(first.scts, 2U);
  EXPECT_EQ(first.chains, 2U);
  EXPECT_EQ(first.certificates, 2U);
  EXPECT_EQ(pool_->SctsAfter(0, 10)->front().id, pending);
  EXPECT_EQ(pool_->SctHosts(pending)->size(), 1U);
  const PruneCounts second = pool_->Prune(kNowMs + 180 * kMsPerDay + 1).value();
  EXPECT_EQ(second.scts, 1U);
  EXPECT_EQ(second.certificates, 2U);
  EXPECT_TRUE(pool_->SctHosts(pending)->empty());
  EXPECT_TRUE(pool_->Check()->empty());
}

TEST_F(PruneTest, RemovesPeersThatExpired) {
  ASSERT_TRUE(pool_->SetPeer({"a", true, kNowMs, 1}));
  ASSERT_TRUE(pool_->SetPeer({"b", true, kNowMs + 1, 1}));
  EXPECT_EQ(pool_->Prune(kNowMs + 1)->peers, 1U);
  EXPECT_TRUE(pool_->FindPeer("b").value());
}

}  // namespace
}  // namespace tattle::prune_test
