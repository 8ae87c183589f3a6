// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What handles learn of willing servers.

#include <string>
#include <vector>

#include "tests/adapters/curl/gossip_fixture.h"

namespace tattle::testlib::curl_willing_test {
namespace {

using CurlWillingTest = CurlGossipTest;
TATTLE_FOR_BOTH_CURL_VERSIONS(CurlWillingTest);

TEST_P(CurlWillingTest, TellsWhoIsWilling) {
  Say(good_, "TransGossipEnabled: Yes\r\n");
  const auto handle = NewAttached(client_);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  const std::vector<GossipNote> told = Told();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0],
            (GossipNote{kNowMs, GossipSaid::kEnabled, "example.test", ToVector(AsBytes("Yes"))}));
  // Not each time.
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  ASSERT_EQ(NewAttached(client_)->Get(good_url_), CURLE_OK);
  EXPECT_EQ(Told().size(), 0U);
}

TEST_P(CurlWillingTest, TellsAllThatWasSaid) {
  Say(good_, "transgossipenabled: Yes\r\nTransGossipEnabled: No\r\nTransGossip: 0:abc:def\r\n");
  ASSERT_EQ(NewAttached(client_)->Get(good_url_), CURLE_OK);
  const std::vector<GossipNote> told = Told();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(AsText(told[0].said), "Yes, No");
  EXPECT_EQ(told[1].what, GossipSaid::kHeader);
  EXPECT_EQ(AsText(told[1].said), "0:abc:def");
}

TEST_P(CurlWillingTest, TellsNothingOfServersThatNobodyVouchesFor) {
  Say(bad_, "TransGossipEnabled: Yes\r\n");
  Site plain(world(), {});
  Say(plain, "TransGossipEnabled: Yes\r\n");
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.allow_cleartext = 1;
  const auto handle = NewAttached(client_, options);
  EXPECT_EQ(handle->Get(plain.UrlFor("example.test")), CURLE_OK);
  handle->Set(CURLOPT_SSL_VERIFYPEER, 0L);
  handle->Set(CURLOPT_CAINFO, nullptr);
  EXPECT_EQ(handle->Get(bad_url_), CURLE_OK);
  EXPECT_EQ(Told().size(), 0U);
}

TEST_P(CurlWillingTest, TellsNothingOfServersWithTheNameOfAnother) {
  Fill();
  Say(other_, "TransGossipEnabled: Yes\r\n");
  const auto handle = NewAttached(client_, options_);
  handle->Set(CURLOPT_SSL_VERIFYHOST, 0L);
  ASSERT_EQ(handle->Get(other_.UrlFor("example.test")), CURLE_OK);
  EXPECT_EQ(handle->scope(), TATTLE_SCOPE_PUBLIC);
  EXPECT_EQ(LastField(other_, "transgossip"), "");
  EXPECT_EQ(Prepare(*handle), 0);
  EXPECT_EQ(Told().size(), 0U);
  // It is not the option that stops it.
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  EXPECT_NE(LastField(good_, "transgossip"), "");
}

TEST_P(CurlWillingTest, AnAddressIsNoName) {
  Site named(world(), CertificateFor("127.0.0.1", true));
  // The fixture makes a list of subjectAltName of it.
  Site addressed(world(), CertificateFor("some.test,IP:127.0.0.1", true));
  for (Site* site : {&named, &addressed}) {
    Say(*site, "TransGossipEnabled: Yes\r\n");
    const auto handle = NewAttached(client_);
    handle->Set(CURLOPT_SSL_VERIFYHOST, 0L);
    ASSERT_EQ(handle->Get(site->UrlFor("127.0.0.1")), CURLE_OK);
    EXPECT_EQ(handle->scope(), TATTLE_SCOPE_PUBLIC);
    EXPECT_EQ(Told().size(), site == &addressed ? 1U : 0U);
  }
}

TEST_P(CurlWillingTest, EachHostOfAChainOfRedirectsSpeaksForItself) {
  Say(other_, "TransGossipEnabled: No\r\n");
  good_.set_handler([this](const SiteRequest&) {
    Site::Answer answer;
    answer.status = "302 Found";
    answer.fields = "TransGossipEnabled: Yes\r\nLocation: " + other_url_ + "\r\n";
    return answer;
  });
  const auto handle = NewAttached(client_);
  handle->Set(CURLOPT_FOLLOWLOCATION, 1L);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  const std::vector<GossipNote> told = Told();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].host, "example.test");
  EXPECT_EQ(AsText(told[0].said), "Yes");
  EXPECT_EQ(told[1].host, "other.test");
  EXPECT_EQ(AsText(told[1].said), "No");
}

TEST_P(CurlWillingTest, ANoIsHeardWithAnyStatus) {
  Fill();
  for (const char* const status : {"200 OK", "403 Forbidden", "404 Not Found", "503 Busy"}) {
    for (const bool is_post : {false, true}) {
      const Client client = MakeClient();
      Site site(world(), CertificateFor("example.test", true));
      site.set_handler([=](const SiteRequest& request) {
        Site::Answer answer;
        if (request.body.empty() != is_post) {
          answer.status = status;
          answer.fields = "TransGossipEnabled: No\r\n";
        }
        return answer;
      });
      const auto handle = NewAttached(client);
      ASSERT_EQ(handle->Get(site.UrlFor("example.test")), CURLE_OK);
      if (is_post) {
        EXPECT_TRUE(Told().empty());
        ASSERT_EQ(Prepare(*handle), 1);
        ASSERT_EQ(curl_easy_perform(handle->easy()), CURLE_OK);
        tattle_curl_gossip_finish(handle->ct());
      }
      std::vector<GossipNote> told = Told();
      std::erase_if(told, [](const GossipNote& note) { return note.what != GossipSaid::kEnabled; });
      ASSERT_EQ(told.size(), 1U) << status << is_post;
      EXPECT_EQ(told[0].host, "example.test");
      EXPECT_EQ(AsText(told[0].said), "No");
    }
  }
}

TEST_P(CurlWillingTest, AHostIsHeardThatRedirectsToOneThatIsRefused) {
  good_.set_handler([this](const SiteRequest&) {
    Site::Answer answer;
    answer.status = "302 Found";
    answer.fields = "TransGossipEnabled: Yes\r\nLocation: " + bad_url_ + "\r\n";
    return answer;
  });
  const auto handle = NewAttached(client_);
  handle->Set(CURLOPT_FOLLOWLOCATION, 1L);
  ASSERT_EQ(handle->Get(good_url_), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(Told().size(), 1U);
}

}  // namespace
}  // namespace tattle::testlib::curl_willing_test
