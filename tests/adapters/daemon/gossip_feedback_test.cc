// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// SCT feedback through the endpoint.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/daemon/bounds.h"
#include "core/base/base64.h"
#include "core/der/extension.h"
#include "core/gossip/bounds.h"
#include "core/gossip/header.h"
#include "core/wire/canonical_signature.h"
#include "core/wire/sct.h"
#include "tests/adapters/daemon/gossip_fixture.h"

namespace tattle::daemon::gossip_feedback_test {
namespace {

using gossip_testing::HeadOf;
using gossip_testing::kNowMs;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr FeedbackDialect kDialects[] = {
    FeedbackDialect::kEntry, FeedbackDialect::kSctObjects, FeedbackDialect::kSctFeedback,
    FeedbackDialect::kArray, FeedbackDialect::kArrayPem,   FeedbackDialect::kArrayVersioned};
constexpr std::uint64_t kStampMs = kNowMs - 3 * kMsPerDay;

class GossipFeedbackTest : public GossipFixture {
 protected:
  static testlib::TestCertificateSpec SpecOf(const std::string& name, std::uint64_t serial) {
    testlib::TestCertificateSpec spec;
    spec.common_name = name;
    spec.serial = serial;
    return spec;
  }

  // LeafOf has an embedded SCT of Amber's.
  ByteVector LeafOf(const std::string& name, std::uint64_t serial = 1) const {
    return ca_.Issue(key_, SpecOf(name, serial), [this](Bytes tbs) {
      return testlib::SctList({amber_.SignPrecert(tbs, ca_.key().Spki(), kStampMs)});
    });
  }

  static ByteVector EmbeddedIn(const ByteVector& leaf) {
    const CertificateView view = DecodeCertificate(leaf).value();
    const Bytes list = DecodeSctListExtension(*view.sct_list_value).value();
    return ToVector(SplitSctList(list)->front());
  }

  static std::string Message(const std::vector<FeedbackEntry>& entries,
                             FeedbackDialect dialect = FeedbackDialect::kSctFeedback) {
    return EncodeFeedback(dialect, entries, kMaxFeedbackSize).value();
  }

