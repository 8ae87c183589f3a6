// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Where a server listens.

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/testlib/scratch_folder.h"
#include "tests/unit/net/http_server_fixture.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/server_thread.h"

namespace tattle::http_server::http_listener_test {
namespace {

using testlib::RawClient;
using testlib::ScratchFolder;
using testlib::ServerThread;

std::string ListenUnix(ServerThread& server, const std::string& path, unsigned permissions) {
  std::string fault;
  server.Do([&](HttpServer& each) {
    const auto done = each.ListenUnix(path, permissions);
    fault = done ? "" : done.error();
  });
  return fault;
}

unsigned PermissionsOf(const std::string& path) {
  struct stat status = {};
  return lstat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

TEST(HttpServerUnixTest, ServesWithThePermissionsAskedFor) {
  const ScratchFolder folder;
  const std::string path = folder.Path("s");
  {
    ServerThread server(Options(), Answer);
    EXPECT_EQ(ListenUnix(server, path, 0666), "");
    EXPECT_EQ(PermissionsOf(path), 0666U);
    EXPECT_EQ(Curl().Unix(path).Fetch("http://a/peer").body, "unix");
    EXPECT_NE(ListenUnix(server, path, 0600).find("is served by another process"),
              std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(path)) << "gone with the server";
}

TEST(HttpServerUnixTest, ReplacesOnlyASocketThatNobodyHears) {
  const ScratchFolder folder;
  const std::string path = folder.Path("s");
  {
    ServerThread server(Options(), Answer);
    EXPECT_EQ(ListenUnix(server, path, 0600), "");
    std::filesystem::rename(path, folder.Path("stale"));
    folder.Write("s", "a file that came later");
  }
  EXPECT_TRUE(std::filesystem::exists(path)) << "no longer the server's";
  ServerThread server(Options(), Answer);
  EXPECT_NE(ListenUnix(server, path, 0600).find("is there and is no socket"), std::string::npos);
  EXPECT_EQ(ListenUnix(server, folder.Path("stale"), 0600), "");
  EXPECT_EQ(PermissionsOf(folder.Path("stale")), 0600U);
  EXPECT_NE(ListenUnix(server, folder.path() + std::string(100, 'x'), 0600), "");
  EXPECT_NE(ListenUnix(server, folder.Path("none/s"), 0600), "");
}

TEST(HttpServerListenTest, BindsBothKindsOfAddressAndSaysWhatIsWrong) {
  ServerThread server(Options(), Answer);
  server.Do([&](HttpServer& each) {
    const auto v6 = each.ListenTcp("::1", 0);
    if (v6) {
      EXPECT_TRUE(each.ListenTcp("127.0.0.2", *v6)) << "the same port is free in IPv4";
    }
    EXPECT_EQ(each.ListenTcp("localhost", 1).error(),
              "cannot listen on localhost port 1: not an IP address");
    EXPECT_FALSE(each.ListenTcp("127.0.0.1", server.port()));
  });
}

}  // namespace
}  // namespace tattle::http_server::http_listener_test
