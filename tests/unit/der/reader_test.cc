// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/reader.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/der/tlv.h"

namespace tattle::reader_test {
namespace {

using testlib::FromHex;

TEST(DerReaderTest, ReadsElementsInOrder) {
  const ByteVector input = FromHex(
      "0500"
      "020105"
      "300302012a");
  DerReader reader(input);
  DerElement element;
  ASSERT_TRUE(reader.Read(element));
  EXPECT_EQ(element.tag, 0x05);
  EXPECT_TRUE(element.contents.empty());
  ASSERT_TRUE(reader.Read(element));
  EXPECT_EQ(Hex(element.contents), "05");
  EXPECT_EQ(Hex(element.whole), "020105");
  EXPECT_EQ(element.offset, 4U);
  ASSERT_TRUE(reader.ReadTag(der_tag::kSequence, element));
  EXPECT_TRUE(reader.empty());
  EXPECT_EQ(reader.offset(), input.size());
}

TEST(DerReaderTest, CountsOffsetsFromTheOutermostInput) {
  const ByteVector input = FromHex(
      "0500"
      "3005"
      "3003"
      "02012a");
  DerReader reader(input);
  DerElement outer;
  ASSERT_TRUE(reader.Read(outer));
  ASSERT_TRUE(reader.Read(outer));
  EXPECT_EQ(outer.offset, 4U);
  DerReader middle(outer);
  EXPECT_EQ(middle.offset(), 4U);
  DerElement inner;
  ASSERT_TRUE(middle.Read(inner));
  EXPECT_EQ(inner.offset, 6U);
  EXPECT_EQ(middle.offset(), 9U);
  const std::optional<DerElement> integer = DecodeInner(der_tag::kInteger, inner);
  ASSERT_TRUE(integer);
  EXPECT_EQ(integer->offset, 8U);
  EXPECT_FALSE(DecodeInner(der_tag::kInteger, outer));
}

TEST(DerReaderTest, TakesOneFormOfEachLength) {
  const auto reads = [](const std::string& header, std::size_t len) {
    ByteVector input = FromHex(header);
    input.resize(input.size() + len);
    DerReader reader(input);
    DerElement element;
    return reader.Read(element) && element.contents.size() == len && reader.empty();
  };
  EXPECT_TRUE(reads("0400", 0));
  EXPECT_TRUE(reads("047f", 127));
  EXPECT_TRUE(reads("048180", 128));
  EXPECT_TRUE(reads("0481ff", 255));
  EXPECT_TRUE(reads("04820100", 256));
  EXPECT_TRUE(reads("0482ffff", 65535));
  EXPECT_TRUE(reads("0483010000", 65536));
  EXPECT_TRUE(reads("048401000000", 1U << 24U));
  for (const auto& [header, len] :
       std::vector<std::pair<std::string, std::size_t>>{{"04817f", 127},  // the short form would do
                                                        {"048100", 0},    // the same
                                                        {"04820080", 128},        // a leading zero
                                                        {"048200ff", 255},        // the same
                                                        {"0483000100", 256},      // the same
                                                        {"048400010000", 65536},  // the same
                                                        {"04850000000001", 1},    // five octets
                                                        {"0480", 0},              // indefinite
                                                        {"0480", 2},    // indefinite, with its end
                                                        {"04ff", 127},  // reserved
                                                        {"1f01", 0},  // a tag number of 31 and more
                                                        {"bf8101", 0}}) {
    EXPECT_FALSE(reads(header, len)) << header;
  }
}

TEST(DerReaderTest, RefusesALengthBeyondTheInput) {
  for (const char* text : {"", "04", "0401", "048180", "0484ffffffff", "0484ffffffff00", "0481",
                           "048201", "0484800000000000"}) {
    const ByteVector input = FromHex(text);
    DerReader reader(input);
    DerElement element;
    EXPECT_FALSE(reader.Read(element)) << text;
    EXPECT_EQ(reader.offset(), 0U);
    EXPECT_EQ(element.tag, 0);
  }
}

TEST(DerReaderTest, LeavesAnotherTagAlone) {
  const ByteVector input = FromHex("020105");
  DerReader reader(input);
  DerElement element;
  std::optional<DerElement> optional = DerElement{};
  EXPECT_FALSE(reader.ReadTag(der_tag::kSequence, element));
  EXPECT_TRUE(reader.ReadOptional(der_tag::kSequence, optional));
  EXPECT_FALSE(optional);
  EXPECT_EQ(reader.offset(), 0U);
  EXPECT_TRUE(reader.ReadOptional(der_tag::kInteger, optional));
  EXPECT_TRUE(optional);
  EXPECT_TRUE(reader.ReadOptional(der_tag::kInteger, optional));
  EXPECT_FALSE(optional);
  const ByteVector broken = FromHex("0205");
  DerReader broken_reader(broken);
  EXPECT_FALSE(broken_reader.ReadOptional(der_tag::kInteger, optional));
}

TEST(ReadIntegerTest, TakesTheShortestFormOnly) {
  for (const char* text : {"020100", "02017f", "020180", "0201ff", "02020080", "0202ff7f",
                           "02020100", "021100ffffffffffffffffffffffffffffffff",
                           "0216ee0102030405060708090a0b0c0d0e0f101112131415"}) {
    const ByteVector input = FromHex(text);
    DerReader reader(input);
    DerElement element;
    EXPECT_TRUE(reader.ReadInteger(element)) << text;
    EXPECT_TRUE(reader.empty());
  }
  for (const char* text : {"0200", "02020000", "0202007f", "0202ffff", "0202ff80", "040101", ""}) {
    const ByteVector input = FromHex(text);
    DerReader reader(input);
    DerElement element;
    EXPECT_FALSE(reader.ReadInteger(element)) << text;
    EXPECT_EQ(reader.remaining(), input.size());
  }
}

TEST(DecodeDerTest, RefusesWhatIsLeftBehind) {
  EXPECT_TRUE(DecodeDer(der_tag::kInteger, FromHex("020105")));
  EXPECT_FALSE(DecodeDer(der_tag::kInteger, FromHex("02010500")));
  EXPECT_FALSE(DecodeDer(der_tag::kSequence, FromHex("020105")));
  EXPECT_FALSE(DecodeDer(der_tag::kInteger, {}));
}

TEST(AppendDerHeaderTest, WritesWhatTheReaderReads) {
  for (const std::size_t len :
       {0U, 1U, 127U, 128U, 255U, 256U, 65535U, 65536U, (1U << 24U) - 1, 1U << 24U}) {
    ByteVector out;
    AppendDerHeader(out, der_tag::kOctetString, len);
    EXPECT_EQ(out.size(), DerHeaderSize(len)) << len;
    out.resize(out.size() + len);
    const std::optional<DerElement> element = DecodeDer(der_tag::kOctetString, out);
    ASSERT_TRUE(element) << len;
    EXPECT_EQ(element->contents.size(), len);
  }
}

}  // namespace
}  // namespace tattle::reader_test
