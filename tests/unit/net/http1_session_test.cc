// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http1_session.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace tattle::http1_session_test {
namespace {

constexpr std::string_view kHead = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

HttpServerOptions Options() {
  HttpServerOptions options;
  options.max_header_size = 256;
  options.max_target_size = 64;
  options.max_body_size = 32;
  options.now_ms = [] { return std::uint64_t{784'111'777'000}; };
  return options;
}

std::string Take(Http1Session& session) {
  ByteVector output;
  session.TakeOutput(1U << 20U, output);
  return std::string(AsText(output));
}

// StatusOf is what is answered to a request that is not one; "" if it is one, or may become one.
std::string StatusOf(const std::string& text) {
  const HttpServerOptions options = Options();
  Http1Session session(options);
  session.Receive(AsBytes(text), {});
  if (session.NextRequest({})) {
    return "whole";
  }
  const std::string output = Take(session);
  if (output.empty()) {
    EXPECT_EQ(session.end(), HttpEnd::kOpen);
    return "";
  }
  EXPECT_EQ(session.end(), HttpEnd::kFinished);
  EXPECT_NE(output.find("connection: close\r\n"), std::string::npos) << output;
  return output.substr(9, 3);
}

std::string Get(const std::string& headers) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
}

TEST(Http1SessionTest, RefusesWhatParsersDisagreeOn) {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const struct {
    const char* name;
    std::string text;
    const char* want;
  } cases[] = {
      {"good", Get(""), "whole"},
      {"one empty line before", "\r\n" + Get(""), "whole"},
      {"two empty lines before", "\r\n\r\n" + Get(""), "400"},
      {"TLS", "\x16\x03\x01", "400"},
      {"line ends with LF", "GET / HTTP/1.1\n", "400"},
      {"line ends with CR", "GET / HTTP/1.1\rHost: a", "400"},
      {"NUL", Get(std::string("X: a\0b\r\n", 8)), "400"},
      {"folded line", Get("X: a\r\n b\r\n"), "400"},
      {"blank before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400"},
      {"blank before the colon", Get("X : a\r\n"), "400"},
      {"no colon", Get("X\r\n"), "400"},
      {"no host", "GET / HTTP/1.1\r\n\r\n", "400"},
      {"two hosts", Get("Host: b\r\n"), "400"},
      {"no host in 1.0", "GET / HTTP/1.0\r\n\r\n", "whole"},
      {"two hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
      {"no version", "GET /\r\n\r\n", "400"},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "400"},
      {"no path", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
      {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
      {"length and coding", Get("Content-Length: 5\r\n" + chunked), "400"},
      {"coding and length", Get(chunked + "Content-Length: 5\r\n"), "400"},
      {"two lengths", Get("Content-Length: 0\r\nContent-Length: 0\r\n"), "400"},
      {"list of lengths", Get("Content-Length: 0, 0\r\n"), "400"},
      {"negative length", Get("Content-Length: -1\r\n"), "400"},
      {"signed length", Get("Content-Length: +1\r\n"), "400"},
      {"length beyond 64 bits", Get("Content-Length: 18446744073709551617\r\n"), "400"},
      {"two codings", Get("Transfer-Encoding: gzip, chunked\r\n"), "501"},
      {"two codings, two headers", Get("Transfer-Encoding: gzip\r\n" + chunked), "501"},
      {"unknown coding", Get("Transfer-Encoding: xchunked\r\n"), "501"},
      {"no coding", Get("Transfer-Encoding:\r\n"), "501"},
      {"coding in 1.0", "POST / HTTP/1.0\r\n" + chunked + "\r\n0\r\n\r\n", "400"},
      {"unknown expectation", Get("Expect: miracles\r\n"), "417"},
      {"chunk without a number", Get(chunked) + "x\r\nhello\r\n", "400"},
      {"chunk beyond 64 bits", Get(chunked) + "10000000000000001\r\nhello\r\n", "400"},
      {"chunk that goes on", Get(chunked) + "5\r\nhelloo\r\n0\r\n\r\n", "400"},
      {"chunk line ends with LF", Get(chunked) + "5\nhello\r\n0\r\n\r\n", "400"},
      {"chunks", Get(chunked) + "5;a=\"b\"\r\nhello\r\n0\r\n\r\n", "whole"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(StatusOf(each.text), each.want) << each.name;
  }
}

TEST(Http1SessionTest, BoundsEveryPart) {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const std::string target(63, 'a');
  EXPECT_EQ(StatusOf("GET /" + target + " HTTP/1.1\r\nHost: a\r\n\r\n"), "whole");
  EXPECT_EQ(StatusOf("GET /a" + target + " HTTP/1.1\r\nHost: a\r\n\r\n"), "414");
  EXPECT_EQ(StatusOf("GET /" + std::string(252, 'a')), "414");
  const std::string fits(256 - Get("X: \r\n").size(), 'a');
  EXPECT_EQ(StatusOf(Get("X: " + fits + "\r\n")), "whole");
  EXPECT_EQ(StatusOf(Get("X: a" + fits + "\r\n")), "431");
  EXPECT_EQ(StatusOf(Get("Content-Length: 33\r\n")), "413");
  EXPECT_EQ(StatusOf(Get("Content-Length: 32\r\n") + std::string(32, 'a')), "whole");
  EXPECT_EQ(StatusOf(Get(chunked) + "21\r\n"), "");
  EXPECT_EQ(StatusOf(Get(chunked) + "21\r\n."), "413");
  EXPECT_EQ(StatusOf(Get(chunked) + "20\r\n" + std::string(32, 'a') + "\r\n1\r\n..."), "413");
  EXPECT_EQ(StatusOf(Get(chunked) + "1;" + std::string(300, 'x')), "431");
  EXPECT_EQ(StatusOf(Get(chunked) + "0\r\nX: " + std::string(300, 'x')), "431");
}

TEST(Http1SessionTest, AnswersPipelinedRequestsInOrder) {
  const HttpServerOptions options = Options();
  Http1Session session(options);
  session.Receive(AsBytes(Get("") + "POST /b?c HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok" +
                          Get("Connection: close\r\n") + Get("")),
                  {});
  const auto first = session.NextRequest({});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->request.path, "/");
  EXPECT_FALSE(session.NextRequest({})) << "before the first has its answer";
  EXPECT_FALSE(session.wants_input());
  session.Respond(first->stream + 1, {});
  EXPECT_EQ(Take(session), "") << "an answer to another request";
  session.Respond(first->stream, {});
  EXPECT_EQ(Take(session),
            "HTTP/1.1 200 OK\r\n" + std::string(kHead) + "content-length: 0\r\n\r\n");
  const auto second = session.NextRequest({});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->request.query, "c");
  EXPECT_EQ(AsText(second->request.body), "ok");
  session.Respond(second->stream, {});
  const auto third = session.NextRequest({});
  ASSERT_TRUE(third);
  session.Respond(third->stream, {});
  EXPECT_FALSE(session.NextRequest({})) << "behind the last";
  EXPECT_EQ(session.end(), HttpEnd::kOpen) << "before the answer is sent";
  EXPECT_NE(Take(session).find("connection: close\r\n"), std::string::npos);
  EXPECT_EQ(session.end(), HttpEnd::kFinished);
}

TEST(Http1SessionTest, WaitsWithTheNextRequestForASlowReader) {
  const HttpServerOptions options = Options();
  Http1Session session(options);
  session.Receive(AsBytes(Get("") + Get("")), {});
  HttpResponse response;
  response.body.resize(1U << 20U);
  session.Respond(session.NextRequest({})->stream, response);
  EXPECT_FALSE(session.NextRequest({}));
  EXPECT_EQ(Take(session).size(), (1U << 20U));
  EXPECT_TRUE(session.NextRequest({}));
}

TEST(Http1SessionTest, SendsNoBodyToHead) {
  const HttpServerOptions options = Options();
  Http1Session session(options);
  session.Receive(AsBytes("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), {});
  HttpResponse response;
  response.body = {'a', 'b'};
  session.Respond(session.NextRequest({})->stream, response);
  EXPECT_EQ(Take(session),
            "HTTP/1.1 200 OK\r\n" + std::string(kHead) + "content-length: 2\r\n\r\n");
}

TEST(Http1SessionTest, AsksForTheBodyOfWhoWaits) {
  const HttpServerOptions options = Options();
  Http1Session session(options);
  session.Receive(AsBytes(Get("Expect: 100-Continue\r\nContent-Length: 2\r\n")), {});
  EXPECT_FALSE(session.NextRequest({}));
  EXPECT_EQ(Take(session), "HTTP/1.1 100 Continue\r\n\r\n");
  session.Receive(AsBytes("o"), {});
  EXPECT_FALSE(session.NextRequest({}));
  EXPECT_EQ(Take(session), "") << "once is enough";
  session.Receive(AsBytes("k"), {});
  EXPECT_TRUE(session.NextRequest({}));
}

TEST(Http1SessionTest, KeepsConnectionsOfOldClientsOnlyOnDemand) {
  for (const bool keeps : {false, true}) {
    const HttpServerOptions options = Options();
    Http1Session session(options);
    session.Receive(AsBytes(std::string("GET / HTTP/1.0\r\n") +
                            (keeps ? "Connection: Keep-Alive\r\n" : "") + "\r\n"),
                    {});
    session.Respond(session.NextRequest({})->stream, {});
    const std::string output = Take(session);
    EXPECT_EQ(output.find("connection: keep-alive\r\n") != std::string::npos, keeps) << output;
    EXPECT_EQ(session.end(), keeps ? HttpEnd::kOpen : HttpEnd::kFinished);
  }
}

TEST(Http1SessionTest, LeavesTrailersOut) {
  const HttpServerOptions options = Options();
  Http1Session session(options);
  session.Receive(
      AsBytes(Get("Transfer-Encoding: chunked\r\n") + "2\r\nok\r\n0\r\nX-Real-Ip: ::1\r\n\r\n"),
      {});
  const auto exchange = session.NextRequest({});
  ASSERT_TRUE(exchange);
  EXPECT_EQ(AsText(exchange->request.body), "ok");
  EXPECT_FALSE(exchange->request.FindHeader("x-real-ip"));
}

TEST(Http1SessionTest, GivesUpARequestThatDoesNotEnd) {
  const HttpServerOptions options = Options();
  Http1Session session(options);
  const HttpTime start = HttpTime() + std::chrono::seconds(100);
  session.Expire(start);
  EXPECT_EQ(session.end(), HttpEnd::kOpen) << "nothing has begun";
  session.Receive(AsBytes("GET"), start);
  EXPECT_FALSE(session.NextRequest(start));
  session.Receive(AsBytes(" "), start + std::chrono::seconds(10));
  EXPECT_FALSE(session.NextRequest(start + std::chrono::seconds(10)));
  session.Expire(start);
  EXPECT_FALSE(session.has_unsent());
  session.Expire(start + std::chrono::seconds(1));
  EXPECT_EQ(Take(session).substr(0, 30), "HTTP/1.1 408 Request Timeout\r\n");
  EXPECT_EQ(session.end(), HttpEnd::kFinished);
}

TEST(Http1SessionTest, CutsInsideTheBody) {
  const HttpServerOptions options = Options();
  Http1Session session(options);
  session.Receive(AsBytes(Get("") + Get("")), {});
  HttpResponse response;
  response.body = {'a', 'b', 'c'};
  response.cut_after = 2;
  session.Respond(session.NextRequest({})->stream, response);
  EXPECT_FALSE(session.NextRequest({}));
  EXPECT_EQ(Take(session),
            "HTTP/1.1 200 OK\r\n" + std::string(kHead) + "content-length: 3\r\n\r\nab");
  EXPECT_EQ(session.end(), HttpEnd::kCut);
}

TEST(Http1SessionTest, FinishesWhatIsUnderWayWhenDrained) {
  const HttpServerOptions options = Options();
  Http1Session idle(options);
  idle.Drain();
  EXPECT_EQ(idle.end(), HttpEnd::kFinished);

  Http1Session session(options);
  session.Receive(AsBytes("GET / HTTP/1.1\r\n"), {});
  EXPECT_FALSE(session.NextRequest({}));
  session.Drain();
  EXPECT_EQ(session.end(), HttpEnd::kOpen);
  session.Receive(AsBytes("Host: a\r\n\r\n"), {});
  session.Respond(session.NextRequest({})->stream, {});
  EXPECT_NE(Take(session).find("connection: close\r\n"), std::string::npos);
  EXPECT_EQ(session.end(), HttpEnd::kFinished);
}

}  // namespace
}  // namespace tattle::http1_session_test
