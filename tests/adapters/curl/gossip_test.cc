// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What handles send to whom.

#include <string>
#include <string_view>
#include <vector>

#include "core/gossip/header.h"
#include "core/gossip/heads.h"
#include "tests/adapters/curl/gossip_fixture.h"

namespace tattle::testlib::curl_gossip_test {
namespace {

TATTLE_FOR_BOTH_CURL_VERSIONS(CurlGossipTest);

TEST_P(CurlGossipTest, OffersHeadsOnce) {
  Fill();
  const auto handle = NewAttached(client_, options_);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  const std::string value = LastField(good_, "transgossip");
  const std::string_view view = value;
  const auto content = DecodeTransGossip({&view, 1});
  ASSERT_TRUE(content.has_value());
  ASSERT_EQ(content->heads.size(), 2U) << value;
  EXPECT_EQ(content->skips.total(), 0U);
  EXPECT_EQ(content->heads[0].log_id, HeadOf(1).log_id);
  EXPECT_EQ(content->heads[0].sth.head.tree_size, 1001U);
  EXPECT_EQ(value.find("0:0101010101010101"), 0U) << value;
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  EXPECT_EQ(LastField(good_, "transgossip"), "");
}

TEST_P(CurlGossipTest, SaysEachTimeThatHeadsWereOffered) {
  Fill();
  const GossipNote offered = {kNowMs, GossipSaid::kOffered, "example.test", {}};
  {
    const auto handle = NewAttached(client_, options_);
    ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
    EXPECT_EQ(Told(), std::vector<GossipNote>({offered}));
    // Also within the hour.
    ASSERT_EQ(Prepare(*handle), 1);
    EXPECT_EQ(Told(), std::vector<GossipNote>({offered}));
    EXPECT_EQ(tattle_curl_gossip_finish(handle->ct()), 0);
    handle->KeepBody();
    ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
    EXPECT_TRUE(Told().empty());
  }
  // By POST before it is sent, and whatever becomes of it.
  const Client other = MakeClient();
  const auto handle = NewAttached(other);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  EXPECT_TRUE(Told().empty());
  ASSERT_EQ(Prepare(*handle), 1);
  EXPECT_EQ(Told(), std::vector<GossipNote>({offered}));
  EXPECT_EQ(tattle_curl_gossip_finish(handle->ct()), 0);
  EXPECT_TRUE(Told().empty());
}

TEST_P(CurlGossipTest, SaysNothingWhereNothingIsOffered) {
  Fill();
  const auto handle = NewAttached(client_, options_);
  ASSERT_EQ(handle->Get(other_url_), CURLE_OK);
  EXPECT_EQ(Prepare(*handle), 0);
  EXPECT_TRUE(Told().empty());
}

TEST_P(CurlGossipTest, AHeaderHasRoomForSome) {
  Fill(16);
  const auto handle = NewAttached(client_, options_);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  const std::string value = LastField(good_, "transgossip");
  EXPECT_LE(value.size(), 4096U);
  EXPECT_GE(value.size(), 2048U);
}

TEST_P(CurlGossipTest, OffersNothingUnasked) {
  Fill();
  ASSERT_EQ(NewAttached(client_)->Get(good_url_), CURLE_OK);
  EXPECT_EQ(LastField(good_, "transgossip"), "");
}

TEST_P(CurlGossipTest, OffersHeadsToTheirHostAlone) {
  Fill();
  other_.set_handler([](const SiteRequest&) { return Site::Answer(); });
  good_.set_handler([this](const SiteRequest&) {
    Site::Answer answer;
    answer.status = "302 Found";
    answer.fields = "Location: " + other_url_ + "\r\n";
    return answer;
  });
  const auto handle = NewAttached(client_, options_);
  const List headers(curl_slist_append(nullptr, "X-Mine: yes"));
  ASSERT_EQ(tattle_curl_set_headers(handle->ct(), headers.get()), TATTLE_OK);
  handle->Set(CURLOPT_FOLLOWLOCATION, 1L);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  EXPECT_NE(LastField(good_, "transgossip"), "");
  EXPECT_EQ(LastField(good_, "x-mine"), "yes");
  EXPECT_EQ(other_.requests().size(), 1U);
  EXPECT_EQ(LastField(other_, "transgossip"), "");
  EXPECT_EQ(LastField(other_, "x-mine"), "yes");
  // Nor by a name within that of the host, or the other way round.
  Site within(world(), CertificateFor("www.example.test", true));
  ASSERT_EQ(NewAttached(client_, options_)->Get(within.UrlFor("www.example.test")), CURLE_OK);
  EXPECT_EQ(LastField(within, "transgossip"), "");
  EXPECT_EQ(LastField(within, "host").find("www.example.test"), 0U);
}

TEST_P(CurlGossipTest, OffersNothingInClearText) {
  Fill();
  Site plain(world(), {});
  options_.allow_cleartext = 1;
  ASSERT_EQ(NewAttached(client_, options_)->Get(plain.UrlFor("example.test")), CURLE_OK);
  EXPECT_EQ(LastField(plain, "transgossip"), "");
}

TEST_P(CurlGossipTest, OffersNothingBesideWhatTellsWhoIsAsking) {
  Fill();
  const auto expect_none = [this](const char* what, const auto& set) {
    const Client client = MakeClient();  // which has offered nothing yet
    const auto handle = NewAttached(client, options_);
    std::string url = good_url_;
    const List headers = set(*handle, url);
    tattle_curl_set_headers(handle->ct(), headers.get());
    ASSERT_EQ(handle->Get(url), CURLE_OK) << what;
    EXPECT_EQ(LastField(good_, "transgossip"), "") << what;
    // A handle without offers it: the test can fail.
    ASSERT_EQ(NewAttached(client, options_)->Get(good_url_), CURLE_OK);
    EXPECT_NE(LastField(good_, "transgossip"), "") << what;
  };
  expect_none("a user in the URL", [](Handle& /*handle*/, std::string& url) {
    url.insert(std::string("https://").size(), "me:pw@");
    return List();
  });
  for (const char* line : {"Authorization: Bearer abc", "COOKIE: a=b", "X-Api-Key: 1"}) {
    expect_none(line, [line](Handle& /*handle*/, std::string& /*url*/) {
      return List(curl_slist_append(nullptr, line));
    });
  }
  for (const char* cookie : {"Set-Cookie: a=b; domain=example.test; path=/elsewhere",
                             "Set-Cookie: a=b; domain=.example.test"}) {
    expect_none(cookie, [cookie](Handle& handle, std::string& /*url*/) {
      handle.Set(CURLOPT_COOKIEFILE, "");
      handle.Set(CURLOPT_COOKIELIST, cookie);
      return List();
    });
  }
}

TEST_P(CurlGossipTest, CookiesOfOthersAreNoHindrance) {
  Fill();
  const auto handle = NewAttached(client_, options_);
  handle->Set(CURLOPT_COOKIEFILE, "");
  handle->Set(CURLOPT_COOKIELIST, "Set-Cookie: a=b; domain=other.test");
  handle->Set(CURLOPT_COOKIELIST, "Set-Cookie: a=b; domain=ample.test");
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  EXPECT_NE(LastField(good_, "transgossip"), "");
}

TEST_P(CurlGossipTest, PostsHeadsOnTheSameConnection) {
  Fill(16);
  const auto handle = NewAttached(client_);
  handle->Set(CURLOPT_USERAGENT, "agent/1");
  handle->Set(CURLOPT_USERPWD, "me:secret");
  handle->Set(CURLOPT_COOKIE, "mine=1");
  handle->Set(CURLOPT_REFERER, "https://elsewhere.test/");
  handle->Set(CURLOPT_RANGE, "0-9");
  handle->Set(CURLOPT_CUSTOMREQUEST, "FETCH");
  handle->Set(CURLOPT_ACCEPT_ENCODING, "");
  ASSERT_EQ(handle->Get(good_url_ + "path?query=1"), CURLE_OK);
  EXPECT_EQ(LastField(good_, "cookie"), "mine=1");
  const tattle_session* session = handle->session();
  ASSERT_EQ(Prepare(*handle), 1);
  ASSERT_EQ(curl_easy_perform(handle->easy()), CURLE_OK) << handle->curl_error();
  EXPECT_EQ(handle->num_connects(), 0);
  EXPECT_EQ(tattle_curl_gossip_finish(handle->ct()), 1);
  EXPECT_EQ(good_.num_connections(), 1);
  EXPECT_EQ(handle->body(), "hello") << "the program's function got the answer";
  EXPECT_EQ(handle->session(), session);
  const SiteRequest request = good_.requests().back();
  const std::string port = std::to_string(good_.port());
  EXPECT_EQ(request.head, "POST " + std::string(kEndpoint) + " HTTP/1.1\r\nHost: example.test:" +
                              port + "\r\nAccept: */*\r\nContent-Type: application/json\r\n" +
                              "Content-Length: " + std::to_string(request.body.size()) + "\r\n");
  const auto message = DecodeHeads(AsBytes(request.body));
  ASSERT_TRUE(message.has_value());
  ASSERT_EQ(message->heads.size(), 16U);
  EXPECT_EQ(message->dialect, HeadDialect::kSths);
  EXPECT_EQ(message->heads[15].sth.head.tree_size, 1016U);
  const std::vector<GossipNote> told = Told();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].what, GossipSaid::kOffered);
  EXPECT_EQ(told[1],
            (GossipNote{kNowMs, GossipSaid::kHeads, "example.test", ToVector(AsBytes(kAnswer))}));
  // Once is enough, and the handle is the program's again.
  EXPECT_EQ(Prepare(*handle), 0);
  handle->KeepBody();
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  EXPECT_EQ(LastField(good_, "content-type"), "");
  EXPECT_EQ(good_.requests().back().head.find("GET / HTTP/1.1\r\n"), 0U);
  EXPECT_EQ(handle->compliance(), TATTLE_COMPLIANT);
}

