// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/daemon_config.h"

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testlib/scratch_folder.h"

namespace tattle::daemon::daemon_config_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

std::vector<std::string> Faults(std::string_view text) {
  return DecodeDaemonConfig(text, "tattled.conf").faults;
}

TEST(DaemonConfigTest, ReadsItsOwnKeysAndThoseOfTheClient) {
  const auto [config, faults] = DecodeDaemonConfig(
      "# comment\n"
      "mode = require\n"
      "policy = apple\n"
      "log_list = /srv/logs.json\n"
      "observe_socket = /run/t/o\n"
      "observe_also = /var/spool/postfix/tattle/o, /srv/o\n"
      "check_socket =\n"
      "check_users = Debian-exim, prosody\n"
      "control_socket = /run/t/c\n"
      "socket_group = mail\n"
      "observe_rate = 7\n"
      "observe_rate_total = 70\n"
      "pool = /srv/pool\n"
      "log_list_url = https://example.com/logs.json\n"
      "log_list_key = /etc/tattle/list.pem\n"
      "ca_file = /etc/ssl/cert.pem\n"
      "proxy = http://proxy:3128\n"
      "audit = no\n"
      "audit_skip = Old log, Broken\n"
      "rfc6962_inclusion = yes\n"
      "hook = /usr/local/bin/hook\n"
      "metrics = /srv/metrics.prom\n"
      "status_listen = 127.0.0.1:8414, [::1]:8414\n"
      "gossip_listen = 192.0.2.1:443, [2001:db8::1]:8443\n"
      "gossip_certificate = /etc/tattle/chain.pem\n"
      "gossip_key = /etc/tattle/key.pem\n"
      "gossip_socket = /run/tattle/gossip.sock\n"
      "gossip_names = A.example, b.example\n"
      "gossip_collected = yes\n"
      "gossip_auditor = yes\n"
      "gossip_rate = 3\n"
      "gossip_rate_total = 30\n"
      "gossip_checks = 300\n",
      "tattled.conf");
  EXPECT_THAT(faults, IsEmpty());
  DaemonConfig want;
  want.judge.mode = Mode::kRequire;
  want.judge.policy = Policy::kApple;
  want.judge.log_list = "/srv/logs.json";
  want.judge.observe_socket = "/run/t/o";
  want.observe_also = {"/var/spool/postfix/tattle/o", "/srv/o"};
  want.check_socket = "";
  want.check_users = {"Debian-exim", "prosody"};
  want.control_socket = "/run/t/c";
  want.socket_group = "mail";
  want.observe_rate = 7;
  want.observe_rate_total = 70;
  want.pool = "/srv/pool";
  want.log_list_url = "https://example.com/logs.json";
  want.log_list_key = "/etc/tattle/list.pem";
  want.ca_file = "/etc/ssl/cert.pem";
  want.proxy = "http://proxy:3128";
  want.audit = false;
  want.audit_skip = {"Old log", "Broken"};
  want.rfc6962_inclusion = true;
  want.hook = "/usr/local/bin/hook";
  want.metrics = "/srv/metrics.prom";
  want.status_listen = {{"127.0.0.1", 8414}, {"::1", 8414}};
  want.gossip.listen = {{"192.0.2.1", 443}, {"2001:db8::1", 8443}};
  want.gossip.certificate = "/etc/tattle/chain.pem";
  want.gossip.key = "/etc/tattle/key.pem";
  want.gossip.socket = "/run/tattle/gossip.sock";
  want.gossip.names = {"a.example", "b.example"};
  want.gossip.collected = true;
  want.gossip.auditor = true;
  want.gossip.rate = 3;
  want.gossip.rate_total = 30;
  want.gossip.checks = 300;
  EXPECT_EQ(config, want);
  EXPECT_EQ(FormatListenAddress(config.gossip.listen[0]), "192.0.2.1:443");
  EXPECT_EQ(FormatListenAddress(config.gossip.listen[1]), "[2001:db8::1]:8443");
}

TEST(DaemonConfigTest, TellsNoLogWhatWasSeenUnlessToldTo) {
  EXPECT_FALSE(DaemonConfig().rfc6962_inclusion);
  EXPECT_FALSE(DecodeDaemonConfig("audit = yes\n", "tattled.conf").config.rfc6962_inclusion);
}

