// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What becomes of single transfers.

#include <string>

#include "tests/adapters/curl/fixture.h"
#include "tests/testlib/ocsp.h"

namespace tattle::testlib::curl_judge_test {
namespace {

class CurlJudgeTest : public CurlTest {
 protected:
  ByteVector GoodList() const { return world().ListOver({&world().alpha, &world().beta}); }

  tattle_sct_source SourceOfFirst(const Handle& handle) const {
    return tattle_report_sct_source(tattle_session_get0_report(handle.session()), 0);
  }
};
TATTLE_FOR_BOTH_CURL_VERSIONS(CurlJudgeTest);

TEST_P(CurlJudgeTest, EmbeddedSctsPass) {
  const auto handle = NewAttached(require_);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK) << handle->curl_error();
  EXPECT_EQ(handle->body(), "hello");
  EXPECT_EQ(handle->scope(), TATTLE_SCOPE_PUBLIC);
  EXPECT_EQ(handle->compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(tattle_session_mode(handle->session()), TATTLE_MODE_REQUIRE);
  EXPECT_EQ(SourceOfFirst(*handle), TATTLE_SOURCE_EMBEDDED);
  EXPECT_EQ(handle->error(), "");
}

TEST_P(CurlJudgeTest, SctsOfTheTlsExtensionPass) {
  Site site(world(), world().leaf, {{GoodList()}, {}});
  const auto handle = NewAttached(require_);
  ASSERT_EQ(handle->Get(site.UrlFor("example.test")), CURLE_OK) << handle->error();
  EXPECT_EQ(SourceOfFirst(*handle), TATTLE_SOURCE_TLS);
}

TEST_P(CurlJudgeTest, SctsOfTheStaplePass) {
  Site site(world(), world().leaf,
            {{}, OcspResponse({{world().leaf, world().ca.certificate(), GoodList()}})});
  const Client client = world().MakeClient({{"policy", "mozilla"}});
  const auto handle = NewAttached(client);
  ASSERT_EQ(handle->Get(site.UrlFor("example.test")), CURLE_OK) << handle->error();
  EXPECT_EQ(SourceOfFirst(*handle), TATTLE_SOURCE_OCSP);
}

TEST_P(CurlJudgeTest, RefusesBeforeAnythingIsSent) {
  const auto handle = NewAttached(require_);
  EXPECT_EQ(handle->Get(bad_url_), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_NE(handle->curl_error().find("no valid SCTs found"), std::string::npos)
      << handle->curl_error();
  EXPECT_EQ(handle->error().find("example.test: not compliant with chrome: "), 0U)
      << handle->error();
  EXPECT_EQ(tattle_session_decision(handle->session()), TATTLE_REFUSE);
  EXPECT_EQ(handle->compliance(), TATTLE_NOT_COMPLIANT);
  EXPECT_EQ(bad_.requests().size(), 0U);
  // The next one is not blamed for it.
  EXPECT_EQ(handle->Get(good_url_), CURLE_OK);
  EXPECT_EQ(handle->error(), "");
  EXPECT_EQ(handle->compliance(), TATTLE_COMPLIANT);
}

TEST_P(CurlJudgeTest, ReportsOnly) {
  const auto handle = NewAttached(report_);
  ASSERT_EQ(handle->Get(bad_url_), CURLE_OK) << handle->curl_error();
  EXPECT_EQ(handle->compliance(), TATTLE_NOT_COMPLIANT);
  EXPECT_EQ(handle->error(), "");
}

TEST_P(CurlJudgeTest, AHandleMayHaveAModeOfItsOwn) {
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.mode = TATTLE_MODE_REPORT;
  EXPECT_EQ(NewAttached(require_, options)->Get(bad_url_), CURLE_OK);
  options.mode = TATTLE_MODE_REQUIRE;
  EXPECT_EQ(NewAttached(report_, options)->Get(bad_url_), CURLE_PEER_FAILED_VERIFICATION);
  options.mode = TATTLE_MODE_OFF;
  const auto handle = NewAttached(require_, options);
  EXPECT_EQ(handle->Get(bad_url_), CURLE_OK);
  EXPECT_EQ(handle->session(), nullptr);
}

TEST_P(CurlJudgeTest, AnOldSessionIsNotTakenForThatOfATransferThatFails) {
  const auto handle = NewAttached(require_);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK);
  EXPECT_NE(handle->Get("https://example.test:1/"), CURLE_OK);  // nobody listens
  EXPECT_EQ(handle->session(), nullptr);
  EXPECT_EQ(handle->error(), "");
}

TEST_P(CurlJudgeTest, PrivateCasAreNotJudged) {
  const Client client = world().MakeClient({}, false);
  const auto handle = NewAttached(client);
  ASSERT_EQ(handle->Get(bad_url_), CURLE_OK);
  EXPECT_EQ(handle->scope(), TATTLE_SCOPE_PRIVATE);
}

TEST_P(CurlJudgeTest, ChainsThatNobodyValidatesAreNotJudged) {
  const auto handle = NewAttached(require_);
  handle->Set(CURLOPT_SSL_VERIFYPEER, 0L);
  handle->Set(CURLOPT_CAINFO, nullptr);
  ASSERT_EQ(handle->Get(bad_url_), CURLE_OK) << handle->curl_error();
  EXPECT_EQ(handle->scope(), TATTLE_SCOPE_CHAIN_NOT_VALID);
}

TEST_P(CurlJudgeTest, AddressesMayBeExempt) {
  const Client client = world().MakeClient({{"exempt_hosts", "127.0.0.1"}});
  const auto handle = NewAttached(client);
  handle->Set(CURLOPT_SSL_VERIFYHOST, 0L);
  ASSERT_EQ(handle->Get(bad_.UrlFor("127.0.0.1")), CURLE_OK) << handle->error();
  EXPECT_EQ(handle->scope(), TATTLE_SCOPE_EXEMPT_HOST);
}

// The proxy is not the host behind it, though libcurl makes its context for a transfer to that.
TEST_P(CurlJudgeTest, AnAddressThatIsExemptExemptsNoProxy) {
  const Client client = world().MakeClient({{"exempt_hosts", "192.0.2.7"}});
  const auto handle = NewHandle();
  handle->Set(CURLOPT_CONNECT_TO, nullptr);
  handle->Set(CURLOPT_PROXY, bad_.UrlFor("127.0.0.1").c_str());
  handle->Set(CURLOPT_PROXY_CAINFO, world().root_file.c_str());
  handle->Set(CURLOPT_PROXY_SSL_VERIFYHOST, 0L);
  handle->Attach(client.get());
  EXPECT_EQ(handle->Get("https://192.0.2.7/"), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(handle->error().find("not compliant"), 0U) << handle->error();
  EXPECT_EQ(bad_.requests().size(), 0U);
}

// As through a proxy: what curl is connected to is not what the certificate is for.
TEST_P(CurlJudgeTest, AnAddressElsewhereIsKnownByItsCertificate) {
  const Client client = world().MakeClient({{"exempt_hosts", "192.0.2.7"}});
  for (const bool is_for_it : {true, false}) {
    const Site site(world(),
                    CertificateFor(is_for_it ? "some.test,IP:192.0.2.7" : "some.test", false));
    const std::string to = "::127.0.0.1:" + std::to_string(site.port());
    const List connect_to(curl_slist_append(nullptr, to.c_str()));
    const auto handle = NewAttached(client);
    handle->Set(CURLOPT_SSL_VERIFYHOST, 0L);
    handle->Set(CURLOPT_CONNECT_TO, connect_to.get());
    // The second time with a session.
    for (int i = 0; i < 2; ++i) {
      handle->Set(CURLOPT_FRESH_CONNECT, 1L);
      EXPECT_EQ(handle->Get("https://192.0.2.7/"),
                is_for_it ? CURLE_OK : CURLE_PEER_FAILED_VERIFICATION)
          << handle->error();
      EXPECT_EQ(handle->scope(), is_for_it ? TATTLE_SCOPE_EXEMPT_HOST : TATTLE_SCOPE_PUBLIC);
    }
  }
}

// From 8.17 on libcurl always says SSL_VERIFY_NONE, and looks at the result afterwards.
CURLcode AsLaterCurlDoes(CURL* easy, void* context, void* arg) {
  SSL_CTX_set_verify(static_cast<SSL_CTX*>(context), SSL_VERIFY_NONE, nullptr);
  return AtWorldsTime(easy, context, arg);
}

TEST_P(CurlJudgeTest, IsJudgedWhereLaterCurlVerifiesByItself) {
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.ssl_ctx = AsLaterCurlDoes;
  const auto handle = NewAttached(require_, options);
  EXPECT_EQ(handle->Get(good_url_), CURLE_OK) << handle->curl_error();
  EXPECT_EQ(handle->compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(handle->Get(bad_url_), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(bad_.requests().size(), 0U);
  EXPECT_NE(handle->error(), "");
  // A chain that nobody trusts is refused by curl.
  const World other;
  Site stranger(other, other.embedded);
  EXPECT_EQ(handle->Get(stranger.UrlFor("example.test")), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(stranger.requests().size(), 0U);
  EXPECT_EQ(handle->error(), "");
}

TEST_P(CurlJudgeTest, WhatIsNotEncryptedPassesOnlyByPermission) {
  Site plain(world(), {});
  const std::string url = plain.UrlFor("example.test");
  const auto strict = NewAttached(require_);
  EXPECT_EQ(strict->Get(url), CURLE_ABORTED_BY_CALLBACK);
  EXPECT_EQ(strict->error(), "example.test: CT is required, and the transfer is not encrypted");
  EXPECT_EQ(plain.requests().size(), 0U);
  EXPECT_EQ(strict->session(), nullptr);
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.allow_cleartext = 1;
  EXPECT_EQ(NewAttached(require_, options)->Get(url), CURLE_OK);
  const auto reporting = NewAttached(report_);
  EXPECT_EQ(reporting->Get(url), CURLE_OK);
  EXPECT_EQ(reporting->session(), nullptr);
}

TEST_P(CurlJudgeTest, FilesPassOnlyByPermission) {
  const std::string url = "file://" + world().root_file;
  const auto strict = NewAttached(require_);
  EXPECT_EQ(strict->Get(url), CURLE_ABORTED_BY_CALLBACK);
  EXPECT_EQ(strict->error(), "CT is required, and the transfer is not encrypted");
  EXPECT_EQ(strict->body(), "");
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.allow_cleartext = 1;
  EXPECT_EQ(NewAttached(require_, options)->Get(url), CURLE_OK);
  EXPECT_EQ(NewAttached(report_)->Get(url), CURLE_OK);
}

TEST_P(CurlJudgeTest, WhatIsEncryptedForAProxyOnlyIsNot) {
  const std::string here = "example.test:" + std::to_string(good_.port()) + ":127.0.0.1";
  const List resolve(curl_slist_append(nullptr, here.c_str()));
  for (const tattle_client* client : {require_.get(), report_.get()}) {
    const auto handle = NewHandle();
    handle->Set(CURLOPT_CONNECT_TO, nullptr);  // which makes curl ask the proxy for a tunnel
    handle->Set(CURLOPT_PROXY, good_url_.c_str());
    handle->Set(CURLOPT_RESOLVE, resolve.get());
    handle->Set(CURLOPT_PROXY_CAINFO, world().root_file.c_str());
    handle->Attach(client);
    const bool is_required = client == require_.get();
    EXPECT_EQ(handle->Get("http://example.test/"),
              is_required ? CURLE_ABORTED_BY_CALLBACK : CURLE_OK)
        << handle->curl_error();
    EXPECT_EQ(handle->session(), nullptr);
    EXPECT_EQ(good_.requests().size(), is_required ? 0U : 1U);
  }
}

TEST_P(CurlJudgeTest, AProxyIsJudgedToo) {
  const std::string here = "example.test:" + std::to_string(bad_.port()) + ":127.0.0.1";
  const List resolve(curl_slist_append(nullptr, here.c_str()));
  const auto handle = NewHandle();
  handle->Set(CURLOPT_PROXY, bad_url_.c_str());
  handle->Set(CURLOPT_RESOLVE, resolve.get());
  handle->Set(CURLOPT_PROXY_CAINFO, world().root_file.c_str());
  handle->Attach(require_.get());
  EXPECT_EQ(handle->Get("https://other.test/"), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(handle->error().find("example.test: not compliant"), 0U) << handle->error();
  EXPECT_EQ(bad_.requests().size(), 0U);
}

TEST_P(CurlJudgeTest, UrlsNeedNoScheme) {
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.allow_cleartext = 1;
  const auto handle = NewAttached(require_, options);
  handle->Set(CURLOPT_DEFAULT_PROTOCOL, "https");
  Site plain(world(), {});
  // In turn, on connections of before too.
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(handle->Get("example.test:" + std::to_string(good_.port())), CURLE_OK)
        << handle->error();
    EXPECT_EQ(handle->compliance(), TATTLE_COMPLIANT);
    EXPECT_EQ(handle->Get(plain.UrlFor("example.test")), CURLE_OK) << handle->error();
    EXPECT_EQ(handle->session(), nullptr);
  }
}

CURLcode FailingContext(CURL* /*easy*/, void* /*context*/, void* /*arg*/) {
  return CURLE_SSL_CERTPROBLEM;
}

CURLcode TakesExtension18(CURL* easy, void* context, void* arg) {
  // The program enables OpenSSL's own CT, with which Tattle cannot be attached.
  SSL_CTX_enable_ct(static_cast<SSL_CTX*>(context), SSL_CT_VALIDATION_PERMISSIVE);
  return AtWorldsTime(easy, context, arg);
}

int Forbid(void* arg, char* /*remote*/, char* /*local*/, int /*remote_port*/, int /*local_port*/) {
  ++*static_cast<int*>(arg);
  return CURL_PREREQFUNC_ABORT;
}

TEST_P(CurlJudgeTest, TheProgramsFunctionsAreCalled) {
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.ssl_ctx = FailingContext;
  EXPECT_EQ(NewAttached(require_, options)->Get(good_url_), CURLE_SSL_CERTPROBLEM);
  int calls = 0;
  options = TATTLE_CURL_OPTIONS_INIT;
  options.prereq = Forbid;
  options.prereq_arg = &calls;
  EXPECT_EQ(NewAttached(require_, options)->Get(good_url_), CURLE_ABORTED_BY_CALLBACK);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(good_.requests().size(), 0U);
  EXPECT_EQ(NewAttached(require_, options)->Get(bad_url_), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(calls, 1);
}

CURLcode CountContexts(CURL* easy, void* context, void* arg) {
  ++*static_cast<int*>(arg);
  return AtWorldsTime(easy, context, arg);
}

int CountRequests(void* arg, char* /*remote*/, char* /*local*/, int /*remote_port*/,
                  int /*local_port*/) {
  ++*static_cast<int*>(arg);
  return CURL_PREREQFUNC_OK;
}

// Whoever switches Tattle off switches off nothing of the program's.
TEST_P(CurlJudgeTest, TheProgramsFunctionsAreCalledInAnyMode) {
  for (const tattle_mode mode : {TATTLE_MODE_OFF, TATTLE_MODE_REPORT, TATTLE_MODE_REQUIRE}) {
    int contexts = 0;
    int requests = 0;
    tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
    options.mode = mode;
    options.ssl_ctx = CountContexts;
    options.ssl_ctx_arg = &contexts;
    options.prereq = CountRequests;
    options.prereq_arg = &requests;
    const auto handle = NewHandle();
    handle->Set(CURLOPT_SSL_CTX_FUNCTION, nullptr);
    handle->Attach(require_.get(), options);
    handle->Set(CURLOPT_FRESH_CONNECT, 1L);
    EXPECT_EQ(handle->Get(good_url_), CURLE_OK) << handle->curl_error();
    EXPECT_EQ(contexts, 1) << mode;
    EXPECT_EQ(requests, 1) << mode;
    handle->Detach();
    EXPECT_EQ(handle->Get(good_url_), CURLE_OK) << handle->curl_error();
    EXPECT_EQ(contexts, 2) << mode;
    EXPECT_EQ(requests, 2) << mode;
  }
}

// What the options do not name stays as the program has set it.
TEST_P(CurlJudgeTest, LeavesTheRestOfTheHandleAloneWhereTheModeIsOff) {
  int contexts = 0;
  const auto handle = NewHandle();
  handle->Set(CURLOPT_SSL_CTX_FUNCTION, &CountContexts);
  handle->Set(CURLOPT_SSL_CTX_DATA, &contexts);
  handle->Set(CURLOPT_FRESH_CONNECT, 1L);
  const Client off = world().MakeClient({{"mode", "off"}});
  tattle_curl* ct = nullptr;
  ASSERT_EQ(tattle_curl_attach(handle->easy(), &ct, off.get(), nullptr, nullptr), TATTLE_OK);
  EXPECT_EQ(handle->Get(good_url_), CURLE_OK) << handle->curl_error();
  tattle_curl_detach(ct);
  EXPECT_EQ(handle->Get(good_url_), CURLE_OK) << handle->curl_error();
  EXPECT_EQ(contexts, 2);
}

TEST_P(CurlJudgeTest, AContextThatCannotBeAttachedIsRefusedWhereCtIsRequired) {
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.ssl_ctx = TakesExtension18;
  const auto strict = NewAttached(require_, options);
  EXPECT_EQ(strict->Get(good_url_), CURLE_SSL_CONNECT_ERROR);
  EXPECT_NE(strict->error().find("extension 18"), std::string::npos) << strict->error();
  EXPECT_EQ(good_.requests().size(), 0U);
  const auto reporting = NewAttached(report_, options);
  EXPECT_EQ(reporting->Get(good_url_), CURLE_OK);
  EXPECT_EQ(reporting->session(), nullptr);
}

struct CipherOf {
  CURL* easy = nullptr;
  std::string name;
};

int KeepCipher(void* arg, char* /*remote*/, char* /*local*/, int /*remote_port*/,
               int /*local_port*/) {
  auto* cipher = static_cast<CipherOf*>(arg);
  curl_tlssessioninfo* info = nullptr;
  curl_easy_getinfo(cipher->easy, CURLINFO_TLS_SSL_PTR, &info);
  cipher->name = SSL_get_cipher_name(static_cast<SSL*>(info->internals));
  return CURL_PREREQFUNC_OK;
}

TEST_P(CurlJudgeTest, CiphersOfTheProgramHold) {
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.tls13_ciphers = "TLS_CHACHA20_POLY1305_SHA256";
  options.prereq = KeepCipher;
  CipherOf cipher;
  options.prereq_arg = &cipher;
  const auto handle = NewHandle();
  cipher.easy = handle->easy();
  handle->Attach(require_.get(), options);
  ASSERT_EQ(handle->Get(good_url_), CURLE_OK) << handle->curl_error();
  EXPECT_EQ(cipher.name == "TLS_CHACHA20_POLY1305_SHA256", GetParam() == CURL_SSLVERSION_TLSv1_3)
      << cipher.name;
  options = TATTLE_CURL_OPTIONS_INIT;
  options.tls13_ciphers = "TLS_NONE_SUCH";
  for (const tattle_mode mode : {TATTLE_MODE_OFF, TATTLE_MODE_REQUIRE}) {
    options.mode = mode;
    EXPECT_EQ(NewAttached(require_, options)->Get(good_url_), CURLE_SSL_CIPHER) << mode;
  }
}

}  // namespace
}  // namespace tattle::testlib::curl_judge_test
