// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/gossip_client.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/gossip/bounds.h"
#include "tests/testlib/ct_log.h"
#include "tests/unit/gossip/gossip_testing.h"
#include "tests/unit/net/gzip_of_zeros.h"
#include "tests/unit/net/scripted_server.h"
#include "tests/unit/net/tls_names.h"

namespace tattle::gossip_client_test {
namespace {

using gossip_testing::kNowMs;
using ::testing::HasSubstr;
using testing::ScriptedAnswer;
using testing::ScriptedRequest;
using testing::ScriptedServer;
using ::testing::StartsWith;
using Handler = ScriptedServer::Handler;

constexpr const char* kNoHeads = R"({"sths":[]})";
constexpr const char* kOldPath = "/.well-known/ct/v1/sth-pollination";
constexpr const char* kNewPath = "/.well-known/ct-gossip/v1/sth-pollination";
constexpr const char* kOldFeedback = "/.well-known/ct/v1/sct-feedback";
constexpr const char* kNewFeedback = "/.well-known/ct-gossip/v1/sct-feedback";

class GossipClientTest : public ::testing::Test {
 protected:
  // Serve starts the site anew.
  void ServeBy(Handler handler) {
    server_.emplace(std::move(handler), names_.Issue("localhost"));
    site_ = server_->url();
  }
  void Serve(const ScriptedAnswer& answer) {
    ServeBy([answer](const ScriptedRequest&) { return answer; });
  }

  HttpOptions Options() const {
    HttpOptions options;
    options.ca_file = names_.ca_file();
    options.timeout_ms = 20'000;
    return options;
  }
  GossipClient Client() const { return GossipClient(Options()); }

  Answer<GossipReply> Pollinate() const { return Client().Pollinate(site_, heads_); }
  Answer<GossipReply> GiveFeedback() const { return Client().GiveFeedback(site_, entries_); }

  std::vector<std::string> Targets() const {
    std::vector<std::string> out;
    for (const ScriptedRequest& request : server_->requests()) {
      out.push_back(request.method + " " + request.target);
    }
    return out;
  }

  // HandMade is a head's JSON as clients of today write it.
  std::string HandMade(const GossipHead& head) const {
    const TreeHead& tree = head.sth.head;
    return R"({"sth_version":0,"tree_size":)" + std::to_string(tree.tree_size) +
           ",\"timestamp\":" + std::to_string(tree.timestamp_ms) + ",\"sha256_root_hash\":\"" +
           EncodeBase64(tree.sha256_root_hash) + "\",\"tree_head_signature\":\"" +
           EncodeBase64(head.sth.signature) + "\",\"log_id\":\"" + EncodeBase64(*head.log_id) +
           "\"}";
  }

  testlib::TestLog log_{"Amber", "Operator A"};
  testing::TlsNames names_;
  std::vector<GossipHead> heads_ = {gossip_testing::HeadOf(log_, 10),
                                    gossip_testing::HeadOf(log_, 11)};
  std::vector<FeedbackEntry> entries_ = {
      {{names_.ca().certificate()}, {gossip_testing::UnsignedSct(3)}}};
  std::optional<ScriptedServer> server_;
  std::string site_;
};

// ExpectBare: nothing but what HTTP cannot do without.
void ExpectBare(const ScriptedRequest& request) {
  std::vector<std::string> names;
  for (const auto& [name, value] : request.headers) {
    names.push_back(name);
  }
  EXPECT_THAT(names, ::testing::ElementsAre("accept", "accept-encoding", "content-length",
                                            "content-type", "host"));
  EXPECT_EQ(request.Header("accept"), "*/*");
  EXPECT_EQ(request.Header("accept-encoding"), "gzip");
  EXPECT_EQ(request.Header("content-type"), "application/json");
  EXPECT_EQ(request.Header("content-length"), std::to_string(request.body.size()));
}

TEST_F(GossipClientTest, SendsTheseBytesAndNoOthers) {
  Serve({.body = kNoHeads});
  ASSERT_TRUE(Pollinate());
  ASSERT_TRUE(GiveFeedback());
  const std::vector<ScriptedRequest> requests = server_->requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].raw,
            FormatGossipRequest(MakePollination(site_, GossipFamily::kCt, heads_).value()));
  EXPECT_EQ(requests[1].raw,
            FormatGossipRequest(MakeSctFeedback(site_, GossipFamily::kCt, entries_).value()));
  EXPECT_EQ(Targets(), (std::vector<std::string>{std::string("POST ") + kOldPath,
                                                 std::string("POST ") + kOldFeedback}));
  EXPECT_EQ("https://" + requests[0].Header("host"), site_);
  ExpectBare(requests[0]);
  ExpectBare(requests[1]);
  EXPECT_EQ(requests[0].body,
            "{\"sths\":[" + HandMade(heads_[0]) + "," + HandMade(heads_[1]) + "]}");
  EXPECT_EQ(requests[1].body, "{\"sct_feedback\":[{\"x509_chain\":[\"" +
                                  EncodeBase64(entries_[0].x509_chain[0]) + "\"],\"sct_data\":[\"" +
                                  EncodeBase64(entries_[0].scts[0]) + "\"]}]}");
}

