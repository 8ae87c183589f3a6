// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/observe/ingest.h"

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/daemon/observe/store.h"
#include "core/merkle/hash.h"
#include "core/wire/sct.h"
#include "plugin/pool/pool.h"
#include "plugin/pool/site_book.h"
#include "plugin/runtime/gossip_note.h"
#include "plugin/runtime/outcome.h"
#include "tests/adapters/daemon/world.h"

namespace tattle::daemon::ingest_test {
namespace {

using namespace std::chrono_literals;

class IngestTest : public testing::Test {
 protected:
  static const World& world() { return TheWorld(); }

  void Start() {
    ingest_.emplace([this] { return has_list_ ? list_ : nullptr; },
                    [this](std::span<const Sighting> batch) -> Outcome<void> {
                      const std::lock_guard lock(mutex_);
                      if (is_full_) {
                        return tl::unexpected<std::string>("the disk is full");
                      }
                      stored_.insert(stored_.end(), batch.begin(), batch.end());
                      return {};
                    },
                    [this](GossipNote note) { notes_.push_back(std::move(note)); },
                    [] { return kNowMs; }, journal_, counts_);
  }

  std::shared_ptr<const LogList> list_ = std::make_shared<const LogList>(world().List());
  std::atomic<bool> has_list_ = true;
  std::atomic<bool> is_full_ = false;
  std::mutex mutex_;
  std::vector<Sighting> stored_;
  std::vector<GossipNote> notes_;
  Counts counts_;
  testlib::ScratchFolder folder_;
  Journal journal_{{folder_.Path("no-syslog"), 2, false}, [] { return kNowMs; }, counts_};
  std::optional<Ingest> ingest_;
};

TEST_F(IngestTest, KeepsEachValidSctWithTheLeafThatItsLogHas) {
  Start();
  ingest_->TakeDatagram(EncodeObservation(world().Seen(world().good)).value());
  ASSERT_TRUE(ingest_->Flush(20s));
  ASSERT_EQ(stored_.size(), 1U);
  EXPECT_EQ(stored_[0].host, "mx.example");
  EXPECT_EQ(stored_[0].chain.size(), 2U);
  ASSERT_EQ(stored_[0].scts.size(), 2U);
  const PooledSct& sct = stored_[0].scts[0];
  EXPECT_EQ(sct.log_id, world().alpha.log_id());
  EXPECT_TRUE(sct.is_precert);
  EXPECT_EQ(sct.timestamp_ms, kStampMs);
  EXPECT_EQ(sct.next_try_ms, kStampMs + 86'400'000);
  EXPECT_EQ(DecodeSct(sct.sct)->log_id, world().alpha.log_id());
  // The same SCT would not verify over another leaf: the two differ in nothing but the log.
  EXPECT_EQ(sct.leaf_hash, stored_[0].scts[1].leaf_hash);
  EXPECT_EQ(counts_.Get(Count::kSctsStored), 2U);
}

TEST_F(IngestTest, KeepsOfAChainWhatLogsSign) {
  Start();
  Observation seen = world().Seen(world().good);
  const std::vector<ByteVector> signed_part(seen.chain.begin(), seen.chain.begin() + 2);
  seen.chain.push_back(ByteVector(100'000, 0x5a));
  ingest_->TakeDatagram(EncodeObservation(seen).value());
  ASSERT_TRUE(ingest_->Flush(20s));
  ASSERT_EQ(stored_.size(), 1U);
  EXPECT_EQ(stored_[0].scts.size(), 2U);
  EXPECT_EQ(stored_[0].chain, signed_part);
}

TEST_F(IngestTest, KeepsNoSctThatDoesNotVerify) {
  Start();
  // SCTs over the precertificate, sent as if they were over the certificate.
  Observation seen = world().Seen(world().bare);
  seen.tls_scts = testlib::SctList({world().alpha.SignX509(world().good, kStampMs),
                                    world().beta.SignX509(world().bare, kStampMs),
                                    world().alpha.SignX509(world().bare, kNowMs + 3'600'000)});
  ingest_->Take(seen);
  ASSERT_TRUE(ingest_->Flush(20s));
  ASSERT_EQ(stored_.size(), 1U);
  ASSERT_EQ(stored_[0].scts.size(), 1U);
  EXPECT_EQ(stored_[0].scts[0].log_id, world().beta.log_id());
  EXPECT_FALSE(stored_[0].scts[0].is_precert);
  EXPECT_EQ(counts_.Get(Count::kSctsNotValid), 2U);
}

TEST_F(IngestTest, TellsSctsThatDoNotVerifyFromThoseThatDo) {
  Start();
  const ByteVector wrong = world().alpha.SignX509(world().good, kStampMs);
  const ByteVector early = world().alpha.SignX509(world().bare, kNowMs + 3'600'000);
  const ByteVector unknown = testlib::TestLog("Gamma", "C").SignX509(world().bare, kStampMs);
  Observation seen = world().Seen(world().bare);
  seen.tls_scts = testlib::SctList({wrong, early, unknown, {1, 2, 3}});
  ingest_->Take(seen);
  ASSERT_TRUE(ingest_->Flush(20s));
  ASSERT_EQ(stored_.size(), 1U);
  EXPECT_TRUE(stored_[0].scts.empty());
  EXPECT_EQ(stored_[0].bad_scts, (std::vector<ByteVector>{wrong, early}))
      << "SCTs of logs that are not known are discarded";
}

TEST_F(IngestTest, HandsOnWhatServersSayOfGossip) {
  Start();
  const GossipNote note = {kNowMs, GossipSaid::kEnabled, "www.example", {'Y', 'e', 's'}};
  ingest_->TakeDatagram(EncodeGossipNote(note).value());
  EXPECT_EQ(notes_, std::vector<GossipNote>{note});
  EXPECT_EQ(counts_.Get(Count::kObservationsBad), 0U);
  ByteVector later = EncodeGossipNote(note).value();
  later[4] = 2;
  ingest_->TakeDatagram(later);
  EXPECT_EQ(notes_.size(), 1U);
  EXPECT_EQ(counts_.Get(Count::kObservationsBad), 1U);
}

class KeepForFeedbackTest : public IngestTest {
 protected:
  void SetUp() override {
    PoolOptions options;
    options.create = true;
    pool_ = Pool::Open(folder_.Path("pool"), options).value();
  }

  // Keep keeps what a host showed, as a sighting of these SCTs.
  void Keep(const std::string& host, std::vector<ByteVector> valid, std::vector<ByteVector> bad) {
    Sighting sighting = {host, {{1}, {2}}, {}, std::move(bad)};
    for (ByteVector& sct : valid) {
      sighting.scts.emplace_back().sct = std::move(sct);
    }
    ASSERT_TRUE(KeepForFeedback(*pool_, std::span(&sighting, 1), kNowMs));
  }

  // Kept is what will be told to a host.
  std::vector<FeedbackEntry> Kept(const std::string& host) {
    std::vector<FeedbackEntry> out;
    const auto site = SiteBook(*pool_).FindSite(host);
    for (const FeedbackBundle& bundle :
         site.value() ? (*site)->bundles : std::vector<FeedbackBundle>()) {
      out.push_back(bundle.Entry());
    }
    return out;
  }

  std::unique_ptr<Pool> pool_;
};

TEST_F(KeepForFeedbackTest, KeepsWhatWillingHostsShowAndWhatDoesNotVerify) {
  ASSERT_TRUE(pool_->SetPeer({"willing.example", true, kNowMs, kNowMs}));
  ASSERT_TRUE(pool_->SetPeer({"expired.example", true, kNowMs - 1, 0}));
  ASSERT_TRUE(pool_->SetPeer({"unwilling.example", false, kNowMs, kNowMs}));
  for (const char* const host :
       {"willing.example", "expired.example", "unwilling.example", "a.example"}) {
    Keep(host, {{7}}, {});
  }
  Keep("b.example", {{7}}, {{8}});
  Keep("", {{7}}, {{8}});
  const std::vector<ByteVector> chain = {{1}, {2}};
  EXPECT_EQ(Kept("willing.example"), (std::vector<FeedbackEntry>{{chain, {{7}}}}));
  EXPECT_EQ(Kept("b.example"), (std::vector<FeedbackEntry>{{chain, {{8}, {7}}}}));
  for (const char* const host : {"expired.example", "unwilling.example", "a.example", ""}) {
    EXPECT_TRUE(Kept(host).empty()) << host;
  }
}

TEST_F(IngestTest, TakesTheSameOnlyOnce) {
  Start();
  for (int i = 0; i < 100; ++i) {
    Observation seen = world().Seen(world().good);
    seen.seen_ms += static_cast<std::uint64_t>(i);
    ingest_->Take(std::move(seen));
  }
  ASSERT_TRUE(ingest_->Flush(20s));
  EXPECT_EQ(stored_.size(), 1U);
  EXPECT_EQ(counts_.Get(Count::kObservationsRepeated), 99U);
}

TEST_F(IngestTest, TakesACertificateAtEachHostThatHasIt) {
  Start();
  for (int i = 0; i < 100; ++i) {
    Observation seen = world().Seen(world().good);
    seen.host = "mx" + std::to_string(i % 2) + ".example";
    ingest_->Take(std::move(seen));
  }
  ASSERT_TRUE(ingest_->Flush(20s));
  ASSERT_EQ(stored_.size(), 2U);
  EXPECT_EQ(stored_[0].host, "mx0.example");
  EXPECT_EQ(stored_[1].host, "mx1.example");
  EXPECT_EQ(counts_.Get(Count::kObservationsRepeated), 98U);
}

TEST_F(IngestTest, KnowsWhoWasNotCompliantAndByWhoseWord) {
  Start();
  ingest_->TakeDatagram(EncodeObservation(world().Seen(world().bare)).value());
  ingest_->TakeDatagram(EncodeObservation(world().Seen(world().bare)).value());
  ingest_->TakeJudged(world().Seen(world().bare), "no SCT was presented");
  std::vector<Refusal> refusals = counts_.refusals().Look();
  ASSERT_EQ(refusals.size(), 2U);
  EXPECT_EQ(refusals[0].last.host, "mx.example");
  EXPECT_EQ(refusals[0].last.by, JudgedBy::kProgram);
  EXPECT_EQ(refusals[0].times, 2U) << "also where what came with it is known";
  EXPECT_EQ(refusals[1].last.by, JudgedBy::kTattled);
  EXPECT_EQ(refusals[1].last.reason, "no SCT was presented");
  EXPECT_EQ(counts_.Get(Count::kVerdictsNotCompliant), 3U);
  Observation better = world().Seen(world().good);
  better.compliant = true;
  ingest_->Take(better);
  refusals = counts_.refusals().Look();
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0].last.by, JudgedBy::kTattled);
}

TEST_F(IngestTest, CountsWhatIsNoObservation) {
  Start();
  ingest_->TakeDatagram({});
  ingest_->TakeDatagram(AsBytes("TTLO\x02"));
  EXPECT_EQ(counts_.Get(Count::kObservationsBad), 2U);
}

TEST_F(IngestTest, AFullDiskIsSaidAndNothingOfWhatWaitsIsLostByIt) {
  is_full_ = true;
  Start();
  ingest_->Take(world().Seen(world().good));
  for (int i = 0; i < 2000 && journal_.Problems().empty(); ++i) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_THAT(journal_.Problems(), testing::ElementsAre("pool: the disk is full"));
  is_full_ = false;
  ASSERT_TRUE(ingest_->Flush(20s));
  EXPECT_EQ(stored_.size(), 1U);
  EXPECT_TRUE(journal_.Problems().empty());
}

TEST_F(IngestTest, WhatWaitsIsBounded) {
  is_full_ = true;
  Start();
  Observation seen = world().Seen(world().good);
  seen.ocsp_response.resize(100'000);
  for (std::size_t i = 0; i < 400; ++i) {
    seen.ocsp_response[i] = 1;
    ingest_->Take(seen);
    EXPECT_LE(ingest_->queue_bytes(), Ingest::kMaxQueueBytes);
  }
  EXPECT_GT(counts_.Get(Count::kObservationsQueueFull), 100U);
  ingest_.reset();  // it does not wait for a disk that stays full
}

TEST_F(IngestTest, WithoutAListNothingIsVerifiedAndNothingRemembered) {
  has_list_ = false;
  Start();
  ingest_->Take(world().Seen(world().good));
  ASSERT_TRUE(ingest_->Flush(20s));
  EXPECT_TRUE(stored_.empty());
  has_list_ = true;
  ingest_->Take(world().Seen(world().good));
  ASSERT_TRUE(ingest_->Flush(20s));
  EXPECT_EQ(stored_.size(), 1U);
}

TEST_F(IngestTest, StoresWhatWaitsBeforeItStops) {
  Start();
  for (std::uint64_t serial = 10; serial < 30; ++serial) {
    ingest_->Take(world().Seen(world().Leaf(serial)));
  }
  ingest_.reset();
  EXPECT_EQ(stored_.size(), 20U);
}

}  // namespace
}  // namespace tattle::daemon::ingest_test
