// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/runtime/host_name.h"

#include <string>

#include <gtest/gtest.h>

#include "plugin/runtime/bounds.h"

namespace tattle::host_name_test {
namespace {

TEST(CanonicalHostTest, IgnoresCaseAndOneDotAtTheEnd) {
  EXPECT_EQ(CanonicalHost("WWW.Example.TEST."), "www.example.test");
  EXPECT_EQ(CanonicalHost("www.example.test"), "www.example.test");
  EXPECT_EQ(CanonicalHost("a.."), "a.");
  EXPECT_EQ(CanonicalHost("."), "");
  EXPECT_EQ(CanonicalHost(""), "");
  EXPECT_EQ(CanonicalHost("@[`{\xc4"), "@[`{\xc4");
}

TEST(IsCanonicalHostTest, TakesPrintableAsciiInLowerCase) {
  for (const char* const host :
       {"", "a", "www.example.test", "192.0.2.1", "[2001:db8::1]", "_xmpp.a-b"}) {
    EXPECT_TRUE(IsCanonicalHost(host)) << host;
  }
  for (const char* const host : {"A", "a.", ".", "a b", "a\n", "\x7f", "\xc3\xa4"}) {
    EXPECT_FALSE(IsCanonicalHost(host)) << host;
  }
  EXPECT_FALSE(IsCanonicalHost(std::string("a\0b", 3)));
  EXPECT_TRUE(IsCanonicalHost(std::string(kMaxHostName, 'a')));
  EXPECT_FALSE(IsCanonicalHost(std::string(kMaxHostName + 1, 'a')));
}

TEST(IsDnsNameTest, TakesNamesAndNeitherPortsNorAddresses) {
  for (const char* const host :
       {"www.example", "a", "a-1.b2", "1.example", "xn--nxasmq6b.xn--p1ai", "x0.a9", "localhost"}) {
    EXPECT_TRUE(IsDnsName(host)) << host;
  }
  for (const char* const host : {"",
                                 ".",
                                 "a.",
                                 ".a",
                                 "a..b",
                                 "WWW.example",
                                 "www.Example",
                                 "www.example:443",
                                 "a:1",
                                 "192.0.2.1",
                                 "127.1",
                                 "2130706433",
                                 "0x7f000001",
                                 "0x7f.0x1",
                                 "a.1",
                                 "a.-b",
                                 "[2001:db8::1]",
                                 "2001:db8::1",
                                 "user@www.example",
                                 "www.example/a",
                                 "a?b",
                                 "a#b",
                                 "a%41",
                                 "a_b.example",
                                 "*.example",
                                 "a b",
                                 "\xc3\xa4"}) {
    EXPECT_FALSE(IsDnsName(host)) << host;
  }
  EXPECT_FALSE(IsDnsName(std::string("a\0b", 3)));
  EXPECT_TRUE(IsDnsName(std::string(kMaxHostName, 'a')));
  EXPECT_FALSE(IsDnsName(std::string(kMaxHostName + 1, 'a')));
}

}  // namespace
}  // namespace tattle::host_name_test