TEST_F(GossipClientTest, SaysTheHostAsHttpDoesHoweverTheSiteIsWritten) {
  server_.emplace([](const ScriptedRequest&) -> ScriptedAnswer { return {.body = kNoHeads}; },
                  names_.Issue("www.example"));
  HttpOptions options = Options();
  options.connect_to = {server_->Instead("www.example:443")};
  for (const char* const site :
       {"https://www.example", "https://www.example:443", "HTTPS://WWW.Example",
        "https://www.example.", "https:/www.example"}) {
    ASSERT_TRUE(GossipClient(options).Pollinate(site, heads_)) << site;
    const ScriptedRequest request = server_->requests().back();
    EXPECT_EQ(request.Header("host"), "www.example") << site;
    EXPECT_EQ(request.raw,
              FormatGossipRequest(MakePollination(site, GossipFamily::kCt, heads_).value()));
  }
}

TEST_F(GossipClientTest, OptionsLeaveItNoChoice) {
  Serve({.status = 307, .headers = {"Location: /elsewhere"}});
  HttpOptions options = Options();
  options.user_agent = "somebody/1";
  options.names_itself = true;
  options.follows = true;
  options.retries = 3;
  options.allow_http = true;
  const GossipClient client(options);
  EXPECT_FALSE(client.Pollinate(site_, heads_));
  ASSERT_EQ(server_->requests().size(), 1U);
  ExpectBare(server_->requests()[0]);
  ScriptedServer plain([](const ScriptedRequest&) -> ScriptedAnswer { return {}; });
  EXPECT_FALSE(client.Pollinate(plain.url(), heads_));
  EXPECT_EQ(plain.num_connections(), 0U);
}

TEST_F(GossipClientTest, TriesTheNewerPathWhereTheOldOneIsNot) {
  for (const int status : {404, 405}) {
    ServeBy([status](const ScriptedRequest& request) -> ScriptedAnswer {
      const bool is_new = request.target.starts_with("/.well-known/ct-gossip/");
      return is_new ? ScriptedAnswer{.body = R"({"v1":[],"v2":[]})"}
                    : ScriptedAnswer{.status = status, .headers = {"Allow: GET"}};
    });
    const Answer<GossipReply> reply = Pollinate();
    ASSERT_TRUE(reply) << reply.error().sentence;
    EXPECT_EQ(reply->heads.dialect, HeadDialect::kVersioned);
    ASSERT_TRUE(GiveFeedback());
    EXPECT_EQ(Targets(),
              (std::vector<std::string>{
                  std::string("POST ") + kOldPath, std::string("POST ") + kNewPath,
                  std::string("POST ") + kOldFeedback, std::string("POST ") + kNewFeedback}));
    const std::vector<ScriptedRequest> requests = server_->requests();
    EXPECT_EQ(requests[1].body,
              "{\"v1\":[" + HandMade(heads_[0]) + "," + HandMade(heads_[1]) + "]}");
    EXPECT_THAT(requests[3].body, StartsWith(R"([{"x509_chain":["-----BEGIN CERTIFICATE-----)"));
    EXPECT_THAT(requests[3].body, HasSubstr("sct_data_v1"));
    for (const ScriptedRequest& request : requests) {
      ExpectBare(request);
    }
    EXPECT_EQ(server_->num_connections(), 4U) << "a handshake for each exchange";
  }
}

TEST_F(GossipClientTest, SaysThatTheDeployedPathIsNotThereWhereNeitherIs) {
  Serve({.status = 404});
  const Answer<GossipReply> reply = Pollinate();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, FailureKind::kStatus);
  EXPECT_EQ(reply.error().http_status, 404);
  EXPECT_THAT(reply.error().sentence, HasSubstr(kOldPath));
  EXPECT_EQ(server_->requests().size(), 2U);
}

