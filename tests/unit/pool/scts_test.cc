// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "plugin/pool/bounds.h"
#include "plugin/pool/pool.h"
#include "plugin/runtime/bounds.h"
#include "tests/unit/pool/pool_fixture.h"

namespace tattle::scts_test {
namespace {

using testlib::kNowMs;
using testlib::LogNumber;

const std::vector<ByteVector> kChain = {{1, 2, 3}, {4, 5}, {6}};

PooledSct SctNumber(std::uint8_t number, std::uint64_t due_ms = kNowMs) {
  PooledSct sct;
  sct.log_id = LogNumber(1);
  sct.sct = {0, number};
  sct.leaf_hash.fill(number);
  sct.timestamp_ms = kNowMs - 1000;
  sct.leaf_index = number;
  sct.is_precert = true;
  sct.seen_ms = kNowMs;
  sct.next_try_ms = due_ms;
  return sct;
}

class SctsTest : public testlib::PoolFixture {};

TEST_F(SctsTest, KeepsAnSctWithItsChainOnce) {
  const PooledSct sct = SctNumber(7);
  const Added added = pool_->AddSct(sct, kChain, "b.example").value();
  EXPECT_TRUE(added.is_new);
  const Added again = pool_->AddSct(sct, {kChain.data(), 1}, "a.example").value();
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(again.id, added.id);
  EXPECT_FALSE(pool_->AddSct(sct, kChain, "a.example")->is_new);
  EXPECT_FALSE(pool_->AddSct(sct, kChain, "")->is_new);
  Open();
  const std::vector<PooledSct> kept = pool_->SctsAfter(0, 10).value();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].id, added.id);
  EXPECT_EQ(kept[0].log_id, sct.log_id);
  EXPECT_EQ(kept[0].sct, sct.sct);
  EXPECT_EQ(kept[0].leaf_hash, sct.leaf_hash);
  EXPECT_EQ(kept[0].timestamp_ms, sct.timestamp_ms);
  EXPECT_EQ(kept[0].leaf_index, sct.leaf_index);
  EXPECT_TRUE(kept[0].is_precert);
  EXPECT_EQ(kept[0].state, SctState::kPending);
  EXPECT_EQ(kept[0].seen_ms, kNowMs);
  EXPECT_EQ(pool_->Chain(kept[0].chain_id).value(), kChain);
  EXPECT_EQ(pool_->SctHosts(added.id).value(),
            (std::vector<std::string>{"a.example", "b.example"}));
}

TEST_F(SctsTest, TellsSctsApartByLogLeafAndBytes) {
  PooledSct sct = SctNumber(7);
  sct.leaf_index.reset();
  EXPECT_TRUE(pool_->AddSct(sct, kChain, "")->is_new);
  sct.sct.push_back(1);
  EXPECT_TRUE(pool_->AddSct(sct, kChain, "")->is_new);
  sct.leaf_hash.fill(9);
  EXPECT_TRUE(pool_->AddSct(sct, kChain, "")->is_new);
  sct.log_id = LogNumber(2);
  EXPECT_TRUE(pool_->AddSct(sct, kChain, "")->is_new);
  EXPECT_FALSE(pool_->SctsAfter(0, 1)->front().leaf_index);
}

TEST_F(SctsTest, KeepsACertificateOnceForAllChains) {
  ASSERT_TRUE(pool_->AddSct(SctNumber(1), kChain, ""));
  ASSERT_TRUE(pool_->AddSct(SctNumber(2), kChain, ""));
  ASSERT_TRUE(pool_->AddSct(SctNumber(3), std::vector<ByteVector>{{9}, {4, 5}, {6}}, ""));
  const PoolCounts counts = pool_->Counts().value();
  EXPECT_EQ(counts.chains, 2U);
  EXPECT_EQ(counts.certificates, 4U);
  EXPECT_TRUE(pool_->Chain(99)->empty());
}

