// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/writer.h"

#include <gtest/gtest.h>

#include "core/base/reader.h"

namespace tattle::writer_test {
namespace {

TEST(ByteWriterTest, WritesWhatTheReaderReads) {
  ByteWriter writer;
  writer.WriteUint8(0x01);
  writer.WriteUint16(0x0203);
  writer.WriteUint24(0x040506);
  writer.WriteUint40(0x0708090a0b);
  writer.WriteUint64(0xffeeddccbbaa9988);
  writer.WriteBytes(ByteVector{0x77});
  writer.WriteVector8(ByteVector{0xaa});
  writer.WriteVector16(ByteVector{});
  writer.WriteVector24(ByteVector{0xcc, 0xdd});
  const Result<ByteVector> bytes = writer.Finish();
  ASSERT_TRUE(bytes);
  EXPECT_EQ(Hex(*bytes), "0102030405060708090a0bffeeddccbbaa99887701aa0000000002ccdd");
}

TEST(ByteWriterTest, FailsForAValueBeyondItsField) {
  const auto code_of = [](auto write) {
    ByteWriter writer;
    write(writer);
    const Result<ByteVector> bytes = writer.Finish();
    return bytes ? Errc::kInternal : bytes.error().code;
  };
  EXPECT_EQ(code_of([](ByteWriter& w) { w.WriteUint24(0x1000000); }), Errc::kBadLength);
  EXPECT_EQ(code_of([](ByteWriter& w) { w.WriteUint40(std::uint64_t{1} << 40U); }),
            Errc::kBadLength);
  EXPECT_EQ(code_of([](ByteWriter& w) { w.WriteVector8(ByteVector(256)); }), Errc::kBadLength);
  EXPECT_EQ(code_of([](ByteWriter& w) { w.WriteVector16(ByteVector(65536)); }), Errc::kBadLength);
  EXPECT_EQ(code_of([](ByteWriter& w) { w.WriteVector24(ByteVector(1U << 24U)); }),
            Errc::kBadLength);
}

TEST(ByteWriterTest, TakesTheLargestValueOfEachField) {
  ByteWriter writer;
  writer.WriteUint24(0xffffff);
  writer.WriteUint40((std::uint64_t{1} << 40U) - 1);
  writer.WriteUint64(~std::uint64_t{0});
  writer.WriteVector8(ByteVector(255));
  writer.WriteVector16(ByteVector(65535));
  writer.WriteVector24(ByteVector((1U << 24U) - 1));
  const Result<ByteVector> bytes = writer.Finish();
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->size(), 3U + 5 + 8 + 256 + 65537 + (1U << 24U) + 2);
}

TEST(ByteWriterTest, IsEmptyAndGoodAgainAfterFinish) {
  ByteWriter writer;
  writer.WriteUint24(0x1000000);
  EXPECT_FALSE(writer.Finish());
  writer.WriteUint8(1);
  const Result<ByteVector> bytes = writer.Finish();
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, (ByteVector{1}));
  EXPECT_TRUE(writer.Finish()->empty());
}

}  // namespace
}  // namespace tattle::writer_test
