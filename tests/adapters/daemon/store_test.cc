// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/observe/store.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/page/page.h"
#include "tests/adapters/daemon/world.h"

namespace tattle::daemon::store_test {
namespace {

using testing::HasSubstr;

class LookAtEvidenceTest : public testing::Test {
 protected:
  LookAtEvidenceTest() {
    PoolOptions options;
    options.create = true;
    pool_ = Pool::Open(folder_.Path("pool"), options).value();
  }

  void Add(const std::string& claim_id, bool is_conclusive, std::uint64_t found_ms) {
    PooledEvidence evidence;
    evidence.claim_id = claim_id;
    evidence.kind = is_conclusive ? "split_view" : "stale_head";
    evidence.is_conclusive = is_conclusive;
    evidence.found_ms = found_ms;
    evidence.json = "{}";
    ASSERT_TRUE(pool_->AddEvidence(evidence).value_or(false));
  }

  DaemonStatus Look() {
    DaemonStatus status;
    status.now_ms = kNowMs;
    EXPECT_TRUE(LookAtPool(*pool_, nullptr, status));
    EXPECT_TRUE(LookAtEvidence(*pool_, status));
    return status;
  }

  testlib::ScratchFolder folder_;
  std::unique_ptr<Pool> pool_;
};

TEST_F(LookAtEvidenceTest, WhatIsProvenIsNotPushedOutByWhatComesLater) {
  Add("proof", true, kNowMs);
  for (std::size_t i = 0; i < kMaxListedEvidence; ++i) {
    Add("hint-" + std::to_string(i), false, kNowMs + 1 + i);
  }
  const DaemonStatus status = Look();
  ASSERT_EQ(status.evidence.size(), kMaxListedEvidence);
  EXPECT_EQ(status.num_evidence, kMaxListedEvidence + 1);
  EXPECT_EQ(status.evidence[0].id, "proof");
  EXPECT_EQ(status.evidence[0].kind, "split_view");
  EXPECT_TRUE(status.evidence[0].is_conclusive);
  EXPECT_EQ(status.evidence[0].found_ms, kNowMs);
  // Of the others the latest.
  EXPECT_EQ(status.evidence[1].id, "hint-" + std::to_string(kMaxListedEvidence - 1));
  EXPECT_EQ(status.evidence.back().id, "hint-1");

  const std::string page = RenderStatusPage(AsBytes(EncodeStatus(status))).value_or("");
  EXPECT_THAT(page, HasSubstr("A log lied"));
  EXPECT_THAT(page, HasSubstr("and 1 more"));
}

}  // namespace
}  // namespace tattle::daemon::store_test