TEST_F(GossipClientTest, EveryOtherStatusIsAFailureAndNotTriedAgain) {
  for (const int status : {201, 202, 204, 400, 401, 403, 410, 413, 415, 429, 500, 502, 503, 504}) {
    Serve({.status = status, .headers = {"Retry-After: 0"}});
    for (const bool is_feedback : {false, true}) {
      const Answer<GossipReply> reply = is_feedback ? GiveFeedback() : Pollinate();
      ASSERT_FALSE(reply) << status;
      EXPECT_EQ(reply.error().kind, FailureKind::kStatus) << status;
      EXPECT_EQ(reply.error().http_status, status);
    }
    EXPECT_EQ(server_->requests().size(), 2U) << status;
  }
}

TEST_F(GossipClientTest, FollowsNoRedirect) {
  const ScriptedServer other([](const ScriptedRequest&) -> ScriptedAnswer { return {}; },
                             names_.Issue("localhost"));
  for (const int status : {301, 302, 303, 307, 308}) {
    for (const std::string& target : {std::string(kNewPath), other.url() + kOldPath}) {
      ServeBy([status, target](const ScriptedRequest& request) -> ScriptedAnswer {
        return request.target == kOldPath
                   ? ScriptedAnswer{.status = status, .headers = {"Location: " + target}}
                   : ScriptedAnswer{.body = kNoHeads};
      });
      const Answer<GossipReply> reply = Pollinate();
      ASSERT_FALSE(reply) << status << " to " << target;
      EXPECT_EQ(reply.error().kind, FailureKind::kStatus);
      EXPECT_EQ(reply.error().http_status, status);
      EXPECT_EQ(Targets(), std::vector<std::string>{std::string("POST ") + kOldPath});
    }
  }
  EXPECT_EQ(other.num_connections(), 0U);
}

TEST_F(GossipClientTest, BringsNoCookieBack) {
  ServeBy([](const ScriptedRequest& request) -> ScriptedAnswer {
    return {.status = request.target == kOldPath ? 404 : 200,
            .headers = {"Set-Cookie: id=1; Path=/; Secure", "ETag: \"mark\"",
                        "Alt-Svc: h2=\":443\"", "Strict-Transport-Security: max-age=1000"}};
  });
  const GossipClient client = Client();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Pollinate(site_, heads_));
  }
  ASSERT_EQ(server_->requests().size(), 6U);
  for (const ScriptedRequest& request : server_->requests()) {
    ExpectBare(request);
  }
}

TEST_F(GossipClientTest, ReadsWillingness) {
  const struct {
    std::vector<std::string> headers;
    Willingness want;
  } cases[] = {
      {{}, Willingness::kAbsent},
      {{"TransGossipEnabled: Yes"}, Willingness::kYes},
      {{"transgossipenabled: no"}, Willingness::kNo},
      {{"TransGossipEnabled: Yes", "TransGossipEnabled: No"}, Willingness::kNo},
      {{"TransGossipEnabled: No", "TransGossipEnabled: Yes"}, Willingness::kNo},
      {{"TransGossipEnabled: perhaps"}, Willingness::kOther},
      {{"X-TransGossipEnabled: Yes"}, Willingness::kAbsent},
  };
  for (const auto& [headers, want] : cases) {
    Serve({.headers = headers});
    EXPECT_EQ(Pollinate()->willingness, want);
    EXPECT_EQ(GiveFeedback()->willingness, want);
  }
}

