// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Connections and TLS sessions that several transfers and handles use: whoever requires CT gets
// none that was not judged for it, and whoever does not is left as it was.

#include <memory>
#include <string>
#include <vector>

#include "tests/adapters/curl/fixture.h"

namespace tattle::testlib::curl_reuse_test {
namespace {

constexpr char kRefusedUnjudged[] =
    "example.test: CT is required, and the connection was not judged";

// Pool is what handles have in common: a CURLSH with connections and sessions.
Share MakePool() {
  Share share(curl_share_init());
  for (const curl_lock_data data : {CURL_LOCK_DATA_CONNECT, CURL_LOCK_DATA_SSL_SESSION}) {
    EXPECT_EQ(curl_share_setopt(share.get(), CURLSHOPT_SHARE, data), CURLSHE_OK);
  }
  return share;
}

class CurlReuseTest : public CurlTest {
 protected:
  std::unique_ptr<Handle> InPool(std::unique_ptr<Handle> handle) const {
    handle->Set(CURLOPT_SHARE, pool_.get());
    return handle;
  }

  // Closing makes a site end each connection behind its answer, so that sessions are resumed.
  static void LetClose(Site& site) {
    site.set_handler([](const SiteRequest&) {
      Site::Answer answer;
      answer.close = true;
      return answer;
    });
  }

