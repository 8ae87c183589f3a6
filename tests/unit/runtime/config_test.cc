// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/config.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/base/base64.h"
#include "plugin/runtime/bounds.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::config_test {
namespace {

using Hosts = std::vector<std::string>;

// What is known of an error in less characters than the C ABI carries.
constexpr std::size_t kUsefulPart = 150;

Config Set(std::string_view text) {
  Config config;
  const auto set = SetConfigText(config, text, "file");
  EXPECT_TRUE(set) << set.error();
  return config;
}

// ErrorOf also holds the rule that nothing is changed on error.
std::string ErrorOf(std::string_view text, std::string_view name = "file") {
  const Config before = Set("exempt_hosts = before.example\nmode = require");
  Config config = before;
  const auto set = SetConfigText(config, text, name);
  EXPECT_EQ(config, before) << text;
  return set ? "no error" : set.error();
}

std::string ErrorOfKey(std::string_view key, std::string_view value) {
  Config config;
  const auto set = SetConfig(config, key, value);
  EXPECT_EQ(config, Config()) << value;
  return set ? "no error" : set.error();
}

TEST(SetConfigTextTest, LeavesTheDefaultsWhereNothingIsSet) {
  const Config config = Set("");
  EXPECT_EQ(config, Config());
  EXPECT_EQ(config.mode, Mode::kReport);
  EXPECT_EQ(config.policy, Policy::kChrome);
  EXPECT_EQ(config.on_stale, OnStale::kLenient);
  EXPECT_EQ(config.verdict_cache, 1024U);
  EXPECT_EQ(config.observe_socket, "/run/tattle/observe.sock");
  EXPECT_EQ(config.outbox, "/run/tattle/outbox");
  EXPECT_EQ(config.syslog, "");
  EXPECT_EQ(Set("# only a comment\n\n   \n\t# another\r\n"), Config());
}

TEST(SetConfigTextTest, SetsEveryKey) {
  const Config config =
      Set("mode = require\n"
          "policy = apple\n"
          "on_stale = fail\n"
          "log_list = /etc/tattle/list.json\n"
          "public_roots = /etc/tattle/roots\n"
          "exempt_hosts = localhost, *.Internal.Example., 10.0.0.1, 2001:DB8:0::1\n"
          "exempt_spki = C5+lpZ7tcVwmwQIMcRtPbsQtWLABXhQzejna0wHFr8M=\n"
          "verdict_cache = 0\n"
          "observe_socket = /run/a.sock\n"
          "outbox =\n");
  EXPECT_EQ(config.mode, Mode::kRequire);
  EXPECT_EQ(config.policy, Policy::kApple);
  EXPECT_EQ(config.on_stale, OnStale::kFail);
  EXPECT_EQ(config.log_list, "/etc/tattle/list.json");
  EXPECT_EQ(config.public_roots, "/etc/tattle/roots");
  EXPECT_EQ(config.exempt_hosts,
            (Hosts{"localhost", "*.internal.example", "10.0.0.1", "2001:db8::1"}));
  ASSERT_EQ(config.exempt_spki.size(), 1U);
  EXPECT_EQ(Hex(config.exempt_spki[0]),
            "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3");
  EXPECT_EQ(config.verdict_cache, 0U);
  EXPECT_EQ(config.observe_socket, "/run/a.sock");
  EXPECT_EQ(config.outbox, "");
}

TEST(SetConfigTextTest, TakesEveryPolicyAndModeByItsName) {
  for (const Policy policy : AllPolicies()) {
    EXPECT_EQ(Set("policy=" + std::string(PolicyName(policy))).policy, policy);
  }
  for (const Mode mode : {Mode::kOff, Mode::kReport, Mode::kRequire}) {
    EXPECT_EQ(Set("mode=" + std::string(ModeName(mode))).mode, mode);
  }
}

TEST(SetConfigTextTest, PutsUpWithWhatEditorsDo) {
  const Config want = Set("mode = off\npolicy = strict\n");
  for (const char* text :
       {"mode=off\npolicy=strict", "mode = off\r\npolicy = strict\r\n",
        "\xef\xbb\xbfmode = off\npolicy = strict\n", "\tmode\t=\toff\t\n  policy =strict  ",
        "# \xff \xc3\xb6\nmode = off\n\n\npolicy = strict"}) {
    EXPECT_EQ(Set(text), want) << text;
  }
}

TEST(SetConfigTextTest, KeepsWhatWasSetBefore) {
  Config config = Set("mode = off");
  ASSERT_TRUE(SetConfigText(config, "policy = apple", "more"));
  EXPECT_EQ(config.mode, Mode::kOff);
  EXPECT_EQ(config.policy, Policy::kApple);
}

TEST(SetConfigTextTest, SaysWhatIsWrongAndWhatWouldBeRight) {
  const struct {
    const char* text;
    const char* want;
  } cases[] = {
      {"policy = crome",
       "file:1: policy: there is no policy \"crome\"; choose chrome, apple, mozilla, android, "
       "rfc6962 or strict"},
      {"\n\n mode = on", "file:3: mode: there is no mode \"on\"; choose off, report or require"},
      {"mode =", "file:1: mode: has no value; choose off, report or require"},
      {"mode = Require",
       "file:1: mode: there is no mode \"Require\"; choose off, report or require"},
      {"on_stale = no", "file:1: on_stale: there is no such choice \"no\"; choose lenient or fail"},
      {"plicy = chrome", "file:1: plicy: no such key; did you mean policy?"},
      {"Exempt-Hosts = a", "file:1: Exempt-Hosts: no such key; did you mean exempt_hosts?"},
      {"user = me",
       "file:1: user: no such key; there are mode, policy, on_stale, log_list, public_roots, "
       "exempt_hosts, exempt_spki, verdict_cache, observe_socket, outbox and syslog"},
      {"mode off", "file:1: \"mode off\" has no =; write key = value"},
      {"[tattle]", "file:1: \"[tattle]\" has no =; write key = value"},
      {"mode = off\n#\nmode = off", "file:3: mode: stands in line 1 already; keep one of the two"},
      {"mode = \"off\"", "file:1: mode: begins with a quotation mark; values are written without"},
      {"outbox = '/a'", "file:1: outbox: begins with a quotation mark; values are written without"},
      {"mode = off # for now", "file:1: mode: has a # in it; a comment needs a line of its own"},
      {"outbox = # none", "file:1: outbox: has a # in it; a comment needs a line of its own"},
      {"outbox = /a\x01", "file:1: has the control character 0x01; remove it"},
      {"# a comment\x7f", "file:1: has the control character 0x7f; remove it"},
      {"mode = off\rpolicy = apple", "file:1: has the control character 0x0d; remove it"},
      {"outbox = run/outbox",
       "file:1: outbox: \"run/outbox\" is no absolute path; begin it with /, since programs change "
       "their folder"},
      {"log_list = /a\tb", "file:1: log_list: has a tab in it; remove it"},
      {"verdict_cache =", "file:1: verdict_cache: has no value; give a number from 0 to 1000000"},
      {"verdict_cache = 1000001",
       "file:1: verdict_cache: \"1000001\" is none; give a number from 0 to 1000000"},
      {"verdict_cache = 99999999999999999999999",
       "file:1: verdict_cache: \"99999999999999999999999\" is none; give a number from 0 to "
       "1000000"},
      {"verdict_cache = -1",
       "file:1: verdict_cache: \"-1\" is none; give a number from 0 to 1000000"},
      {"verdict_cache = 1k",
       "file:1: verdict_cache: \"1k\" is none; give a number from 0 to 1000000"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ErrorOf(c.text), c.want);
  }
}

TEST(SetConfigTextTest, RefusesNulAnywhere) {
  for (const std::string_view text : {std::string_view("mode = off\0", 11),
                                      std::string_view("#\0", 2), std::string_view("\0", 1)}) {
    EXPECT_EQ(ErrorOf(text), "file:1: has the control character 0x00; remove it");
  }
}

TEST(SetConfigTextTest, SaysTheUsefulPartFirst) {
  const std::string many(1000, 'x');
  const struct {
    std::string text;
    const char* useful;
  } cases[] = {
      {"policy = " + many, "or strict"},
      {many + " = a", "there are mode, policy, on_stale"},
      {many, "write key = value"},
      {"verdict_cache = " + many, "from 0 to 1000000"},
      {"exempt_hosts = " + many, "or an IP address"},
      {"exempt_spki = " + many, "64 hex digits or base64"},
      {"observe_socket = " + many, "the limit for sockets"},
      {"public_roots = " + many, "begin it with /"},
  };
  for (const auto& c : cases) {
    const std::string error = ErrorOf(c.text, kDefaultConfigFile).substr(0, kUsefulPart);
    EXPECT_NE(error.find(c.useful), std::string::npos) << error;
  }
}

// An error goes into a log, line by line.
TEST(SetConfigTextTest, RepeatsNothingThatIsNotPrintable) {
  for (int c = 0; c < 256; ++c) {
    const std::string error = ErrorOf(std::string("mode = a") + static_cast<char>(c) + "b");
    EXPECT_EQ(error.find_first_of(std::string("\0\r\n\t\x1b\x7f", 6)), std::string::npos) << c;
  }
}

TEST(SetConfigTextTest, BoundsTheText) {
  EXPECT_EQ(Set(std::string(kMaxConfigSize, '\n')), Config());
  EXPECT_EQ(ErrorOf(std::string(kMaxConfigSize + 1, '\n')), "file: is larger than 262144 bytes");
  EXPECT_EQ(ErrorOfKey("exempt_hosts", std::string(kMaxConfigSize + 1, 'a')),
            "exempt_hosts: is longer than 262144 bytes");
}

TEST(SetConfigTest, NamesTheKeyAlone) {
  EXPECT_EQ(ErrorOfKey("mode", "on"),
            "mode: there is no mode \"on\"; choose off, report or require");
  EXPECT_EQ(ErrorOfKey("x", ""),
            "x: no such key; there are mode, policy, on_stale, log_list, public_roots, "
            "exempt_hosts, exempt_spki, verdict_cache, observe_socket, outbox and syslog");
}

TEST(SetConfigTest, TakesALaterValueForAnEarlierOne) {
  Config config;
  ASSERT_TRUE(SetConfig(config, "exempt_hosts", "a, b"));
  ASSERT_TRUE(SetConfig(config, " exempt_hosts ", " c "));
  EXPECT_EQ(config.exempt_hosts, Hosts{"c"});
  ASSERT_TRUE(SetConfig(config, "exempt_hosts", ""));
  EXPECT_EQ(config, Config());
}

TEST(ExemptHostsTest, TakesNamesPatternsAndAddresses) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + label;
  ASSERT_EQ(longest.size(), kMaxHostName);
  const struct {
    std::string value;
    Hosts want;
  } cases[] = {
      {"a", {"a"}},
      {"a.example", {"a.example"}},
      {"A.Example.", {"a.example"}},
      {"a.example ,b.example", {"a.example", "b.example"}},
      {"*.a", {"*.a"}},
      {"_sip-1.xn--bcher-kva.example", {"_sip-1.xn--bcher-kva.example"}},
      {"192.0.2.1", {"192.0.2.1"}},
      {"::1, 0:0:0:0:0:0:0:2", {"::1", "::2"}},
      {longest, {longest}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Set("exempt_hosts = " + c.value).exempt_hosts, c.want) << c.value;
  }
}

