// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What is refused, and that everything survives NULL.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include "tests/adapters/curl/fixture.h"

namespace tattle::testlib::curl_misuse_test {
namespace {

class CurlMisuseTest : public CurlTest {
 protected:
  tattle_status Attach(const tattle_curl_options* options) {
    tattle_curl* ct = nullptr;
    const tattle_status status =
        tattle_curl_attach(handle_->easy(), &ct, require_.get(), options, &diag_);
    EXPECT_EQ(ct == nullptr, status != TATTLE_OK);
    tattle_curl_detach(ct);
    return status;
  }

  tattle_diag diag_ = TATTLE_DIAG_INIT;
  std::unique_ptr<Handle> handle_ = NewHandle();
};
INSTANTIATE_TEST_SUITE_P(Tls, CurlMisuseTest, testing::Values(CURL_SSLVERSION_TLSv1_3),
                         CurlVersionName);

TEST_P(CurlMisuseTest, SurvivesNull) {
  tattle_curl* ct = nullptr;
  EXPECT_EQ(tattle_curl_attach(nullptr, &ct, require_.get(), nullptr, nullptr), TATTLE_ERR_MISUSE);
  EXPECT_EQ(tattle_curl_attach(handle_->easy(), nullptr, require_.get(), nullptr, nullptr),
            TATTLE_ERR_MISUSE);
  EXPECT_EQ(tattle_curl_attach(handle_->easy(), &ct, nullptr, nullptr, &diag_), TATTLE_ERR_MISUSE);
  EXPECT_NE(std::string(diag_.text), "");
  tattle_curl_detach(nullptr);
  tattle_curl_finish(nullptr);
  EXPECT_EQ(tattle_curl_get0_session(nullptr), nullptr);
  EXPECT_STREQ(tattle_curl_get0_error(nullptr), "");
  EXPECT_EQ(tattle_curl_set_headers(nullptr, nullptr), TATTLE_ERR_MISUSE);
  std::int32_t ready = 7;
  EXPECT_EQ(tattle_curl_gossip_prepare(nullptr, &ready, &diag_), TATTLE_ERR_MISUSE);
  EXPECT_EQ(ready, 0);
  EXPECT_EQ(tattle_curl_gossip_finish(nullptr), 0);
  handle_->Attach(require_.get());
  EXPECT_EQ(tattle_curl_gossip_prepare(handle_->ct(), nullptr, nullptr), TATTLE_ERR_MISUSE);
  std::fill(std::begin(diag_.text), std::end(diag_.text) - 1, 'x');
  EXPECT_EQ(tattle_curl_gossip_prepare(nullptr, &ready, &diag_), TATTLE_ERR_MISUSE);
  EXPECT_STREQ(diag_.text, "ct, ready: must not be NULL");
  EXPECT_EQ(tattle_curl_gossip_prepare(handle_->ct(), &ready, &diag_), TATTLE_OK);
  EXPECT_EQ(diag_.code, 0U);
  EXPECT_STREQ(diag_.text, "");
  EXPECT_EQ(tattle_curl_gossip_finish(handle_->ct()), 0);
}

TEST_P(CurlMisuseTest, AHandleIsAttachedOnce) {
  const Client off = world().MakeClient({{"mode", "off"}});
  for (const tattle_client* first : {require_.get(), report_.get(), off.get()}) {
    handle_->Attach(first);
    EXPECT_EQ(Attach(nullptr), TATTLE_ERR_MISUSE);
    EXPECT_STREQ(diag_.text, "easy: is attached already");
    // The other one stands.
    EXPECT_EQ(handle_->Get(bad_url_),
              first == require_.get() ? CURLE_PEER_FAILED_VERIFICATION : CURLE_OK);
    handle_->Detach();
  }
  // Neither one that could not be attached is, nor a duplicate.
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.mode = 4;
  EXPECT_EQ(Attach(&options), TATTLE_ERR_MISUSE);
  handle_->Attach(require_.get());
  const Easy duplicate(curl_easy_duphandle(handle_->easy()));
  tattle_curl* ct = nullptr;
  EXPECT_EQ(tattle_curl_attach(duplicate.get(), &ct, require_.get(), nullptr, nullptr), TATTLE_OK);
  tattle_curl_detach(ct);
  curl_easy_reset(handle_->easy());
  EXPECT_EQ(Attach(nullptr), TATTLE_ERR_MISUSE);
  handle_->Detach();
  EXPECT_EQ(Attach(nullptr), TATTLE_OK);
}

TEST_P(CurlMisuseTest, TakesStructsOfOtherVersions) {
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  EXPECT_EQ(Attach(&options), TATTLE_OK);
  EXPECT_EQ(std::string(diag_.text), "");
  for (const std::size_t size : {std::size_t{0}, sizeof(options) - 1, SIZE_MAX}) {
    options.struct_size = size;
    EXPECT_EQ(Attach(&options), TATTLE_ERR_STRUCT_SIZE) << size;
  }
  options = TATTLE_CURL_OPTIONS_INIT;
  options.tls13_ciphers = "TLS_NONE_SUCH";
  options.struct_size = offsetof(tattle_curl_options, tls13_ciphers);
  handle_->Attach(require_.get(), options);
  EXPECT_EQ(handle_->Get(good_url_), CURLE_OK) << "what is behind the end was read";
  handle_->Detach();
  struct {
    tattle_curl_options known;
    std::size_t more;
  } longer = {TATTLE_CURL_OPTIONS_INIT, 0};
  longer.known.struct_size = sizeof(longer);
  EXPECT_EQ(Attach(&longer.known), TATTLE_OK);
  longer.more = 1;
  EXPECT_EQ(Attach(&longer.known), TATTLE_ERR_STRUCT_SIZE);
}

// Each new context takes what the configuration says, and complains of what it does not know.
TEST_P(CurlMisuseTest, LeavesTheErrorQueueAlone) {
  const std::string text =
      "test = modules\n[modules]\nssl_conf = applications\n[applications]\n"
      "system_default = defaults\n[defaults]\nCipherString = NONESUCH\n";
  const std::unique_ptr<BIO, Deleter<BIO_free>> file(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  const std::unique_ptr<CONF, Deleter<NCONF_free>> config(NCONF_new(nullptr));
  ASSERT_EQ(NCONF_load_bio(config.get(), file.get(), nullptr), 1);
  ASSERT_EQ(CONF_modules_load(config.get(), "test", 0), 1);
  ERR_clear_error();
  const SslCtx context(SSL_CTX_new(TLS_client_method()));
  EXPECT_NE(ERR_peek_error(), 0U) << "the test must be able to fail";
  ERR_clear_error();
  EXPECT_EQ(Attach(nullptr), TATTLE_OK) << diag_.text;
  EXPECT_EQ(ERR_peek_error(), 0U);
  ERR_raise(ERR_LIB_USER, 1);  // the program's own stays
  EXPECT_EQ(Attach(nullptr), TATTLE_OK) << diag_.text;
  EXPECT_EQ(ERR_GET_LIB(ERR_peek_last_error()), ERR_LIB_USER);
  ERR_clear_error();
  CONF_modules_finish();
}

// As for want of memory: a context that cannot be made has no ciphers, and not too few of them.
TEST_P(CurlMisuseTest, SaysThatOpenSslMakesNoContext) {
  const std::unique_ptr<OSSL_LIB_CTX, Deleter<OSSL_LIB_CTX_free>> empty(OSSL_LIB_CTX_new());
  const std::unique_ptr<OSSL_PROVIDER, Deleter<OSSL_PROVIDER_unload>> none(
      OSSL_PROVIDER_load(empty.get(), "null"));
  OSSL_LIB_CTX* const usual = OSSL_LIB_CTX_set0_default(empty.get());
  EXPECT_EQ(Attach(nullptr), TATTLE_ERR_MEMORY);
  EXPECT_EQ(std::string(diag_.text).find("easy: OpenSSL makes no context"), 0U) << diag_.text;
  EXPECT_EQ(ERR_peek_error(), 0U);
  OSSL_LIB_CTX_set0_default(usual);
  EXPECT_EQ(Attach(nullptr), TATTLE_OK);
}

TEST_P(CurlMisuseTest, RefusesWhatThereIsNot) {
  tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
  options.mode = 4;
  EXPECT_EQ(Attach(&options), TATTLE_ERR_MISUSE);
  EXPECT_NE(std::string(diag_.text), "");
  options.mode = 0;
  options.reserved = 1;
  EXPECT_EQ(Attach(&options), TATTLE_ERR_MISUSE);
}

}  // namespace
}  // namespace tattle::testlib::curl_misuse_test
