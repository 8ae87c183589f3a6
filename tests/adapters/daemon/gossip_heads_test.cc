// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Tree heads through the endpoint.

#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/daemon/bounds.h"
#include "core/base/base64.h"
#include "core/gossip/bounds.h"
#include "core/gossip/header.h"
#include "core/wire/canonical_signature.h"
#include "plugin/audit/evidence_desk.h"
#include "tests/adapters/daemon/gossip_fixture.h"

namespace tattle::daemon::gossip_heads_test {
namespace {

using gossip_testing::HeadOf;
using gossip_testing::kNowMs;
using testing::StartsWith;

class GossipHeadsTest : public GossipFixture {
 protected:
  // ExpectOnlyGood expects a POST to leave one head behind, a good one of Amber's.
  void ExpectOnlyGood(const HttpResponse& response, const GossipHead& good) {
    EXPECT_EQ(response.status, 200) << Body(response);
    const auto heads = pool_->HeadsAfter(0, 10);
    ASSERT_EQ(heads->size(), 1U);
    EXPECT_EQ(heads->front().sth.head, good.sth.head);
    EXPECT_EQ(heads->front().log_id, *good.log_id);
  }
};

TEST_F(GossipHeadsTest, SpeaksTheOldDialectAsItIsDeployed) {
  const GossipHead head = HeadOf(amber_, 10);
  const TreeHead& tree = head.sth.head;
  // Written by hand: as clients of today send it, slashes escaped.
  std::string signature = EncodeBase64(head.sth.signature);
  for (std::size_t i = signature.find('/'); i != std::string::npos;
       i = signature.find('/', i + 2)) {
    signature.insert(i, 1, '\\');
  }
  const HttpResponse response =
      Post(kOldPath, "{\"sths\":[{\"sth_version\":0,\"tree_size\":10,\"timestamp\":" +
                         std::to_string(tree.timestamp_ms) + ",\"sha256_root_hash\":\"" +
                         EncodeBase64(tree.sha256_root_hash) + "\",\"tree_head_signature\":\"" +
                         signature + "\",\"log_id\":\"" + EncodeBase64(amber_.log_id()) + "\"}]}");
  ExpectOnlyGood(response, head);
  EXPECT_EQ(Body(response), R"({"sths":[]})");
  EXPECT_EQ(Header(response, "content-type"), "application/json");
  EXPECT_EQ(Header(response, "TransGossipEnabled"), "Yes");
  EXPECT_EQ(pool_->HeadsAfter(0, 10)->front().source, HeadSource::kPollination);

  Later();
  const HttpResponse next = Post(kOldPath, R"({"sths":[]})");
  EXPECT_THAT(Body(next), StartsWith(R"({"sths":[{)"));
  ASSERT_EQ(Read(next).heads.size(), 1U);
  EXPECT_EQ(Read(next).heads[0].sth.head, tree);
  EXPECT_EQ(Read(next).heads[0].log_id, amber_.log_id());
}

TEST_F(GossipHeadsTest, AnswersInTheDialectOfTheRequestOnEitherPath) {
  Post(kOldPath, Heads({HeadOf(amber_, 10)}));
  for (const char* const path : {kOldPath, kNewPath}) {
    for (const HeadDialect dialect :
         {HeadDialect::kSths, HeadDialect::kSthGossip, HeadDialect::kVersioned}) {
      Later();
      const HttpResponse response = Post(path, Heads({HeadOf(birch_, 3)}, dialect));
      EXPECT_EQ(response.status, 200);
      EXPECT_EQ(Read(response).dialect, dialect) << path;
      EXPECT_EQ(Read(response).heads.size(), 1U);
    }
  }
}

TEST_F(GossipHeadsTest, FindsTheLogOfAHeadThatNamesNone) {
  GossipHead head = HeadOf(birch_, 10);
  const GossipHead whole = head;
  head.log_id.reset();
  ExpectOnlyGood(Post(kNewPath, Heads({head}, HeadDialect::kVersioned)), whole);
}

TEST_F(GossipHeadsTest, KeepsNothingThatIsNotGood) {
  GossipHead bad = HeadOf(amber_, 11);
  bad.sth.signature.back() ^= 1;
  GossipHead other = HeadOf(amber_, 12);
  other.log_id = birch_.log_id();
  const GossipHead good = HeadOf(amber_, 10);
  ExpectOnlyGood(Post(kOldPath, Heads({bad, other, HeadOf(stranger_, 13), HeadOf(denied_, 14),
                                       HeadOf(amber_, 16, kNowMs - kHeadFreshnessMs - 1), good})),
                 good);
  EXPECT_EQ(CountOf(Count::kGossipHeadsDropped), 5U);
}

TEST_F(GossipHeadsTest, NumbersThatNoHeadHasSpoilNoOther) {
  const GossipHead good = HeadOf(amber_, 10);
  std::string body = Heads({good});
  const std::string whole = body;
  for (const char* const number : {"-1", "1e3", "\"7\"", "9223372036854775808", "null", "[]"}) {
    std::string bad = Heads({HeadOf(amber_, 77)});
    bad = bad.substr(bad.find('['), bad.rfind(']') - bad.find('['));  // "[{...}"
    bad.replace(bad.find("77"), 2, number);
    body.insert(body.find('[') + 1, bad.substr(1) + ",");
  }
  ExpectOnlyGood(Post(kOldPath, body), good);
  // Beyond 64 bits it is no number that anybody could have meant.
  body = whole;
  body.replace(body.find(":10,"), 4, ":18446744073709551616,");
  EXPECT_EQ(Post(kOldPath, body).status, 400);
}

TEST_F(GossipHeadsTest, ChecksNoSignatureOfWhatIsKnown) {
  const std::string body = Heads({HeadOf(amber_, 10), HeadOf(birch_, 10)});
  Post(kOldPath, body);
  EXPECT_EQ(CountOf(Count::kGossipChecks), 2U);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Post(kOldPath, body).status, 200);
  }
  EXPECT_EQ(CountOf(Count::kGossipChecks), 2U);
  EXPECT_EQ(CountOf(Count::kGossipHeadsKnown), 20U);
  // Nor after a restart: the pool knows.
  Start();
  Post(kOldPath, body);
  EXPECT_EQ(CountOf(Count::kGossipChecks), 2U);
}

