// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/canonical_signature.h"

#include <memory>
#include <string_view>

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include "core/base/base64.h"
#include "core/crypto/public_key.h"
#include "core/crypto/sha256.h"
#include "core/wire/digitally_signed.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace tattle::canonical_signature_test {
namespace {

using testlib::Join;
using testlib::TestKey;
using testlib::Uint;

constexpr std::string_view kOrder =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
constexpr std::string_view kHalfOrder =  // (n - 1) / 2
    "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8";

ByteVector Encoded(std::uint8_t algorithm, const ByteVector& signature) {
  return Join({{4, algorithm}, Uint(signature.size(), 2), signature});
}

// EncodedBy has r and s written by OpenSSL.
ByteVector EncodedBy(const BIGNUM* r, const BIGNUM* s) {
  ECDSA_SIG* signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, BN_dup(r), BN_dup(s));
  unsigned char* der = nullptr;
  const int len = i2d_ECDSA_SIG(signature, &der);
  const ByteVector out = ToVector(Bytes(der, static_cast<std::size_t>(len)));
  OPENSSL_free(der);
  ECDSA_SIG_free(signature);
  return Encoded(3, out);
}

ByteVector WithNumbers(std::string_view r_hex, std::string_view s_hex, int add_to_s = 0) {
  BIGNUM* r = nullptr;
  BIGNUM* s = nullptr;
  BN_hex2bn(&r, std::string(r_hex).c_str());
  BN_hex2bn(&s, std::string(s_hex).c_str());
  add_to_s < 0 ? BN_sub_word(s, static_cast<BN_ULONG>(-add_to_s))
               : BN_add_word(s, static_cast<BN_ULONG>(add_to_s));
  const ByteVector out = EncodedBy(r, s);
  BN_free(r);
  BN_free(s);
  return out;
}

// Twin is (r, n-s), made by OpenSSL.
ByteVector Twin(const ByteVector& encoded) {
  const DigitallySigned value = DecodeDigitallySigned(encoded).value();
  const unsigned char* at = value.signature.data();
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(value.signature.size()));
  BIGNUM* twin = nullptr;
  BN_hex2bn(&twin, std::string(kOrder).c_str());
  BN_sub(twin, twin, ECDSA_SIG_get0_s(signature));
  const ByteVector out = EncodedBy(ECDSA_SIG_get0_r(signature), twin);
  BN_free(twin);
  ECDSA_SIG_free(signature);
  return out;
}

TEST(CanonicalSignatureTest, BothTwinsVerifyAndBecomeOne) {
  const TestKey key = TestKey::P256();
  const std::shared_ptr<const PublicKey> public_key = DecodePublicKey(key.Spki()).value();
  int num_changed = 0;
  for (std::uint8_t i = 0; i < 40; ++i) {
    const ByteVector message = {i};
    const ByteVector first = Encoded(3, key.Sign(message));
    const ByteVector second = Twin(first);
    for (const ByteVector& encoded : {first, second}) {
      EXPECT_TRUE(VerifyDigitallySigned(*public_key, DecodeDigitallySigned(encoded).value(),
                                        Sha256Of(message))
                      .value());
    }
    const ByteVector canonical = CanonicalSignature(first).value();
    EXPECT_EQ(CanonicalSignature(second).value(), canonical);
    EXPECT_EQ(CanonicalSignature(canonical).value(), canonical);
    EXPECT_TRUE(canonical == first || canonical == second);
    num_changed += canonical == first ? 0 : 1;
  }
  EXPECT_GT(num_changed, 0);
  EXPECT_LT(num_changed, 40);
}

TEST(CanonicalSignatureTest, TheBorderIsHalfTheOrder) {
  EXPECT_EQ(CanonicalSignature(WithNumbers("55", kHalfOrder)).value(),
            WithNumbers("55", kHalfOrder));
  EXPECT_EQ(CanonicalSignature(WithNumbers("55", kHalfOrder, 1)).value(),
            WithNumbers("55", kHalfOrder));
  EXPECT_EQ(CanonicalSignature(WithNumbers("55", kHalfOrder, 2)).value(),
            WithNumbers("55", kHalfOrder, -1));
  EXPECT_EQ(CanonicalSignature(WithNumbers("55", kOrder, -1)).value(), WithNumbers("55", "01"));
  // The shorter s needs no zero before it; the one with its highest bit set does.
  EXPECT_EQ(CanonicalSignature(WithNumbers("55", kOrder, -128)).value(), WithNumbers("55", "80"));
  EXPECT_EQ(CanonicalSignature(WithNumbers("ff", kOrder, -127)).value(), WithNumbers("ff", "7f"));
}

TEST(CanonicalSignatureTest, RefusesWhatIsNoSignature) {
  const struct {
    const char* name;
    ByteVector input;
    Errc want;
  } cases[] = {
      {"empty", {}, Errc::kTruncated},
      {"bytes behind", Join({WithNumbers("01", "01"), {0}}), Errc::kTrailingBytes},
      {"no sequence", Encoded(3, {2, 1, 1}), Errc::kBadEncoding},
      {"one number", Encoded(3, {0x30, 3, 2, 1, 1}), Errc::kBadEncoding},
      {"three numbers", Encoded(3, {0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1}), Errc::kBadEncoding},
      {"superfluous zero", Encoded(3, {0x30, 7, 2, 2, 0, 1, 2, 1, 1}), Errc::kBadEncoding},
      {"long form of length", Encoded(3, {0x30, 0x81, 6, 2, 1, 1, 2, 1, 1}), Errc::kBadEncoding},
      {"bytes behind the sequence", Encoded(3, {0x30, 6, 2, 1, 1, 2, 1, 1, 0}), Errc::kBadEncoding},
      {"zero r", Encoded(3, {0x30, 6, 2, 1, 0, 2, 1, 1}), Errc::kOutOfRange},
      {"zero s", Encoded(3, {0x30, 6, 2, 1, 1, 2, 1, 0}), Errc::kOutOfRange},
      {"negative s", Encoded(3, {0x30, 6, 2, 1, 1, 2, 1, 0x80}), Errc::kOutOfRange},
      {"r is n", WithNumbers(kOrder, "01"), Errc::kOutOfRange},
      {"s is n", WithNumbers("01", kOrder), Errc::kOutOfRange},
      {"s is beyond 256 bits", WithNumbers("01", "01" + std::string(64, '0')), Errc::kOutOfRange},
      {"SHA-1", Join({{2, 3}, Uint(0, 2)}), Errc::kUnsupportedAlgorithm},
      {"DSA", Encoded(2, {}), Errc::kUnsupportedAlgorithm},
  };
  for (const auto& test : cases) {
    const Result<ByteVector> canonical = CanonicalSignature(test.input);
    ASSERT_FALSE(canonical) << test.name;
    EXPECT_EQ(canonical.error().code, test.want) << test.name;
  }
}

TEST(CanonicalSignatureTest, LeavesRsaAsItIs) {
  const ByteVector encoded = Encoded(1, TestKey::Rsa(2048).Sign(ByteVector{1}));
  EXPECT_EQ(CanonicalSignature(encoded).value(), encoded);
}

}  // namespace
}  // namespace tattle::canonical_signature_test