TEST_F(GossipClientTest, KnowsWhatTheConnectionShowed) {
  const ByteVector sct = log_.SignX509(AsBytes("anything"), kNowMs);
  const ByteVector other = gossip_testing::UnsignedSct(7);
  const testing::TlsIdentity with_scts = names_.Issue("localhost", [&](Bytes /* tbs */) {
    return testlib::SctList({sct, other});
  });
  server_.emplace([](const ScriptedRequest&) -> ScriptedAnswer { return {}; }, with_scts);
  site_ = server_->url();
  EXPECT_EQ(Pollinate()->shown, (FeedbackEntry{{with_scts.certificate}, {sct, other}}));
  EXPECT_EQ(GiveFeedback()->shown, (FeedbackEntry{{with_scts.certificate}, {sct, other}}));

  const testing::TlsIdentity bare = names_.Issue("localhost");
  server_.emplace([](const ScriptedRequest&) -> ScriptedAnswer { return {}; }, bare);
  site_ = server_->url();
  EXPECT_EQ(Pollinate()->shown, (FeedbackEntry{{bare.certificate}, {}}));
  // A list that is none is nothing that anybody could have seen.
  const testing::TlsIdentity broken = names_.Issue("localhost", [](Bytes /* tbs */) {
    return ByteVector{0, 9, 1};
  });
  server_.emplace([](const ScriptedRequest&) -> ScriptedAnswer { return {}; }, broken);
  site_ = server_->url();
  EXPECT_EQ(Pollinate()->shown, (FeedbackEntry{{broken.certificate}, {}}));
}

TEST_F(GossipClientTest, ReadsWhatComesBackInAnyDialect) {
  for (const HeadDialect dialect :
       {HeadDialect::kSths, HeadDialect::kSthGossip, HeadDialect::kVersioned}) {
    Serve({.body = EncodeHeads(dialect, heads_).value()});
    const Answer<GossipReply> reply = Pollinate();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->heads.dialect, dialect);
    ASSERT_EQ(reply->heads.heads.size(), 2U);
    EXPECT_EQ(reply->heads.heads[1].sth.head, heads_[1].sth.head);
  }
}

TEST_F(GossipClientTest, AnEmptyBodyIsNoHeads) {
  for (const bool is_chunked : {false, true}) {
    Serve({.body = is_chunked ? "\n" : "", .is_chunked = is_chunked});
    const Answer<GossipReply> reply = Pollinate();
    EXPECT_EQ(reply.has_value(), !is_chunked);  // white space is not empty, and no JSON
  }
  EXPECT_TRUE(GiveFeedback());
}

TEST_F(GossipClientTest, BadBodiesAreFailuresAndAskedForOnce) {
  const ByteVector bomb = DecodeBase64(testing::kGzipOfZeros).value();
  ASSERT_LT(bomb.size(), kMaxHeadMessageSize);
  const std::string large = R"({"sths":[]})" + std::string(kMaxHeadMessageSize, ' ');
  const struct {
    const char* name;
    ScriptedAnswer answer;
    FailureKind want;
  } cases[] = {
      {"no JSON", {.body = "<html>hello</html>"}, FailureKind::kMalformed},
      {"cut JSON", {.body = R"({"sths":[)"}, FailureKind::kMalformed},
      {"no such message", {.body = R"({"heads":[]})"}, FailureKind::kMalformed},
      {"twice", {.body = R"({"sths":[],"sths":[]})"}, FailureKind::kMalformed},
      {"large", {.body = large}, FailureKind::kTooLarge},
      {"large, chunked", {.body = large, .is_chunked = true}, FailureKind::kTooLarge},
      {"bomb",
       {.headers = {"content-encoding: gzip"}, .body = std::string(AsText(bomb))},
       FailureKind::kTooLarge},
      {"not packed",
       {.headers = {"content-encoding: gzip"}, .body = "{}"},
       FailureKind::kMalformed},
      {"cut off", {.body = kNoHeads, .cut_after = 40}, FailureKind::kNetwork},
      {"no HTTP", {.raw = "hello\r\n\r\n"}, FailureKind::kMalformed},
  };
  for (const auto& [name, answer, want] : cases) {
    Serve(answer);
    const Answer<GossipReply> reply = Pollinate();
    ASSERT_FALSE(reply) << name;
    EXPECT_EQ(reply.error().kind, want) << name << ": " << reply.error().sentence;
    EXPECT_EQ(server_->requests().size(), 1U) << name;
  }
}