TEST_P(CurlGossipTest, AnAnswerMayHaveNoHeads) {
  Fill();
  good_.set_handler([](const SiteRequest&) {
    Site::Answer answer;
    answer.body.clear();
    return answer;
  });
  const auto handle = NewAttached(client_);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  ASSERT_EQ(Prepare(*handle), 1);
  ASSERT_EQ(curl_easy_perform(handle->easy()), CURLE_OK);
  EXPECT_EQ(tattle_curl_gossip_finish(handle->ct()), 1);
  const std::vector<GossipNote> told = Told();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[1], (GossipNote{kNowMs, GossipSaid::kHeads, "example.test", {}}));
}

TEST_P(CurlGossipTest, ARefusedPostIsNoneThatWasTaken) {
  Fill();
  good_.set_handler([](const SiteRequest& request) {
    Site::Answer answer;
    answer.status = request.body.empty() ? "200 OK" : "404 Not Found";
    return answer;
  });
  const auto handle = NewAttached(client_);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  ASSERT_EQ(Prepare(*handle), 1);
  ASSERT_EQ(curl_easy_perform(handle->easy()), CURLE_OK);
  EXPECT_EQ(tattle_curl_gossip_finish(handle->ct()), 0);
  const std::vector<GossipNote> told = Told();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].what, GossipSaid::kOffered);
}

