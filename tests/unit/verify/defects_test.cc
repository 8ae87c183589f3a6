// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Defects that other verifiers have or had: each is a test that we do not share it. The numbers are
// those of tests/DEFECTS.md, which says where the others are tested.

#include <cstddef>
#include <vector>

#include "core/der/certificate.h"
#include "core/wire/sct.h"
#include "tests/testlib/ct_log.h"
#include "tests/unit/verify/fixture.h"

namespace tattle::defects_test {
namespace {

using testlib::Join;
using testlib::SctList;
using testlib::Uint;

// Offsets in an SCT without extensions.
constexpr std::size_t kExtensionsLen = 1 + 32 + 8;
constexpr std::size_t kHashAlgorithm = kExtensionsLen + 2;
constexpr std::size_t kSignatureLen = kHashAlgorithm + 2;

class DefectTest : public VerifyTest {
 protected:
  static ByteVector GoodSct() { return world().alpha.SignX509(world().plain_leaf, kStampedMs); }

  static StatusList StatusesOf(const std::vector<ByteVector>& scts) {
    return Statuses({.leaf = world().plain_leaf, .tls_scts = SctList(scts)});
  }
};

TEST_F(DefectTest, D2AnUnknownAlgorithmInOneSctDropsNoOther) {
  for (unsigned number = 0; number < 256; ++number) {
    for (const std::size_t at : {kHashAlgorithm, kHashAlgorithm + 1}) {
      ByteVector odd = GoodSct();
      if (odd[at] == number) {
        continue;
      }
      odd[at] = static_cast<std::uint8_t>(number);
      ASSERT_EQ(StatusesOf({odd, GoodSct()}), (StatusList{"tls:wrong_algorithm", "tls:valid"}))
          << number;
    }
  }
}

TEST_F(DefectTest, D3BytesBehindAnSctAreRefused) {
  EXPECT_EQ(StatusesOf({Join({GoodSct(), {0}}), GoodSct()}),
            (StatusList{"tls:malformed", "tls:valid"}));
}

TEST_F(DefectTest, D5AnSctShorterThanItsLogIdReadsNothingBehindIt) {
  const ByteVector good = GoodSct();
  for (std::size_t len = 1; len < good.size(); ++len) {
    const ByteVector cut = ToVector(Bytes(good).first(len));
    ASSERT_EQ(StatusesOf({cut, good}), (StatusList{"tls:malformed", "tls:valid"})) << len;
  }
}

TEST_F(DefectTest, D8AnSctWithExtensionsIsReadAndVerified) {
  const ByteVector with_extension = world().alpha.SignX509(world().plain_leaf, kStampedMs,
                                                           testlib::LeafIndexExtension(1'000'000));
  EXPECT_EQ(StatusesOf({with_extension, GoodSct()}), (StatusList{"tls:valid", "tls:valid"}));
}

TEST_F(DefectTest, D9AListCutAnywhereReadsNothingBehindIt) {
  // Under AddressSanitizer the copy is of exactly the size that is left.
  const ByteVector list = SctList({GoodSct(), GoodSct()});
  for (std::size_t len = 1; len < list.size(); ++len) {
    const ByteVector cut = ToVector(Bytes(list).first(len));
    ASSERT_EQ(Statuses({.leaf = world().plain_leaf, .tls_scts = cut}), StatusList{"tls:malformed"})
        << len;
  }
}

TEST_F(DefectTest, D10LengthsInsideAnSctThatPointBeyondItAreRefused) {
  for (const std::size_t field : {kExtensionsLen, kSignatureLen}) {
    const ByteVector good = GoodSct();
    const std::size_t true_len = std::size_t{good[field]} << 8U | good[field + 1];
    for (std::size_t len = 0; len <= 0xffff; len += len < 300 ? 1 : 251) {
      if (len == true_len) {
        continue;
      }
      ByteVector lies = good;
      lies[field] = static_cast<std::uint8_t>(len >> 8U);
      lies[field + 1] = static_cast<std::uint8_t>(len);
      ASSERT_EQ(StatusesOf({lies, good}).front(), "tls:malformed") << len;
      ASSERT_EQ(StatusesOf({lies, good}).back(), "tls:valid") << len;
    }
  }
}

TEST_F(DefectTest, D11TheExtensionsValueIsTakenAsBytesWhateverItIs) {
  // An extension whose value is not an OCTET STRING with a list in it.
  for (const ByteVector& value :
       {ByteVector{}, ByteVector{0x05, 0x00}, ByteVector{0x04, 0x00}, ByteVector{0x30, 0x00}}) {
    testlib::TestCertificateSpec spec;
    spec.extensions = {{"1.3.6.1.4.1.11129.2.4.2", value}};
    EXPECT_EQ(Statuses({.leaf = world().ca.Issue(world().leaf_key, spec)}),
              StatusList{"embedded:malformed"});
  }
}

TEST_F(DefectTest, D12AndD15EmbeddedSctsAreVerifiedAsPrecertificateEntries) {
  EXPECT_EQ(Statuses({.leaf = world().GoodLeaf()}),
            (StatusList{"embedded:valid", "embedded:valid"}));
}

TEST_F(DefectTest, D12AnUnknownLogIsNeverGood) {
  EXPECT_EQ(Statuses({.leaf = world().GoodLeaf()}, testlib::ListOf({})),
            (StatusList{"embedded:unknown_log", "embedded:unknown_log"}));
}

TEST_F(DefectTest, D18AnIssuerOfTheRightNameAndAnotherKeyIsNotTheIssuer) {
  const testlib::TestCa other("Test CA");
  EXPECT_EQ(Statuses({.leaf = world().GoodLeaf(), .issuer = other.certificate()}),
            (StatusList{"embedded:bad_signature", "embedded:bad_signature"}));
}

TEST_F(DefectTest, D18AnIssuerOfAnotherNameIsNamedAsTheReason) {
  const testlib::TestCa other("Other CA");
  const Result<Report> report =
      Verify({.leaf = world().GoodLeaf(), .issuer = other.certificate()}, world().logs, kNowMs);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->issuer_mismatch);
  EXPECT_NE(DescribeSct(report->scts.front()).find("issuer"), std::string::npos);
}

TEST_F(DefectTest, D19AnInvalidSctOfALogHidesNoValidOneOfIt) {
  ByteVector bad = GoodSct();
  bad.back() ^= 1U;
  EXPECT_EQ(StatusesOf({GoodSct(), bad}), (StatusList{"tls:valid", "tls:bad_signature"}));
  EXPECT_EQ(StatusesOf({bad, GoodSct()}), (StatusList{"tls:bad_signature", "tls:valid"}));
}

}  // namespace
}  // namespace tattle::defects_test
