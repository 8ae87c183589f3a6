// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/pool/pool.h"

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "plugin/pool/bounds.h"
#include "plugin/pool/pool_place.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle::pool_test {
namespace {

using testlib::HeadOfSize;
using testlib::kNowMs;
using testlib::LogNumber;

class PoolTest : public testlib::PoolFixture {
 protected:
  std::size_t NumHeads() { return pool_->HeadsAfter(0, 100'000)->size(); }
};

TEST_F(PoolTest, ABatchIsAllOrNothing) {
  {
    Pool::Batch batch(*pool_);
    Add(HeadOfSize(1));
    Add(HeadOfSize(2));
    EXPECT_EQ(NumHeads(), 2U) << "its own thread sees it";
  }
  EXPECT_EQ(NumHeads(), 0U);
  EXPECT_TRUE(pool_->AddHead(LogNumber(1), HeadOfSize(1), HeadSource::kLog, 1)->is_new);
  {
    Pool::Batch batch(*pool_);
    Add(HeadOfSize(2));
    EXPECT_TRUE(batch.Commit());
  }
  EXPECT_EQ(NumHeads(), 2U);
}

TEST_F(PoolTest, ABatchWithinABatchIsPartOfIt) {
  {
    Pool::Batch outer(*pool_);
    Add(HeadOfSize(1));
    {
      Pool::Batch inner(*pool_);
      Add(HeadOfSize(2));
      EXPECT_TRUE(inner.Commit());
    }
    EXPECT_TRUE(outer.Commit());
  }
  EXPECT_EQ(NumHeads(), 2U);
  {
    Pool::Batch outer(*pool_);
    Add(HeadOfSize(3));
    { const Pool::Batch given_up(*pool_); }
    EXPECT_FALSE(outer.Commit());
  }
  EXPECT_EQ(NumHeads(), 2U);
  Add(HeadOfSize(3));
  EXPECT_EQ(NumHeads(), 3U);
}

TEST_F(PoolTest, WhatIsRefusedLeavesTheBatchAsItIs) {
  Pool::Batch batch(*pool_);
  Add(HeadOfSize(1));
  SignedTreeHead bad = HeadOfSize(2);
  bad.signature.clear();
  EXPECT_EQ(pool_->AddHead(LogNumber(1), bad, HeadSource::kLog, 1).error().fault,
            PoolFault::kRefused);
  Add(HeadOfSize(3));
  EXPECT_TRUE(batch.Commit());
  EXPECT_EQ(NumHeads(), 2U);
}

TEST_F(PoolTest, ThreadsTakeTurns) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kEach = 200;
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        Pool::Batch batch(*pool_);
        // All of them add the first half, each its own second half.
        const std::uint64_t size = i < kEach / 2 ? i : 1000 * (t + 1) + i;
        EXPECT_TRUE(pool_->AddHead(LogNumber(1), HeadOfSize(size), HeadSource::kLog, kNowMs));
        EXPECT_TRUE(pool_->FindNewestHead(LogNumber(1), HeadState::kUnlinked).value());
        EXPECT_TRUE(batch.Commit());
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(NumHeads(), kEach / 2 + kThreads * kEach / 2);
}

TEST_F(PoolTest, CountsWhatThereIs) {
  const std::uint64_t id = Add(HeadOfSize(5));
  Add(HeadOfSize(6));
  ASSERT_TRUE(pool_->SetTrustedHead(id).value());
  ASSERT_TRUE(pool_->SetProgress({LogNumber(0), 1, 1, 0, 0, 0, ""}));
  const PoolCounts counts = pool_->Counts().value();
  ASSERT_EQ(counts.logs.size(), 2U);
  EXPECT_EQ(counts.logs[0].log_id, LogNumber(1));
  EXPECT_EQ(counts.logs[0].unlinked, 1U);
  EXPECT_EQ(counts.logs[0].linked, 1U);
  EXPECT_EQ(counts.logs[0].trusted->sth.head.tree_size, 5U);
  EXPECT_EQ(counts.logs[1].log_id, LogNumber(0));
  EXPECT_GT(counts.file_size, 0U);
}

TEST_F(PoolTest, AReaderSeesWhatTheWriterCommits) {
  PoolOptions options;
  options.read_only = true;
  const std::unique_ptr<Pool> reader = Pool::Open(path(), options).value();
  EXPECT_TRUE(reader->FindHeads(LogNumber(1), 5)->empty());
  Add(HeadOfSize(5));
  EXPECT_EQ(reader->FindHeads(LogNumber(1), 5)->size(), 1U);
  EXPECT_EQ(reader->Counts()->logs.front().unlinked, 1U);
  {
    Pool::Batch batch(*pool_);
    Add(HeadOfSize(6));
    EXPECT_TRUE(reader->FindHeads(LogNumber(1), 6)->empty());
    EXPECT_TRUE(batch.Commit());
  }
  EXPECT_EQ(reader->FindHeads(LogNumber(1), 6)->size(), 1U);
  EXPECT_EQ(reader->AddHead(LogNumber(1), HeadOfSize(7), HeadSource::kLog, 1).error().fault,
            PoolFault::kRefused);
  EXPECT_TRUE(reader->Check()->empty());
}

TEST_F(PoolTest, AReaderNeedsNoWriter) {
  Add(HeadOfSize(5));
  pool_.reset();
  PoolOptions options;
  options.read_only = true;
  EXPECT_EQ(Pool::Open(path(), options).value()->FindHeads(LogNumber(1), 5)->size(), 1U);
}

TEST(PoolPlaceTest, InMemoryIsAPoolWithoutAFile) {
  const std::unique_ptr<Pool> pool = PoolPlace::OpenInMemory().value();
  const std::unique_ptr<Pool> other = PoolPlace::OpenInMemory().value();
  EXPECT_TRUE(PoolPlace(*pool).IsInMemory());
  EXPECT_FALSE(std::filesystem::exists(":memory:"));
  EXPECT_TRUE(pool->AddHead(LogNumber(1), HeadOfSize(5), HeadSource::kLog, 1));
  {
    const Pool::Batch batch(*pool);
    EXPECT_TRUE(pool->AddHead(LogNumber(1), HeadOfSize(6), HeadSource::kLog, 1));
  }
  EXPECT_EQ(pool->FindHeads(LogNumber(1), 5)->size(), 1U);
  EXPECT_TRUE(pool->FindHeads(LogNumber(1), 6)->empty()) << "the batch was given up";
  EXPECT_TRUE(pool->Prune(1));
  EXPECT_TRUE(pool->Check()->empty());
  EXPECT_TRUE(other->FindHeads(LogNumber(1), 5)->empty()) << "each has its own";
}

TEST(PoolPlaceTest, InMemoryIsBounded) {
  const std::unique_ptr<Pool> pool = PoolPlace::OpenInMemory().value();
  PooledEvidence evidence;
  evidence.kind = "split_view";
  evidence.json = std::string(4U << 20U, 'x');
  PoolResult<bool> added = true;
  for (int i = 0; added && i < 100; ++i) {
    evidence.claim_id = std::to_string(i);
    evidence.log_id =
        LogNumber(static_cast<std::uint8_t>(i));  // each of which has a bound of its own
    added = pool->AddEvidence(evidence);
  }
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().fault, PoolFault::kDiskFull);
  EXPECT_LE(pool->Counts()->file_size, kMemoryPoolSize);
  EXPECT_GT(pool->Counts()->file_size, kMemoryPoolSize / 2);
}

}  // namespace
}  // namespace tattle::pool_test
