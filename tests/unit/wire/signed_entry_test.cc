// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/signed_entry.h"

#include <gtest/gtest.h>

#include "core/crypto/sha256.h"
#include "tests/testlib/ct_log.h"

namespace tattle::signed_entry_test {
namespace {

using testlib::Join;
using testlib::Uint;

const ByteVector kCertificate = {'c', 'e', 'r', 't'};

TEST(ReadSignedEntryTest, ReadsBothTypesAndWritesThemAgain) {
  const ByteVector x509 = Join({Uint(4, 3), kCertificate});
  const ByteVector precert = Join({ByteVector(32, 7), Uint(4, 3), kCertificate});
  for (const auto& [type, input] :
       {std::pair{EntryType::kX509, x509}, std::pair{EntryType::kPrecert, precert}}) {
    ByteReader reader(input);
    SignedEntry entry;
    ASSERT_TRUE(ReadSignedEntry(reader, type, entry));
    EXPECT_TRUE(reader.empty());
    EXPECT_EQ(entry.type, type);
    EXPECT_EQ(ToVector(entry.certificate), kCertificate);
    EXPECT_EQ(entry.issuer_key_hash[31], type == EntryType::kX509 ? 0 : 7);
    ByteWriter writer;
    WriteSignedEntry(writer, entry);
    EXPECT_EQ(*writer.Finish(), input);
    for (std::size_t len = 0; len < input.size(); ++len) {
      ByteReader short_reader(Bytes(input).first(len));
      EXPECT_FALSE(ReadSignedEntry(short_reader, type, entry)) << len;
      EXPECT_EQ(short_reader.offset(), 0U) << len;
    }
  }
}

TEST(ReadSignedEntryTest, RefusesAnEmptyCertificate) {
  const ByteVector x509 = {0, 0, 0};
  const ByteVector precert(35);
  SignedEntry entry;
  ByteReader reader(x509);
  EXPECT_FALSE(ReadSignedEntry(reader, EntryType::kX509, entry));
  ByteReader precert_reader(precert);
  EXPECT_FALSE(ReadSignedEntry(precert_reader, EntryType::kPrecert, entry));
}

TEST(SctDigestTest, IsTheHashOfWhatTheLogSigned) {
  const ByteVector extensions = testlib::LeafIndexExtension(9);
  Sct sct;
  sct.timestamp_ms = 0x0102030405060708;
  sct.extensions = extensions;
  SignedEntry entry;
  entry.certificate = kCertificate;
  const ByteVector head = {0 /* v1 */, 0 /* certificate_timestamp */, 1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(*SctDigest(sct, entry),
            Sha256Of(Join({head, {0, 0}, Uint(4, 3), kCertificate, Uint(8, 2), extensions})));
  entry.type = EntryType::kPrecert;
  entry.issuer_key_hash.fill(0x55);
  EXPECT_EQ(
      *SctDigest(sct, entry),
      Sha256Of(Join(
          {head, {0, 1}, ByteVector(32, 0x55), Uint(4, 3), kCertificate, Uint(8, 2), extensions})));
}

TEST(SctDigestTest, FailsForWhatDoesNotFit) {
  Sct sct;
  SignedEntry entry;
  EXPECT_EQ(SctDigest(sct, entry).error().code, Errc::kBadLength);
  const ByteVector largest((1U << 24U) - 1);
  entry.certificate = largest;
  EXPECT_TRUE(SctDigest(sct, entry));
  const ByteVector huge(1U << 24U);
  entry.certificate = huge;
  EXPECT_EQ(SctDigest(sct, entry).error().code, Errc::kBadLength);
  entry.certificate = kCertificate;
  const ByteVector extensions(65536);
  sct.extensions = extensions;
  EXPECT_EQ(SctDigest(sct, entry).error().code, Errc::kBadLength);
}

}  // namespace
}  // namespace tattle::signed_entry_test
