// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "plugin/pool/pool.h"
#include "plugin/pool/site_book.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle::sct_eviction_test {
namespace {

using testlib::HeadOfSize;
using testlib::kNowMs;
using testlib::LogNumber;

constexpr std::size_t kMegabyte = std::size_t{1} << 20U;

// Numbered is bytes that no other number has.
ByteVector Numbered(std::size_t size, std::uint32_t number) {
  ByteVector out(size, 0x5a);
  for (std::size_t i = 0; i < 4; ++i) {
    out.at(i) = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return out;
}

class SctEvictionTest : public testlib::PoolFixture {
 protected:
  void Limit(std::size_t scts, std::uint64_t file_size) {
    options_.limits.scts = scts;
    options_.limits.file_size = file_size;
    Open();
  }

  // AddSct adds one whose leaf is so large; all have one issuer.
  PoolResult<Added> AddSct(std::uint8_t log, std::uint32_t number, std::size_t leaf_size = 100,
                           const std::string& host = "h") {
    PooledSct sct;
    sct.log_id = LogNumber(log);
    sct.timestamp_ms = number;
    sct.sct = {0 /* version = v1 */};
    sct.sct.insert(sct.sct.end(), sct.log_id.begin(), sct.log_id.end());
    for (int shift = 56; shift >= 0; shift -= 8) {
      sct.sct.push_back(static_cast<std::uint8_t>(sct.timestamp_ms >> shift));
    }
    sct.sct.insert(sct.sct.end(), {0, 0, 4, 3, 0, 8, 0x30, 6, 2, 1, 0x55, 2, 1, 0x44});
    sct.leaf_hash.fill(log);
    sct.seen_ms = kNowMs;
    return pool_->AddSct(sct, std::vector{Numbered(leaf_size, number), ByteVector{1, 2, 3}}, host);
  }

  // Flood adds so many of one log.
  void Flood(std::uint8_t log, std::uint32_t num_scts, std::size_t leaf_size) {
    Pool::Batch batch(*pool_);
    for (std::uint32_t i = 0; i < num_scts; ++i) {
      const auto added = AddSct(log, 1'000'000 + i, leaf_size);
      ASSERT_TRUE(added) << i << ": " << added.error().sentence;
    }
    ASSERT_TRUE(batch.Commit());
  }

  std::uint64_t NumScts(std::uint8_t log) {
    const PoolCounts counts = pool_->Counts().value();
    for (const LogCounts& one : counts.logs) {
      if (one.log_id == LogNumber(log)) {
        return one.scts;
      }
    }
    return 0;
  }

  PoolResult<bool> AddEvidence(const std::string& claim_id) {
    return pool_->AddEvidence(
        {claim_id, "split_view", LogNumber(3), true, kNowMs, std::string(2 * kMegabyte, 'x')});
  }
};

TEST_F(SctEvictionTest, LargeChainsLeaveRoomForHeadsAndEvidence) {
  Limit(200'000, 16 * kMegabyte);
  Flood(1, 600, 60'000);
  EXPECT_LT(pool_->Counts()->file_size, options_.limits.CrowdedSize() + kMegabyte);
  EXPECT_GT(NumScts(1), 100U);
  EXPECT_EQ(AddEvidence("a"), true);
  EXPECT_TRUE(pool_->AddHead(LogNumber(1), HeadOfSize(7), HeadSource::kLog, kNowMs)->is_new);
  EXPECT_TRUE(AddSct(2, 1)->is_new);
  EXPECT_EQ(pool_->Check().value(), std::vector<std::string>());
}

TEST_F(SctEvictionTest, HostsLeaveRoomToo) {
  Limit(200'000, 8 * kMegabyte);
  {
    Pool::Batch batch(*pool_);
    for (int host = 0; host < 16; ++host) {
      for (std::uint32_t i = 0; i < 1000; ++i) {
        ASSERT_TRUE(AddSct(1, i, 100, std::string(250, static_cast<char>('a' + host))));
      }
    }
    ASSERT_TRUE(batch.Commit());
  }
  EXPECT_LT(pool_->Counts()->file_size, options_.limits.CrowdedSize() + kMegabyte / 4);
  EXPECT_EQ(NumScts(1), 1000U);
}

TEST_F(SctEvictionTest, LargeSctsOfOneLogPushOutNoOtherLogs) {
  Limit(200'000, 16 * kMegabyte);
  for (std::uint32_t i = 0; i < 500; ++i) {
    ASSERT_TRUE(AddSct(2, i, 2000));
  }
  Flood(1, 300, 60'000);
  Open();
  Flood(1, 600, 60'001);
  EXPECT_EQ(NumScts(2), 500U) << "also where they are more";
}

TEST_F(SctEvictionTest, ManySctsOfOneLogPushOutNoOtherLogs) {
  Limit(50, std::uint64_t{1} << 30U);
  for (std::uint32_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(AddSct(2, i));
  }
  Flood(1, 200, 100);
  EXPECT_EQ(NumScts(2), 20U);
  EXPECT_EQ(NumScts(1), 30U);
  Flood(3, 200, 101);
  EXPECT_GE(NumScts(2), 16U) << "a third";
}

TEST_F(SctEvictionTest, WhatAnSctLeavesBehindGoesWithIt) {
  Limit(3, std::uint64_t{1} << 30U);
  Flood(1, 20, 100);
  PoolCounts counts = pool_->Counts().value();
  EXPECT_EQ(counts.chains, 3U);
  EXPECT_EQ(counts.certificates, 4U) << "three leaves and their issuer";
  EXPECT_EQ(pool_->Check().value(), std::vector<std::string>());
}

TEST_F(SctEvictionTest, PruneMakesRoomInAFileThatIsFull) {
  Limit(200'000, std::uint64_t{1} << 30U);
  Flood(1, 300, 60'000);
  const std::uint64_t file_size = pool_->Counts()->file_size;
  Limit(200'000, file_size);
  ASSERT_EQ(AddEvidence("a").error().fault, PoolFault::kDiskFull);
  EXPECT_GT(pool_->Prune(kNowMs)->scts, 60U);
  EXPECT_GT(NumScts(1), 150U);
  EXPECT_EQ(AddEvidence("a"), true);
}

TEST_F(SctEvictionTest, WhatSitesShowedLeavesRoomToo) {
  Limit(200'000, 4 * kMegabyte);
  std::uint32_t number = 0;
  const auto show = [&](const std::string& host) {
    FeedbackSite site;
    site.host = host;
    site.last_contact_ms = kNowMs;
    for (int i = 0; i < 8; ++i) {
      FeedbackBundle& bundle = site.bundles.emplace_back();
      bundle.x509_chain = {Numbered(60'000, ++number)};
      bundle.scts = {{{7, 7}, 0, 0, false, false}};
    }
    return SiteBook(*pool_).SetSite(site);
  };
  PoolResult<void> shown;
  for (int i = 0; shown && i < 100; ++i) {
    shown = show("host" + std::to_string(i));
  }
  ASSERT_FALSE(shown);
  EXPECT_EQ(shown.error().fault, PoolFault::kRefused);
  EXPECT_TRUE(pool_->AddHead(LogNumber(1), HeadOfSize(7), HeadSource::kLog, kNowMs)->is_new);
}

TEST_F(SctEvictionTest, ChainsOfASiteThatGoesGoWithIt) {
  options_.limits.sites = 1;
  Open();
  FeedbackSite site;
  for (std::uint8_t i = 1; i <= 3; ++i) {
    site.host = std::string(1, static_cast<char>('a' + i));
    site.last_contact_ms = kNowMs + i;
    site.bundles.resize(1);
    site.bundles[0].x509_chain = {{i}, {9}};
    site.bundles[0].scts = {{{7, 7}, 0, 0, false, false}};
    ASSERT_TRUE(SiteBook(*pool_).SetSite(site));
    ASSERT_TRUE(SiteBook(*pool_).SetSite(site)) << "which leaves the chain where it is";
  }
  EXPECT_EQ(pool_->Counts()->chains, 1U);
  EXPECT_EQ(pool_->Counts()->certificates, 2U);
}

}  // namespace
}  // namespace tattle::sct_eviction_test