TEST(ExemptHostsTest, RefusesWhatIsNoHost) {
  const std::string label(64, 'a');
  const std::string half = std::string(63, 'a') + "." + std::string(63, 'a') + ".";
  for (const std::string& value : {std::string("*"),
                                   std::string("*."),
                                   std::string("a.*"),
                                   std::string("*.*.a"),
                                   std::string("*a.example"),
                                   std::string("."),
                                   std::string(".a"),
                                   std::string("a..b"),
                                   std::string("a.."),
                                   std::string("a b"),
                                   std::string("a:443"),
                                   std::string("https://a"),
                                   std::string("[::1]"),
                                   std::string("1.2.3"),
                                   std::string("1.2.3.4.5"),
                                   std::string("*.1"),
                                   std::string("256.0.0.1"),
                                   std::string("b\xc3\xbc"
                                               "cher.example"),
                                   label,
                                   half + half + "a"}) {
    const std::string error = ErrorOf("exempt_hosts = good.example, " + value);
    EXPECT_NE(error.find(" is no host; give an ASCII name (xn--...), *. and a name, or an IP "
                         "address"),
              std::string::npos)
        << value << ": " << error;
  }
  for (const char* value : {"a,,b", ",a"}) {
    EXPECT_EQ(ErrorOfKey("exempt_hosts", value),
              "exempt_hosts: a host is missing between two commas; remove one");
  }
  EXPECT_EQ(ErrorOfKey("exempt_hosts", "a, b, "),
            "exempt_hosts: a comma stands at the end; remove it");
}