TEST_F(GossipClientTest, FeedbackIsTakenWhateverThePageSaysButNotWithoutEnd) {
  Serve({.body = "<html>thank you</html>"});
  EXPECT_TRUE(GiveFeedback());
  Serve({.body = std::string(100'000, 'x')});
  EXPECT_EQ(GiveFeedback().error().kind, FailureKind::kTooLarge);
}

TEST_F(GossipClientTest, DoesNotWaitForAServerThatSaysNothing) {
  Serve({.is_silent = true});
  HttpOptions options = Options();
  options.timeout_ms = 300;
  const Answer<GossipReply> reply = GossipClient(options).Pollinate(site_, heads_);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, FailureKind::kNetwork);
  EXPECT_EQ(server_->num_connections(), 1U);
}

TEST_F(GossipClientTest, RefusesASiteThatIsMoreOrLessThanAHost) {
  Serve({.body = kNoHeads});
  const std::string port = site_.substr(site_.rfind(':'));
  for (const std::string& site :
       {"http://localhost" + port, site_ + "/", site_ + "/path", site_ + "?q", site_ + "#f",
        "https://u@localhost" + port, "https://u:p@localhost" + port, "localhost" + port,
        std::string("https://"), std::string(), std::string("https:///localhost"),
        "https:/localhost" + port + "/x", "ftp://localhost" + port, site_ + " ",
        site_ + std::string("\0x", 2)}) {
    EXPECT_FALSE(HostOfSite(site)) << site;
    EXPECT_EQ(MakePollination(site, GossipFamily::kCt, heads_).error().code,
              Errc::kInvalidArgument);
    const GossipClient client = Client();
    EXPECT_EQ(client.Pollinate(site, heads_).error().kind, FailureKind::kRefused) << site;
    EXPECT_EQ(client.GiveFeedback(site, entries_).error().kind, FailureKind::kRefused) << site;
  }
  EXPECT_EQ(server_->num_connections(), 0U);
}

TEST_F(GossipClientTest, CallsASiteByItsHost) {
  EXPECT_EQ(HostOfSite("https://www.example"), "www.example");
  EXPECT_EQ(HostOfSite("https://www.example:443"), "www.example");
  EXPECT_EQ(HostOfSite("https://www.example:8443"), "www.example:8443");
  EXPECT_EQ(HostOfSite("HTTPS://WWW.Example.:8443"), "www.example:8443");
  EXPECT_EQ(HostOfSite("https://[2001:db8::1]:8443"), "[2001:db8::1]:8443");
}

TEST_F(GossipClientTest, SendsNothingThatNoMessageCanHold) {
  Serve({.body = kNoHeads});
  heads_[0].sth.signature = {1};
  EXPECT_EQ(Pollinate().error().kind, FailureKind::kRefused);
  entries_[0].scts.clear();
  EXPECT_EQ(GiveFeedback().error().kind, FailureKind::kRefused);
  EXPECT_EQ(server_->num_connections(), 0U);
}

TEST_F(GossipClientTest, SendsNothingToWhoeverCannotShowTheName) {
  server_.emplace([](const ScriptedRequest&) -> ScriptedAnswer { return {}; },
                  names_.Issue("elsewhere.example"));
  site_ = server_->url();
  EXPECT_EQ(Pollinate().error().kind, FailureKind::kTls);
  EXPECT_TRUE(server_->requests().empty());
}

}  // namespace
}  // namespace tattle::gossip_client_test
