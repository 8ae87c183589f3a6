// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/digitally_signed.h"

#include <gtest/gtest.h>

#include "core/crypto/sha256.h"
#include "tests/testlib/pki.h"

namespace tattle::digitally_signed_test {
namespace {

TEST(DecodeDigitallySignedTest, ReadsAndWritesTheSameBytes) {
  const ByteVector input = {4, 3, 0, 2, 0xaa, 0xbb};
  const Result<DigitallySigned> value = DecodeDigitallySigned(input);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->hash_algorithm, 4);
  EXPECT_EQ(value->signature_algorithm, 3);
  EXPECT_EQ(value->signature.data(), input.data() + 4);
  EXPECT_EQ(*EncodeDigitallySigned(*value), input);
  EXPECT_TRUE(DecodeDigitallySigned(ByteVector{4, 3, 0, 0}));
}

TEST(DecodeDigitallySignedTest, RefusesEveryPrefixAndEveryTrailingByte) {
  const ByteVector input = {4, 3, 0, 2, 0xaa, 0xbb};
  for (std::size_t len = 0; len < input.size(); ++len) {
    EXPECT_EQ(DecodeDigitallySigned(Bytes(input).first(len)).error().code, Errc::kTruncated) << len;
  }
  const Error error = DecodeDigitallySigned(ByteVector{4, 3, 0, 0, 0}).error();
  EXPECT_EQ(error.code, Errc::kTrailingBytes);
  EXPECT_EQ(error.offset, 4U);
}

TEST(EncodeDigitallySignedTest, FailsForASignatureThatIsTooLong) {
  const ByteVector signature(65536);
  EXPECT_EQ(EncodeDigitallySigned({4, 3, signature}).error().code, Errc::kBadLength);
}

TEST(DigitallySignedTest, FitsOneAlgorithmOfEachKey) {
  for (unsigned hash = 0; hash < 256; ++hash) {
    for (unsigned algorithm = 0; algorithm < 256; ++algorithm) {
      const DigitallySigned value = {static_cast<std::uint8_t>(hash),
                                     static_cast<std::uint8_t>(algorithm), Bytes()};
      EXPECT_EQ(value.Fits(KeyType::kEcdsaP256), hash == 4 && algorithm == 3);
      EXPECT_EQ(value.Fits(KeyType::kRsa), hash == 4 && algorithm == 1);
      EXPECT_FALSE(value.Fits(KeyType::kEd25519));
    }
  }
}

TEST(VerifyDigitallySignedTest, SaysNoToAnAlgorithmThatDoesNotFitAGoodSignature) {
  const testlib::TestKey key = testlib::TestKey::P256();
  const auto public_key = DecodePublicKey(key.Spki()).value();
  const ByteVector message = {1, 2, 3};
  const ByteVector signature = key.Sign(message);
  const Hash digest = Sha256Of(message);
  EXPECT_TRUE(VerifyDigitallySigned(*public_key, {4, 3, signature}, digest).value());
  EXPECT_FALSE(VerifyDigitallySigned(*public_key, {4, 1, signature}, digest).value());
  EXPECT_FALSE(VerifyDigitallySigned(*public_key, {2, 3, signature}, digest).value());
  EXPECT_FALSE(VerifyDigitallySigned(*public_key, {4, 3, {}}, digest).value());
}

}  // namespace
}  // namespace tattle::digitally_signed_test
