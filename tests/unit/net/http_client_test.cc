// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http_client.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <stop_token>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "plugin/net/bounds.h"
#include "tests/unit/net/gzip_of_zeros.h"
#include "tests/unit/net/http_client_testing.h"
#include "tests/unit/net/scripted_server.h"

namespace tattle::http_client_test {
namespace {

using std::chrono::steady_clock;
using ::testing::AllOf;
using testing::Always;
using ::testing::HasSubstr;
using testing::Kind;
using testing::ScriptedAnswer;
using testing::ScriptedRequest;
using testing::ScriptedServer;
using testing::Text;

// FastOptions are for a server on the loopback, and for no patience.
HttpOptions FastOptions() {
  HttpOptions options;
  options.allow_http = true;
  options.first_backoff_ms = 1;
  options.timeout_ms = 20'000;
  return options;
}

// OneAfterAnother gives each request its own answer, and the last one to all that follow.
ScriptedServer::Handler OneAfterAnother(std::vector<ScriptedAnswer> answers) {
  return [answers, next = std::size_t{0}](const ScriptedRequest&) mutable {
    const std::size_t i = std::min(next++, answers.size() - 1);
    return answers[i];
  };
}

TEST(HttpClientTest, GetsStatusHeadersAndBody) {
  ScriptedServer server(
      Always({.status = 200,
              .headers = {"Content-Type: text/plain; charset=utf-8", "X-Two:  a b "},
              .body = "hello"}));
  HttpClient client(FastOptions());
  const Answer<HttpAnswer> answer = client.Get(server.url() + "/a?b=c", 100);
  ASSERT_TRUE(answer) << answer.error().sentence;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(AsText(answer->body), "hello");
  EXPECT_THAT(answer->headers,
              ::testing::Contains(std::pair<std::string, std::string>("x-two", "a b")));
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].method, "GET");
  EXPECT_EQ(server.requests()[0].target, "/a?b=c");
  EXPECT_THAT(server.requests()[0].Header("user-agent"), ::testing::StartsWith("tattle/"));
}

TEST(HttpClientTest, PostsABodyOfAnySize) {
  ScriptedServer server(Always({.body = "done"}));
  HttpClient client(FastOptions());
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{200'000}}) {
    const std::string body(size, 'x');
    EXPECT_EQ(Text(client.Post(server.url() + "/p", "application/json", AsBytes(body), 100)),
              "done");
    const ScriptedRequest request = server.requests().back();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.body, body);
    EXPECT_EQ(request.Header("content-type"), "application/json");
    EXPECT_EQ(request.Header("expect"), "");
  }
}

TEST(HttpClientTest, KeepsItsConnection) {
  ScriptedServer server(Always({.body = "x"}));
  HttpClient client(FastOptions());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Text(client.Get(server.url(), 10)), "x");
  }
  EXPECT_EQ(server.num_connections(), 1U);
}

TEST(HttpClientTest, SendsNothingThatNamesTheUser) {
  ScriptedServer server(Always({.headers = {"Set-Cookie: id=1; Path=/"}, .body = "x"}));
  HttpClient client(FastOptions());
  EXPECT_EQ(Text(client.Get(server.url(), 10)), "x");
  EXPECT_EQ(Text(client.Get(server.url(), 10)), "x");
  for (const ScriptedRequest& request : server.requests()) {
    for (const auto& [name, value] : request.headers) {
      EXPECT_THAT(name, ::testing::AnyOf("host", "user-agent", "accept", "accept-encoding"))
          << value;
    }
  }
}

TEST(HttpClientTest, RefusesUrlsThatItMayNotAsk) {
  HttpOptions options = FastOptions();
  HttpClient client(options);
  for (const char* url :
       {"", "x", "ftp://example.org/", "file:///etc/passwd", "https://u:p@example.org/",
        "https://u@example.org/", "https://exa mple.org/", "https://", "gopher://example.org/",
        "https://example.org:99999/"}) {
    const Answer<HttpAnswer> answer = client.Get(url, 10);
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().kind, FailureKind::kRefused) << url << ": " << answer.error().sentence;
  }
  EXPECT_EQ(Kind(client.Get(std::string("https://example.org\0.evil/", 26), 10)),
            FailureKind::kRefused);
  ScriptedServer server(Always({}));
  options.allow_http = false;
  HttpClient strict(options);
  const Answer<HttpAnswer> answer = strict.Get(server.url(), 10);
  EXPECT_EQ(Kind(answer), FailureKind::kRefused);
  EXPECT_THAT(Text(answer), HasSubstr("https"));
  EXPECT_EQ(server.num_connections(), 0U);
}

