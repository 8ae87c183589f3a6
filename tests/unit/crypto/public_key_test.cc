// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/crypto/public_key.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "core/crypto/sha256.h"
#include "tests/testlib/pki.h"

namespace tattle::public_key_test {
namespace {

using testlib::TestKey;

const ByteVector kMessage = {'m', 'e', 's', 's', 'a', 'g', 'e'};

std::shared_ptr<const PublicKey> Decode(const TestKey& key) {
  return DecodePublicKey(key.Spki()).value();
}

TEST(DecodePublicKeyTest, KnowsThreeKindsOfKey) {
  EXPECT_EQ(Decode(TestKey::P256())->type(), KeyType::kEcdsaP256);
  EXPECT_EQ(Decode(TestKey::Rsa(2048))->type(), KeyType::kRsa);
  EXPECT_EQ(Decode(TestKey::Ed25519())->type(), KeyType::kEd25519);
}

TEST(DecodePublicKeyTest, RefusesOtherKeys) {
  for (const TestKey& key : {TestKey::P384(), TestKey::Rsa(1024), TestKey::Rsa(2040)}) {
    const Result<std::shared_ptr<const PublicKey>> decoded = DecodePublicKey(key.Spki());
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, Errc::kUnsupportedAlgorithm);
  }
}

TEST(DecodePublicKeyTest, RefusesEveryPrefixAndEveryTrailingByte) {
  for (const TestKey& key : {TestKey::P256(), TestKey::Rsa(2048), TestKey::Ed25519()}) {
    ByteVector spki = key.Spki();
    for (std::size_t len = 0; len < spki.size(); ++len) {
      const ByteVector prefix = ToVector(Bytes(spki).first(len));
      const Result<std::shared_ptr<const PublicKey>> decoded = DecodePublicKey(prefix);
      ASSERT_FALSE(decoded) << len;
      EXPECT_EQ(decoded.error().code, Errc::kBadEncoding) << len;
    }
    spki.push_back(0);
    EXPECT_EQ(DecodePublicKey(spki).error().code, Errc::kBadEncoding);
  }
  EXPECT_EQ(DecodePublicKey({}).error().code, Errc::kBadEncoding);
}

TEST(DecodePublicKeyTest, RefusesAPointThatIsNotOnTheCurve) {
  ByteVector spki = TestKey::P256().Spki();
  spki.back() ^= 1U;
  EXPECT_FALSE(DecodePublicKey(spki));
}

TEST(VerifyTest, AcceptsTheKeysOwnSignatureOnly) {
  for (const TestKey& key : {TestKey::P256(), TestKey::Rsa(2048), TestKey::Ed25519()}) {
    const auto public_key = Decode(key);
    const ByteVector signature = key.Sign(kMessage);
    EXPECT_TRUE(public_key->VerifyMessage(kMessage, signature).value());
    EXPECT_FALSE(public_key->VerifyMessage(ByteVector{1}, signature).value());
    EXPECT_FALSE(public_key->VerifyMessage({}, signature).value());
    for (std::size_t i = 0; i < signature.size(); ++i) {
      ByteVector changed = signature;
      changed[i] ^= 0x10U;
      EXPECT_FALSE(public_key->VerifyMessage(kMessage, changed).value()) << i;
    }
  }
}

TEST(VerifyTest, SaysNoToASignatureThatCannotBeRead) {
  for (const TestKey& key : {TestKey::P256(), TestKey::Rsa(2048), TestKey::Ed25519()}) {
    const auto public_key = Decode(key);
    const ByteVector signature = key.Sign(kMessage);
    for (std::size_t len = 0; len < signature.size(); ++len) {
      const ByteVector prefix = ToVector(Bytes(signature).first(len));
      EXPECT_FALSE(public_key->VerifyMessage(kMessage, prefix).value()) << len;
    }
    ByteVector longer = signature;
    longer.push_back(0);
    EXPECT_FALSE(public_key->VerifyMessage(kMessage, longer).value());
    EXPECT_FALSE(public_key->VerifyMessage(kMessage, ByteVector(70000, 0x30)).value());
    EXPECT_FALSE(public_key->VerifyMessage(kMessage, {}).value());
  }
}

TEST(VerifyTest, WantsStrictDerOfEcdsa) {
  const TestKey key = TestKey::P256();
  const auto public_key = Decode(key);
  ByteVector signature = key.Sign(kMessage);
  // The same numbers with the sequence's length in two octets: BER, not DER.
  signature.insert(signature.begin() + 1, 0x81);
  EXPECT_FALSE(public_key->VerifyMessage(kMessage, signature).value());
  // r = s = 0, and r = 0 alone.
  for (const ByteVector& zeros :
       {ByteVector{0x30, 6, 2, 1, 0, 2, 1, 0}, ByteVector{0x30, 6, 2, 1, 0, 2, 1, 1}}) {
    EXPECT_FALSE(public_key->VerifyMessage(kMessage, zeros).value());
  }
}

TEST(VerifyTest, TakesADigestForEcdsaAndRsa) {
  for (const TestKey& key : {TestKey::P256(), TestKey::Rsa(2048)}) {
    const auto public_key = Decode(key);
    EXPECT_TRUE(public_key->VerifyDigest(Sha256Of(kMessage), key.Sign(kMessage)).value());
    EXPECT_FALSE(public_key->VerifyDigest({}, key.Sign(kMessage)).value());
  }
  const TestKey key = TestKey::Ed25519();
  const Result<bool> answer = Decode(key)->VerifyDigest(Sha256Of(kMessage), key.Sign(kMessage));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kUnsupportedAlgorithm);
}

TEST(VerifyTest, SignsAndVerifiesAnEmptyMessage) {
  for (const TestKey& key : {TestKey::P256(), TestKey::Rsa(2048), TestKey::Ed25519()}) {
    EXPECT_TRUE(Decode(key)->VerifyMessage({}, key.Sign({})).value());
  }
}

TEST(VerifyTest, LeavesTheHostsErrorQueueAsItWas) {
  ERR_clear_error();
  ERR_raise(ERR_LIB_USER, 42);
  const unsigned long before = ERR_peek_last_error();
  EXPECT_FALSE(DecodePublicKey(ByteVector{0x30, 0x00}));
  EXPECT_FALSE(DecodePublicKey(TestKey::Rsa(1024).Spki()));
  const TestKey key = TestKey::P256();
  EXPECT_FALSE(Decode(key)->VerifyMessage(kMessage, ByteVector{1, 2, 3}).value());
  EXPECT_EQ(ERR_peek_last_error(), before);
  ERR_get_error();
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace tattle::public_key_test
