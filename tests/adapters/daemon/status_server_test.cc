// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "adapters/daemon/status/server.h"
#include "core/base/bytes.h"
#include "plugin/runtime/descriptor.h"

namespace tattle::daemon::status_server_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kBrowser = "text/html,application/xhtml+xml,*/*;q=0.8";

constexpr std::uint64_t kNowMs = 1'792'000'060'000;

DaemonStatus Status() {
  DaemonStatus status;
  status.version = "1.2";
  status.now_ms = kNowMs;
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

HttpResponse AnswerTo(const HttpRequest& request) {
  return StatusAnswers(Status, [] { return kNowMs; }).Answer(request);
}

std::string HeaderOf(const HttpResponse& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) {
      return value;
    }
  }
  return "";
}

TEST(StatusAnswersTest, SpeaksWhatIsAskedFor) {
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
    const HttpResponse response = AnswerTo(Request(one.target, {{"accept", one.accept}}));
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

TEST(StatusAnswersTest, TakesAcceptOfSeveralFields) {
  const HttpResponse response =
      AnswerTo(Request("/", {{"accept", "application/json;q=0.5"}, {"accept", "text/html"}}));
  EXPECT_EQ(HeaderOf(response, "content-type"), "text/html; charset=utf-8");
}

TEST(StatusAnswersTest, ShowsEvidence) {
  const HttpResponse response = AnswerTo(Request("/", {{"accept", kBrowser}}));
  const std::string page(AsText(response.body));
  EXPECT_THAT(page, HasSubstr("A log lied"));
  EXPECT_THAT(page, HasSubstr("Liar &lt;2026&gt;"));
  EXPECT_THAT(page, HasSubstr("tattle evidence show a1b2"));
}

TEST(StatusAnswersTest, RefusesTheRest) {
  EXPECT_EQ(AnswerTo(Request("/other")).status, 404);
  EXPECT_EQ(AnswerTo(Request("/?format=xml")).status, 400);
  HttpRequest post = Request("/");
  post.method = "POST";
  const HttpResponse response = AnswerTo(post);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(HeaderOf(response, "allow"), "GET, HEAD");
  post.method = "HEAD";
  EXPECT_EQ(AnswerTo(post).status, 200);
}

// A page of somebody else's, whose name was made to point here, asks by that name.
TEST(StatusAnswersTest, RefusesOtherNames) {
  for (const char* host : {"evil.example", "evil.example:8414", "127.0.0.1.evil.example", "",
                           "localhost.evil.example", "[::1].evil.example", "[evil]", "[::1"}) {
    HttpRequest request = Request("/");
    request.headers.back().second = host;
    EXPECT_EQ(AnswerTo(request).status, 421) << host;
  }
  for (const char* host : {"localhost", "LOCALHOST:8414", "127.0.0.1", "192.0.2.7:80", "[::1]",
                           "[2001:db8::1]:8414"}) {
    HttpRequest request = Request("/");
    request.headers.back().second = host;
    EXPECT_EQ(AnswerTo(request).status, 200) << host;
  }
}

TEST(StatusAnswersTest, LooksOnceASecondHoweverOftenItIsAsked) {
  std::uint64_t now_ms = kNowMs;
  std::uint64_t num_looks = 0;
  StatusAnswers answers(
      [&] {
        DaemonStatus status = Status();
        status.num_scts = ++num_looks;
        return status;
      },
      [&] { return now_ms; });
  const auto ask = [&](const std::string& target) {
    return std::string(AsText(answers.Answer(Request(target)).body));
  };
  const std::string page = ask("/?format=html");
  const std::string document = ask("/?format=json");
  EXPECT_THAT(document, HasSubstr(R"("scts":1,)"));
  now_ms += StatusAnswers::kRenewMs - 1;
  EXPECT_EQ(ask("/?format=html"), page);
  EXPECT_EQ(ask("/?format=json"), document);
  EXPECT_THAT(ask("/metrics"), HasSubstr("\ntattled_pool_scts 1\n"));
  EXPECT_EQ(num_looks, 1U);
  now_ms += 1;
  EXPECT_THAT(ask("/metrics"), HasSubstr("\ntattled_pool_scts 2\n"));
  EXPECT_THAT(ask("/?format=json"), HasSubstr(R"("scts":2,)"));
  now_ms -= 3'600'000;  // a clock that was set back
  EXPECT_THAT(ask("/?format=json"), HasSubstr(R"("scts":3,)"));
  EXPECT_EQ(num_looks, 3U);
}

// Connect is a connection to a place on the loopback.
Descriptor Connect(const std::string& place) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(place.substr(place.find(':') + 1))));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what connect takes
  const auto* const any = reinterpret_cast<const sockaddr*>(&address);
  EXPECT_EQ(connect(made.fd(), any, sizeof(address)), 0);
  return made;
}

// AnswerAt is what is answered at a place, up to the end of its first piece.
std::string AnswerAt(const std::string& place) {
  const Descriptor made = Connect(place);
  const std::string_view get = "GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
  EXPECT_EQ(send(made.fd(), get.data(), get.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(get.size()));
  const timeval patience = {20, 0};
  setsockopt(made.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string answer(4096, '\0');
  answer.resize(static_cast<std::size_t>(
      std::max(recv(made.fd(), answer.data(), answer.size(), 0), ssize_t{0})));
  return answer;
}

std::unique_ptr<StatusServer> Serve(AskStatus status) {
  const std::vector<ListenAddress> listen = {{"127.0.0.1", 0}};
  auto server = StatusServer::Create(listen, std::move(status), [] { return kNowMs; });
  EXPECT_TRUE(server) << server.error();
  return *std::move(server);
}

TEST(StatusServerTest, KeepsNobodyElseWaiting) {
  std::thread::id by = std::this_thread::get_id();
  auto server = Serve([&] {
    by = std::this_thread::get_id();
    return Status();
  });
  EXPECT_THAT(AnswerAt(server->places().at(0)), StartsWith("HTTP/1.1 200 "));
  server.reset();
  EXPECT_NE(by, std::this_thread::get_id());
}

TEST(StatusServerTest, WhoIsSlowShutsNobodyOut) {
  const auto server = Serve(Status);
  const std::string place = server->places().at(0);
  for (const std::string_view beginning : {"", "GET / HTTP/1.1\r\n"}) {
    std::vector<Descriptor> slow;
    for (int i = 0; i < 100; ++i) {
      slow.push_back(Connect(place));
      send(slow.back().fd(), beginning.data(), beginning.size(), MSG_NOSIGNAL);
    }
    EXPECT_THAT(AnswerAt(place), StartsWith("HTTP/1.1 200 ")) << beginning;
  }
}

TEST(StatusServerTest, SaysThatTheDaemonDoesNotAnswer) {
  const auto server = Serve([] { return std::nullopt; });
  const std::string answer = AnswerAt(server->places().at(0));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("does not get round"));
}

TEST(StatusServerTest, SaysWhyItCannotListen) {
  const std::vector<ListenAddress> listen = {{"127.0.0.1", 0}, {"192.0.2.1", 1}};
  const auto server = StatusServer::Create(listen, Status, [] { return kNowMs; });
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error(), StartsWith("status_listen: cannot listen on 192.0.2.1 port 1: "));
}

}  // namespace
}  // namespace tattle::daemon::status_server_test