TEST_P(CurlGossipTest, PostsNothingBesideCookies) {
  Fill();
  const auto handle = NewAttached(client_);
  handle->Set(CURLOPT_COOKIEFILE, "");
  ASSERT_EQ(handle->Get(good_.UrlFor("example.test", "/cookie")), CURLE_OK);
  EXPECT_EQ(Prepare(*handle), 0);
  handle->Set(CURLOPT_COOKIELIST, "ALL");
  EXPECT_EQ(Prepare(*handle), 1);
}

TEST_P(CurlGossipTest, PostsNothingToThoseWhoAreNotWilling) {
  Fill();
  const auto handle = NewAttached(client_);
  EXPECT_EQ(Prepare(*handle), 0) << "there was no transfer";
  ASSERT_EQ(handle->Get(other_url_), CURLE_OK);
  EXPECT_EQ(Prepare(*handle), 0);
  EXPECT_EQ(handle->Get(bad_url_), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(Prepare(*handle), 0);
}

TEST_P(CurlGossipTest, PostsNothingOnceTheConnectionIsClosed) {
  Fill();
  good_.set_handler([](const SiteRequest&) {
    Site::Answer answer;
    answer.close = true;
    return answer;
  });
  const auto handle = NewAttached(client_);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  EXPECT_EQ(Prepare(*handle), 0);
}

TEST_P(CurlGossipTest, PostsNothingOnAnotherConnection) {
  Fill();
  const auto handle = NewAttached(client_);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  ASSERT_EQ(Prepare(*handle), 1);
  handle->Set(CURLOPT_FRESH_CONNECT, 1L);
  EXPECT_EQ(curl_easy_perform(handle->easy()), CURLE_ABORTED_BY_CALLBACK);
  EXPECT_EQ(tattle_curl_gossip_finish(handle->ct()), 0);
  EXPECT_EQ(good_.requests().size(), 1U);
}

// Keys that a client certificate needs are the world's leaf's.
TEST_P(CurlGossipTest, AClientCertificateTellsWhoIsAsking) {
  Fill();
  options_.ssl_ctx = [](CURL* easy, void* context, void* arg) {
    auto* ctx = static_cast<SSL_CTX*>(context);
    const World& world = *static_cast<const World*>(arg);
    SSL_CTX_use_certificate(ctx, LoadX509(world.leaf).get());
    SSL_CTX_use_PrivateKey(ctx, world.leaf_key.get());
    return AtWorldsTime(easy, context, nullptr);
  };
  options_.ssl_ctx_arg = const_cast<World*>(&world());
  const auto handle = NewAttached(client_, options_);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  EXPECT_EQ(LastField(good_, "transgossip"), "");
  EXPECT_EQ(Prepare(*handle), 0);
}

}  // namespace
}  // namespace tattle::testlib::curl_gossip_test
