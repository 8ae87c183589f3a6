// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/status_server.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/bytes.h"

namespace tattle::daemon::status_server_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kBrowser = "text/html,application/xhtml+xml,*/*;q=0.8";

DaemonStatus Status() {
  DaemonStatus status;
  status.version = "1.2";
  status.now_ms = 1'792'000'060'000;
  status.started_ms = 1'792'000'000'000;
  status.num_evidence = 1;
  status.evidence.push_back({"a1b2", "split_view", {}, "Liar <2026>", true, 1'792'000'050'000});
  return status;
}

HttpRequest Request(const std::string& target, HttpHeaders headers = {}) {
  HttpRequest request;
  request.method = "GET";
  request.path = target.substr(0, target.find('?'));
  request.query = request.path.size() < target.size() ? target.substr(request.path.size() + 1) : "";
  request.headers = std::move(headers);
  request.headers.emplace_back("host", "127.0.0.1:8414");
  return request;
}

std::string HeaderOf(const HttpResponse& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) {
      return value;
    }
  }
  return "";
}

TEST(AnswerStatusRequestTest, SpeaksWhatIsAskedFor) {
  struct Case {
    std::string target;
    std::string accept;
    std::string type;
    std::string begin;
  };
  const std::string json = "application/json";
  const std::string text = "text/plain; version=0.0.4; charset=utf-8";
  const std::string html = "text/html; charset=utf-8";
  for (const Case& one : {
           Case{"/", "*/*", json, "{"},
           Case{"/", kBrowser, html, "<!DOCTYPE html>"},
           Case{"/", "text/plain;version=0.0.4;q=0.3,*/*;q=0.1", text, "# HELP "},
           Case{"/?format=json", kBrowser, json, "{"},
           Case{"/?x=1&format=prometheus", kBrowser, text, "# HELP "},
           Case{"/?format=html", "", html, "<!DOCTYPE html>"},
           Case{"/metrics", "*/*", text, "# HELP "},
       }) {
    const HttpResponse response =
        AnswerStatusRequest(Request(one.target, {{"accept", one.accept}}), Status);
    EXPECT_EQ(response.status, 200) << one.target;
    EXPECT_EQ(HeaderOf(response, "content-type"), one.type) << one.target << one.accept;
    EXPECT_THAT(std::string(AsText(response.body)), StartsWith(one.begin)) << one.target;
    EXPECT_EQ(HeaderOf(response, "cache-control"), "no-store");
    EXPECT_EQ(HeaderOf(response, "referrer-policy"), "no-referrer");
    EXPECT_EQ(HeaderOf(response, "vary"), "Accept");
    EXPECT_EQ(HeaderOf(response, "x-content-type-options"), "nosniff");
    EXPECT_THAT(HeaderOf(response, "content-security-policy"),
                StartsWith(one.type == html ? "default-src 'none'; style-src 'sha256-"
                                            : "default-src 'none'; frame-ancestors"));
  }
}

TEST(AnswerStatusRequestTest, TakesAcceptOfSeveralFields) {
  const HttpResponse response = AnswerStatusRequest(
      Request("/", {{"accept", "application/json;q=0.5"}, {"accept", "text/html"}}), Status);
  EXPECT_EQ(HeaderOf(response, "content-type"), "text/html; charset=utf-8");
}

TEST(AnswerStatusRequestTest, ShowsEvidence) {
  const HttpResponse response = AnswerStatusRequest(Request("/", {{"accept", kBrowser}}), Status);
  const std::string page(AsText(response.body));
  EXPECT_THAT(page, HasSubstr("A log lied"));
  EXPECT_THAT(page, HasSubstr("Liar &lt;2026&gt;"));
  EXPECT_THAT(page, HasSubstr("tattle evidence show a1b2"));
}

TEST(AnswerStatusRequestTest, RefusesTheRest) {
  EXPECT_EQ(AnswerStatusRequest(Request("/other"), Status).status, 404);
  EXPECT_EQ(AnswerStatusRequest(Request("/?format=xml"), Status).status, 400);
  HttpRequest post = Request("/");
  post.method = "POST";
  const HttpResponse response = AnswerStatusRequest(post, Status);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(HeaderOf(response, "allow"), "GET, HEAD");
  post.method = "HEAD";
  EXPECT_EQ(AnswerStatusRequest(post, Status).status, 200);
}

// A page of somebody else's, whose name was made to point here, asks by that name.
TEST(AnswerStatusRequestTest, RefusesOtherNames) {
  for (const char* host : {"evil.example", "evil.example:8414", "127.0.0.1.evil.example", "",
                           "localhost.evil.example", "[::1].evil.example", "[evil]", "[::1"}) {
    HttpRequest request = Request("/");
    request.headers.back().second = host;
    EXPECT_EQ(AnswerStatusRequest(request, Status).status, 421) << host;
  }
  for (const char* host : {"localhost", "LOCALHOST:8414", "127.0.0.1", "192.0.2.7:80", "[::1]",
                           "[2001:db8::1]:8414"}) {
    HttpRequest request = Request("/");
    request.headers.back().second = host;
    EXPECT_EQ(AnswerStatusRequest(request, Status).status, 200) << host;
  }
}

}  // namespace
}  // namespace tattle::daemon::status_server_test
