// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/net/http_message.h"

#include <gtest/gtest.h>

namespace tattle::http_message_test {
namespace {

HttpServerOptions Options() {
  HttpServerOptions options;
  options.now_ms = [] { return std::uint64_t{784'111'777'999}; };
  return options;
}

TEST(FindHeaderTest, GivesTheFirstOfItsName) {
  HttpRequest request;
  request.headers = {{"a", "1"}, {"b", "2"}, {"b", "3"}};
  EXPECT_EQ(request.FindHeader("b"), "2");
  EXPECT_EQ(request.FindHeader("c"), std::nullopt);
}

TEST(FormatHttpDateTest, WritesTheExampleOfTheRfc) {
  EXPECT_EQ(FormatHttpDate(784'111'777'999), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(FormatHttpDate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(FormatHttpDate(1'709'209'845'000), "Thu, 29 Feb 2024 12:30:45 GMT");
}

TEST(SetTargetTest, TakesEveryFormOfAServersTargets) {
  const struct {
    const char* target;
    bool want;
    const char* path;
    const char* query;
  } cases[] = {
      {"/", true, "/", ""},
      {"/a/b?c=d?e", true, "/a/b", "c=d?e"},
      {"/a?", true, "/a", ""},
      {"*", true, "*", ""},
      {"http://host", true, "/", ""},
      {"HTTPS://host:1/a?b", true, "/a", "b"},
      {"http://host?b", true, "/", "b"},
      {"host:443", false, "", ""},
      {"", false, "", ""},
      {"*a", false, "", ""},
      {"ftp://host/", false, "", ""},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.target);
    HttpRequest request;
    request.method = "OPTIONS";
    ASSERT_EQ(SetTarget(each.target, request), each.want);
    if (each.want) {
      EXPECT_EQ(request.path, each.path);
      EXPECT_EQ(request.query, each.query);
    }
  }
  HttpRequest get;
  get.method = "GET";
  EXPECT_FALSE(SetTarget("*", get));
}

TEST(FinishResponseTest, AddsDateAndLengthInPlaceOfTheHandlers) {
  HttpResponse response;
  response.headers = {{"Content-Type", "text/plain"}, {"DATE", "never"},
                      {"content-length", "7"},        {"Connection", "close"},
                      {"Transfer-Encoding", "x"},     {"upgrade", "y"}};
  response.body = {1, 2, 3};
  FinishResponse(Options(), response);
  const HttpHeaders want = {{"content-type", "text/plain"},
                            {"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                            {"content-length", "3"}};
  EXPECT_EQ(response.headers, want);
}

TEST(FinishResponseTest, HasNoLengthWhereThereCanBeNoContent) {
  for (const int status : {204, 304}) {
    HttpResponse response;
    response.status = status;
    response.body = {1};
    FinishResponse(Options(), response);
    EXPECT_TRUE(response.body.empty());
    ASSERT_EQ(response.headers.size(), 1U);
    EXPECT_EQ(response.headers[0].first, "date");
  }
}

TEST(FinishResponseTest, SendsNothingThatWouldEndAHeader) {
  const std::pair<std::string, std::string> cases[] = {
      {"x", "a\r\nb: c"}, {"x", std::string("a\0b", 3)}, {"x\r\n", "a"}, {"", "a"}, {"x y", "a"},
      {"x:", "a"}};
  for (const auto& header : cases) {
    HttpResponse response;
    response.headers = {{"good", "1"}, header};
    response.body = {1};
    FinishResponse(Options(), response);
    EXPECT_EQ(response.status, 500);
    EXPECT_TRUE(response.body.empty());
    EXPECT_EQ(response.headers.size(), 2U);
  }
  for (const int status : {0, 100, 199, 600, -1}) {
    HttpResponse response;
    response.status = status;
    FinishResponse(Options(), response);
    EXPECT_EQ(response.status, 500) << status;
  }
}

}  // namespace
}  // namespace tattle::http_message_test
