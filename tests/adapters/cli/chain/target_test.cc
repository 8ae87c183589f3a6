// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/chain/target.h"

#include <string>

#include <gtest/gtest.h>

namespace tattle::cli::target_test {
namespace {

TEST(DecideTargetTest, KnowsServers) {
  // NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): a table is in the order of reading
  const struct {
    std::string text;
    StartTls starttls;
    std::string host;
    std::uint16_t port;
    bool is_address;
  } cases[] = {
      {"example.com", StartTls::kNone, "example.com", 443, false},
      {"example.com", StartTls::kSmtp, "example.com", 25, false},
      {"example.com", StartTls::kImap, "example.com", 143, false},
      {"example.com", StartTls::kPop3, "example.com", 110, false},
      {"example.com", StartTls::kXmpp, "example.com", 5222, false},
      {"example.com", StartTls::kXmppServer, "example.com", 5269, false},
      {"example.com", StartTls::kFtp, "example.com", 21, false},
      {"example.com:465", StartTls::kNone, "example.com", 465, false},
      {"example.com.:465", StartTls::kSmtp, "example.com", 465, false},
      {"_dmarc.Example.COM", StartTls::kNone, "_dmarc.Example.COM", 443, false},
      {"192.0.2.1:65535", StartTls::kNone, "192.0.2.1", 65535, true},
      {"2001:db8::1", StartTls::kNone, "2001:db8::1", 443, true},
      {"[2001:db8::1]", StartTls::kSmtp, "2001:db8::1", 25, true},
      {"[2001:db8::1]:8443", StartTls::kNone, "2001:db8::1", 8443, true},
      {"[fe80::1%eth0]:1", StartTls::kNone, "fe80::1%eth0", 1, true},
  };
  for (const auto& want : cases) {
    const Outcome<Target> target = DecideTarget(want.text, want.starttls);
    ASSERT_TRUE(target) << want.text << ": " << target.error();
    const auto* server = std::get_if<ServerTarget>(&*target);
    ASSERT_NE(server, nullptr) << want.text;
    EXPECT_EQ(server->host, want.host);
    EXPECT_EQ(server->port, want.port) << want.text;
    EXPECT_EQ(server->is_address, want.is_address) << want.text;
  }
}

TEST(DecideTargetTest, TakesEveryPathThatExistsForAFile) {
  for (const char* path : {"/", "/dev/null", "."}) {
    const Outcome<Target> target = DecideTarget(path, StartTls::kNone);
    ASSERT_TRUE(target) << path;
    EXPECT_TRUE(std::holds_alternative<FileTarget>(*target)) << path;
    EXPECT_FALSE(DecideTarget(path, StartTls::kSmtp)) << path;
  }
}

TEST(DecideTargetTest, RefusesTheRestWithASentence) {
  const std::pair<std::string, std::string> cases[] = {
      {"/no/such", "no such file"},
      {"no-such.pem", "no such file"},
      {"no-such.der", "no such file"},
      {"no-such.crt", "no such file"},
      {"no-such.cer", "no such file"},
      {"https://example.com", "is a URL"},
      {"example.com:", "not a port"},
      {"example.com:0", "not a port"},
      {"example.com:65536", "not a port"},
      {"example.com:+1", "not a port"},
      {"example.com:1x", "not a port"},
      {"[::1", "not a server"},
      {"[::1]x", "not a server"},
      {"[::1]:", "not a port"},
      {"", "neither"},
      {":443", "neither"},
      {"a..b", "neither"},
      {".a", "neither"},
      {"a b", "neither"},
      {"a'b", "neither"},
      {"a<b", "neither"},
      {"b\xc3\xbc"
       "cher.example",
       "neither"},
      {std::string(64, 'a') + ".example", "neither"},
      {"1:2:3", "neither"},
      {"a\nb", "neither"},
  };
  for (const auto& [text, words] : cases) {
    const Outcome<Target> target = DecideTarget(text, StartTls::kNone);
    ASSERT_FALSE(target) << text;
    EXPECT_NE(target.error().find(words), std::string::npos) << text << ": " << target.error();
  }
}

TEST(FindStartTlsTest, IsTheOppositeOfItsName) {
  for (const char* name : {"smtp", "imap", "pop3", "xmpp", "xmpp-server", "ftp"}) {
    const std::optional<StartTls> starttls = FindStartTls(name);
    ASSERT_TRUE(starttls) << name;
    EXPECT_EQ(StartTlsName(*starttls), name);
  }
  EXPECT_FALSE(FindStartTls(""));
  EXPECT_FALSE(FindStartTls("SMTP"));
}

}  // namespace
}  // namespace tattle::cli::target_test
