// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/gossip/pollinator.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/time.h"
#include "core/gossip/bounds.h"
#include "plugin/gossip/outbox_plan.h"
#include "tests/unit/plugin_gossip/gossip_world.h"

namespace tattle::pollinator_test {
namespace {

using gossip_testing::HeadOf;
using plugin_gossip_testing::SizesOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScriptedAnswer;
using testing::ScriptedRequest;
using testing::ScriptedServer;
using ::testing::UnorderedElementsAre;
using Sizes = std::vector<std::uint64_t>;

class PollinatorTest : public plugin_gossip_testing::GossipWorld {
 protected:
  Pollinator Make(HeadSide side = HeadSide::kClient) {
    return Pollinator(*pool_, http_, side, Draw());
  }

  // Exchange chooses and sends, and answers with what was sent.
  Sizes Exchange(const std::string& site, HeadAudience audience, std::size_t num_takers = 1) {
    Pollinator pollinator = Make();
    const auto heads = pollinator.Choose(audience, num_takers, logs_, now_ms_);
    EXPECT_TRUE(heads) << heads.error();
    const auto done = pollinator.Send(site, audience, *heads, logs_, now_ms_);
    EXPECT_TRUE(done) << done.error();
    return SizesOf(*heads);
  }

  GossipExchange LastExchange() { return GossipBook(*pool_).Exchanges(1).value().at(0); }

  static Sizes Received(const ScriptedRequest& request) {
    return SizesOf(DecodeHeads(AsBytes(request.body)).value().heads);
  }

