// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/gossip/courier_work.h"

#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "core/base/time.h"
#include "plugin/pool/gossip_book.h"
#include "plugin/pool/site_book.h"
#include "plugin/runtime/outbox_file.h"
#include "tests/unit/plugin_gossip/gossip_world.h"

namespace tattle::daemon::courier_work_test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ScriptedAnswer;
using testing::ScriptedServer;

constexpr std::uint64_t kHourMs = 3'600'000;

// FullDisk takes no byte more of this process, but for what is small: the outbox is elsewhere on a
// real machine.
class FullDisk {
 public:
  FullDisk() {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none = {2048, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_ = {};
};

class CourierWorkTest : public plugin_gossip_testing::GossipWorld {
 protected:
  // Courier makes one as after a start.
  CourierWork& Courier() {
    list_ = std::make_shared<const LogList>(std::move(logs_));
    return Restart();
  }
  CourierWork& Restart() {
    courier_.emplace(CourierParts{*pool_, journal_, counts_, [this] { return list_; },
                                  [this] { return now_ms_; }, Draw()},
                     CourierPlan{settings_, HeadSide::kClient, http_, folder_.Path("outbox")});
    return *courier_;
  }

  void Note(GossipSaid what, const std::string& host, const std::string& said) {
    courier_->TakeNote({now_ms_, what, host, ToVector(AsBytes(said))});
  }

  // RunFor lets time pass, a second a step.
  void RunFor(std::uint64_t ms) {
    for (const std::uint64_t end_ms = now_ms_ + ms; now_ms_ < end_ms; Later(1000)) {
      courier_->Step();
    }
  }

  // Offered are the tree sizes that the file offers to a host.
  std::vector<std::uint64_t> Offered(const std::string& host) {
    return plugin_gossip_testing::SizesOf(
        OutboxFile(folder_.Path("outbox")).HeadsFor(host, now_ms_));
  }

  std::size_t NumExchanges() { return GossipBook(*pool_).Exchanges(100)->size(); }

  CourierSettings settings_;
  std::shared_ptr<const LogList> list_;
  Counts counts_;
  Journal journal_{{folder_.Path("no-syslog"), 2, false}, [this] { return now_ms_; }, counts_};
  std::optional<CourierWork> courier_;
};

TEST_F(CourierWorkTest, OffersHeadsToWhomIsWillingAndHasThemCarriedOnce) {
  Own(amber_, 10);
  Courier();
  Note(GossipSaid::kEnabled, "www.example", "Yes");
  courier_->Step();
  EXPECT_THAT(Offered("www.example"), ElementsAre(10));
  EXPECT_THAT(Offered("example"), IsEmpty());
  Restart();
  courier_->Step();
  EXPECT_THAT(Offered("www.example"), ElementsAre(10)) << "still the same, after a restart";
  Note(GossipSaid::kOffered, "www.example", "");
  Later(1000);
  courier_->Step();
  EXPECT_THAT(Offered("www.example"), IsEmpty());
  EXPECT_EQ(NumExchanges(), 1U);
  Own(amber_, 11);
  RunFor(12'000);
  EXPECT_THAT(Offered("www.example"), ElementsAre(11)) << "what is new, within seconds";
}

TEST_F(CourierWorkTest, TheFileIsWrittenAgainBeforeItExpires) {
  Own(amber_, 10);
  Courier();
  Note(GossipSaid::kEnabled, "www.example", "Yes");
  RunFor(kHourMs);
  EXPECT_THAT(Offered("www.example"), ElementsAre(10));
  const std::uint64_t num_written = counts_.Get(Count::kFilesWritten);
  EXPECT_GE(num_written, 6U);
  EXPECT_LE(num_written, 8U) << "and not for nothing";
}

TEST_F(CourierWorkTest, OffersNothingTwiceWhereThePoolCannotBeWritten) {
  Own(amber_, 10);
  Courier();
  Note(GossipSaid::kEnabled, "www.example", "Yes");
  courier_->Step();
  ASSERT_THAT(Offered("www.example"), ElementsAre(10));
  {
    const FullDisk full;
    Note(GossipSaid::kOffered, "www.example", "");
    EXPECT_THAT(journal_.Problems(), ElementsAre(HasSubstr("gossip notes: ")));
    RunFor(30'000);
    EXPECT_THAT(Offered("www.example"), IsEmpty());
    EXPECT_EQ(NumExchanges(), 0U);
  }
  RunFor(30'000);
  EXPECT_THAT(Offered("www.example"), IsEmpty());
  EXPECT_EQ(NumExchanges(), 1U) << "the pool knows it now";
  EXPECT_THAT(journal_.Problems(), IsEmpty());
  Restart();
  RunFor(30'000);
  EXPECT_THAT(Offered("www.example"), IsEmpty());
}

TEST_F(CourierWorkTest, TakesOutWhatWasCarriedWhereNothingCanBePromised) {
  Own(amber_, 10);
  Courier();
  Note(GossipSaid::kEnabled, "www.example", "Yes");
  courier_->Step();
  ASSERT_THAT(Offered("www.example"), ElementsAre(10));
  Own(amber_, 11);  // for which it wants to write
  const FullDisk full;
  Note(GossipSaid::kOffered, "www.example", "");
  RunFor(30'000);
  EXPECT_THAT(journal_.Problems(), Contains(HasSubstr("outbox: ")));
  EXPECT_THAT(Offered("www.example"), IsEmpty());
}

TEST_F(CourierWorkTest, LeavesNothingToOfferWhenItEnds) {
  Own(amber_, 10);
  Courier();
  Note(GossipSaid::kEnabled, "www.example", "Yes");
  courier_->Step();
  ASSERT_THAT(Offered("www.example"), ElementsAre(10));
  courier_.reset();
  EXPECT_TRUE(std::filesystem::exists(folder_.Path("outbox")));
  EXPECT_THAT(Offered("www.example"), IsEmpty());
  Restart();
  courier_->RenewOutbox();
  EXPECT_THAT(Offered("www.example"), ElementsAre(10)) << "it waited";
}

TEST_F(CourierWorkTest, HearsWhatWasCarriedAlsoWhenItIsBusyAndHasNoLogList) {
  Own(amber_, 10);
  Courier();
  Note(GossipSaid::kEnabled, "www.example", "Yes");
  courier_->Step();
  ASSERT_THAT(Offered("www.example"), ElementsAre(10));
  const std::shared_ptr<const LogList> logs = std::exchange(list_, nullptr);
  Note(GossipSaid::kOffered, "www.example", "");
  list_ = logs;
  RunFor(30'000);
  EXPECT_THAT(Offered("www.example"), IsEmpty());
  EXPECT_EQ(NumExchanges(), 1U);
}

TEST_F(CourierWorkTest, WithoutALogListNothingIsOfferedNorTaken) {
  Own(amber_, 10);
  settings_.servers = {"https://peer.example"};
  Courier();
  list_ = nullptr;
  Note(GossipSaid::kEnabled, "www.example", "Yes");
  courier_->RenewOutbox();
  EXPECT_FALSE(courier_->Step());
  EXPECT_TRUE(std::filesystem::exists(folder_.Path("outbox")));
  EXPECT_THAT(Offered("www.example"), IsEmpty());
  EXPECT_EQ(counts_.Get(Count::kGossipNotesDropped), 1U);
}

TEST_F(CourierWorkTest, SendsOnceAnIntervalAtTimesThatVary) {
  ScriptedServer& server = Serve("peer.example", {.body = R"({"sths":[]})"});
  settings_.servers = {"https://peer.example"};
  Courier();
  std::vector<std::uint64_t> times;
  for (const std::uint64_t end_ms = now_ms_ + 20 * kHourMs; now_ms_ < end_ms; Later(30'000)) {
    if (courier_->Step()) {
      times.push_back(now_ms_);
    }
  }
  EXPECT_EQ(server.requests().size(), times.size());
  ASSERT_GE(times.size(), 15U);
  EXPECT_LE(times.size(), 28U);
  std::set<std::uint64_t> pauses;
  for (std::size_t i = 1; i < times.size(); ++i) {
    pauses.insert(times[i] - times[i - 1]);
    EXPECT_GE(times[i] - times[i - 1], kHourMs * 3 / 4);
    EXPECT_LE(times[i] - times[i - 1], kHourMs * 5 / 4 + 30'000);
  }
  EXPECT_GT(pauses.size(), 5U);

  // A restart is no reason to come again at once.
  now_ms_ = times.back() + 1000;
  Restart();
  const std::size_t before = server.requests().size();
  RunFor(kHourMs / 2);
  EXPECT_EQ(server.requests().size(), before);
}

TEST_F(CourierWorkTest, ASilentServerKeepsNobodyWaitingButItself) {
  ServeBy("silent.example",
          [](const testing::ScriptedRequest&) { return ScriptedAnswer{.is_silent = true}; });
  ScriptedServer& server = Serve("peer.example", {.body = R"({"sths":[]})"});
  http_.timeout_ms = 2000;  // enough for the other, also on a busy machine
  settings_.servers = {"https://silent.example", "https://peer.example"};
  Courier();
  RunFor(kHourMs / 5);
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(counts_.Get(Count::kGossipSendFailures), 1U);
  ASSERT_EQ(journal_.Problems().size(), 1U);
  EXPECT_THAT(journal_.Problems().front(), HasSubstr("gossip with silent.example"));
}

TEST_F(CourierWorkTest, SignaturesOfNotesAreBounded) {
  Courier();
  std::vector<GossipHead> bad;
  for (std::uint64_t size = 1; size <= 300; ++size) {
    bad.push_back(gossip_testing::HeadOf(amber_, size, now_ms_));
    bad.back().sth.signature.back() ^= 1U;
  }
  const std::string body = EncodeHeads(HeadDialect::kSths, bad).value();
  for (int i = 0; i < 100; ++i) {
    Note(GossipSaid::kHeads, "www.example", body);
  }
  EXPECT_LE(counts_.Get(Count::kGossipChecks), 10'300U) << "ten seconds' worth, and one message";
  EXPECT_GT(counts_.Get(Count::kGossipNotesDropped), 50U);
}

class CourierFeedbackTest : public CourierWorkTest {
 protected:
  void SetUp() override {
    CourierWorkTest::SetUp();
    settings_.feedback = true;
  }

  // See is what a program saw there, and what its server said.
  void See(const std::string& host) {
    PooledSct sct;
    sct.log_id = amber_.log_id();
    sct.sct = amber_.SignX509(ByteVector{1, 2, 3}, now_ms_);
    ASSERT_TRUE(pool_->AddSct(sct, std::vector<ByteVector>{{1, 2, 3}, {4}}, host));
    Note(GossipSaid::kEnabled, host, "Yes");
  }
};

TEST_F(CourierFeedbackTest, TellsAWillingHostWhatItShowedAfterAWhile) {
  ScriptedServer& server = Serve("www.example", {});
  ScriptedServer& other = Serve("other.example", {});
  Courier();
  See("www.example");
  EXPECT_FALSE(courier_->Step());
  RunFor(kHourMs / 5);
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].target, "/.well-known/ct/v1/sct-feedback");
  EXPECT_THAT(server.requests()[0].body, HasSubstr("sct_feedback"));
  EXPECT_THAT(other.requests(), IsEmpty());
  EXPECT_EQ(counts_.Get(Count::kFeedbackSent), 1U);
  EXPECT_EQ(counts_.Get(Count::kFeedbackFailures), 0U);
  RunFor(2 * kHourMs);
  EXPECT_EQ(server.requests().size(), 1U) << "until somebody goes there again";
}

TEST_F(CourierFeedbackTest, IsOffByDefault) {
  settings_ = CourierSettings();
  ScriptedServer& server = Serve("www.example", {});
  Courier();
  See("www.example");
  RunFor(kHourMs);
  EXPECT_THAT(server.requests(), IsEmpty());
  EXPECT_TRUE(SiteBook(*pool_).ListSites()->empty()) << "nor is anything kept for it";
}

}  // namespace
}  // namespace tattle::daemon::courier_work_test
