// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlog/submission.h"

#include <memory>
#include <string>
#include <utility>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "tests/unit/testlog/fixture.h"

namespace tattle::testlog::submission_test {
namespace {

using testlib::TestCa;
using testlib::TestCertificateSpec;
using testlib::TestExtension;
using testlib::TestKey;

const TestExtension kPolicies = {"2.5.29.32", {0x30, 0x06, 0x30, 0x04, 0x06, 0x02, 0x2a, 0x03}};
// The extended key usage of RFC 6962, Section 3.1: 1.3.6.1.4.1.11129.2.4.4.
const TestExtension kPrecertSigning = {
    "2.5.29.37",
    {0x30, 0x0c, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x04}};

TestExtension KeyIdentifier(std::uint8_t id) {
  return {"2.5.29.35", {0x30, 0x06, 0x80, 0x04, id, id, id, id}};
}

// SubmissionTest has a root, a CA below it, and a precertificate signing certificate below that.
class SubmissionTest : public testing::Test {
 protected:
  ByteVector IssueCa(const TestCa& issuer, const TestCa& subject, const std::string& name,
                     std::vector<TestExtension> extensions) const {
    TestCertificateSpec spec;
    spec.common_name = name;
    spec.is_ca = true;
    spec.extensions = std::move(extensions);
    return issuer.Issue(subject.key(), spec);
  }

  ByteVector Issue(const TestCa& issuer, std::vector<TestExtension> extensions) const {
    TestCertificateSpec spec;
    spec.extensions = std::move(extensions);
    return issuer.Issue(key_, spec);
  }

  // TbsWith is what a log signs for the final certificate, by core and from a real list.
  ByteVector TbsWith(const TestCa& issuer, std::vector<TestExtension> extensions) const {
    TestCertificateSpec spec;
    spec.extensions = std::move(extensions);
    const ByteVector certificate = issuer.Issue(key_, spec, [](Bytes /*tbs*/) {
      return ByteVector{0x00, 0x01, 0x00};
    });
    return EncodePrecertTbs(*DecodeCertificate(certificate)).value();
  }

  Outcome<Submission> Check(EntryType type, const std::vector<ByteVector>& chain) const {
    return CheckSubmission(type, chain, roots_);
  }

  std::string Complaint(EntryType type, const std::vector<ByteVector>& chain) const {
    const Outcome<Submission> checked = Check(type, chain);
    return checked ? "taken" : checked.error();
  }

