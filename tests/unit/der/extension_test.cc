// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/extension.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/der/tlv.h"

namespace tattle::extension_test {
namespace {

using testlib::FromHex;

TEST(ReadExtensionTest, ReadsWithAndWithoutCritical) {
  for (const char* critical : {"", "0101ff", "010100" /* an explicit FALSE: seen in the wild */}) {
    const std::string fields = std::string("06032a0304") + critical + "0402beef";
    ByteVector input = testlib::Tlv(0x30, {FromHex(fields)});
    const std::size_t len = input.size();
    input.push_back(0x05);  // what follows is not looked at
    DerReader reader(input);
    DerExtension extension;
    ASSERT_TRUE(ReadExtension(reader, extension)) << critical;
    EXPECT_EQ(Hex(extension.oid), "2a0304");
    EXPECT_EQ(Hex(extension.value), "beef");
    EXPECT_EQ(extension.whole.size(), len);
    EXPECT_EQ(reader.offset(), len);
  }
}

TEST(ReadExtensionTest, ConsumesNothingWhenItFails) {
  for (const char* text :
       {"", "3000", "300506032a0304", "30040402beef", "300d06032a03040402beef05000500",
        "300906032a0304040200", "300c06032a0304010204020000",
        "300b06032a030401000402beef" /* critical of no octet */,
        "300d06032a0304010200000402beef"}) {
    const ByteVector input = FromHex(text);
    DerReader reader(input);
    DerExtension extension;
    EXPECT_FALSE(ReadExtension(reader, extension)) << text;
    EXPECT_EQ(reader.offset(), 0U) << text;
    EXPECT_TRUE(extension.whole.empty()) << text;
  }
}

TEST(DecodeSctListExtensionTest, UnwrapsOneOctetString) {
  const ByteVector value = FromHex("0402beef");
  const Result<Bytes> list = DecodeSctListExtension(value);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->data(), value.data() + 2);
  EXPECT_EQ(Hex(*list), "beef");
  for (const char* text : {"", "04", "0403beef", "0402beef00", "24040402beef", "3002beef"}) {
    const ByteVector input = FromHex(text);
    const Result<Bytes> broken = DecodeSctListExtension(input);
    ASSERT_FALSE(broken) << text;
    EXPECT_EQ(broken.error().code, Errc::kBadEncoding) << text;
  }
}

TEST(DecodeSctListExtensionTest, TakesTheLongerLengthOfRealCertificates) {
  const ByteVector value = FromHex("048102beef");
  const Result<Bytes> list = DecodeSctListExtension(value);
  ASSERT_TRUE(list);
  EXPECT_EQ(Hex(*list), "beef");
  for (const char* text : {"04820002beef", "048103beef", "048101beef", "0481", "308102beef"}) {
    EXPECT_FALSE(DecodeSctListExtension(FromHex(text))) << text;
  }
}

}  // namespace
}  // namespace tattle::extension_test