TEST(DaemonConfigTest, SaysFileLineAndKey) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"\npol = /srv/pool\n", "tattled.conf:2: pol: no such key; did you mean pool?"},
      {"polcy = apple\n", "tattled.conf:1: polcy: no such key; did you mean policy?"},
      {"pool =\n", "tattled.conf:1: pool: has no value; give a path"},
      {"pool = srv\n",
       "tattled.conf:1: pool: \"srv\" is no absolute path; begin it with /, since programs change "
       "their folder"},
      {"audit = maybe\n",
       "tattled.conf:1: audit: there is no such choice \"maybe\"; choose yes or no"},
      {"observe_rate = 0\n",
       "tattled.conf:1: observe_rate: nothing would be taken; give a number from 1 to 1000000"},
      {"observe_also = /a,,/b\n",
       "tattled.conf:1: observe_also: a path is missing between two commas; remove one"},
      {"log_list_url = http://example.com/\n",
       "tattled.conf:1: log_list_url: \"http://example.com/\" does not begin with https://"},
      {"proxy = localhost\n",
       "tattled.conf:1: proxy: \"localhost\" is no URL; write http://HOST:PORT"},
      {"mode = require\nmode = off\n",
       "tattled.conf:2: mode: stands in line 1 already; keep one of the two"},
      {"hook = \"/bin/true\"\n",
       "tattled.conf:1: hook: begins with a quotation mark; values are written without"},
      {"log_list_url = https://example.com/l\n",
       "tattled.conf: log_list_url and log_list_key: one needs the other, since only a signed list "
       "is taken"},
      {"gossip_listen = 192.0.2.1\n",
       "tattled.conf:1: gossip_listen: \"192.0.2.1\" has no port; write ADDRESS:PORT"},
      {"status_listen = localhost:8414\n",
       "tattled.conf:1: status_listen: \"localhost:8414\" has no IP address in front of its port; "
       "write 192.0.2.1:443 or [2001:db8::1]:443"},
      {"gossip_listen = a.example:443\n",
       "tattled.conf:1: gossip_listen: \"a.example:443\" has no IP address in front of its port; "
       "write 192.0.2.1:443 or [2001:db8::1]:443"},
      {"gossip_listen = ::1:443\n",
       "tattled.conf:1: gossip_listen: \"::1:443\" has no IP address in front of its port; write "
       "192.0.2.1:443 or [2001:db8::1]:443"},
      {"gossip_names = *.example\n",
       "tattled.conf:1: gossip_names: \"*.example\" is a pattern; write each name"},
      {"gossip_rate = 0\n",
       "tattled.conf:1: gossip_rate: everybody would be refused; give a number from 1 to 1000000"},
      {"gossip_listen = 192.0.2.1:443\n",
       "tattled.conf: gossip_listen: needs gossip_certificate and gossip_key, since gossip goes "
       "over TLS only; behind a front end that has them use gossip_socket"},
      {"gossip_key = /etc/key.pem\n",
       "tattled.conf: gossip_certificate and gossip_key: one needs the other"},
      {"gossip_collected = yes\n",
       "tattled.conf: gossip_collected: there is nothing to collect without gossip_names"},
      {"gossip_socket = /run/tattle/check.sock\n",
       "tattled.conf: two sockets have the path /run/tattle/check.sock; give each its own"},
      {"check_socket = /run/tattle/control.sock\n",
       "tattled.conf: two sockets have the path /run/tattle/control.sock; give each its own"},
  };
  for (const auto& [text, want] : cases) {
    EXPECT_THAT(Faults(text), ElementsAre(want)) << text;
  }
}

TEST(DaemonConfigTest, SaysAllThatIsWrong) {
  EXPECT_THAT(
      Faults("polcy = apple\n"
             "pool = srv\n"
             "no line\n"
             "audit = no\n"
             "audit = no\n"
             "check_socket = /run/tattle/control.sock\n"
             "gossip_collected = yes\n"),
      ElementsAre(StartsWith("tattled.conf:1: polcy: "), StartsWith("tattled.conf:2: pool: "),
                  StartsWith("tattled.conf:3: \"no line\" has no ="),
                  StartsWith("tattled.conf:5: audit: stands in line 4"),
                  StartsWith("tattled.conf: gossip_collected: "),
                  StartsWith("tattled.conf: two sockets ")));
}

TEST(DaemonConfigTest, WhatIsWrongIsNotMissingToo) {
  EXPECT_THAT(Faults("gossip_certificate = /etc/chain.pem\ngossip_key = key.pem\n"),
              ElementsAre(StartsWith("tattled.conf:2: gossip_key: ")));
}

TEST(DaemonConfigTest, SaysNotMoreThanAnybodyReads) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "x\n";
  }
  EXPECT_THAT(Faults(text), SizeIs(100));
}

TEST(HasSameAuditTest, KnowsWhatTheAuditGoesBy) {
  const DaemonConfig before;
  DaemonConfig after;
  after.judge.mode = Mode::kRequire;
  after.hook = "/bin/true";
  after.metrics = "/run/metrics";
  EXPECT_TRUE(HasSameAudit(before, after));
  const std::vector<std::function<void(DaemonConfig&)>> changes = {
      [](DaemonConfig& config) { config.audit = false; },
      [](DaemonConfig& config) { config.audit_skip = {"Amber"}; },
      [](DaemonConfig& config) { config.rfc6962_inclusion = true; },
      [](DaemonConfig& config) { config.ca_file = "/ca.pem"; },
      [](DaemonConfig& config) { config.proxy = "http://proxy:3128"; },
  };
  for (const auto& change : changes) {
    DaemonConfig other;
    change(other);
    EXPECT_FALSE(HasSameAudit(before, other));
  }
}

TEST(KeepFixedTest, KeepsWhatNeedsARestartAndNothingElse) {
  DaemonConfig running;
  DaemonConfig read;
  read.judge.observe_socket = read.check_socket = read.control_socket = read.socket_group = "x";
  read.judge.syslog = read.pool = "x";
  read.observe_also = read.check_users = {"x"};
  read.observe_rate = read.observe_rate_total = 7;
  read.status_listen = {{"127.0.0.1", 1}};
  read.hook = "/bin/hook";
  read.judge.policy = Policy::kApple;
  EXPECT_EQ(DescribeFixed(running, read),
            "observe_socket, observe_also, check_socket, check_users, control_socket, "
            "socket_group, observe_rate, observe_rate_total, pool, syslog, status_listen");
  KeepFixed(running, read);
  EXPECT_EQ(DescribeFixed(running, read), "");
  running.hook = "/bin/hook";
  running.judge.policy = Policy::kApple;
  EXPECT_EQ(read, running);
}

TEST(DaemonConfigTest, AFileThatIsMissingIsAnError) {
  const testlib::ScratchFolder folder;
  const auto config = ReadDaemonConfig(folder.Path("none"));
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error(), folder.Path("none") + ": cannot be read (No such file or directory)");
}

}  // namespace
}  // namespace tattle::daemon::daemon_config_test