TEST(ExemptSpkiTest, TakesHexAndBase64AndCurlsForm) {
  const std::string hex = "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3";
  const std::string base64 = "C5+lpZ7tcVwmwQIMcRtPbsQtWLABXhQzejna0wHFr8M=";
  for (const std::string& value :
       {hex, "0B9F" + hex.substr(4), base64, "sha256/" + base64, "sha256//" + base64}) {
    const Config config = Set("exempt_spki = " + value);
    ASSERT_EQ(config.exempt_spki.size(), 1U) << value;
    EXPECT_EQ(Hex(config.exempt_spki[0]), hex) << value;
  }
  EXPECT_EQ(Set("exempt_spki = " + hex + "," + base64).exempt_spki.size(), 2U);
}

// A slash is a digit of base64 as well.
TEST(ExemptSpkiTest, TellsASlashOfTheHashFromOneOfThePrefix) {
  Hash hash = {};
  hash.fill(0xff);
  const std::string base64 = EncodeBase64(hash);
  ASSERT_EQ(base64.front(), '/');
  for (const char* prefix : {"", "sha256/", "sha256//"}) {
    EXPECT_EQ(Set("exempt_spki = " + (prefix + base64)).exempt_spki, std::vector<Hash>{hash});
  }
}

TEST(ExemptSpkiTest, RefusesWhatIsNoHash) {
  const std::string hex(64, 'a');
  const std::string base64 = "C5+lpZ7tcVwmwQIMcRtPbsQtWLABXhQzejna0wHFr8M=";
  for (const std::string& value :
       {hex.substr(1), hex + "a", hex.substr(1) + "g", base64.substr(0, 43), base64 + "=",
        "sha1/" + base64, "sha256:" + base64, "sha256///" + base64, std::string("AAAA")}) {
    const std::string error = ErrorOf("exempt_spki = " + value);
    EXPECT_NE(error.find("is no hash; give the SHA-256 of a public key"), std::string::npos)
        << value << ": " << error;
  }
}

