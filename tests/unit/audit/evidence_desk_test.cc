// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/evidence_desk.h"

#include <gtest/gtest.h>

#include "tests/testlib/claims.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::evidence_desk_test {
namespace {

using testlib::kNoonMs;
using testlib::LyingLog;

class EvidenceDeskTest : public testing::Test {
 protected:
  EvidenceDeskTest() {
    PoolOptions options;
    options.create = true;
    pool_ = Pool::Open(folder_.Path("pool"), options).value();
  }

  EvidenceDesk::Say Say() {
    return [this](LogLevel, const std::string& line) { lines_.push_back(line); };
  }

  testlib::ScratchFolder folder_;
  std::unique_ptr<Pool> pool_;
  LyingLog log_;
  std::vector<std::string> lines_;
};

TEST_F(EvidenceDeskTest, FilesAClaimOnce) {
  EvidenceDesk desk(*pool_, Say());
  const Log listed = log_.Listed();
  EXPECT_TRUE(desk.File(log_.SplitView(), listed).value());
  Claim later = log_.SplitView();
  later.found_ms += 1;
  EXPECT_FALSE(desk.File(later, listed).value());
  EXPECT_EQ(pool_->ListEvidence().value().size(), 1U);
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_NE(lines_.front().find("PROVEN split_view"), std::string::npos);
}

TEST_F(EvidenceDeskTest, DropsAndCountsWhatDoesNotHold) {
  EvidenceDesk desk(*pool_, Say());
  Claim claim = log_.SplitView();
  claim.heads.back() = claim.heads.front();
  EXPECT_FALSE(desk.File(claim, log_.Listed()).value());
  EXPECT_EQ(pool_->ListEvidence().value().size(), 0U);
  const std::vector<PooledCounter> counters = pool_->Counters().value();
  ASSERT_EQ(counters.size(), 1U);
  EXPECT_EQ(counters.front().name, "claims_dropped");
  EXPECT_EQ(counters.front().value, 1U);
  EXPECT_EQ(lines_.size(), 1U);
}

TEST_F(EvidenceDeskTest, KeepsSoManyOfAKindOverRestarts) {
  const Log listed = log_.Listed();
  for (std::uint64_t size = 1; size <= kMaxEvidenceOfAKind + 4; ++size) {
    EvidenceDesk desk(*pool_, nullptr);
    Claim claim = log_.Against(ClaimKind::kSplitView);
    claim.heads = {log_.Sign({size, kNoonMs, {1}}), log_.Sign({size, kNoonMs, {2}})};
    EXPECT_EQ(desk.File(claim, listed).value(), size <= kMaxEvidenceOfAKind);
  }
  // Another kind has its own room.
  EvidenceDesk desk(*pool_, nullptr);
  EXPECT_TRUE(desk.File(log_.DuplicateIndex(), listed).value());
  EXPECT_EQ(pool_->ListEvidence().value().size(), kMaxEvidenceOfAKind + 1);
}

TEST_F(EvidenceDeskTest, WhatConvictsTakesThePlaceOfWhatOnlyIndicated) {
  // Of a log whose merge delay no list has, only 24 hours convict.
  const Log listed = log_.Listed(0);
  EvidenceDesk desk(*pool_, Say());
  Claim early = log_.NotMerged(9, 2 * testlib::kHourMs);
  early.mmd_s = 3600;
  Claim late = early;
  late.heads = {log_.HeadOf(testlib::MakeLeaves(5), kNoonMs + 24 * testlib::kHourMs)};
  EXPECT_TRUE(desk.File(early, listed).value());
  ASSERT_TRUE(pool_->SetEvidenceTold(ClaimId(early)));
  EXPECT_FALSE(desk.File(early, listed).value());
  EXPECT_TRUE(desk.File(late, listed).value());
  EXPECT_FALSE(desk.File(late, listed).value());
  EXPECT_FALSE(desk.File(early, listed).value());
  const std::vector<PooledEvidence> kept = pool_->UntoldEvidence().value();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_TRUE(kept.front().is_conclusive);
  EXPECT_EQ(kept.front().json, EncodeClaim(late));
  EXPECT_EQ(pool_->ListEvidence()->size(), 1U);
  ASSERT_EQ(lines_.size(), 2U);
  EXPECT_NE(lines_.back().find("PROVEN not_merged"), std::string::npos);
}

TEST_F(EvidenceDeskTest, VerifiesNothingThatItHasNoRoomFor) {
  const Log listed = log_.Listed();
  EvidenceDesk desk(*pool_, Say());
  EXPECT_TRUE(desk.HasRoomFor(ClaimKind::kSplitView, listed).value());
  for (std::uint64_t size = 1; size <= kMaxEvidenceOfAKind; ++size) {
    Claim claim = log_.Against(ClaimKind::kSplitView);
    claim.heads = {log_.Sign({size, kNoonMs, {1}}), log_.Sign({size, kNoonMs, {2}})};
    EXPECT_TRUE(desk.File(claim, listed).value());
  }
  EXPECT_FALSE(desk.HasRoomFor(ClaimKind::kSplitView, listed).value());
  // Whether a claim holds is not looked at any more: else it would be counted.
  Claim bad = log_.SplitView();
  bad.heads.back() = bad.heads.front();
  lines_.clear();
  EXPECT_FALSE(desk.File(bad, listed).value());
  EXPECT_TRUE(pool_->Counters().value().empty());
  EXPECT_TRUE(lines_.empty());
  // What only indicates does not take the room of what convicts.
  for (const Claim& claim : log_.AllKinds()) {
    EXPECT_EQ(desk.HasRoomFor(claim.kind, listed).value(), claim.kind != ClaimKind::kSplitView);
  }
}

}  // namespace
}  // namespace tattle::evidence_desk_test