  static ScriptedAnswer Reply(const std::vector<GossipHead>& heads) {
    return {.body = EncodeHeads(HeadDialect::kSths, heads).value()};
  }
};

TEST_F(PollinatorTest, TakersShareWhatGoesToOneOnly) {
  std::vector<ScriptedServer*> servers;
  for (const char* const name : {"a.example", "b.example", "c.example"}) {
    servers.push_back(&Serve(name, {}));
  }
  for (std::uint64_t size = 1; size <= 10; ++size) {
    Own(amber_, size);
  }
  EXPECT_EQ(Exchange("https://a.example", HeadAudience::kWebServer, 3).size(), 4U);
  EXPECT_EQ(Exchange("https://b.example", HeadAudience::kWebServer, 2).size(), 3U);
  EXPECT_EQ(Exchange("https://c.example", HeadAudience::kWebServer, 1).size(), 3U);
  EXPECT_EQ(Exchange("https://a.example", HeadAudience::kWebServer, 3).size(), 0U);
  std::set<std::uint64_t> seen;
  for (const ScriptedServer* server : servers) {
    for (const std::uint64_t size : Received(server->requests().at(0))) {
      EXPECT_TRUE(seen.insert(size).second) << size << " went to two";
    }
  }
  EXPECT_EQ(seen.size(), 10U);
}

TEST_F(PollinatorTest, OfASplitEveryTakerGetsAll) {
  Split(amber_, 50);
  Split(birch_, 60);
  for (std::uint64_t size = 1; size <= 8; ++size) {
    Own(amber_, size);
  }
  for (const std::size_t num_takers : {8U, 100U}) {
    const auto heads = Make().Choose(HeadAudience::kWebServer, num_takers, logs_, now_ms_);
    Sizes sizes = SizesOf(*heads);
    ASSERT_EQ(sizes.size(), 5U);
    sizes.resize(4);
    EXPECT_THAT(sizes, UnorderedElementsAre(50, 50, 60, 60));
  }
}

TEST_F(PollinatorTest, AMessageIsBoundedAndAPoolDoesNotShare) {
  for (std::uint64_t size = 1; size <= Pollinator::kMaxHeadsSent + 10; ++size) {
    Keep({amber_.log_id(), gossip_testing::SignedBy(amber_.key(), {size, now_ms_, {1}})},
         size % 2 == 0 ? HeadSource::kLog : HeadSource::kPollination);
  }
  EXPECT_EQ(Make(HeadSide::kPool).Choose(HeadAudience::kWebServer, 7, logs_, now_ms_)->size(),
            Pollinator::kMaxHeadsSent);
  EXPECT_EQ(Make().Choose(HeadAudience::kWebServer, 5, logs_, now_ms_)->size(), 17U);
  EXPECT_EQ(Make().Choose(HeadAudience::kAuditor, 0, logs_, now_ms_)->size(),
            Pollinator::kMaxHeadsSent);
}

TEST_F(PollinatorTest, AuditorsGetWhatWeLearntAndNotWhatWebServersHave) {
  Serve("a.example", {});
  Serve("auditor.example", {});
  Serve("auditor2.example", {});
  Own(amber_, 1);
  Own(birch_, 2);
  Learnt(amber_, 3);
  Learnt(birch_, 4, HeadSource::kHeader);
  const Sizes to_web = Exchange("https://a.example", HeadAudience::kWebServer, 2);
  ASSERT_EQ(to_web.size(), 1U);
  const std::uint64_t rest = 3 - to_web[0];
  EXPECT_THAT(Exchange("https://auditor.example", HeadAudience::kAuditor),
              UnorderedElementsAre(rest, 3, 4));
  EXPECT_THAT(Exchange("https://auditor2.example", HeadAudience::kAuditor),
              UnorderedElementsAre(rest, 3, 4));
  EXPECT_THAT(Exchange("https://a.example", HeadAudience::kWebServer), ElementsAre());
}

TEST_F(PollinatorTest, NotesHeadsAsGivenBeforeTheyGo) {
  const std::uint64_t to_web = Own(amber_, 1);
  bool was_noted = false;
  ServeBy("a.example", [&](const ScriptedRequest&) -> ScriptedAnswer {
    was_noted = Known(to_web).given_to_web_server;
    return {};
  });
  Exchange("https://a.example", HeadAudience::kWebServer);
  EXPECT_TRUE(was_noted);
  EXPECT_FALSE(Known(to_web).given_to_auditor);
}

TEST_F(PollinatorTest, AFailureIsWrittenDownAndItsHeadsAreGone) {
  Serve("a.example", {.status = 503});
  Own(amber_, 1);
  EXPECT_THAT(Exchange("https://a.example", HeadAudience::kWebServer), ElementsAre(1));
  const GossipExchange exchange = LastExchange();
  EXPECT_EQ(exchange.host, "a.example");
  EXPECT_EQ(exchange.kind, ExchangeKind::kHeads);
  EXPECT_EQ(exchange.at_ms, now_ms_);
  EXPECT_EQ(exchange.num_sent, 1U);
  EXPECT_THAT(exchange.failure, HasSubstr("503"));
  Open();
  EXPECT_THAT(Make().Choose(HeadAudience::kWebServer, 1, logs_, now_ms_).value(), ElementsAre());
}

TEST_F(PollinatorTest, OfAReplyWhatIsGoodOrDatedAheadIsKept) {
  const GossipHead known = HeadOf(birch_, 9);
  Keep(known, HeadSource::kLog);
  GossipHead forged = HeadOf(amber_, 11);
  forged.sth.signature.back() ^= 1;
  GossipHead nameless = HeadOf(birch_, 12);
  nameless.log_id.reset();
  Serve("a.example",
        Reply({forged, HeadOf(stranger_, 13), HeadOf(denied_, 14),
               HeadOf(amber_, 15, now_ms_ - kHeadFreshnessMs - 1), known,
               HeadOf(amber_, 16, now_ms_ + kMsPerDay), HeadOf(amber_, 10), nameless}));
  Pollinator pollinator = Make();
  const auto done =
      pollinator.Send("https://a.example", HeadAudience::kWebServer, {}, logs_, now_ms_);
  ASSERT_TRUE(done) << done.error();
  EXPECT_EQ(done->exchange.failure, "");
  EXPECT_EQ(done->exchange.num_sent, 0U);
  EXPECT_EQ(done->exchange.num_received, 8U);
  EXPECT_EQ(done->exchange.num_new, 3U);
  EXPECT_EQ(done->exchange, LastExchange());
  EXPECT_FALSE(done->says_no);
  const IntakeCounts counts = pollinator.TakeCounts();
  EXPECT_EQ(counts.num_stored, 3U);
  EXPECT_EQ(counts.num_dropped, 4U);
  EXPECT_EQ(pollinator.TakeCounts().num_heads, 0U);
  const std::vector<PooledHead> kept = pool_->HeadsAfter(0, 100).value();
  EXPECT_THAT(SizesOf(kept), UnorderedElementsAre(9, 10, 12, 16));
  for (const PooledHead& head : kept) {
    const bool is_ours = head.sth.head.tree_size == 9;
    EXPECT_EQ(head.source, is_ours ? HeadSource::kLog : HeadSource::kReply);
  }
}

TEST_F(PollinatorTest, AnAnswerThatCannotBeReadIsAFailureAndKeepsNothing) {
  Serve("a.example", {.body = "<html>"});
  Exchange("https://a.example", HeadAudience::kWebServer);
  EXPECT_NE(LastExchange().failure, "");
  EXPECT_EQ(LastExchange().num_received, 0U);
}

TEST_F(PollinatorTest, ASplitInAReplyIsEvidenceAtOnce) {
  Own(amber_, 10);
  Serve("a.example", Reply({HeadOf(amber_, 10, now_ms_ - 30 * kMsPerDay, 2)}));
  std::vector<std::string> said;
  Pollinator pollinator(*pool_, http_, HeadSide::kClient, Draw(),
                        [&](LogLevel /*level*/, const std::string& line) { said.push_back(line); });
  ASSERT_TRUE(pollinator.Send("https://a.example", HeadAudience::kWebServer, {}, logs_, now_ms_));
  EXPECT_EQ(pollinator.TakeCounts().num_conflicting, 1U);
  EXPECT_EQ(pool_->FindHeads(amber_.log_id(), 10)->size(), 2U);
  const std::vector<PooledEvidence> evidence = pool_->ListEvidence().value();
  ASSERT_EQ(evidence.size(), 1U);
  EXPECT_EQ(evidence[0].kind, "split_view");
  EXPECT_TRUE(evidence[0].is_conclusive);
  EXPECT_THAT(said, ::testing::ElementsAre(::testing::HasSubstr("PROVEN split_view")));
}

TEST_F(PollinatorTest, RemembersANoAndTakesItsWordForNothingElse) {
  for (const char* const said : {"Yes", "perhaps"}) {
    Serve("a.example", {.headers = {std::string("TransGossipEnabled: ") + said}});
    Exchange("https://a.example", HeadAudience::kWebServer);
    EXPECT_EQ(pool_->FindPeer("a.example").value(), std::nullopt);
  }
  ASSERT_TRUE(NoteWillingness(*pool_, "a.example", Willingness::kYes, now_ms_));
  Own(amber_, 1);
  ASSERT_EQ(RenewOutbox(*pool_, logs_, HeadSide::kClient, 0, now_ms_, Draw())->size(), 1U);
  Serve("a.example", {.headers = {"TransGossipEnabled: No"}});
  Exchange("https://A.Example:443", HeadAudience::kWebServer);
  EXPECT_EQ(pool_->FindPeer("a.example").value().value().is_willing, false);
  EXPECT_TRUE(GossipBook(*pool_).Promised()->empty());
}

TEST_F(PollinatorTest, SendsNothingToWhatIsNoSite) {
  const std::uint64_t id = Own(amber_, 1);
  Pollinator pollinator = Make();
  const auto heads = pollinator.Choose(HeadAudience::kWebServer, 1, logs_, now_ms_);
  for (const char* const site : {"http://a.example", "https://a.example/x", "a.example", ""}) {
    const auto done = pollinator.Send(site, HeadAudience::kWebServer, *heads, logs_, now_ms_);
    ASSERT_FALSE(done) << site;
    EXPECT_THAT(done.error(), ::testing::StartsWith(std::string(site) + ": "));
  }
  EXPECT_FALSE(Known(id).given_to_web_server);
  EXPECT_TRUE(GossipBook(*pool_).Exchanges(10)->empty());
}

TEST_F(PollinatorTest, SendsNothingThatCouldNotBeNoted) {
  const ScriptedServer& server = Serve("a.example", {});
  Own(amber_, 1);
  Open(/*read_only=*/true);
  Pollinator pollinator = Make();
  const auto heads = pollinator.Choose(HeadAudience::kWebServer, 1, logs_, now_ms_);
  ASSERT_EQ(heads->size(), 1U);
  EXPECT_FALSE(
      pollinator.Send("https://a.example", HeadAudience::kWebServer, *heads, logs_, now_ms_));
  EXPECT_EQ(server.num_connections(), 0U);
}

}  // namespace
}  // namespace tattle::pollinator_test