TEST_F(SctsTest, NamesWhatIsDueOldestFirst) {
  const std::uint64_t late = pool_->AddSct(SctNumber(1, kNowMs), kChain, "")->id;
  const std::uint64_t early = pool_->AddSct(SctNumber(2, kNowMs - 5), kChain, "")->id;
  const std::uint64_t future = pool_->AddSct(SctNumber(3, kNowMs + 1), kChain, "")->id;
  ASSERT_TRUE(pool_->AddSct(SctNumber(4, UINT64_MAX), kChain, ""));
  std::vector<PooledSct> due = pool_->DueScts(LogNumber(1), kNowMs, 10).value();
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].id, early);
  EXPECT_EQ(due[1].id, late);
  EXPECT_EQ(pool_->DueScts(LogNumber(1), kNowMs, 1)->size(), 1U);
  EXPECT_TRUE(pool_->DueScts(LogNumber(2), kNowMs, 10)->empty());
  ASSERT_TRUE(pool_->SetSctState(early, SctState::kIncluded, 0, 1).value());
  ASSERT_TRUE(pool_->SetSctState(late, SctState::kPending, kNowMs + 2, 3).value());
  EXPECT_TRUE(pool_->DueScts(LogNumber(1), kNowMs, 10)->empty());
  due = pool_->DueScts(LogNumber(1), kNowMs + 2, 10).value();
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].id, future);
  EXPECT_EQ(due[1].attempts, 3U);
  EXPECT_FALSE(pool_->SetSctState(99, SctState::kIncluded, 0, 1).value());
  ASSERT_TRUE(pool_->SetSctState(late, SctState::kPending, kNowMs, 70'000, 66'000).value());
  due = pool_->DueScts(LogNumber(1), kNowMs, 10).value();
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].attempts, 70'000U);
  EXPECT_EQ(due[0].silences, 66'000U);
}

TEST_F(SctsTest, FindsTwoLeavesWithOneIndex) {
  PooledSct twin = SctNumber(1);
  twin.leaf_index = 7;
  PooledSct elsewhere = twin;
  elsewhere.log_id = LogNumber(2);
  ASSERT_TRUE(pool_->AddSct(SctNumber(7), kChain, ""));
  ASSERT_TRUE(pool_->AddSct(twin, kChain, ""));
  ASSERT_TRUE(pool_->AddSct(elsewhere, kChain, ""));
  const std::vector<PooledSct> twins = pool_->FindTwins(twin).value();
  ASSERT_EQ(twins.size(), 1U);
  EXPECT_EQ(twins.front().leaf_hash, SctNumber(7).leaf_hash);
  EXPECT_TRUE(pool_->FindTwins(elsewhere)->empty());
  twin.leaf_index = 8;
  EXPECT_TRUE(pool_->FindTwins(twin)->empty());
}