  Share pool_ = MakePool();
};
TATTLE_FOR_BOTH_CURL_VERSIONS(CurlReuseTest);

TEST_P(CurlReuseTest, UnattachedHandlesShareConnections) {
  // The tests below must be able to fail.
  EXPECT_EQ(InPool(NewHandle())->Get(bad_url_), CURLE_OK);
  EXPECT_EQ(InPool(NewHandle())->Get(bad_url_), CURLE_OK);
  EXPECT_EQ(bad_.num_connections(), 1);
}

TEST_P(CurlReuseTest, UnattachedHandlesResumeSessions) {
  LetClose(bad_);
  EXPECT_EQ(InPool(NewHandle())->Get(bad_url_), CURLE_OK);
  EXPECT_EQ(InPool(NewHandle())->Get(bad_url_), CURLE_OK);
  EXPECT_EQ(bad_.num_resumed(), 1);
}

TEST_P(CurlReuseTest, AConnectionOfAnUnattachedHandleIsNotTaken) {
  const auto unattached = InPool(NewHandle());
  ASSERT_EQ(unattached->Get(bad_url_), CURLE_OK);
  const auto strict = InPool(NewAttached(require_));
  EXPECT_EQ(strict->Get(bad_url_), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(bad_.num_connections(), 2);
  EXPECT_EQ(bad_.requests().size(), 1U);
  // The other one's is still there, and still its own.
  EXPECT_EQ(unattached->Get(bad_url_), CURLE_OK);
  EXPECT_EQ(unattached->num_connects(), 0);
}

TEST_P(CurlReuseTest, AConnectionThatWasOnlyReportedIsNotTaken) {
  const auto reporting = InPool(NewAttached(report_));
  ASSERT_EQ(reporting->Get(bad_url_), CURLE_OK);
  const auto strict = InPool(NewAttached(require_));
  EXPECT_EQ(strict->Get(bad_url_), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(bad_.requests().size(), 1U);
  EXPECT_EQ(reporting->Get(bad_url_), CURLE_OK);
  EXPECT_EQ(reporting->num_connects(), 0);
  EXPECT_EQ(reporting->compliance(), TATTLE_NOT_COMPLIANT) << "also for a connection of before";
}

TEST_P(CurlReuseTest, AConnectionThatAnotherPolicyLikedIsNotTaken) {
  const Site site(world(), world().leaf, {{world().ListOver({&world().alpha})}, {}});
  const Client easy_going = world().MakeClient({{"policy", "rfc6962"}});
  EXPECT_EQ(InPool(NewAttached(easy_going))->Get(site.UrlFor("example.test")), CURLE_OK);
  EXPECT_EQ(InPool(NewAttached(require_))->Get(site.UrlFor("example.test")),
            CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(site.requests().size(), 1U);
}

TEST_P(CurlReuseTest, AnUnattachedHandleIsNotGivenJudgedConnections) {
  ASSERT_EQ(InPool(NewAttached(require_))->Get(good_url_), CURLE_OK);
  const auto unattached = InPool(NewHandle());
  EXPECT_EQ(unattached->Get(good_url_), CURLE_OK);
  EXPECT_EQ(unattached->num_connects(), 1);
}

TEST_P(CurlReuseTest, HandlesOfOneClientShareConnections) {
  ASSERT_EQ(InPool(NewAttached(require_))->Get(good_url_), CURLE_OK);
  tattle_client* share = nullptr;
  ASSERT_EQ(tattle_client_share(require_.get(), &share, nullptr), TATTLE_OK);
  const Client shared(share);
  const auto other = InPool(NewAttached(shared));
  ASSERT_EQ(other->Get(good_url_), CURLE_OK);
  EXPECT_EQ(other->num_connects(), 0);
  EXPECT_EQ(other->compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(good_.num_connections(), 1);
}

TEST_P(CurlReuseTest, ConnectionsOutliveTheirHandle) {
  auto first = InPool(NewAttached(require_));
  ASSERT_EQ(first->Get(good_url_), CURLE_OK);
  first->Detach();
  first.reset();
  const auto second = InPool(NewAttached(require_));
  ASSERT_EQ(second->Get(good_url_), CURLE_OK);
  EXPECT_EQ(good_.num_connections(), 1);
}

TEST_P(CurlReuseTest, AJudgedSessionIsResumed) {
  LetClose(good_);
  const auto handle = NewAttached(require_);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  EXPECT_EQ(handle->origin(), TATTLE_ORIGIN_VERIFIED);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  EXPECT_EQ(handle->origin(), TATTLE_ORIGIN_RESUMED);
  EXPECT_EQ(handle->compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(good_.num_resumed(), 1);
}

TEST_P(CurlReuseTest, ASessionThatWasNotJudgedIsNotResumed) {
  LetClose(bad_);
  LetClose(good_);
  const auto unattached = InPool(NewHandle());
  ASSERT_EQ(unattached->Get(bad_url_), CURLE_OK);
  ASSERT_EQ(unattached->Get(good_url_), CURLE_OK);
  EXPECT_EQ(InPool(NewAttached(report_))->Get(bad_url_), CURLE_OK);
  EXPECT_EQ(InPool(NewAttached(require_))->Get(bad_url_), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(bad_.num_resumed(), 0);
  const auto strict = InPool(NewAttached(require_));
  EXPECT_EQ(strict->Get(good_url_), CURLE_OK);
  EXPECT_EQ(strict->origin(), TATTLE_ORIGIN_VERIFIED);
  EXPECT_EQ(good_.num_resumed(), 0);
}

// The cache key keeps sessions apart; where a program undoes that, the OpenSSL adapter still does.
TEST_P(CurlReuseTest, NorWhereTheCacheOffersIt) {
  LetClose(good_);
  const auto handle = InPool(NewAttached(require_));
  char* ciphers = nullptr;
  const auto unattached = InPool(NewHandle());
  handle->Set(CURLOPT_TLS13_CIPHERS, ciphers);
  ASSERT_EQ(unattached->Get(good_url_), CURLE_OK);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK) << handle->error();
  EXPECT_EQ(good_.num_resumed(), 0);
  EXPECT_EQ(handle->origin(), TATTLE_ORIGIN_VERIFIED);
}

TEST_P(CurlReuseTest, NorIsSuchAConnectionWhereThePoolOffersIt) {
  const auto unattached = InPool(NewHandle());
  ASSERT_EQ(unattached->Get(good_url_), CURLE_OK);
  const auto strict = InPool(NewAttached(require_));
  strict->Set(CURLOPT_TLS13_CIPHERS, nullptr);
  EXPECT_EQ(strict->Get(good_url_), CURLE_ABORTED_BY_CALLBACK);
  EXPECT_EQ(strict->error(), kRefusedUnjudged);
  EXPECT_EQ(strict->session(), nullptr);
  EXPECT_EQ(good_.requests().size(), 1U);
  EXPECT_EQ(strict->Get(good_url_), CURLE_OK) << "curl has closed that one";
  EXPECT_EQ(strict->compliance(), TATTLE_COMPLIANT);
  ASSERT_EQ(InPool(NewHandle())->Get(bad_url_), CURLE_OK);
  const auto reporting = InPool(NewAttached(report_));
  reporting->Set(CURLOPT_TLS13_CIPHERS, nullptr);
  EXPECT_EQ(reporting->Get(bad_url_), CURLE_OK);
  EXPECT_EQ(reporting->num_connects(), 0);
  EXPECT_EQ(reporting->session(), nullptr) << "nobody judged it";
}

TEST_P(CurlReuseTest, AHandleWhoseContextFunctionWasReplacedSendsNothing) {
  const auto strict = NewAttached(require_);
  strict->Set(CURLOPT_SSL_CTX_FUNCTION, &AtWorldsTime);
  EXPECT_EQ(strict->Get(bad_url_), CURLE_ABORTED_BY_CALLBACK);
  EXPECT_EQ(strict->error(), kRefusedUnjudged);
  EXPECT_EQ(bad_.requests().size(), 0U);
}

TEST_P(CurlReuseTest, ADuplicateIsRefusedUntilItIsAttached) {
  const auto strict = NewAttached(require_);
  ASSERT_EQ(strict->Get(good_url_), CURLE_OK);
  const Easy duplicate(curl_easy_duphandle(strict->easy()));
  EXPECT_EQ(curl_easy_perform(duplicate.get()), CURLE_ABORTED_BY_CALLBACK);
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.ssl_ctx = AtWorldsTime;
  tattle_curl* ct = nullptr;
  ASSERT_EQ(tattle_curl_attach(duplicate.get(), &ct, require_.get(), &options, nullptr), TATTLE_OK);
  const Attached attached(ct);
  EXPECT_EQ(curl_easy_perform(duplicate.get()), CURLE_OK);
}

TEST_P(CurlReuseTest, ADetachedHandleIsAsBefore) {
  const auto unattached = InPool(NewHandle());
  ASSERT_EQ(unattached->Get(bad_url_), CURLE_OK);
  const auto handle = InPool(NewAttached(require_));
  EXPECT_EQ(handle->Get(bad_url_), CURLE_PEER_FAILED_VERIFICATION);
  handle->Detach();
  EXPECT_EQ(handle->Get(bad_url_), CURLE_OK);
  EXPECT_EQ(handle->num_connects(), 0) << "of the pool";
}

TEST_P(CurlReuseTest, SessionsAllowNoEarlyData) {
  // libcurl 8.11 and later would send some.
  static std::vector<std::uint32_t> allowed;
  allowed.clear();
  Site site(world(), world().embedded, {},
            [](SSL_CTX* context) { SSL_CTX_set_max_early_data(context, 1000); });
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.ssl_ctx = [](CURL* easy, void* context, void* arg) {
    SSL_CTX_sess_set_new_cb(static_cast<SSL_CTX*>(context), [](SSL* /*ssl*/, SSL_SESSION* session) {
      allowed.push_back(SSL_SESSION_get_max_early_data(session));
      return 0;
    });
    return AtWorldsTime(easy, context, arg);
  };
  const auto handle = NewAttached(require_, options);
  ASSERT_EQ(handle->Get(site.UrlFor("example.test")), CURLE_OK);
  ASSERT_FALSE(allowed.empty());
  EXPECT_EQ(allowed, std::vector<std::uint32_t>(allowed.size(), 0));
}

class CurlRedirectTest : public CurlReuseTest {
 protected:
  CurlRedirectTest() {
    good_.set_handler([this](const SiteRequest&) {
      Site::Answer answer;
      answer.status = "302 Found";
      answer.fields = "Location: " + target_ + "\r\n";
      return answer;
    });
  }

  std::string target_;
  Site other_good_{world(), CertificateFor("other.test", true)};
  Site other_bad_{world(), CertificateFor("other.test", false)};
};
TATTLE_FOR_BOTH_CURL_VERSIONS(CurlRedirectTest);

TEST_P(CurlRedirectTest, GoesOnToAHostThatIsCompliant) {
  target_ = other_good_.UrlFor("other.test");
  const auto handle = NewAttached(require_);
  handle->Set(CURLOPT_FOLLOWLOCATION, 1L);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK) << handle->error();
  EXPECT_EQ(other_good_.requests().size(), 1U);
  EXPECT_EQ(handle->compliance(), TATTLE_COMPLIANT);
}

TEST_P(CurlRedirectTest, StopsBeforeAHostThatIsNot) {
  target_ = other_bad_.UrlFor("other.test");
  const auto handle = NewAttached(require_);
  handle->Set(CURLOPT_FOLLOWLOCATION, 1L);
  EXPECT_EQ(handle->Get(good_url_), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(handle->error().find("other.test: not compliant"), 0U) << handle->error();
  EXPECT_EQ(tattle_session_decision(handle->session()), TATTLE_REFUSE);
  EXPECT_EQ(other_bad_.requests().size(), 0U);
}

TEST_P(CurlRedirectTest, StopsBeforeAConnectionThatSomebodyElseOpened) {
  ASSERT_EQ(InPool(NewHandle())->Get(other_bad_.UrlFor("other.test")), CURLE_OK);
  target_ = other_bad_.UrlFor("other.test");
  const auto handle = InPool(NewAttached(require_));
  handle->Set(CURLOPT_FOLLOWLOCATION, 1L);
  EXPECT_EQ(handle->Get(good_url_), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(other_bad_.requests().size(), 1U);
}

TEST_P(CurlRedirectTest, StopsBeforeClearText) {
  Site plain(world(), {});
  target_ = plain.UrlFor("example.test");
  const auto handle = NewAttached(require_);
  handle->Set(CURLOPT_FOLLOWLOCATION, 1L);
  EXPECT_EQ(handle->Get(good_url_), CURLE_ABORTED_BY_CALLBACK);
  EXPECT_EQ(plain.requests().size(), 0U);
  EXPECT_EQ(handle->session(), nullptr) << "of the request before";
}

class CurlMultiTest : public CurlReuseTest {
 protected:
  // Run makes the transfers of all handles at once, and gives their results in the same order.
  std::vector<CURLcode> Run(const std::vector<Handle*>& handles) {
    std::vector<CURLcode> codes(handles.size(), CURL_LAST);
    for (Handle* handle : handles) {
      EXPECT_EQ(curl_multi_add_handle(multi_.get(), handle->easy()), CURLM_OK);
    }
    int running = 1;
    while (running != 0) {
      EXPECT_EQ(curl_multi_perform(multi_.get(), &running), CURLM_OK);
      curl_multi_poll(multi_.get(), nullptr, 0, 100, nullptr);
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      for (std::size_t i = 0; i < handles.size(); ++i) {
        if (handles[i]->easy() == message->easy_handle) {
          codes[i] = message->data.result;
        }
      }
    }
    for (Handle* handle : handles) {
      curl_multi_remove_handle(multi_.get(), handle->easy());
      tattle_curl_finish(handle->ct());
    }
    return codes;
  }

  Multi multi_{curl_multi_init()};
};
TATTLE_FOR_BOTH_CURL_VERSIONS(CurlMultiTest);

TEST_P(CurlMultiTest, EachHandleGetsWhatItAskedFor) {
  const auto unattached = NewHandle();
  const auto reporting = NewAttached(report_);
  const auto strict = NewAttached(require_);
  const auto content = NewAttached(require_);
  unattached->Set(CURLOPT_URL, bad_url_.c_str());
  reporting->Set(CURLOPT_URL, bad_url_.c_str());
  strict->Set(CURLOPT_URL, bad_url_.c_str());
  content->Set(CURLOPT_URL, good_url_.c_str());
  const std::vector<Handle*> all = {unattached.get(), reporting.get(), strict.get(), content.get()};
  const std::vector<CURLcode> want = {CURLE_OK, CURLE_OK, CURLE_PEER_FAILED_VERIFICATION, CURLE_OK};
  EXPECT_EQ(Run(all), want);
  EXPECT_EQ(reporting->compliance(), TATTLE_NOT_COMPLIANT);
  EXPECT_EQ(strict->error().find("example.test: not compliant"), 0U);
  EXPECT_EQ(content->compliance(), TATTLE_COMPLIANT);
  // Once more, with connections in the pool.
  EXPECT_EQ(Run(all), want);
  EXPECT_EQ(bad_.requests().size(), 4U);
  EXPECT_EQ(bad_.num_connections(), 4) << "two that are kept, and one refused each time";
  EXPECT_EQ(good_.num_connections(), 1);
  EXPECT_EQ(content->compliance(), TATTLE_COMPLIANT);
}

TEST_P(CurlMultiTest, HandlesOfOneClientShareConnections) {
  const auto first = NewAttached(require_);
  const auto second = NewAttached(require_);
  first->Set(CURLOPT_URL, good_url_.c_str());
  second->Set(CURLOPT_URL, good_url_.c_str());
  EXPECT_EQ(Run({first.get()}), std::vector<CURLcode>{CURLE_OK});
  EXPECT_EQ(Run({second.get()}), std::vector<CURLcode>{CURLE_OK});
  EXPECT_EQ(good_.num_connections(), 1);
  EXPECT_EQ(second->compliance(), TATTLE_COMPLIANT);
}

}  // namespace
}  // namespace tattle::testlib::curl_reuse_test