TEST_F(GossipHeadsTest, ATwinOfASignatureIsTheSameHead) {
  const TreeHead tree = {10, kNowMs, {1}};
  for (int i = 0; i < 20; ++i) {  // ECDSA signs anew each time, half of the time with a high s
    const GossipHead head = {amber_.log_id(), gossip_testing::SignedBy(amber_.key(), tree)};
    EXPECT_EQ(Post(kOldPath, Heads({head})).status, 200);
  }
  EXPECT_EQ(NumHeads(), 1U);
  const ByteVector first = pool_->HeadsAfter(0, 1)->front().sth.signature;
  EXPECT_EQ(CanonicalSignature(first).value(), first);
}

TEST_F(GossipHeadsTest, ASplitIsEvidenceAtOnceAndGivenFirst) {
  std::vector<GossipHead> many;
  for (std::uint64_t size = 1; size <= 200; ++size) {
    many.push_back(HeadOf(birch_, size));
  }
  Post(kOldPath, Heads(many));
  Post(kOldPath, Heads({HeadOf(amber_, 10, kNowMs, 1)}));
  EXPECT_TRUE(pool_->ListEvidence()->empty());
  // Old as it is: evidence does not age.
  Post(kNewPath, Heads({HeadOf(amber_, 10, kNowMs - 30 * kMsPerDay, 2)}));
  EXPECT_EQ(CountOf(Count::kGossipHeadsConflicting), 1U);
  const std::vector<PooledEvidence> evidence = pool_->ListEvidence().value();
  ASSERT_EQ(evidence.size(), 1U);
  EXPECT_EQ(evidence[0].kind, "split_view");
  for (int i = 0; i < 20; ++i) {
    Later();
    const HeadMessage answer = Read(Post(kOldPath, R"({"sths":[]})"));
    EXPECT_EQ(answer.heads.size(), kMaxHeadsGiven);
    EXPECT_EQ(answer.heads[0].log_id, amber_.log_id());
    EXPECT_EQ(answer.heads[1].log_id, amber_.log_id());
  }
}