TEST_F(SctsTest, ReadsFewOfManyTwins) {
  constexpr std::uint8_t kNumTwins = 100;
  for (std::uint8_t i = 0; i < kNumTwins; ++i) {
    PooledSct twin = SctNumber(i);
    twin.leaf_index = 7;
    twin.sct.resize(60'000, i);
    ASSERT_TRUE(pool_->AddSct(twin, kChain, ""));
  }
  PooledSct first = SctNumber(0);
  first.leaf_index = 7;
  EXPECT_EQ(pool_->FindTwins(first)->size(), 4U);
}

TEST_F(SctsTest, RefusesWhatIsBeyondABound) {
  const auto fault = [&](const PooledSct& sct, const std::vector<ByteVector>& chain,
                         const std::string& host) {
    const auto added = pool_->AddSct(sct, chain, host);
    return added ? std::nullopt : std::optional(added.error().fault);
  };
  PooledSct empty = SctNumber(1);
  empty.sct.clear();
  EXPECT_EQ(fault(empty, kChain, ""), PoolFault::kRefused);
  EXPECT_EQ(fault(SctNumber(1), {}, ""), PoolFault::kRefused);
  EXPECT_EQ(fault(SctNumber(1), {{}}, ""), PoolFault::kRefused);
  EXPECT_EQ(fault(SctNumber(1), std::vector<ByteVector>(kMaxChainCertificates + 1, {1}), ""),
            PoolFault::kRefused);
  EXPECT_EQ(fault(SctNumber(1), {ByteVector(kMaxCertificateSize + 1)}, ""), PoolFault::kRefused);
  EXPECT_EQ(fault(SctNumber(1), {{1}, ByteVector(kMaxKeptChainSize)}, ""), PoolFault::kRefused);
  EXPECT_EQ(fault(SctNumber(1), kChain, std::string(kMaxHostName + 1, 'a')), PoolFault::kRefused);
  EXPECT_TRUE(pool_->SctsAfter(0, 10)->empty());
}

class BoundedSctsTest : public SctsTest {
 protected:
  void SetUp() override {
    options_.limits.scts = 5;
    options_.limits.hosts_of_an_sct = 3;
    Open();
  }
};

TEST_F(BoundedSctsTest, ForgetsWhatIsSettledFirstThenTheOldest) {
  std::vector<std::uint64_t> ids;
  for (std::uint8_t i = 1; i <= 5; ++i) {
    ids.push_back(pool_->AddSct(SctNumber(i), kChain, "h")->id);
  }
  ASSERT_TRUE(pool_->SetSctState(ids[3], SctState::kIncluded, 0, 1).value());
  Open();
  ids.push_back(pool_->AddSct(SctNumber(6), kChain, "h")->id);
  ids.push_back(pool_->AddSct(SctNumber(7), kChain, "h")->id);
  std::vector<std::uint64_t> left;
  const std::vector<PooledSct> scts = pool_->SctsAfter(0, 10).value();
  left.reserve(scts.size());
  for (const PooledSct& sct : scts) {
    left.push_back(sct.id);
  }
  EXPECT_EQ(left, (std::vector<std::uint64_t>{ids[1], ids[2], ids[4], ids[5], ids[6]}));
  EXPECT_TRUE(pool_->SctHosts(ids[0])->empty());
}

TEST_F(BoundedSctsTest, RemembersAFewHostsOfAnSct) {
  std::uint64_t id = 0;
  for (const char* host : {"a", "b", "c", "d", "a"}) {
    id = pool_->AddSct(SctNumber(1), kChain, host)->id;
  }
  EXPECT_EQ(pool_->SctHosts(id).value(), (std::vector<std::string>{"a", "b", "c"}));
}

class EvidenceTest : public testlib::PoolFixture {
 protected:
  static PooledEvidence Evidence(const std::string& claim_id) {
    PooledEvidence evidence;
    evidence.claim_id = claim_id;
    evidence.kind = "split_view";
    evidence.log_id = LogNumber(1);
    evidence.is_conclusive = true;
    evidence.found_ms = kNowMs;
    evidence.json = "{\"claim\":\"" + claim_id + "\"}\n";
    return evidence;
  }
};

TEST_F(EvidenceTest, KeepsAClaimOnceAndAsItCame) {
  EXPECT_TRUE(pool_->AddEvidence(Evidence("abc1")).value());
  EXPECT_TRUE(pool_->AddEvidence(Evidence("abd2")).value());
  EXPECT_FALSE(pool_->AddEvidence(Evidence("abc1")).value());
  Open();
  EXPECT_FALSE(pool_->AddEvidence(Evidence("abc1")).value());
  EXPECT_EQ(pool_->ListEvidence()->size(), 2U);
  EXPECT_EQ(pool_->FindEvidence("ab")->size(), 2U);
  EXPECT_TRUE(pool_->FindEvidence("b")->empty());
  EXPECT_TRUE(pool_->FindEvidence("%")->empty());
  const std::vector<PooledEvidence> found = pool_->FindEvidence("abc").value();
  ASSERT_EQ(found.size(), 1U);
  const PooledEvidence want = Evidence("abc1");
  EXPECT_EQ(found[0].claim_id, want.claim_id);
  EXPECT_EQ(found[0].kind, want.kind);
  EXPECT_EQ(found[0].log_id, want.log_id);
  EXPECT_TRUE(found[0].is_conclusive);
  EXPECT_EQ(found[0].found_ms, want.found_ms);
  EXPECT_EQ(found[0].json, want.json);
}

TEST_F(EvidenceTest, LeadsWithProofsAndThenTheLatestWithoutWhatIsLarge) {
  const auto add = [this](const char* claim_id, bool is_conclusive, std::uint64_t found_ms) {
    PooledEvidence evidence = Evidence(claim_id);
    evidence.is_conclusive = is_conclusive;
    evidence.found_ms = found_ms;
    EXPECT_TRUE(pool_->AddEvidence(evidence).value());
  };
  add("proof", true, kNowMs);
  add("later proof", true, kNowMs + 1);
  add("hint", false, kNowMs + 3);
  add("hint of the same time", false, kNowMs + 3);
  add("earlier hint", false, kNowMs + 2);
  const std::vector<PooledEvidence> leading = pool_->LeadingEvidence(4).value();
  std::vector<std::string> ids;
  for (const PooledEvidence& piece : leading) {
    ids.push_back(piece.claim_id);
    EXPECT_EQ(piece.log_id, LogNumber(1));
    EXPECT_EQ(piece.json, "");
  }
  EXPECT_EQ(ids,
            (std::vector<std::string>{"later proof", "proof", "hint of the same time", "hint"}));
}

TEST_F(EvidenceTest, BoundsWhatOneLogCanCause) {
  options_.limits.evidence_of_a_log = 2;
  Open();
  EXPECT_TRUE(pool_->AddEvidence(Evidence("a")).value());
  EXPECT_TRUE(pool_->AddEvidence(Evidence("b")).value());
  EXPECT_FALSE(pool_->AddEvidence(Evidence("c")).value());
  PooledEvidence other = Evidence("d");
  other.log_id = LogNumber(2);
  EXPECT_TRUE(pool_->AddEvidence(other).value());
  EXPECT_EQ(pool_->Counters()->front().name, "evidence_beyond_bound");
  EXPECT_EQ(pool_->AddEvidence(Evidence("")).error().fault, PoolFault::kRefused);
}

TEST_F(EvidenceTest, WhatProvesNothingLeavesRoomForWhatDoes) {
  options_.limits.evidence_of_a_log = 2;
  Open();
  for (const char* claim_id : {"a", "b", "one too many"}) {
    PooledEvidence hint = Evidence(claim_id);
    hint.is_conclusive = false;
    EXPECT_EQ(pool_->AddEvidence(hint).value(), hint.claim_id.size() == 1);
  }
  EXPECT_TRUE(pool_->AddEvidence(Evidence("proof")).value());
  EXPECT_TRUE(pool_->AddEvidence(Evidence("a")).value()) << "it is proven now";
  EXPECT_FALSE(pool_->AddEvidence(Evidence("b")).value());
  EXPECT_FALSE(pool_->AddEvidence(Evidence("c")).value());
}

TEST_F(EvidenceTest, BoundsTheBytesOfALog) {
  PooledEvidence large = Evidence("a");
  options_.limits.evidence_bytes_of_a_log = 3 * large.json.size() - 1;
  Open();
  EXPECT_TRUE(pool_->AddEvidence(large).value());
  Open();
  EXPECT_TRUE(pool_->AddEvidence(Evidence("b")).value());
  EXPECT_FALSE(pool_->AddEvidence(Evidence("c")).value());
  large = Evidence("d");
  large.is_conclusive = false;
  EXPECT_TRUE(pool_->AddEvidence(large).value());
}

class ProgressTest : public testlib::PoolFixture {};

TEST_F(ProgressTest, KeepsHowFarALogWasAudited) {
  EXPECT_EQ(pool_->Progress(LogNumber(3))->last_success_ms, 0U);
  EXPECT_EQ(pool_->Progress(LogNumber(3))->log_id, LogNumber(3));
  ASSERT_TRUE(pool_->SetProgress({LogNumber(3), 1, 2, 7, 8, 3, "no answer"}));
  ASSERT_TRUE(pool_->SetProgress({LogNumber(4), 5, 6, 0, 0, 0, ""}));
  Open();
  const LogProgress progress = pool_->Progress(LogNumber(3)).value();
  EXPECT_EQ(progress.next_fetch_ms, 1U);
  EXPECT_EQ(progress.last_success_ms, 2U);
  EXPECT_EQ(progress.newest_head_ms, 7U);
  EXPECT_EQ(progress.unchanged_ms, 8U);
  EXPECT_EQ(progress.failures, 3U);
  EXPECT_EQ(progress.last_failure, "no answer");
  EXPECT_EQ(pool_->Progress(LogNumber(4))->next_fetch_ms, 5U);
}

TEST_F(ProgressTest, KeepsPeersAndForgetsTheLeastRecent) {
  options_.limits.peers = 2;
  Open();
  ASSERT_TRUE(pool_->SetPeer({"a.example", true, kNowMs, 1}));
  ASSERT_TRUE(pool_->SetPeer({"b.example", true, kNowMs, 2}));
  ASSERT_TRUE(pool_->SetPeer({"a.example", false, kNowMs + 1, 3}));
  ASSERT_TRUE(pool_->SetPeer({"c.example", true, kNowMs, 0}));
  EXPECT_FALSE(pool_->FindPeer("b.example").value());
  const PooledPeer peer = pool_->FindPeer("a.example").value().value();
  EXPECT_FALSE(peer.is_willing);
  EXPECT_EQ(peer.expires_ms, kNowMs + 1);
  EXPECT_EQ(peer.last_contact_ms, 3U);
  EXPECT_EQ(pool_->ListPeers()->size(), 2U);
  EXPECT_EQ(pool_->SetPeer({"", true, 1, 1}).error().fault, PoolFault::kRefused);
}

TEST_F(ProgressTest, CountsByName) {
  ASSERT_TRUE(pool_->Count("b"));
  ASSERT_TRUE(pool_->Count("a", 5));
  ASSERT_TRUE(pool_->Count("b", 2));
  Open();
  const std::vector<PooledCounter> counters = pool_->Counters().value();
  ASSERT_EQ(counters.size(), 2U);
  EXPECT_EQ(counters[0].name, "a");
  EXPECT_EQ(counters[0].value, 5U);
  EXPECT_EQ(counters[1].value, 3U);
}

}  // namespace
}  // namespace tattle::scts_test
