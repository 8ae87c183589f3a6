// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/precertificate.h"

#include <gtest/gtest.h>

#include "tests/testlib/pki.h"

namespace tattle::precertificate_test {
namespace {

using testlib::TestCa;
using testlib::TestCertificateSpec;
using testlib::TestExtension;
using testlib::TestKey;

const TestExtension kPoison = {"1.3.6.1.4.1.11129.2.4.3", {0x05, 0x00}};

// KeyIdentifier is an authorityKeyIdentifier with a keyIdentifier of these bytes.
TestExtension KeyIdentifier(std::uint8_t byte, std::uint8_t len) {
  ByteVector value = {0x30, static_cast<std::uint8_t>(len + 2), 0x80, len};
  value.insert(value.end(), len, byte);
  return {"2.5.29.35", value};
}

// PrecertSigning is an extendedKeyUsage of serverAuth and, at its end, what a Precertificate
// Signing Certificate has.
TestExtension PrecertSigning() {
  ByteVector value = {0x30, 22, 0x06, 8,    0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01,
                      0x06, 10, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x04};
  return {"2.5.29.37", value};
}

// FinalTbs is what the CA has signed by logs for the certificate of this spec.
ByteVector FinalTbs(const TestCa& ca, const TestKey& key, const TestCertificateSpec& spec) {
  ByteVector final_tbs;
  ca.Issue(key, spec, [&](Bytes tbs) {
    final_tbs = ToVector(tbs);
    return ByteVector{0, 0};
  });
  return final_tbs;
}

ByteVector SubmittedTbs(Bytes precertificate, const ByteVector* signer = nullptr) {
  const CertificateView view = DecodeCertificate(precertificate).value();
  if (signer == nullptr) {
    return EncodeSubmittedTbs(view, nullptr).value();
  }
  const CertificateView signer_view = DecodeCertificate(*signer).value();
  return EncodeSubmittedTbs(view, &signer_view).value();
}

TEST(EncodeSubmittedTbsTest, IsTheTbsThatOpenSslMakesWithoutThePoison) {
  const TestCa ca("Test CA");
  const TestKey key = TestKey::P256();
  const TestExtension other = KeyIdentifier(7, 20);
  // The poison first, in the middle, last, and beside an extension that needs a long length.
  const TestExtension large = {"1.2.3.4", ByteVector(300, 0x30)};
  const std::vector<std::vector<TestExtension>> lists = {
      {kPoison}, {kPoison, other}, {other, kPoison}, {large, kPoison, other}};
  for (const std::vector<TestExtension>& list : lists) {
    TestCertificateSpec spec;
    spec.extensions = list;
    const ByteVector precertificate = ca.Issue(key, spec);
    std::erase_if(spec.extensions, [](const TestExtension& e) { return e.oid == kPoison.oid; });
    EXPECT_EQ(SubmittedTbs(precertificate), FinalTbs(ca, key, spec));
  }
}

TEST(EncodeSubmittedTbsTest, TakesIssuerAndKeyIdentifierOfASigner) {
  const TestCa ca("Test CA");
  TestCertificateSpec signer_spec;
  signer_spec.common_name = "A signer of precertificates, whose name is much longer";
  signer_spec.is_ca = true;
  signer_spec.extensions = {PrecertSigning(), KeyIdentifier(1, 20)};
  const TestKey signer_key = TestKey::P256();
  const ByteVector signer = ca.Issue(signer_key, signer_spec);
  const TestCa signer_as_ca(signer_spec.common_name, signer_key);
  const TestKey key = TestKey::P256();
  TestCertificateSpec spec;
  spec.extensions = {KeyIdentifier(2, 8), kPoison};
  const ByteVector precertificate = signer_as_ca.Issue(key, spec);
  spec.extensions = {KeyIdentifier(1, 20)};
  EXPECT_EQ(SubmittedTbs(precertificate, &signer), FinalTbs(ca, key, spec));
  EXPECT_NE(SubmittedTbs(precertificate), FinalTbs(ca, key, spec));
}

TEST(EncodeSubmittedTbsTest, RefusesAKeyIdentifierOnOneSideOnly) {
  const TestCa ca("Test CA");
  const TestKey key = TestKey::P256();
  TestCertificateSpec with;
  with.extensions = {kPoison, KeyIdentifier(1, 20)};
  TestCertificateSpec without;
  without.extensions = {kPoison};
  const ByteVector one = ca.Issue(key, with);
  const ByteVector other = ca.Issue(key, without);
  const CertificateView one_view = DecodeCertificate(one).value();
  const CertificateView other_view = DecodeCertificate(other).value();
  EXPECT_EQ(EncodeSubmittedTbs(one_view, &other_view).error().code, Errc::kMissing);
  EXPECT_EQ(EncodeSubmittedTbs(other_view, &one_view).error().code, Errc::kMissing);
  EXPECT_TRUE(EncodeSubmittedTbs(one_view, &one_view));
  EXPECT_TRUE(EncodeSubmittedTbs(other_view, &other_view));
}

TEST(EncodeSubmittedTbsTest, RefusesACertificateWithoutPoison) {
  const TestCa ca("Test CA");
  const ByteVector certificate = ca.Issue(TestKey::P256(), {});
  const CertificateView view = DecodeCertificate(certificate).value();
  EXPECT_EQ(EncodeSubmittedTbs(view, nullptr).error().code, Errc::kMissing);
}

TEST(IsPrecertificateSignerTest, LooksForThePurposeAmongAll) {
  const TestCa ca("Test CA");
  TestCertificateSpec spec;
  spec.extensions = {PrecertSigning()};
  const ByteVector signer = ca.Issue(TestKey::P256(), spec);
  EXPECT_TRUE(IsPrecertificateSigner(DecodeCertificate(signer).value()));
  spec.extensions.front().value.back() ^= 1U;
  const ByteVector other = ca.Issue(TestKey::P256(), spec);
  EXPECT_FALSE(IsPrecertificateSigner(DecodeCertificate(other).value()));
  EXPECT_FALSE(IsPrecertificateSigner(DecodeCertificate(ca.certificate()).value()));
}

}  // namespace
}  // namespace tattle::precertificate_test
