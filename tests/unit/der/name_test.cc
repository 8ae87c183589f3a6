// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/name.h"

#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/unit/der/tlv.h"

namespace tattle::name_test {
namespace {

using testlib::FromHex;
using testlib::FromText;
using testlib::Tlv;

constexpr std::uint8_t kUtf8 = 0x0c;
constexpr std::uint8_t kPrintable = 0x13;
constexpr std::uint8_t kIa5 = 0x16;
constexpr std::uint8_t kBmp = 0x1e;

ByteVector Attribute(std::string_view oid, std::uint8_t tag, std::string_view value) {
  return Tlv(0x30, {Tlv(0x06, {FromHex(oid)}), Tlv(tag, {FromText(value)})});
}

// CommonName is a Name with nothing else.
ByteVector CommonName(std::uint8_t tag, std::string_view value) {
  return Tlv(0x30, {Tlv(0x31, {Attribute("550403", tag, value)})});
}

TEST(AreSameNamesTest, TellsNothingByKindCaseAndSpaces) {
  const ByteVector name = CommonName(kPrintable, "Corp Root");
  EXPECT_TRUE(AreSameNames(name, name));
  for (const char* value : {"Corp Root", "CORP root", "  Corp   Root "}) {
    for (const std::uint8_t tag : {kUtf8, kPrintable, kIa5}) {
      EXPECT_TRUE(AreSameNames(name, CommonName(tag, value))) << value;
      EXPECT_TRUE(AreSameNames(CommonName(tag, value), name)) << value;
    }
  }
}

TEST(AreSameNamesTest, TellsOthersApart) {
  const ByteVector name = CommonName(kUtf8, "Corp Root");
  for (const char* value : {"", "Corp", "CorpRoot", "Corp Root 2", "Corp\tRoot"}) {
    EXPECT_FALSE(AreSameNames(name, CommonName(kUtf8, value))) << value;
  }
  EXPECT_FALSE(AreSameNames(name, CommonName(kBmp, "Corp Root")));
  const ByteVector country = Tlv(0x31, {Attribute("550406", kPrintable, "DE")});
  const ByteVector common = Tlv(0x31, {Attribute("550403", kUtf8, "Corp Root")});
  EXPECT_FALSE(
      AreSameNames(name, Tlv(0x30, {Tlv(0x31, {Attribute("55040a", kUtf8, "Corp Root")})})));
  EXPECT_FALSE(AreSameNames(name, Tlv(0x30, {country, common})));
  EXPECT_FALSE(AreSameNames(name, Tlv(0x30, {common, country})));
  EXPECT_FALSE(AreSameNames(Tlv(0x30, {country, common}), Tlv(0x30, {common, country})));
  EXPECT_FALSE(AreSameNames(name, Tlv(0x30, {Tlv(0x31, {Attribute("550403", kIa5, "Corp Root"),
                                                        Attribute("550403", kIa5, "B")})})));
}

// Beyond ASCII the same bytes in strings of two kinds are different letters.
TEST(AreSameNamesTest, ComparesBeyondAsciiWithinOneKind) {
  EXPECT_TRUE(AreSameNames(CommonName(kUtf8, "A \xc3\xa9"), CommonName(kUtf8, "a \xc3\xa9")));
  EXPECT_FALSE(AreSameNames(CommonName(kUtf8, "A \xc3\xa9"), CommonName(kIa5, "a \xc3\xa9")));
}

TEST(AreSameNamesTest, WhatIsNoNameIsTheSameAsItself) {
  const ByteVector name = CommonName(kPrintable, "a");
  const ByteVector cut(name.begin(), name.end() - 1);
  EXPECT_TRUE(AreSameNames(cut, cut));
  EXPECT_FALSE(AreSameNames(cut, name));
  EXPECT_FALSE(AreSameNames(name, cut));
  EXPECT_FALSE(AreSameNames({}, name));
  // An attribute with something behind its value, and a name that is not of sets.
  const ByteVector long_attribute = Tlv(
      0x30, {Tlv(0x06, {FromHex("550403")}), Tlv(kPrintable, {FromText("A")}), FromHex("0500")});
  EXPECT_FALSE(AreSameNames(name, Tlv(0x30, {Tlv(0x31, {long_attribute})})));
  EXPECT_FALSE(AreSameNames(name, Tlv(0x30, {Tlv(0x30, {Attribute("550403", kIa5, "A")})})));
}

}  // namespace
}  // namespace tattle::name_test
