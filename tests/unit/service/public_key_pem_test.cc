// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/service/public_key_pem.h"

#include <string>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "tests/testlib/pem_text.h"
#include "tests/testlib/pki.h"

namespace tattle::public_key_pem_test {
namespace {

using testlib::PemText;
using testlib::TestKey;

TEST(DecodeSpkiPemTest, TakesEveryKindOfKeyAndTextAroundIt) {
  for (const TestKey& key : {TestKey::P256(), TestKey::P384(), TestKey::Ed25519()}) {
    const auto spki = DecodeSpkiPem("a comment\n" + PemText(key.Spki(), "PUBLIC KEY"), "k.pem");
    ASSERT_TRUE(spki.has_value()) << spki.error();
    EXPECT_EQ(*spki, key.Spki());
  }
}

TEST(DecodeSpkiPemTest, SaysWhatAFileHoldsInstead) {
  const ByteVector spki = TestKey::P256().Spki();
  const std::string no_key = "k.pem holds no public key in PEM (-----BEGIN PUBLIC KEY-----)";
  for (const std::string& text :
       {std::string(), std::string("nothing"), std::string(AsText(spki)),
        PemText(spki, "CERTIFICATE"), PemText(Bytes(spki).first(40), "PUBLIC KEY")}) {
    const auto decoded = DecodeSpkiPem(text, "k.pem");
    ASSERT_FALSE(decoded.has_value());
    EXPECT_EQ(decoded.error(), no_key);
  }
  const auto secret = DecodeSpkiPem(PemText(spki, "PRIVATE KEY"), "k.pem");
  ASSERT_FALSE(secret.has_value());
  EXPECT_EQ(secret.error(),
            "k.pem holds a private key; make the public one with: openssl pkey -in k.pem -pubout");
  EXPECT_EQ(ERR_peek_error(), 0U) << "OpenSSL's queue is left as it was";
}

TEST(DecodeSpkiPemTest, EveryCutOfAFileIsAnError) {
  const std::string text = PemText(TestKey::P256().Spki(), "PUBLIC KEY");
  for (std::size_t len = 0; len + 1 < text.size(); ++len) {
    EXPECT_FALSE(DecodeSpkiPem(text.substr(0, len), "k.pem").has_value()) << len;
  }
}

TEST(DecodeListKeyTest, TakesTheKindsThatSignLists) {
  for (const TestKey& key : {TestKey::P256(), TestKey::Rsa(2048), TestKey::Ed25519()}) {
    EXPECT_TRUE(DecodeListKey(key.Spki(), "k.pem").has_value());
  }
  const auto other = DecodeListKey(TestKey::P384().Spki(), "k.pem");
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().find("k.pem: the key is of a kind that signs no lists here"), 0U);
}

}  // namespace
}  // namespace tattle::public_key_pem_test
