// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Clients that are slow, many, or rude.

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/net/http2_frames.h"
#include "tests/unit/net/http_server_fixture.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/server_thread.h"

namespace tattle::http_server::http_connection_test {
namespace {

using std::chrono::milliseconds;
using testlib::RawClient;
using testlib::ServerThread;

TEST(HttpServerRawTest, AnswersPipelinedRequestsInOrder) {
  ServerThread server(Options(), Answer);
  RawClient client(server.port());
  EXPECT_TRUE(
      client.Send("GET /delay HTTP/1.1\r\nHost: a\r\n\r\n"
                  "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
                  "GET /peer HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  const std::string all = client.ReadToEnd();
  const std::size_t first = all.find("\r\n\r\nhello\n");
  const std::size_t second = all.find("\r\n\r\none");
  const std::size_t third = all.find("\r\n\r\n127.0.0.1");
  EXPECT_NE(third, std::string::npos) << all;
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST(HttpServerRawTest, SpeaksHttp1WithWhoOnlyBeginsLikeHttp2) {
  ServerThread server(Options(), Answer);
  RawClient client(server.port());
  for (const char c : std::string_view("PRI * HTTP/1.0\r\nConnection: close\r\n\r\n")) {
    EXPECT_TRUE(client.Send({&c, 1}));
  }
  EXPECT_TRUE(client.ReadToEnd().starts_with("HTTP/1.1 400 "));
}

TEST(HttpServerRawTest, AnswersWhoHasClosedItsSide) {
  ServerThread server(Options(), Answer);
  RawClient client(server.port());
  EXPECT_TRUE(client.Send("GET /delay HTTP/1.1\r\nHost: a\r\n\r\n"));
  client.CloseSending();
  EXPECT_NE(client.ReadToEnd().find("\r\n\r\nhello\n"), std::string::npos);
}

TEST(HttpServerRawTest, LetsWhoStillSendsReadTheRefusal) {
  HttpServerOptions options = Options();
  options.max_body_size = 1000;
  ServerThread server(options, Answer);
  RawClient client(server.port());
  EXPECT_TRUE(client.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"));
  EXPECT_TRUE(client.Send(std::string(500'000, 'x')));
  EXPECT_TRUE(client.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 413 "));
}

TEST(HttpServerTimeoutTest, GivesUpWhoIsTooSlow) {
  const struct {
    const char* name;
    bool tls;
    std::string sent;
    const char* want;
  } cases[] = {
      {"nothing", false, "", ""},
      {"headers", false, "GET / HTTP/1.1\r\nHost", "HTTP/1.1 408 "},
      {"body", false, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na", "HTTP/1.1 408 "},
      {"preface", false, "PRI * HTTP", ""},
      {"handshake", true, "", ""},
      {"hello", true, "\x16\x03", ""},
  };
  const TlsFiles files;
  HttpServerOptions options = Options();
  options.request_timeout = milliseconds(500);  // longer than from connecting to sending
  ServerThread server(options, Answer);
  ServerThread tls_server(files.Use(options), Answer);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (const auto& each : cases) {
    clients.push_back(std::make_unique<RawClient>((each.tls ? tls_server : server).port()));
    EXPECT_TRUE(clients.back()->Send(each.sent));
  }
  for (std::size_t i = 0; i < clients.size(); ++i) {
    SCOPED_TRACE(cases[i].name);
    const std::string all = clients[i]->ReadToEnd();
    EXPECT_EQ(all.substr(0, std::string_view(cases[i].want).size()), cases[i].want);
    EXPECT_TRUE(clients[i]->is_closed());
  }
}

TEST(HttpServerTimeoutTest, IsNotHeldOpenByATrickle) {
  HttpServerOptions options = Options();
  options.request_timeout = milliseconds(80);
  ServerThread server(options, Answer);
  RawClient client(server.port());
  EXPECT_TRUE(client.Send("GET / HTTP/1.1\r\nX: "));
  EXPECT_TRUE(Eventually([&] {
    std::this_thread::sleep_for(milliseconds(5));
    client.Send("x");
    return server.num_connections() == 0;
  }));
}

TEST(HttpServerTimeoutTest, LetsGoOfWhoDoesNotRead) {
  HttpServerOptions options = Options();
  options.write_timeout = milliseconds(80);
  ServerThread server(options, Answer);
  constexpr int kSmallBuffer = 4096;
  RawClient client(server.port(), kSmallBuffer);
  EXPECT_TRUE(client.Send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 0; }));
  EXPECT_LT(client.ReadToEnd().size(), kLargeSize);
}

TEST(HttpServerTimeoutTest, LetsGoOfWhoForbidsToSend) {
  HttpServerOptions options = Options();
  options.write_timeout = milliseconds(80);
  ServerThread server(options, Answer);
  RawClient client(server.port());
  EXPECT_TRUE(client.Send(
      std::string(testlib::kPreface) +
      testlib::Frame(testlib::kSettings, 0, 0, std::string("\0\4", 2) + testlib::Uint32(0)) +
      testlib::Get(1, "/hello")));
  EXPECT_TRUE(Eventually([&] {
    std::this_thread::sleep_for(milliseconds(10));  // not so many as to be a flood
    client.Send(testlib::Frame(testlib::kPing, 0, 0, "12345678"));
    return server.num_connections() == 0;
  }));
}

TEST(HttpServerLimitTest, BoundsConnectionsOfAPeer) {
  HttpServerOptions options = Options();
  options.max_connections_per_peer = 2;
  ServerThread server(options, Answer);
  RawClient first(server.port());
  RawClient second(server.port());
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 2; }));
  RawClient third(server.port());
  EXPECT_EQ(first.ReadToEnd(), "") << "in favour of the third";
  EXPECT_EQ(server.num_connections(), 2U);
  for (RawClient* client : {&second, &third}) {
    EXPECT_TRUE(client->Send(kGet));
    EXPECT_NE(client->ReadUntil("hello\n"), "");
  }
}

TEST(HttpServerLimitTest, TakesTheIdlestConnectionForANewOne) {
  HttpServerOptions options = Options();
  options.max_connections = 2;
  ServerThread server(options, Answer);
  RawClient first(server.port());
  EXPECT_TRUE(first.Send(kGet));
  EXPECT_NE(first.ReadUntil("hello\n"), "");
  // The answer to a first request shows that the server has the beginning of another.
  RawClient busy(server.port());
  EXPECT_TRUE(busy.Send(std::string(kGet) + "GET / HTTP/1.1\r\n"));
  EXPECT_NE(busy.ReadUntil("hello\n"), "");
  RawClient third(server.port());
  EXPECT_EQ(first.ReadToEnd(), "") << "in favour of the third, though busy is idle for longer";
  EXPECT_TRUE(third.Send(kGet));
  EXPECT_NE(third.ReadUntil("hello\n"), "");
  EXPECT_TRUE(busy.Send("Host: a\r\n\r\n"));
  EXPECT_NE(busy.ReadUntil("hello\n"), "");
}

constexpr int kSmallBuffer = 4096;

// ExpectQuickIsServed fills a server with clients that begin in this way and go no further; behind
// them somebody asks who does.
void ExpectQuickIsServed(const HttpServerOptions& options, std::string_view beginning) {
  ServerThread server(options, Answer);
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 12; ++i) {
    slow.push_back(std::make_unique<RawClient>(server.port(), kSmallBuffer));
    EXPECT_TRUE(slow.back()->Send(beginning));
  }
  // The last of them is there, and all before him.
  EXPECT_TRUE(Eventually([&] { return server.num_connections() == 4; }));
  RawClient quick(server.port());
  EXPECT_TRUE(quick.Send(kGet));
  EXPECT_NE(quick.ReadUntil("hello\n"), "") << beginning.substr(0, 20);
}

TEST(HttpServerLimitTest, WhoIsSlowShutsNobodyOut) {
  HttpServerOptions all = Options();
  all.max_connections = 4;
  HttpServerOptions peer = Options();
  peer.max_connections_per_peer = 4;
  const std::string http2 =
      std::string(testlib::kPreface) +
      testlib::Frame(testlib::kSettings, 0, 0, std::string("\0\4", 2) + testlib::Uint32(0)) +
      testlib::Get(1, "/large");
  for (const HttpServerOptions& options : {all, peer}) {
    ExpectQuickIsServed(options, "GET / HTTP/1.1\r\nHost: a\r\n");
    ExpectQuickIsServed(options, "PRI *");
    ExpectQuickIsServed(options, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1");
    ExpectQuickIsServed(options, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    ExpectQuickIsServed(options, http2);
  }
}

// Who reads nothing may send for ever.
TEST(HttpServerLimitTest, WhoAsksAndDoesNotReadShutsNobodyOut) {
  std::string many;
  for (int i = 0; i < 4000; ++i) {
    many += "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  HttpServerOptions options = Options();
  options.max_connections = 4;
  ExpectQuickIsServed(options, many);
}

// FirstOfMany is what the first of more connections than there may be is told, none of which says
// anything.
std::string FirstOfMany(const ServerThread& server) {
  std::vector<std::unique_ptr<RawClient>> silent(12);
  for (std::unique_ptr<RawClient>& client : silent) {
    client = std::make_unique<RawClient>(server.port());
  }
  return silent.front()->ReadToEnd();
}

TEST(HttpServerLimitTest, WhoSaysNothingShutsNobodyOut) {
  HttpServerOptions options = Options();
  options.max_connections = 4;
  ServerThread server(options, Answer);
  EXPECT_EQ(FirstOfMany(server), "");
  const TlsFiles files;
  ServerThread tls_server(files.Use(options), Answer);
  EXPECT_EQ(FirstOfMany(tls_server), "") << "in the handshake";
}

TEST(HttpServerLimitTest, WhoHasAskedIsNoLongerIdle) {
  HttpServerOptions options = Options();
  options.max_connections = 4;
  ServerThread server(options, Answer);
  std::unique_ptr<RawClient> asked;
  std::vector<std::unique_ptr<RawClient>> silent;
  // While the server is busy, the request waits in the socket, and others come.
  server.Do([&](HttpServer& /*server*/) {
    asked = std::make_unique<RawClient>(server.port());
    EXPECT_TRUE(asked->Send(kGet));
    for (int i = 0; i < 12; ++i) {
      silent.push_back(std::make_unique<RawClient>(server.port()));
    }
  });
  EXPECT_NE(asked->ReadUntil("hello\n"), "");
}

}  // namespace
}  // namespace tattle::http_server::http_connection_test