  TestKey key_ = TestKey::P256();
  TestCa root_{"Root"};
  TestCa issuing_{"Issuing CA"};
  TestCa signing_{"Precertificate signer"};
  ByteVector issuing_certificate_ = IssueCa(root_, issuing_, "Issuing CA", {});
  Roots roots_ = Roots::Create(std::vector<ByteVector>{root_.certificate()}).value();
};

TEST_F(SubmissionTest, SignsWhatTheFinalCertificateWillHold) {
  const struct {
    std::vector<TestExtension> precertificate;
    std::vector<TestExtension> final_certificate;
  } kCases[] = {
      {{kPoison}, {}},
      {{kPoison, kPolicies}, {kPolicies}},
      {{kPolicies, kPoison, KeyIdentifier(1)}, {kPolicies, KeyIdentifier(1)}},
  };
  for (const auto& c : kCases) {
    const ByteVector precertificate = Issue(issuing_, c.precertificate);
    const auto checked = Check(EntryType::kPrecert, {precertificate, issuing_certificate_});
    ASSERT_TRUE(checked) << checked.error();
    EXPECT_EQ(checked->certificate, TbsWith(issuing_, c.final_certificate));
    EXPECT_EQ(checked->issuer_key_hash, Sha256Of(issuing_.key().Spki()));
    EXPECT_EQ(checked->pre_certificate, precertificate);
    EXPECT_EQ(checked->chain, (std::vector{issuing_certificate_, root_.certificate()}));
  }
}

TEST_F(SubmissionTest, LooksThroughAPrecertificateSigningCertificate) {
  const struct {
    const char* name;
    std::vector<TestExtension> signer;
    std::vector<TestExtension> precertificate;
    std::vector<TestExtension> final_certificate;
  } kCases[] = {
      {"no identifier", {}, {kPolicies, kPoison}, {kPolicies}},
      {"both",
       {KeyIdentifier(7)},
       {KeyIdentifier(1), kPoison, kPolicies},
       {KeyIdentifier(7), kPolicies}},
      {"only the signer", {KeyIdentifier(7)}, {kPoison, kPolicies}, {kPolicies, KeyIdentifier(7)}},
      {"only the precertificate", {}, {KeyIdentifier(1), kPoison, kPolicies}, {kPolicies}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    std::vector<TestExtension> extensions = c.signer;
    extensions.push_back(kPrecertSigning);
    const ByteVector signer = IssueCa(issuing_, signing_, "Precertificate signer", extensions);
    const ByteVector precertificate = Issue(signing_, c.precertificate);
    const auto checked = Check(EntryType::kPrecert, {precertificate, signer, issuing_certificate_});
    ASSERT_TRUE(checked) << checked.error();
    EXPECT_EQ(checked->certificate, TbsWith(issuing_, c.final_certificate));
    EXPECT_EQ(checked->issuer_key_hash, Sha256Of(issuing_.key().Spki()));
    EXPECT_EQ(checked->chain.size(), 3U);
  }
}

TEST_F(SubmissionTest, TakesAnIntermediateForWhatItIs) {
  // Without the extended key usage it is a CA like every other.
  const ByteVector other = IssueCa(issuing_, signing_, "Precertificate signer", {});
  const ByteVector precertificate = Issue(signing_, {kPoison});
  const auto checked = Check(EntryType::kPrecert, {precertificate, other, issuing_certificate_});
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->issuer_key_hash, Sha256Of(signing_.key().Spki()));
}

TEST_F(SubmissionTest, EndsTheChainWithItsRoot) {
  const ByteVector leaf = Issue(issuing_, {});
  const auto without = Check(EntryType::kX509, {leaf, issuing_certificate_});
  const auto with = Check(EntryType::kX509, {leaf, issuing_certificate_, root_.certificate()});
  ASSERT_TRUE(without && with);
  EXPECT_EQ(without->chain, (std::vector{issuing_certificate_, root_.certificate()}));
  EXPECT_EQ(with->chain, without->chain);
  EXPECT_EQ(with->fingerprint, without->fingerprint);
  const auto alone = Check(EntryType::kX509, {root_.certificate()});
  ASSERT_TRUE(alone);
  EXPECT_TRUE(alone->chain.empty());
}

TEST_F(SubmissionTest, TakesWhatHasExpired) {
  TestCertificateSpec spec;
  spec.not_before_ms = 1'000'000'000'000;
  spec.not_after_ms = 1'000'086'400'000;
  EXPECT_TRUE(Check(EntryType::kX509, {root_.Issue(key_, spec)}));
}

TEST_F(SubmissionTest, TakesWhatIsSignedOverSha1) {
  const ByteVector leaf = Issue(root_, {});
  const unsigned char* at = leaf.data();
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      d2i_X509(nullptr, &at, static_cast<long>(leaf.size())), X509_free);
  ASSERT_GT(X509_sign(certificate.get(), root_.key().get(), EVP_sha1()), 0);
  unsigned char* der = nullptr;
  const int len = i2d_X509(certificate.get(), &der);
  ASSERT_GT(len, 0);
  const ByteVector weak = ToVector(Bytes(der, static_cast<std::size_t>(len)));
  OPENSSL_free(der);
  EXPECT_EQ(Complaint(EntryType::kX509, {weak}), "taken");
}

TEST_F(SubmissionTest, RefusesChainsThatDoNotHold) {
  const ByteVector leaf = Issue(issuing_, {});
  const ByteVector other_root = TestCa("Root").certificate();
  ByteVector forged = leaf;
  forged.back() ^= 1U;
  ByteVector padded = leaf;
  padded.push_back(0);
  const struct {
    std::vector<ByteVector> chain;
    std::string want;
  } kCases[] = {
      {{}, "the chain is empty"},
      {{leaf}, "the chain does not lead to an accepted root"},
      {{issuing_certificate_, leaf}, "certificate 2 of the chain is not that of a CA"},
      {{leaf, root_.certificate()}, "certificate 2 of the chain did not sign the one before it"},
      {{forged, issuing_certificate_}, "certificate 2 of the chain did not sign the one before it"},
      {{leaf, issuing_certificate_, other_root},
       "certificate 3 of the chain did not sign the one before it"},
      {{padded, issuing_certificate_}, "certificate 1 of the chain is no certificate"},
      {std::vector<ByteVector>(32, root_.certificate()),
       "the chain is too long: at most 31 certificates"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Complaint(EntryType::kX509, c.chain), c.want);
  }
}

TEST_F(SubmissionTest, RefusesPoisonThatIsNone) {
  const auto complaint = [&](std::vector<TestExtension> extensions) {
    return Complaint(EntryType::kPrecert,
                     {Issue(issuing_, std::move(extensions)), issuing_certificate_});
  };
  const char* const oid = "1.3.6.1.4.1.11129.2.4.3";
  EXPECT_EQ(complaint({{oid, {0x05, 0x00}, false}}), "precertificate.poison: not properly encoded");
  EXPECT_EQ(complaint({{oid, {0x04, 0x00}, true}}), "precertificate.poison: not properly encoded");
  EXPECT_EQ(complaint({kPoison, kPoison}), "precertificate.poison: occurs twice");
  EXPECT_EQ(complaint({}), "a certificate without poison is for add-chain");
}

TEST(RootsTest, RefusesWhatIsNoCertificate) {
  const auto roots = Roots::Create(std::vector{Pki().root().certificate(), ByteVector{1}});
  ASSERT_FALSE(roots);
  EXPECT_EQ(roots.error(), "root 2 is no certificate");
}

}  // namespace
}  // namespace tattle::testlog::submission_test
