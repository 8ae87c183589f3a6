// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The server over each of its ways: HTTP/1.1 and HTTP/2, in clear text and over TLS.

#include <atomic>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/net/http_server_fixture.h"
#include "tests/unit/net/server_thread.h"

namespace tattle::http_server::http_server_test {
namespace {

using std::chrono::milliseconds;
using testlib::ServerThread;

struct Way {
  const char* name;
  bool tls;
  long ask;
  long want;
  bool reuses = true;
};

class HttpServerTest : public testing::TestWithParam<Way> {
 protected:
  HttpServerOptions Use(HttpServerOptions options) const {
    return GetParam().tls ? files_.Use(std::move(options)) : options;
  }
  void Prepare(Curl& curl, const ServerThread& server) const {
    curl.Version(GetParam().ask);
    if (GetParam().tls) {
      curl.Tls(files_, server.port());
    }
  }
  CurlAnswer Fetch(const ServerThread& server, const std::string& path) const {
    Curl curl;
    Prepare(curl, server);
    return curl.Fetch(Url(server, path, GetParam().tls));
  }

  TlsFiles files_;
};

INSTANTIATE_TEST_SUITE_P(
    , HttpServerTest,
    testing::Values(Way{"Http1", false, CURL_HTTP_VERSION_1_1, CURL_HTTP_VERSION_1_1},
                    // libcurl 7.88 fails at the second request on such a connection.
                    Way{"Http2", false, CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE, CURL_HTTP_VERSION_2_0,
                        false},
                    Way{"Http1OverTls", true, CURL_HTTP_VERSION_1_1, CURL_HTTP_VERSION_1_1},
                    Way{"Http2OverTls", true, CURL_HTTP_VERSION_2TLS, CURL_HTTP_VERSION_2_0}),
    [](const auto& each) { return std::string(each.param.name); });

TEST_P(HttpServerTest, AnswersRequestAfterRequestOnOneConnection) {
  ServerThread server(Use(Options()), Answer);
  Curl curl;
  Prepare(curl, server);
  for (int i = 0; i < (GetParam().reuses ? 20 : 1); ++i) {
    const CurlAnswer answer = curl.Fetch(Url(server, "/hello", GetParam().tls));
    ASSERT_EQ(answer.code, CURLE_OK) << curl_easy_strerror(answer.code);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.version, GetParam().want);
    EXPECT_EQ(answer.body, "hello\n");
    EXPECT_NE(answer.headers.find("date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), std::string::npos);
    EXPECT_NE(answer.headers.find("content-length: 6\r\n"), std::string::npos);
    EXPECT_EQ(answer.headers.find("server"), std::string::npos);
  }
  EXPECT_EQ(server.num_connections(), 1U);
}

TEST_P(HttpServerTest, CarriesLargeBodiesBothWays) {
  ServerThread server(Use(Options()), Answer);
  const CurlAnswer large = Fetch(server, "/large");
  EXPECT_EQ(large.code, CURLE_OK);
  EXPECT_EQ(large.body, std::string(kLargeSize, 'x'));
  Curl curl;
  Prepare(curl, server);
  const std::string body(1U << 20U, 'y');
  EXPECT_EQ(curl.Body(body).Fetch(Url(server, "/echo", GetParam().tls)).body, body);
}

TEST_P(HttpServerTest, RefusesABodyThatIsTooLarge) {
  HttpServerOptions options = Options();
  options.max_body_size = 1000;
  ServerThread server(Use(options), Answer);
  Curl curl;
  Prepare(curl, server);
  EXPECT_EQ(
      curl.Body(std::string(1U << 20U, 'y')).Fetch(Url(server, "/echo", GetParam().tls)).status,
      413);
}

TEST_P(HttpServerTest, SendsNoBodyToHead) {
  ServerThread server(Use(Options()), Answer);
  Curl curl;
  Prepare(curl, server);
  const CurlAnswer answer = curl.Head().Fetch(Url(server, "/hello", GetParam().tls));
  EXPECT_EQ(answer.code, CURLE_OK);
  EXPECT_EQ(answer.body, "");
  EXPECT_NE(answer.headers.find("content-length: 6\r\n"), std::string::npos);
}

TEST_P(HttpServerTest, SurvivesAHandlerThatThrows) {
  ServerThread server(Use(Options()), Answer);
  EXPECT_EQ(Fetch(server, "/throw").status, 500);
  EXPECT_EQ(Fetch(server, "/throw-int").status, 500);
  EXPECT_EQ(Fetch(server, "/hello").status, 200);
}

TEST_P(HttpServerTest, DelaysAnAnswer) {
  ServerThread server(Use(Options()), Answer);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Fetch(server, "/delay").body, "hello\n");
  // libevent counts from when the loop last woke up.
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(40));
}

TEST_P(HttpServerTest, CutsAnAnswer) {
  ServerThread server(Use(Options()), Answer);
  const CurlAnswer answer = Fetch(server, "/cut");
  EXPECT_EQ(answer.body, "hel");
  EXPECT_NE(answer.code, CURLE_OK);
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 0; }));
}

TEST_P(HttpServerTest, ClosesIdleConnections) {
  HttpServerOptions options = Options();
  options.idle_timeout = milliseconds(60);
  ServerThread server(Use(options), Answer);
  Curl curl;
  Prepare(curl, server);
  EXPECT_EQ(curl.Fetch(Url(server, "/hello", GetParam().tls)).status, 200);
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 0; }));
  EXPECT_EQ(curl.Fetch(Url(server, "/hello", GetParam().tls)).status, 200) << "on another one";
}

TEST_P(HttpServerTest, FinishesAnswersWhenStopped) {
  std::atomic<bool> has_arrived = false;
  ServerThread server(Use(Options()), [&has_arrived](const HttpRequest& request) {
    has_arrived = true;
    return Answer(request);
  });
  std::thread stopper([&] {
    EXPECT_TRUE(Eventually([&] { return has_arrived.load(); }));
    server.Do([](HttpServer& each) { each.Stop(); });
  });
  const CurlAnswer answer = Fetch(server, "/delay");
  stopper.join();
  EXPECT_EQ(answer.code, CURLE_OK) << curl_easy_strerror(answer.code);
  EXPECT_EQ(answer.body, "hello\n");
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 0; }));
  EXPECT_EQ(Fetch(server, "/hello").code, CURLE_COULDNT_CONNECT);
}

TEST_P(HttpServerTest, StopsFromWithinTheHandler) {
  HttpServer* self = nullptr;
  ServerThread server(Use(Options()), [&self](const HttpRequest& request) {
    self->Stop();
    return Answer(request);
  });
  server.Do([&self](HttpServer& each) { self = &each; });
  EXPECT_EQ(Fetch(server, "/hello").body, "hello\n");
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 0; }));
}

}  // namespace
}  // namespace tattle::http_server::http_server_test
