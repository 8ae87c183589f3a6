// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/reader.h"

#include <gtest/gtest.h>

namespace tattle::reader_test {
namespace {

TEST(ByteReaderTest, ReadsBigEndianNumbersInOrder) {
  const ByteVector input = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a,
                            0x0b, 0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88};
  ByteReader reader(input);
  std::uint8_t u8 = 0;
  std::uint16_t u16 = 0;
  std::uint32_t u24 = 0;
  std::uint64_t u40 = 0;
  std::uint64_t u64 = 0;
  ASSERT_TRUE(reader.ReadUint8(u8));
  ASSERT_TRUE(reader.ReadUint16(u16));
  ASSERT_TRUE(reader.ReadUint24(u24));
  ASSERT_TRUE(reader.ReadUint40(u40));
  EXPECT_EQ(reader.offset(), 11U);
  EXPECT_EQ(reader.remaining(), 8U);
  ASSERT_TRUE(reader.ReadUint64(u64));
  EXPECT_EQ(u8, 0x01);
  EXPECT_EQ(u16, 0x0203);
  EXPECT_EQ(u24, 0x040506U);
  EXPECT_EQ(u40, 0x0708090a0bU);
  EXPECT_EQ(u64, 0xffeeddccbbaa9988U);
  EXPECT_TRUE(reader.empty());
}

TEST(ByteReaderTest, ChangesNothingWhenAReadFails) {
  const ByteVector input = {0x05, 0x01, 0x02};
  ByteReader reader(input);
  std::uint64_t u64 = 7;
  std::uint64_t u40 = 7;
  Bytes bytes = input;
  std::array<std::uint8_t, 4> array = {9, 9, 9, 9};
  EXPECT_FALSE(reader.ReadUint64(u64));
  EXPECT_FALSE(reader.ReadUint40(u40));
  EXPECT_FALSE(reader.ReadBytes(4, bytes));
  EXPECT_FALSE(reader.ReadArray(array));
  EXPECT_FALSE(reader.ReadVector8(bytes));   // five bytes announced, two there
  EXPECT_FALSE(reader.ReadVector16(bytes));  // 0x0501
  EXPECT_FALSE(reader.ReadVector24(bytes));  // 0x050102
  EXPECT_EQ(u64, 7U);
  EXPECT_EQ(u40, 7U);
  EXPECT_EQ(bytes.size(), 3U);
  EXPECT_EQ(array, (std::array<std::uint8_t, 4>{9, 9, 9, 9}));
  EXPECT_EQ(reader.offset(), 0U);
  EXPECT_EQ(reader.remaining(), 3U);
}

TEST(ByteReaderTest, RefusesEveryLengthThatDoesNotFit) {
  const ByteVector input(6, 0);
  for (std::size_t len = 7; len < 20; ++len) {
    ByteReader reader(input);
    Bytes out;
    EXPECT_FALSE(reader.ReadBytes(len, out));
  }
  ByteReader reader(input);
  Bytes out;
  EXPECT_FALSE(reader.ReadBytes(static_cast<std::size_t>(-1), out));
  EXPECT_TRUE(reader.ReadBytes(6, out));
  EXPECT_TRUE(reader.ReadBytes(0, out));
  EXPECT_TRUE(out.empty());
}

TEST(ByteReaderTest, ReadsNothingFromNothing) {
  ByteReader reader{Bytes()};
  std::uint8_t u8 = 0;
  Bytes out;
  std::array<std::uint8_t, 0> none = {};
  EXPECT_TRUE(reader.empty());
  EXPECT_FALSE(reader.ReadUint8(u8));
  EXPECT_FALSE(reader.ReadVector8(out));
  EXPECT_TRUE(reader.ReadBytes(0, out));
  EXPECT_TRUE(reader.ReadArray(none));
}

TEST(ReadVectorTest, HoldsTheLowerBound) {
  for (std::uint8_t len = 0; len < 4; ++len) {
    for (std::size_t min_len = 0; min_len < 4; ++min_len) {
      ByteVector input = {0, 0, len};
      input.resize(3U + len);
      ByteReader reader(input);
      Bytes out;
      EXPECT_EQ(reader.ReadVector24(out, min_len), len >= min_len) << int{len} << ' ' << min_len;
      EXPECT_EQ(reader.offset(), len >= min_len ? 3U + len : 0U);
      ByteReader short_reader(Bytes(input).subspan(1));
      EXPECT_EQ(short_reader.ReadVector16(out, min_len), len >= min_len);
      ByteReader shortest_reader(Bytes(input).subspan(2));
      EXPECT_EQ(shortest_reader.ReadVector8(out, min_len), len >= min_len);
    }
  }
}

TEST(ReadVectorTest, BorrowsTheContents) {
  const ByteVector input = {0x00, 0x02, 0xaa, 0xbb, 0xcc};
  ByteReader reader(input);
  Bytes out;
  ASSERT_TRUE(reader.ReadVector16(out));
  EXPECT_EQ(out.data(), input.data() + 2);
  EXPECT_EQ(Hex(out), "aabb");
  EXPECT_EQ(reader.remaining(), 1U);
}

}  // namespace
}  // namespace tattle::reader_test
