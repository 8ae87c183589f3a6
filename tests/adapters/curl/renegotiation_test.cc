// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Servers that renegotiate, which TLS 1.3 has none of.

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "tests/adapters/curl/fixture.h"

namespace tattle::testlib::curl_renegotiation_test {
namespace {

std::uint64_t CountingClock(void* arg) {
  ++*static_cast<std::atomic<int>*>(arg);
  return kNowMs;
}

std::atomic<int> client_hellos = 0;

// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
void CountClientHellos(int is_sent, int /*version*/, int type, const void* message,
                       std::size_t /*len*/, SSL* /*ssl*/, void* /*arg*/) {
  if (is_sent == 0 && type == SSL3_RT_HANDSHAKE &&
      *static_cast<const unsigned char*>(message) == SSL3_MT_CLIENT_HELLO) {
    ++client_hellos;
  }
}

class CurlRenegotiationTest : public CurlTest {};
INSTANTIATE_TEST_SUITE_P(Tls, CurlRenegotiationTest, testing::Values(CURL_SSLVERSION_TLSv1_2),
                         CurlVersionName);

// A server may ask for another handshake when another handle has the connection: that which opened
// it may be gone, and its clock with it.
TEST_P(CurlRenegotiationTest, TheClockOfAnotherHandleIsNotAsked) {
  const Share pool(curl_share_init());
  ASSERT_EQ(curl_share_setopt(pool.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT), CURLSHE_OK);
  for (const bool is_detached : {false, true}) {
    int requests = 0;
    client_hellos = 0;
    Site site(world(), world().embedded, {},
              [](SSL_CTX* context) { SSL_CTX_set_msg_callback(context, CountClientHellos); });
    site.set_handler([&](const SiteRequest&) {
      Site::Answer answer;
      answer.renegotiate = ++requests == 2;
      return answer;
    });
    std::atomic<int> calls = 0;
    tattle_curl_options options = TATTLE_CURL_OPTIONS_INIT;
    options.now_ms = CountingClock;
    options.now_arg = &calls;
    const auto first = NewAttached(report_, options);
    first->Set(CURLOPT_SHARE, pool.get());
    ASSERT_EQ(first->Get(site.UrlFor("example.test")), CURLE_OK) << first->curl_error();
    const int before = calls;
    EXPECT_GT(before, 0);
    if (is_detached) {
      first->Detach();
    }
    const auto second = NewAttached(report_);
    second->Set(CURLOPT_SHARE, pool.get());
    ASSERT_EQ(second->Get(site.UrlFor("example.test")), CURLE_OK) << second->curl_error();
    EXPECT_EQ(second->num_connects(), 0);
    EXPECT_EQ(calls, before);
    // The renegotiation has come to its end.
    EXPECT_EQ(second->Get(site.UrlFor("example.test")), CURLE_OK) << second->curl_error();
    EXPECT_EQ(client_hellos, 2 + static_cast<int>(second->num_connects()));
  }
}

}  // namespace
}  // namespace tattle::testlib::curl_renegotiation_test