TEST(HttpClientTest, MakesUrlsPrintable) {
  HttpClient client(FastOptions());
  const Answer<HttpAnswer> answer = client.Get("https://\x1b[31mevil\n/", 10);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().sentence, Not(HasSubstr("\x1b")));
  EXPECT_THAT(answer.error().sentence, Not(HasSubstr("\n")));
}

TEST(HttpClientTest, ReadsNoMoreThanItIsTold) {
  const std::string body(1000, 'x');
  for (const bool is_chunked : {false, true}) {
    ScriptedServer server(Always({.body = body, .is_chunked = is_chunked}));
    HttpClient client(FastOptions());
    EXPECT_EQ(Text(client.Get(server.url(), 1000)), body);
    EXPECT_EQ(Kind(client.Get(server.url(), 999)), FailureKind::kTooLarge);
    EXPECT_EQ(Text(client.Get(server.url(), 1000)), body) << "what comes after a large answer";
  }
}

TEST(HttpClientTest, UnpacksGzipAndBoundsWhatItGrowsTo) {
  const ByteVector packed = DecodeBase64(testing::kGzipOfZeros).value();
  ASSERT_LT(packed.size(), 1100U);
  ScriptedServer server(
      Always({.headers = {"content-encoding: gzip"}, .body = std::string(AsText(packed))}));
  HttpClient client(FastOptions());
  const Answer<HttpAnswer> answer = client.Get(server.url(), 1'000'000);
  ASSERT_TRUE(answer) << answer.error().sentence;
  EXPECT_EQ(answer->body, ByteVector(1'000'000, 0));
  EXPECT_EQ(Kind(client.Get(server.url(), 999'999)), FailureKind::kTooLarge);
}

TEST(HttpClientTest, CallsWhatIsNotPackedMalformed) {
  for (const char* encoding : {"gzip", "br", "zstd"}) {
    ScriptedServer server(Always(
        {.headers = {std::string("content-encoding: ") + encoding}, .body = "no such thing"}));
    HttpClient client(FastOptions());
    EXPECT_EQ(Kind(client.Get(server.url(), 1000)), FailureKind::kMalformed) << encoding;
  }
}

TEST(HttpClientTest, BoundsTheHead) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 2000; ++i) {
    head += "x-" + std::to_string(i) + ": " + std::string(40, 'y') + "\r\n";
  }
  ASSERT_GT(head.size(), kMaxHttpHeadersSize);
  ScriptedServer server(Always({.raw = head + "content-length: 0\r\n\r\n"}));
  HttpClient client(FastOptions());
  EXPECT_EQ(Kind(client.Get(server.url(), 1000)), FailureKind::kTooLarge);
}

TEST(HttpClientTest, TellsWhatIsNoHttp) {
  ScriptedServer server(Always({.raw = "220 mail.example.org ESMTP\r\n"}));
  HttpClient client(FastOptions());
  const Answer<HttpAnswer> answer = client.Get(server.url(), 1000);
  EXPECT_EQ(Kind(answer), FailureKind::kMalformed) << Text(answer);
}

TEST(HttpClientTest, AnswersWithAStatusThatIsNoReasonToTryAgain) {
  for (const int status : {200, 204, 400, 404, 410}) {
    ScriptedServer server(Always({.status = status}));
    HttpClient client(FastOptions());
    const Answer<HttpAnswer> answer = client.Get(server.url(), 1000);
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST(HttpClientTest, TriesAgainAfter429And5xx) {
  for (const int status : {429, 500, 502, 503, 504}) {
    ScriptedServer server(
        OneAfterAnother({{.status = status}, {.status = status}, {.body = "at last"}}));
    HttpClient client(FastOptions());
    EXPECT_EQ(Text(client.Get(server.url(), 1000)), "at last");
    EXPECT_EQ(server.requests().size(), 3U);
  }
}

TEST(HttpClientTest, GivesUpAfterItsTries) {
  ScriptedServer server(Always({.status = 503, .headers = {"Retry-After: 0"}}));
  HttpOptions options = FastOptions();
  options.retries = 2;
  HttpClient client(options);
  const Answer<HttpAnswer> answer = client.Get(server.url(), 1000);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kStatus);
  EXPECT_EQ(answer.error().http_status, 503);
  EXPECT_THAT(answer.error().sentence, AllOf(HasSubstr("503"), HasSubstr("3 tries")));
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(HttpClientTest, WaitsAsLongAsItIsAsked) {
  ScriptedServer server(
      OneAfterAnother({{.status = 429, .headers = {"Retry-After: 1"}}, {.body = "x"}}));
  HttpClient client(FastOptions());
  const auto begin = steady_clock::now();
  EXPECT_EQ(Text(client.Get(server.url(), 1000)), "x");
  EXPECT_GE(steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST(HttpClientTest, ComesBackLaterWhereItIsAskedToWaitLong) {
  for (const char* value : {"3600", "99999999999", "9223372036854775807"}) {
    ScriptedServer server(
        Always({.status = 503, .headers = {std::string("Retry-After: ") + value}}));
    HttpClient client(FastOptions());
    const Answer<HttpAnswer> answer = client.Get(server.url(), 1000);
    ASSERT_FALSE(answer);
    EXPECT_EQ(server.requests().size(), 1U);
    EXPECT_EQ(answer.error().retry_after_ms,
              std::string(value) == "3600" ? 3'600'000 : kMaxRetryAfterMs);
  }
}

TEST(HttpClientTest, ReadsRetryAfterAsADate) {
  const std::time_t later = std::time(nullptr) + 7200;
  std::tm parts = {};
  gmtime_r(&later, &parts);
  std::string date(40, '\0');
  date.resize(std::strftime(date.data(), date.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
  ScriptedServer server(Always({.status = 503, .headers = {"Retry-After: " + date}}));
  HttpClient client(FastOptions());
  const Answer<HttpAnswer> answer = client.Get(server.url(), 1000);
  ASSERT_FALSE(answer);
  ASSERT_TRUE(answer.error().retry_after_ms);
  EXPECT_GT(*answer.error().retry_after_ms, 7'100'000U);
  EXPECT_LE(*answer.error().retry_after_ms, 7'200'000U);
}

TEST(HttpClientTest, TriesAgainWhenTheConnectionBreaks) {
  ScriptedServer server(OneAfterAnother(
      {{.body = "hello", .cut_after = 0}, {.body = "hello", .cut_after = 40}, {.body = "hello"}}));
  HttpClient client(FastOptions());
  EXPECT_EQ(Text(client.Post(server.url(), "text/plain", AsBytes("q"), 1000)), "hello");
  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_EQ(server.requests().back().body, "q");
}

TEST(HttpClientTest, SaysThatTheConnectionBroke) {
  ScriptedServer server(Always({.body = "hello", .cut_after = 40}));
  HttpOptions options = FastOptions();
  options.retries = 0;
  HttpClient client(options);
  EXPECT_EQ(Kind(client.Get(server.url(), 1000)), FailureKind::kNetwork);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(HttpClientTest, FollowsRedirectsOnOneServer) {
  ScriptedServer server([](const ScriptedRequest& request) -> ScriptedAnswer {
    if (request.target == "/3") {
      return {.body = "here"};
    }
    return {.status = 301,
            .headers = {"Location: /" + std::to_string(std::stoi(request.target.substr(1)) + 1)}};
  });
  HttpClient client(FastOptions());
  EXPECT_EQ(Text(client.Get(server.url() + "/0", 1000)), "here");
  const Answer<HttpAnswer> answer = client.Get(server.url() + "/-1", 1000);
  EXPECT_EQ(Kind(answer), FailureKind::kStatus);
  EXPECT_THAT(Text(answer), HasSubstr("too many redirects"));
}

TEST(HttpClientTest, FollowsNoRedirectElsewhere) {
  ScriptedServer other(Always({.body = "caught"}));
  const std::string port = other.url().substr(other.url().rfind(':'));
  for (const std::string& target :
       {other.url() + "/", "http://localhost" + port + "/", std::string("file:///etc/passwd"),
        std::string("https://127.0.0.1/"), std::string("//example.org/"),
        "http://u:p@127.0.0.1" + port + "/"}) {
    ScriptedServer server(Always({.status = 302, .headers = {"Location: " + target}}));
    HttpClient client(FastOptions());
    const Answer<HttpAnswer> answer = client.Get(server.url(), 1000);
    EXPECT_EQ(Kind(answer), FailureKind::kStatus) << target;
    EXPECT_THAT(Text(answer), HasSubstr("another server")) << target;
    EXPECT_EQ(server.requests().size(), 1U);
  }
  EXPECT_EQ(other.num_connections(), 0U);
}

TEST(HttpClientTest, PostsAgainOnlyWhereARedirectKeepsTheMethod) {
  for (const int status : {301, 302, 303, 307, 308}) {
    ScriptedServer server(
        OneAfterAnother({{.status = status, .headers = {"Location: /b"}}, {.body = "x"}}));
    HttpClient client(FastOptions());
    const Answer<HttpAnswer> answer = client.Post(server.url(), "text/plain", AsBytes("q"), 10);
    EXPECT_EQ(answer.has_value(), status >= 307) << status;
    EXPECT_EQ(server.requests().back().method, "POST");
    EXPECT_EQ(server.requests().back().body, "q");
  }
}

TEST(HttpClientTest, EndsAfterItsTimeout) {
  ScriptedServer server(Always({.is_silent = true}));
  HttpOptions options = FastOptions();
  options.timeout_ms = 100;
  options.retries = 0;
  HttpClient client(options);
  const Answer<HttpAnswer> answer = client.Get(server.url(), 1000);
  EXPECT_EQ(Kind(answer), FailureKind::kNetwork);
  EXPECT_THAT(Text(answer), HasSubstr("timed out"));
}

TEST(HttpClientTest, StopsAtOnce) {
  for (const bool during_pause : {false, true}) {
    std::stop_source stop;
    std::mutex mutex;
    std::condition_variable asked;
    bool is_asked = false;
    ScriptedServer server([&](const ScriptedRequest&) -> ScriptedAnswer {
      const std::lock_guard lock(mutex);
      is_asked = true;
      asked.notify_all();
      return {.status = 503, .is_silent = !during_pause};
    });
    HttpOptions options = FastOptions();
    options.first_backoff_ms = 30'000;
    options.stop = stop.get_token();
    HttpClient client(options);
    std::thread stopper([&] {
      std::unique_lock lock(mutex);
      asked.wait(lock, [&] { return is_asked; });
      stop.request_stop();
    });
    const auto begin = steady_clock::now();
    const Answer<HttpAnswer> answer = client.Get(server.url(), 1000);
    stopper.join();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FailureKind::kCancelled);
    EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(15)) << "less than either wait";
    EXPECT_FALSE(client.Get(server.url(), 1000)) << "what was stopped stays stopped";
  }
}

TEST(HttpClientTest, SaysThatNobodyListens) {
  std::string url;
  {
    const ScriptedServer gone(Always({}));
    url = gone.url();
  }
  HttpOptions options = FastOptions();
  options.retries = 1;
  HttpClient client(options);
  const Answer<HttpAnswer> answer = client.Get(url, 1000);
  EXPECT_EQ(Kind(answer), FailureKind::kNetwork);
  EXPECT_THAT(Text(answer), AllOf(HasSubstr("connect"), HasSubstr("2 tries")));
}

TEST(HttpClientTest, AsksTheProxyAndNotTheEnvironment) {
  ScriptedServer proxy(Always({.body = "by proxy"}));
  ScriptedServer server(Always({.body = "directly"}));
  const char* const names[] = {"http_proxy", "all_proxy", "no_proxy", "ALL_PROXY"};
  for (const char* name : names) {
    ASSERT_EQ(setenv(name, std::string(name) == "no_proxy" ? "*" : proxy.url().c_str(), 1), 0);
  }
  HttpOptions options = FastOptions();
  EXPECT_EQ(Text(HttpClient(options).Get(server.url() + "/x", 1000)), "directly");
  options.proxy = proxy.url();
  EXPECT_EQ(Text(HttpClient(options).Get(server.url() + "/x", 1000)), "by proxy");
  for (const char* name : names) {
    unsetenv(name);
  }
  ASSERT_EQ(proxy.requests().size(), 1U);
  EXPECT_EQ(proxy.requests()[0].target, server.url() + "/x");
}

TEST(HttpClientTest, NamesItselfUnlessItMayNot) {
  ScriptedServer server(Always({.body = "x"}));
  HttpOptions options = FastOptions();
  options.user_agent = "somebody/1";
  EXPECT_EQ(Text(HttpClient(options).Get(server.url(), 10)), "x");
  options.names_itself = false;
  EXPECT_EQ(Text(HttpClient(options).Get(server.url(), 10)), "x");
  EXPECT_EQ(server.requests().at(0).Header("user-agent"), "somebody/1");
  EXPECT_EQ(server.requests().at(1).headers.count("user-agent"), 0U);
}

TEST(HttpClientTest, FollowsNoRedirectWhereItMayNot) {
  for (const int status : {301, 302, 303, 307, 308}) {
    ScriptedServer server(
        OneAfterAnother({{.status = status, .headers = {"Location: /b"}}, {.body = "x"}}));
    HttpOptions options = FastOptions();
    options.follows = false;
    const Answer<HttpAnswer> answer = HttpClient(options).Get(server.url() + "/a", 10);
    EXPECT_EQ(Kind(answer), FailureKind::kStatus) << status;
    EXPECT_THAT(Text(answer), HasSubstr("none is followed"));
    EXPECT_EQ(answer.error().http_status, status);
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

}  // namespace
}  // namespace tattle::http_client_test