TEST_F(GossipHeadsTest, ALogThatIsCaughtAgainAndAgainFillsNothing) {
  for (std::uint64_t size = 1; size <= 40; ++size) {
    Post(kOldPath, Heads({HeadOf(amber_, size, kNowMs, 1), HeadOf(amber_, size, kNowMs, 2)}));
    Later(10'000);
  }
  EXPECT_EQ(pool_->ListEvidence()->size(), kMaxEvidenceOfAKind);
  EXPECT_EQ(CountOf(Count::kGossipHeadsConflicting), 80U) << "also within a message";
}

TEST_F(GossipHeadsTest, GivesNoHeadThatWasBroughtAndNoneThatIsStale) {
  const GossipHead mine = HeadOf(amber_, 10);
  Post(kOldPath, Heads({mine, HeadOf(birch_, 20, kNowMs - kHeadFreshnessMs + kMsPerDay)}));
  Later();
  const HeadMessage answer = Read(Post(kOldPath, Heads({mine})));
  ASSERT_EQ(answer.heads.size(), 1U);
  EXPECT_EQ(answer.heads[0].log_id, birch_.log_id());
  Later(2 * kMsPerDay);
  EXPECT_EQ(Read(Post(kOldPath, Heads({mine}))).heads.size(), 0U);
}

TEST_F(GossipHeadsTest, WhatWasGivenMayGoFirst) {
  Post(kOldPath, Heads({HeadOf(amber_, 10)}));
  Later();
  Post(kOldPath, R"({"sths":[]})");
  EXPECT_EQ(pool_->HeadsAfter(0, 1)->front().num_reports, 0U);
  Later();
  Post(kOldPath, R"({"sths":[]})");
  EXPECT_EQ(pool_->HeadsAfter(0, 1)->front().num_reports, 1U);
}

TEST_F(GossipHeadsTest, ReadsHeadersOnAnyRequest) {
  const std::string name = "transgossip";
  const auto with = [&](HttpRequest request, const GossipHead& head) {
    request.headers.emplace_back(name, EncodeTransGossipHeads(std::vector{head}).value());
    return handler_->Answer(request);
  };
  const HttpResponse plain = Get("/index.html");
  const HttpResponse carrying = with(Request("GET", "/index.html"), HeadOf(amber_, 10));
  EXPECT_EQ(carrying.status, 404);
  EXPECT_EQ(carrying.headers, plain.headers);
  EXPECT_EQ(carrying.body, plain.body);
  EXPECT_EQ(with(Request("POST", kOldPath, R"({"sths":[]})"), HeadOf(amber_, 11)).status, 200);
  const auto heads = pool_->HeadsAfter(0, 10);
  ASSERT_EQ(heads->size(), 2U);
  EXPECT_EQ(heads->at(0).source, HeadSource::kHeader);
}

TEST_F(GossipHeadsTest, HeadersThatCannotBeReadChangeNothing) {
  for (const std::string& value :
       {std::string(8000, '='), std::string(9000, 'A'), std::string("0:00:!!"), std::string(",,,"),
        "0:" + std::string(64, 'a') + ":" + std::string(7900, 'A')}) {
    HttpRequest request = Request("POST", kOldPath, R"({"sths":[]})");
    request.headers.emplace_back("transgossip", value);
    EXPECT_EQ(handler_->Answer(request).status, 200) << value.substr(0, 20);
  }
  EXPECT_EQ(NumHeads(), 0U);
}

TEST_F(GossipHeadsTest, MoreThanIsReadAtOnceIsSaidAndWhatWasReadIsKept) {
  std::vector<GossipHead> heads(kMaxGossipHeads, HeadOf(amber_, 10));
  std::string body = Heads(heads);
  const std::string one = Heads({heads[0]});
  body.insert(body.rfind(']'),
              "," + one.substr(one.find('[') + 1, one.rfind(']') - one.find('[') - 1));
  const HttpResponse response = Post(kOldPath, body);
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(Header(response, "retry-after"), std::nullopt);
  EXPECT_EQ(NumHeads(), 1U);
}

TEST_F(GossipHeadsTest, ALeakedKeyFillsNeitherPoolNorTheOthersPlaces) {
  const std::uint64_t num_unlinked = PoolLimits().unlinked_heads;
  Post(kOldPath, Heads({HeadOf(amber_, 1)}));
  HttpRequest flood = Request("POST", kOldPath, "");
  flood.peer = "192.0.2.99";
  for (std::uint64_t size = 2; size <= num_unlinked + 1000; size += 100) {
    std::vector<GossipHead> heads;
    for (std::uint64_t i = 0; i < 100; ++i) {
      heads.push_back(HeadOf(amber_, size + i));
    }
    const std::string body = Heads(heads);
    flood.body = ToVector(AsBytes(body));
    EXPECT_EQ(handler_->Answer(flood).status, 200);
    Later();
  }
  EXPECT_EQ(NumHeads(), num_unlinked);
  EXPECT_EQ(pool_->FindHeads(amber_.log_id(), 1)->size(), 1U);
  Post(kOldPath, Heads({HeadOf(birch_, 1)}));
  EXPECT_EQ(NumHeads(), num_unlinked + 1);
}

}  // namespace
}  // namespace tattle::daemon::gossip_heads_test
