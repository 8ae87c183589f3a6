// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/adapters/curl/fixture.h"

namespace tattle::testlib {
namespace {

std::uint64_t WorldsTime(void* /*arg*/) {
  return kNowMs;
}

std::size_t Keep(char* part, std::size_t size, std::size_t count, void* arg) {
  static_cast<std::string*>(arg)->append(part, size * count);
  return size * count;
}

}  // namespace

CURLcode AtWorldsTime(CURL* /*easy*/, void* context, void* /*arg*/) {
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(static_cast<SSL_CTX*>(context)),
                             static_cast<time_t>(kNowMs / 1000));
  return CURLE_OK;
}

Handle::Handle(const World& world, int version) : easy_(curl_easy_init()) {
  static curl_slist* const here = curl_slist_append(nullptr, "::127.0.0.1:");
  Set(CURLOPT_SSLVERSION, static_cast<long>(version) | (static_cast<long>(version) << 16));
  Set(CURLOPT_CAINFO, world.root_file.c_str());
  Set(CURLOPT_CAPATH, nullptr);
  Set(CURLOPT_CONNECT_TO, here);
  Set(CURLOPT_PROXY, "");
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_TIMEOUT, 30L);
  Set(CURLOPT_ERRORBUFFER, curl_error_.data());
  KeepBody();
  Set(CURLOPT_SSL_CTX_FUNCTION, &AtWorldsTime);
}

void Handle::Attach(const tattle_client* client, tattle_curl_options options) {
  if (options.now_ms == nullptr) {
    options.now_ms = WorldsTime;
  }
  if (options.ssl_ctx == nullptr) {
    options.ssl_ctx = AtWorldsTime;
  }
  tattle_curl* ct = nullptr;
  tattle_diag diag = TATTLE_DIAG_INIT;
  ASSERT_EQ(tattle_curl_attach(easy_.get(), &ct, client, &options, &diag), TATTLE_OK) << diag.text;
  ct_.reset(ct);
}

void Handle::KeepBody() {
  Set(CURLOPT_WRITEFUNCTION, &Keep);
  Set(CURLOPT_WRITEDATA, &body_);
}

CURLcode Handle::Get(const std::string& url) {
  Set(CURLOPT_URL, url.c_str());
  return Perform();
}

CURLcode Handle::Perform() {
  body_.clear();
  curl_error_[0] = '\0';
  const CURLcode code = curl_easy_perform(easy_.get());
  tattle_curl_finish(ct_.get());
  return code;
}

long Handle::num_connects() const {
  long number = -1;
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &number);
  return number;
}

World* CurlTest::the_world = nullptr;

void CurlTest::SetUpTestSuite() {
  the_world = new World;
}

void CurlTest::TearDownTestSuite() {
  delete the_world;
  the_world = nullptr;
}

ByteVector CurlTest::CertificateFor(const std::string& name, bool with_scts) {
  TestCertificateSpec spec;
  spec.common_name = name;
  if (!with_scts) {
    return the_world->ca.Issue(the_world->leaf_key, spec);
  }
  return the_world->ca.Issue(the_world->leaf_key, spec, [](Bytes tbs) {
    return SctList({the_world->alpha.SignPrecert(tbs, the_world->ca.key().Spki(), kStampMs),
                    the_world->beta.SignPrecert(tbs, the_world->ca.key().Spki(), kStampMs)});
  });
}

std::unique_ptr<Handle> CurlTest::NewAttached(const Client& client,
                                              tattle_curl_options options) const {
  std::unique_ptr<Handle> handle = NewHandle();
  handle->Attach(client.get(), options);
  return handle;
}

std::string CurlVersionName(const testing::TestParamInfo<int>& version) {
  return version.param == CURL_SSLVERSION_TLSv1_2 ? "V12" : "V13";
}

}  // namespace tattle::testlib