TEST(SetConfigFileTest, ReadsAFileAndNamesItInErrors) {
  const testlib::ScratchFolder folder;
  Config config;
  ASSERT_TRUE(SetConfigFile(config, folder.Write("good.conf", "mode = off\n")));
  EXPECT_EQ(config.mode, Mode::kOff);
  const std::string bad = folder.Write("bad.conf", "mode = report\nmode = x\n");
  EXPECT_EQ(SetConfigFile(config, bad).error(),
            bad + ":2: mode: there is no mode \"x\"; choose off, report or require");
  EXPECT_EQ(config.mode, Mode::kOff);
}

TEST(SetConfigFileTest, RefusesWhatIsNoFile) {
  const testlib::ScratchFolder folder;
  Config config;
  EXPECT_EQ(SetConfigFile(config, folder.Path("none")).error(),
            folder.Path("none") + ": cannot be read (No such file or directory)");
  EXPECT_EQ(SetConfigFile(config, folder.path()).error(), folder.path() + ": is no regular file");
  ASSERT_EQ(mkfifo(folder.Path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(SetConfigFile(config, folder.Path("fifo")).error(),
            folder.Path("fifo") + ": is no regular file");
  const std::string large = folder.Write("large", std::string(kMaxConfigSize + 1, '\n'));
  EXPECT_EQ(SetConfigFile(config, large).error(), large + ": is larger than 262144 bytes");
  EXPECT_EQ(config, Config());
}

}  // namespace
}  // namespace tattle::config_test
