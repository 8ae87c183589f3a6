// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/daemon/gossip/handler.h"
#include "adapters/daemon/gossip/rules.h"
#include "core/gossip/bounds.h"
#include "core/gossip/header.h"
#include "tests/adapters/daemon/gossip_fixture.h"
#include "tests/testlib/real_data.h"

namespace tattle::daemon::gossip_handler_test {
namespace {

using gossip_testing::HeadOf;
using gossip_testing::kNowMs;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kNoHeads = R"({"sths":[]})";

class GossipHandlerTest : public GossipFixture {
 protected:
  static HttpRequest With(HttpRequest request, std::string name, std::string value) {
    request.headers.emplace_back(std::move(name), std::move(value));
    return request;
  }

  int StatusOf(const HttpRequest& request) { return handler_->Answer(request).status; }
};

TEST_F(GossipHandlerTest, EveryAnswerSaysThatWeAreWilling) {
  for (const HttpResponse& response :
       {Post(kOldPath, kNoHeads), Post(kOldPath, "{"), Get(kOldPath), Get("/")}) {
    EXPECT_EQ(Header(response, kTransGossipEnabled), "Yes") << response.status;
  }
}

TEST_F(GossipHandlerTest, AnswersAsHttpSays) {
  struct Case {
    HttpRequest request;
    int status;
    std::string header;  // NAME: VALUE that must be there
  };
  const HttpRequest post = Request("POST", kOldPath, kNoHeads);
  const std::vector<Case> cases = {
      {Request("GET", "/"), 404, ""},
      {Request("OPTIONS", "*"), 404, ""},
      {Request("POST", "/.well-known/ct/v1/STH-pollination", kNoHeads), 404, ""},
      {Request("POST", std::string(kOldPath) + "/", kNoHeads), 404, ""},
      {Request("GET", kOldPath), 405, "allow: POST"},
      {Request("HEAD", kNewPath), 405, "allow: POST"},
      {Request("PUT", kOldFeedback, "[]"), 405, "allow: POST"},
      {With(post, "content-encoding", "gzip"), 415, "accept-encoding: identity"},
      {With(post, "content-encoding", "identity, br"), 415, "accept-encoding: identity"},
      {With(post, "content-encoding", " Identity "), 200, ""},
      {With(post, "content-type", "text/html"), 415, "accept-post: application/json"},
      {With(post, "content-type", "application/x-www-form-urlencoded"), 415,
       "accept-post: application/json"},
      {With(post, "content-type", "Application/JSON; charset=utf-8"), 200, ""},
      {With(post, "content-type", "application/octet-stream"), 200, ""},
      {post, 200, "content-type: application/json"},
      {Request("POST", kOldPath), 400, ""},
      {Request("POST", kOldPath, "{\"sths\":["), 400, ""},
      {Request("POST", kOldPath, "[]"), 400, ""},
      {Request("POST", kOldPath, "{}"), 400, ""},
      {Request("POST", kOldPath, R"({"sths":[],"sths":[]})"), 400, ""},
      {Request("POST", kOldPath, std::string("\x1f\x8b\x08\0\0", 5)), 400, ""},
      {Request("POST", kOldPath, std::string(kMaxHeadMessageSize + 1, ' ')), 413, ""},
      {Request("POST", kOldFeedback, "{"), 400, ""},
      {Request("POST", kOldFeedback, std::string(kMaxFeedbackSize + 1, ' ')), 413, ""},
      {Request("POST", kOldFeedback, R"({"sct_feedback":[]})"), 200, ""},
      {Request("POST", kNewFeedback, "[]"), 200, ""},
      // What nobody has switched on.
      {Request("GET", "/.well-known/ct/v1/collected-sct-feedback"), 404, ""},
      {Request("POST", "/ct-gossip/v1/trusted-auditor", "{}"), 404, ""},
      {Request("POST", "/ct/v1/sct-feedback", "{}"), 404, ""},
      {Request("GET", "/ct/v1/sth-gossip"), 404, ""},
  };
  for (const Case& one : cases) {
    Later(1000);
    const HttpResponse response = handler_->Answer(one.request);
    const std::string what = one.request.method + " " + one.request.path + " " +
                             std::string(AsText(one.request.body)).substr(0, 40);
    EXPECT_EQ(response.status, one.status) << what;
    if (!one.header.empty()) {
      const std::size_t colon = one.header.find(": ");
      EXPECT_EQ(Header(response, one.header.substr(0, colon)), one.header.substr(colon + 2))
          << what;
    }
  }
}

TEST_F(GossipHandlerTest, ASiteWithoutNamesTakesNoFeedback) {
  GossipSettings settings = Settings();
  settings.names.clear();
  handler_->Change(settings);
  EXPECT_EQ(Post(kOldFeedback, "[]").status, 404);
  settings.names = {"a.example"};
  handler_->Change(settings);
  EXPECT_EQ(Post(kOldFeedback, "[]").status, 200);
}

TEST_F(GossipHandlerTest, OneClientWhoFloodsIsToldToWaitAndOthersAreNot) {
  HttpRequest request = Request("POST", kOldPath, kNoHeads);
  int served = 0;
  while (StatusOf(request) == 200) {
    ++served;
  }
  EXPECT_EQ(served, 50);
  const HttpResponse refused = handler_->Answer(request);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(Header(refused, "retry-after"), "1");
  request.peer = "192.0.2.2";
  EXPECT_EQ(StatusOf(request), 200);
  request.peer = "192.0.2.1";
  EXPECT_EQ(StatusOf(request), 429);
  Later(1000);
  EXPECT_EQ(StatusOf(request), 200);
}

TEST_F(GossipHandlerTest, BehindAFrontEndTheClientIsWhoItSays) {
  HttpRequest request = Request("POST", kOldPath, kNoHeads);
  request.peer = "unix";
  request.headers = {{"x-real-ip", "2001:db8::1"}};
  while (StatusOf(request) == 200) {
  }
  request.headers[0].second = "2001:db8::ffff";  // the same customer
  EXPECT_EQ(StatusOf(request), 429);
  request.headers[0].second = "2001:db8:1::1";
  EXPECT_EQ(StatusOf(request), 200);
  // On a socket of our own it is what anybody may claim.
  request.peer = "192.0.2.9";
  int served = 0;
  for (int i = 0; i < 100; ++i) {
    request.headers[0].second = "198.51.100." + std::to_string(i);
    served += StatusOf(request) == 200 ? 1 : 0;
  }
  EXPECT_EQ(served, 50);
}

TEST_F(GossipHandlerTest, SignatureChecksHaveABudgetThatWhatIsKnownNeedsNothingOf) {
  GossipSettings settings = Settings();
  settings.checks = 100;  // 10 a second for one client, 100 at once
  Start(settings);
  const std::string known = Heads({HeadOf(amber_, 1)});
  ASSERT_EQ(Post(kOldPath, known).status, 200);
  std::vector<GossipHead> forged;
  for (std::uint64_t size = 2; size < 402; ++size) {
    GossipHead head = HeadOf(amber_, 1);
    head.sth.head.tree_size = size;  // not what was signed
    forged.push_back(head);
  }
  EXPECT_EQ(Post(kOldPath, Heads(forged)).status, 200);
  const HttpResponse refused = Post(kOldPath, Heads({HeadOf(birch_, 1)}));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(Header(refused, "retry-after"), "31");  // a debt of 301, and one
  EXPECT_EQ(Post(kOldPath, known).status, 200);
  EXPECT_EQ(Post(kOldPath, kNoHeads).status, 200);
  HttpRequest other = Request("POST", kOldPath, Heads({HeadOf(birch_, 1)}));
  other.peer = "192.0.2.77";
  EXPECT_EQ(StatusOf(other), 200);
  // Nor does a header come through.
  HttpRequest carrying = Request("GET", "/");
  carrying.headers.emplace_back("transgossip",
                                EncodeTransGossipHeads(std::vector{HeadOf(amber_, 9)}).value());
  handler_->Answer(carrying);
  EXPECT_EQ(NumHeads(), 2U);
  Later(31'000);
  EXPECT_EQ(Post(kOldPath, Heads({HeadOf(birch_, 2)})).status, 200);
}

TEST_F(GossipHandlerTest, ManyClientsTogetherHaveABudgetToo) {
  GossipSettings settings = Settings();
  settings.checks = 10;
  Start(settings);
  int served = 0;
  for (int i = 0; i < 200; ++i) {
    HttpRequest request =
        Request("POST", kOldPath, Heads({HeadOf(amber_, static_cast<std::uint64_t>(i) + 1)}));
    request.peer = "192.0.2." + std::to_string(i);
    const HttpResponse response = handler_->Answer(request);
    served += response.status == 200 ? 1 : 0;
    EXPECT_TRUE(response.status == 200 || response.status == 503);
  }
  EXPECT_EQ(served, 100);
}

TEST_F(GossipHandlerTest, APoolThatIsFullLosesNothingThatWasAcknowledged) {
  PoolLimits limits;
  limits.file_size = 400'000;
  Start(Settings(), limits);
  std::uint64_t acknowledged = 0;
  HttpResponse response;
  testlib::TestLog* const logs[] = {&amber_, &birch_};
  for (std::uint64_t i = 0; i < 300 && response.status == 200; ++i) {
    std::vector<GossipHead> heads;
    for (std::uint64_t j = 1; j <= 20; ++j) {
      heads.push_back(HeadOf(*logs[i % 2], i * 20 + j));
    }
    response = Post(kOldPath, Heads(heads));
    acknowledged += response.status == 200 ? 20 : 0;
    Later(20'000);
  }
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(Header(response, "retry-after"), "60");
  EXPECT_THAT(journal_.Problems(), testing::ElementsAre(HasSubstr("gossip: ")));
  EXPECT_GT(acknowledged, 0U);
  Start(Settings(), {});
  EXPECT_EQ(NumHeads(), acknowledged);
  EXPECT_EQ(Post(kOldPath, Heads({HeadOf(amber_, 100'000)})).status, 200);
  EXPECT_THAT(journal_.Problems(), IsEmpty());
}

TEST_F(GossipHandlerTest, APoolThatIsOnlyReadServesNobodyWhoBringsSomething) {
  Post(kOldPath, Heads({HeadOf(amber_, 10)}));
  pool_.reset();
  PoolOptions options;
  options.read_only = true;
  pool_ = Pool::Open(folder_.Path("pool"), options).value();
  GossipParts parts = {*pool_,
                       journal_,
                       counts_,
                       [this] { return list_; },
                       [this] { return now_ms_; },
                       gossip_testing::SeededDraw(7)};
  handler_.emplace(std::move(parts), Settings(), Hash{1});
  EXPECT_EQ(Post(kOldPath, Heads({HeadOf(amber_, 11)})).status, 503);
  EXPECT_EQ(Read(Post(kOldPath, kNoHeads)).heads.size(), 1U);
  const testlib::TestCa ca("CA");
  testlib::TestCertificateSpec spec;
  spec.common_name = "a.example";
  const ByteVector leaf = ca.Issue(testlib::TestKey::P256(), spec);
  const std::vector<FeedbackEntry> feedback = {{{leaf}, {amber_.SignX509(leaf, kNowMs)}}};
  EXPECT_EQ(Post(kOldFeedback,
                 EncodeFeedback(FeedbackDialect::kArray, feedback, kMaxFeedbackSize).value())
                .status,
            503);
}

TEST_F(GossipHandlerTest, WithoutALogListNothingIsBelieved) {
  list_ = nullptr;
  EXPECT_EQ(Post(kOldPath, kNoHeads).status, 503);
  EXPECT_EQ(Post(kOldFeedback, "[]").status, 503);
  EXPECT_EQ(CountOf(Count::kGossipFailures), 2U);
}

TEST_F(GossipHandlerTest, AnAuditorTakesBothAndGivesHeads) {
  GossipSettings settings = Settings();
  settings.auditor = true;
  handler_->Change(settings);
  const HttpResponse taken =
      Post("/ct-gossip/v1/trusted-auditor",
           R"({"sct_feedback":[],"sths":)" + Heads({HeadOf(amber_, 10)}).substr(8));
  EXPECT_EQ(taken.status, 200) << Body(taken);
  EXPECT_THAT(Body(taken), IsEmpty());
  EXPECT_EQ(NumHeads(), 1U);
  Later();
  const HttpResponse heads = Get("/ct/v1/sth-gossip");
  EXPECT_EQ(Read(heads).dialect, HeadDialect::kSthGossip);
  EXPECT_EQ(Read(heads).heads.size(), 1U);
  EXPECT_EQ(Header(heads, "cache-control"), "no-store");
}

TEST_F(GossipHandlerTest, KeepsNothingOfAClient) {
  HttpRequest request = Request("POST", kOldPath, Heads({HeadOf(amber_, 10)}));
  request.peer = "203.0.113.77";
  request.headers = {{"user-agent", "Recognisable/1.0"}, {"cookie", "id=4711"}};
  handler_->Answer(request);
  pool_.reset();
  const ByteVector bytes = testlib::ReadFile(folder_.Path("pool"));
  const std::string file(AsText(bytes));
  EXPECT_THAT(file, HasSubstr("SQLite"));
  for (const char* const trace : {"203.0.113", "Recognisable", "4711"}) {
    EXPECT_THAT(file, testing::Not(HasSubstr(trace)));
  }
}

}  // namespace
}  // namespace tattle::daemon::gossip_handler_test
