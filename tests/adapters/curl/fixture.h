// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Transfers with libcurl, from handles that are attached and from some that are not.

#ifndef TATTLE_TESTS_ADAPTERS_CURL_FIXTURE_H_
#define TATTLE_TESTS_ADAPTERS_CURL_FIXTURE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <curl/curl.h>
#include <gtest/gtest.h>

#include <tattle/curl.h>

#include "tests/adapters/curl/site.h"
#include "tests/adapters/openssl/world.h"

namespace tattle::testlib {

using Easy = std::unique_ptr<CURL, Deleter<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Deleter<curl_multi_cleanup>>;
using Share = std::unique_ptr<CURLSH, Deleter<curl_share_cleanup>>;
using List = std::unique_ptr<curl_slist, Deleter<curl_slist_free_all>>;
using Attached = std::unique_ptr<tattle_curl, Deleter<tattle_curl_detach>>;

// Handle is an easy handle that trusts the world's CA, at the world's time. All hosts are here.
class Handle {
 public:
  Handle(const World& world, int version);
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  // Attach judges what follows. `options` as tattle_curl_attach has them; clock and SSL_CTX
  // function are set here where they are not.
  void Attach(const tattle_client* client, tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT);
  void Detach() { ct_.reset(); }

  // Get makes a transfer, and finishes it.
  CURLcode Get(const std::string& url);
  CURLcode Perform();

  // KeepBody makes the answer come to body().
  void KeepBody();

  template <typename Value>
  void Set(CURLoption option, Value value) {
    EXPECT_EQ(curl_easy_setopt(easy_.get(), option, value), CURLE_OK) << option;
  }

  CURL* easy() const { return easy_.get(); }
  tattle_curl* ct() const { return ct_.get(); }
  const std::string& body() const { return body_; }
  std::string curl_error() const { return curl_error_.data(); }
  std::string error() const { return tattle_curl_get0_error(ct_.get()); }
  const tattle_session* session() const { return tattle_curl_get0_session(ct_.get()); }
  tattle_scope scope() const { return tattle_session_scope(session()); }
  tattle_origin origin() const { return tattle_session_origin(session()); }
  tattle_compliance compliance() const {
    return tattle_verdict_compliance(tattle_session_get0_verdict(session()));
  }
  long num_connects() const;  // of the last transfer

 private:
  std::array<char, CURL_ERROR_SIZE> curl_error_ = {};
  std::string body_;
  Easy easy_;
  Attached ct_;  // goes before the handle
};

// AtWorldsTime is an SSL_CTX function of a program: certificates are valid at the world's time.
CURLcode AtWorldsTime(CURL* easy, void* context, void* arg);

// CurlTest is run for TLS 1.2 and 1.3, CURL_SSLVERSION_*.
class CurlTest : public testing::TestWithParam<int> {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();

  const World& world() const { return *the_world; }

  // A certificate for another name, with SCTs or without.
  static ByteVector CertificateFor(const std::string& name, bool with_scts);

  std::unique_ptr<Handle> NewHandle() const {
    return std::make_unique<Handle>(*the_world, GetParam());
  }
  std::unique_ptr<Handle> NewAttached(const Client& client,
                                      tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT) const;

  // Good and bad answer for example.test; bad has no SCTs.
  Site good_{*the_world, the_world->embedded};
  Site bad_{*the_world, the_world->leaf};
  std::string good_url_ = good_.UrlFor("example.test");
  std::string bad_url_ = bad_.UrlFor("example.test");
  Client require_ = the_world->MakeClient();
  Client report_ = the_world->MakeClient({{"mode", "report"}});

 private:
  static World* the_world;
};

std::string CurlVersionName(const testing::TestParamInfo<int>& version);

}  // namespace tattle::testlib

#define TATTLE_FOR_BOTH_CURL_VERSIONS(suite)                                                  \
  INSTANTIATE_TEST_SUITE_P(Tls, suite,                                                        \
                           testing::Values(CURL_SSLVERSION_TLSv1_2, CURL_SSLVERSION_TLSv1_3), \
                           ::tattle::testlib::CurlVersionName)

#endif  // TATTLE_TESTS_ADAPTERS_CURL_FIXTURE_H_