  std::vector<PooledSct> Scts() { return pool_->SctsAfter(0, 10'000).value(); }

  testlib::TestCa ca_{"CA"};
  testlib::TestKey key_ = testlib::TestKey::P256();
  ByteVector leaf_ = LeafOf("a.example");
  ByteVector tls_sct_ = birch_.SignX509(leaf_, kStampMs);
  FeedbackEntry entry_ = {{leaf_, ca_.certificate()}, {EmbeddedIn(leaf_), tls_sct_}};
};

TEST_F(GossipFeedbackTest, TakesEveryDialectOnEitherPath) {
  std::uint64_t serial = 100;
  for (const char* const path : {kOldFeedback, kNewFeedback}) {
    for (const FeedbackDialect dialect : kDialects) {
      const ByteVector leaf = LeafOf("a.example", ++serial);
      const std::size_t before = NumScts();
      const HttpResponse response =
          Post(path, Message({{{leaf, ca_.certificate()},
                               {EmbeddedIn(leaf), birch_.SignX509(leaf, kStampMs)}}},
                             dialect));
      EXPECT_EQ(response.status, 200);
      EXPECT_THAT(response.body, IsEmpty());
      EXPECT_EQ(NumScts(), before + 2) << path << " " << static_cast<int>(dialect);
    }
  }
}

TEST_F(GossipFeedbackTest, KeepsWhatTheAuditorAsksFor) {
  Post(kNewFeedback, Message({entry_}));
  const std::vector<PooledSct> scts = Scts();
  ASSERT_EQ(scts.size(), 2U);
  EXPECT_EQ(scts[0].log_id, amber_.log_id());
  EXPECT_TRUE(scts[0].is_precert);
  EXPECT_EQ(*pool_->Chain(scts[0].chain_id), (std::vector<ByteVector>{leaf_, ca_.certificate()}));
  EXPECT_EQ(scts[1].log_id, birch_.log_id());
  EXPECT_FALSE(scts[1].is_precert);
  EXPECT_EQ(*pool_->Chain(scts[1].chain_id), (std::vector<ByteVector>{leaf_}));
  for (const PooledSct& sct : scts) {
    EXPECT_EQ(sct.state, SctState::kPending);
    EXPECT_THAT(*pool_->SctHosts(sct.id), ElementsAre("a.example"));
  }
}

TEST_F(GossipFeedbackTest, FeedbackForSomebodyElsesNameIsDiscarded) {
  for (const char* const name : {"b.example", "sub.a.example", "*.a.example", "example"}) {
    const ByteVector leaf = LeafOf(name, 9);
    EXPECT_EQ(Post(kOldFeedback, Message({{{leaf, ca_.certificate()}, {EmbeddedIn(leaf)}}})).status,
              200);
  }
  EXPECT_EQ(Post(kOldFeedback, Message({{{{1, 2, 3}}, {tls_sct_}}})).status, 200);
  EXPECT_EQ(NumScts(), 0U);
  EXPECT_EQ(CountOf(Count::kGossipFeedbackNotOurs), 5U);
  EXPECT_EQ(CountOf(Count::kGossipChecks), 0U);
  EXPECT_THAT(handler_->Invalid(), IsEmpty());
}

TEST_F(GossipFeedbackTest, ManyChainsAroundOneLeafAreOneAndCostNothing) {
  for (int message = 0; message < 20; ++message) {
    Later(1000);
    std::vector<FeedbackEntry> entries;
    for (int i = 0; i < 200; ++i) {
      FeedbackEntry entry = entry_;
      entry.x509_chain.push_back(testlib::Uint(static_cast<std::uint64_t>(message * 200 + i), 8));
      entries.push_back(entry);
    }
    EXPECT_EQ(Post(kOldFeedback, Message(entries)).status, 200);
  }
  EXPECT_EQ(NumScts(), 2U);
  EXPECT_EQ(pool_->Counts()->certificates, 2U);
  EXPECT_LE(CountOf(Count::kGossipChecks), 6U);
}

TEST_F(GossipFeedbackTest, AnSctIsOneWhateverItsSignatureLooksLike) {
  for (int i = 0; i < 20; ++i) {
    Start();  // forgets all but the pool
    Later(1000);
    // A log signs the same anew: as good as a twin that anybody can make.
    const HttpResponse response =
        Post(kOldFeedback, Message({{{leaf_}, {birch_.SignX509(leaf_, kStampMs)}}}));
    ASSERT_EQ(response.status, 200);
  }
  // Signatures differ by their random number, so each is another row; a twin of one is none.
  for (const PooledSct& sct : Scts()) {
    const Sct decoded = DecodeSct(sct.sct).value();
    const ByteVector signature = EncodeDigitallySigned(decoded.signature).value();
    EXPECT_EQ(CanonicalSignature(signature).value(), signature);
  }
}

TEST_F(GossipFeedbackTest, WhatDoesNotVerifyIsShownToTheOperatorAndNotKept) {
  ByteVector bad = tls_sct_;
  bad.back() ^= 1;
  const ByteVector unknown = stranger_.SignX509(leaf_, kStampMs);
  const ByteVector future = amber_.SignX509(leaf_, kNowMs + kMsPerDay);
  const ByteVector denied = denied_.SignX509(leaf_, kStampMs);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(
        Post(kNewFeedback, Message({{{leaf_}, {bad, unknown, future, denied, tls_sct_}}})).status,
        200);
  }
  ASSERT_EQ(NumScts(), 1U);
  EXPECT_EQ(Scts()[0].log_id, birch_.log_id());
  const std::vector<InvalidSct> invalid = handler_->Invalid();
  ASSERT_EQ(invalid.size(), 4U);
  EXPECT_EQ(invalid[0].sct, bad);
  EXPECT_EQ(invalid[0].leaf, leaf_);
  EXPECT_EQ(invalid[0].host, "a.example");
  EXPECT_EQ(invalid[0].status, SctStatus::kBadSignature);
  EXPECT_EQ(invalid[1].status, SctStatus::kUnknownLog);
  EXPECT_EQ(invalid[2].status, SctStatus::kInFuture);
  EXPECT_EQ(invalid[3].status, SctStatus::kDeniedLog);
}

TEST_F(GossipFeedbackTest, TheRingOfInvalidSctsIsSmall) {
  std::vector<FeedbackEntry> entries;
  for (std::uint64_t i = 0; i < 3 * kMaxInvalidScts; ++i) {
    entries.push_back({{leaf_}, {stranger_.SignX509(leaf_, kStampMs + i)}});
  }
  const ByteVector huge = testlib::Join(
      {stranger_.SignX509(leaf_, kStampMs, testlib::Join({{7, 0x40, 0}, ByteVector(0x4000)}))});
  entries.push_back({{leaf_}, {huge}});
  EXPECT_EQ(Post(kOldFeedback, Message(entries)).status, 200);
  const std::vector<InvalidSct> invalid = handler_->Invalid();
  EXPECT_EQ(invalid.size(), kMaxInvalidScts);
  EXPECT_EQ(invalid.back().sct, entries[entries.size() - 2].scts[0]);
}

TEST_F(GossipFeedbackTest, MoreThanIsVerifiedAtOnceIsTakenInSeveralTries) {
  std::vector<FeedbackEntry> entries;
  for (std::uint64_t i = 0; i < kMaxGossipSignatureChecks + 40; ++i) {
    if (i % kMaxFeedbackScts == 0) {
      entries.push_back({{leaf_}, {}});
    }
    entries.back().scts.push_back(birch_.SignX509(leaf_, kStampMs + i));
  }
  const std::string body = Message(entries);
  const HttpResponse first = Post(kOldFeedback, body);
  EXPECT_EQ(first.status, 413);
  EXPECT_EQ(Header(first, "retry-after"), "1");
  EXPECT_EQ(NumScts(), kMaxGossipSignatureChecks);
  Later(60'000);
  EXPECT_EQ(Post(kOldFeedback, body).status, 200);
  EXPECT_EQ(NumScts(), kMaxGossipSignatureChecks + 40);
}

TEST_F(GossipFeedbackTest, WhoBringsWhatIsForgedIsNotToldToComeAgain) {
  std::vector<FeedbackEntry> entries;
  for (std::uint64_t i = 0; i < kMaxGossipSignatureChecks + 40; ++i) {
    if (i % kMaxFeedbackScts == 0) {
      entries.push_back({{leaf_}, {}});
    }
    entries.back().scts.push_back(birch_.SignX509(leaf_, kStampMs + i));
    entries.back().scts.back().back() ^= 1;
  }
  const HttpResponse refused = Post(kOldFeedback, Message(entries));
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(Header(refused, "retry-after"), std::nullopt);
  // Where something of it is good, the next try gets further.
  entries.front().scts.front().back() ^= 1;
  Later(60'000);
  EXPECT_EQ(Header(Post(kOldFeedback, Message(entries)), "retry-after"), "1");
}

TEST_F(GossipFeedbackTest, AuditorsFetchWhatWasCollected) {
  GossipSettings settings = Settings();
  settings.collected = true;
  handler_->Change(settings);
  Post(kNewFeedback, Message({entry_}));
  PooledSct elsewhere = Scts()[0];
  elsewhere.sct.back() ^= 1;
  ASSERT_TRUE(pool_->AddSct(elsewhere, std::vector<ByteVector>{leaf_}, "b.example"));
  const std::pair<const char*, FeedbackDialect> routes[] = {
      {"/.well-known/ct/v1/collected-sct-feedback", FeedbackDialect::kSctFeedback},
      {"/.well-known/ct-gossip/v1/collected-sct-feedback", FeedbackDialect::kArrayVersioned},
      {"/.well-known/ct/v1/sct-gossip", FeedbackDialect::kSctObjects}};
  for (const auto& [path, dialect] : routes) {
    const HttpResponse response = Get(path);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(Header(response, "content-type"), "application/json");
    const Result<FeedbackMessage> message =
        DecodeFeedback(response.body, kMaxCollectedFeedbackSize);
    ASSERT_TRUE(message) << Body(response);
    EXPECT_EQ(message->dialect, dialect);
    std::size_t num_scts = 0;
    for (const FeedbackEntry& entry : message->entries) {
      EXPECT_EQ(entry.x509_chain.front(), leaf_);
      num_scts += entry.scts.size();
    }
    EXPECT_EQ(num_scts, 2U) << path;
  }
  // It is put together once a minute.
  const ByteVector next = LeafOf("a.example", 2);
  Post(kNewFeedback, Message({{{next, ca_.certificate()}, {EmbeddedIn(next)}}}));
  const auto entries = [&] {
    return DecodeFeedback(Get(routes[0].first).body, kMaxCollectedFeedbackSize)->entries.size();
  };
  EXPECT_EQ(entries(), 2U);
  Later(60'000);
  EXPECT_EQ(entries(), 3U);
}

TEST_F(GossipFeedbackTest, AnAuditorTakesFeedbackOfEveryNameAndTellsNobody) {
  GossipSettings settings = Settings();
  settings.auditor = true;
  settings.collected = true;
  handler_->Change(settings);
  const ByteVector leaf = LeafOf("b.example");
  ByteVector bad = EmbeddedIn(leaf);
  bad.back() ^= 1;
  for (const char* const path :
       {"/ct/v1/sct-feedback", "/ct-gossip/v1/sct-feedback", "/ct/v1/sct-gossip"}) {
    EXPECT_EQ(Post(path, Message({{{leaf, ca_.certificate()}, {EmbeddedIn(leaf), bad}}})).status,
              200);
  }
  ASSERT_EQ(NumScts(), 1U);
  EXPECT_THAT(*pool_->SctHosts(Scts()[0].id), IsEmpty());
  EXPECT_THAT(handler_->Invalid(), IsEmpty());
  EXPECT_EQ(Body(Get("/.well-known/ct-gossip/v1/collected-sct-feedback")), "[]");
}

TEST_F(GossipFeedbackTest, ReadsFeedbackInHeaders) {
  const std::string json = R"({"entry":[{"sct":")" + EncodeBase64(tls_sct_) +
                           R"(","x509_chain":[")" + EncodeBase64(leaf_) + R"("]}]})";
  TransGossipMessage message;
  message.log_id = birch_.log_id();
  message.gossip_data = ToVector(AsBytes(json));
  HttpRequest request = Request("GET", "/");
  request.headers.emplace_back("transgossip", EncodeTransGossip(std::vector{message}).value());
  EXPECT_EQ(handler_->Answer(request).status, 404);
  EXPECT_EQ(NumScts(), 1U);
}

}  // namespace
}  // namespace tattle::daemon::gossip_feedback_test
