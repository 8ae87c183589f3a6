// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/certificate.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/der/extension.h"
#include "core/der/oid.h"
#include "core/der/reader.h"
#include "tests/testlib/pki.h"
#include "tests/testlib/real_data.h"
#include "tests/unit/der/tlv.h"

namespace tattle::certificate_test {
namespace {

using testlib::FromHex;
using testlib::FromText;
using testlib::Tlv;

ByteVector Extension(Bytes oid, const ByteVector& value) {
  return Tlv(0x30, {Tlv(0x06, {ToVector(oid)}), Tlv(0x04, {value})});
}

ByteVector SctListExtension() {
  return Extension(oid::kSctList, Tlv(0x04, {FromHex("0003000101")}));
}

// Parts is a certificate whose fields a test changes one at a time. None of its signatures is
// real: nothing here looks at them.
struct Parts {
  ByteVector version = Tlv(0xa0, {FromHex("020102")});
  ByteVector serial = FromHex("02020539");
  ByteVector algorithm = FromHex("300a06082a8648ce3d040302");
  ByteVector issuer = Tlv(0x30, {FromText("issuer")});
  ByteVector validity =
      Tlv(0x30, {Tlv(0x17, {FromText("260101000000Z")}), Tlv(0x18, {FromText("20260401000000Z")})});
  ByteVector subject = Tlv(0x30, {FromText("subject")});
  ByteVector spki = Tlv(0x30, {FromHex("3000"), FromHex("030300abcd")});
  ByteVector unique_ids;
  std::vector<ByteVector> extensions = {Extension(FromHex("551d13"), {}), SctListExtension(),
                                        Extension(FromHex("551d0e"), {1, 2, 3})};
  ByteVector extensions_field;  // instead of `extensions`
  ByteVector after_extensions;
  ByteVector after_tbs;

  ByteVector Tbs() const {
    ByteVector field = extensions_field;
    if (field.empty() && !extensions.empty()) {
      field = Tlv(0xa3, {Tlv(0x30, extensions)});
    }
    return Tlv(0x30, {version, serial, algorithm, issuer, validity, subject, spki, unique_ids,
                      field, after_extensions});
  }
  ByteVector Whole() const { return Tlv(0x30, {Tbs(), algorithm, FromHex("030100"), after_tbs}); }
};

TEST(DecodeCertificateTest, SaysWhereThingsAre) {
  const Parts parts;
  const ByteVector der = parts.Whole();
  const Result<CertificateView> view = DecodeCertificate(der);
  ASSERT_TRUE(view);
  EXPECT_EQ(ToVector(view->whole), der);
  EXPECT_EQ(ToVector(view->tbs), parts.Tbs());
  EXPECT_EQ(Hex(view->serial_number), "0539");
  EXPECT_EQ(ToVector(view->issuer), parts.issuer);
  EXPECT_EQ(ToVector(view->subject), parts.subject);
  EXPECT_EQ(ToVector(view->spki), parts.spki);
  EXPECT_EQ(Hex(view->public_key), "abcd");
  EXPECT_EQ(view->not_before_ms, 1'767'225'600'000U);
  EXPECT_EQ(view->not_after_ms, 1'775'001'600'000U);
  ASSERT_TRUE(view->sct_list_value);
  EXPECT_EQ(Hex(*view->sct_list_value), "04050003000101");
  EXPECT_EQ(ToVector(view->extensions_before_sct_list), parts.extensions[0]);
  EXPECT_EQ(ToVector(view->extensions_after_sct_list), parts.extensions[2]);
  EXPECT_FALSE(view->is_precertificate);
  EXPECT_FALSE(view->has_rfc9162);
}

TEST(DecodeCertificateTest, TakesWhatRealCertificatesHave) {
  const std::pair<const char*, std::function<void(Parts&)>> cases[] = {
      {"v1",
       [](Parts& p) {
         p.version.clear();
         p.extensions.clear();
       }},
      {"explicit_v1", [](Parts& p) { p.version = Tlv(0xa0, {FromHex("020100")}); }},
      {"no_extensions", [](Parts& p) { p.extensions.clear(); }},
      {"negative_serial", [](Parts& p) { p.serial = FromHex("0201ff"); }},
      {"zero_serial", [](Parts& p) { p.serial = FromHex("020100"); }},
      {"long_serial", [](Parts& p) { p.serial = Tlv(0x02, {ByteVector(40, 0x11)}); }},
      {"issuer_unique_id", [](Parts& p) { p.unique_ids = FromHex("81020011"); }},
      {"subject_unique_id", [](Parts& p) { p.unique_ids = FromHex("82020011"); }},
      {"both_unique_ids", [](Parts& p) { p.unique_ids = FromHex("8102001182020011"); }},
      {"empty_names", [](Parts& p) { p.issuer = p.subject = FromHex("3000"); }},
      {"explicit_false",
       [](Parts& p) { p.extensions = {FromHex("300c0603551d130101000402beef")}; }},
      {"utc_times",
       [](Parts& p) {
         p.validity = Tlv(0x30, {Tlv(0x17, {FromText("500101000000Z")}),
                                 Tlv(0x17, {FromText("491231235959Z")})});
       }},
      {"an_unknown_extension_twice",
       [](Parts& p) {
         p.extensions = {Extension(FromHex("2a03"), {}), Extension(FromHex("2a03"), {})};
       }},
  };
  for (const auto& [name, change] : cases) {
    Parts parts;
    change(parts);
    const ByteVector der = parts.Whole();
    const Result<CertificateView> view = DecodeCertificate(der);
    ASSERT_TRUE(view) << name << ": " << Describe(view.error());
    EXPECT_EQ(ToVector(view->tbs), parts.Tbs()) << name;
  }
}

TEST(DecodeCertificateTest, RefusesWhatIsNone) {
  const std::tuple<const char*, std::function<void(Parts&)>, Errc, const char*> cases[] = {
      {"no_serial", [](Parts& p) { p.serial.clear(); }, Errc::kBadEncoding, "certificate.tbs"},
      {"empty_serial", [](Parts& p) { p.serial = FromHex("0200"); }, Errc::kBadEncoding,
       "certificate.tbs"},
      {"padded_serial", [](Parts& p) { p.serial = FromHex("02020001"); }, Errc::kBadEncoding,
       "certificate.tbs"},
      {"unique_ids_in_the_wrong_order",
       [](Parts& p) { p.unique_ids = FromHex("8202001181020011"); }, Errc::kBadEncoding,
       "certificate.tbs"},
      {"a_field_behind_extensions", [](Parts& p) { p.after_extensions = FromHex("0500"); },
       Errc::kBadEncoding, "certificate.tbs"},
      {"a_field_behind_signature", [](Parts& p) { p.after_tbs = FromHex("0500"); },
       Errc::kBadEncoding, "certificate"},
      {"key_of_nine_bits", [](Parts& p) { p.spki = Tlv(0x30, {FromHex("3000030307ab80")}); },
       Errc::kBadEncoding, "certificate.spki"},
      {"key_without_bits", [](Parts& p) { p.spki = FromHex("300430000300"); }, Errc::kBadEncoding,
       "certificate.spki"},
      {"three_times",
       [](Parts& p) {
         const ByteVector time = Tlv(0x17, {FromText("260101000000Z")});
         p.validity = Tlv(0x30, {time, time, time});
       },
       Errc::kBadEncoding, "certificate.validity"},
      {"no_such_day",
       [](Parts& p) {
         p.validity = Tlv(0x30, {Tlv(0x17, {FromText("260101000000Z")}),
                                 Tlv(0x17, {FromText("260230000000Z")})});
       },
       Errc::kOutOfRange, "certificate.validity"},
      {"empty_extensions", [](Parts& p) { p.extensions_field = FromHex("a3023000"); },
       Errc::kBadLength, "certificate.extensions"},
      {"empty_extensions_field", [](Parts& p) { p.extensions_field = FromHex("a300"); },
       Errc::kBadEncoding, "certificate.extensions"},
      {"two_lists_of_extensions",
       [](Parts& p) {
         p.extensions_field = Tlv(0xa3, {Tlv(0x30, p.extensions), FromHex("0500")});
       },
       Errc::kBadEncoding, "certificate.extensions"},
      {"an_extension_without_value",
       [](Parts& p) { p.extensions.push_back(FromHex("30050603551d13")); }, Errc::kBadEncoding,
       "certificate.extensions"},
      {"two_sct_lists", [](Parts& p) { p.extensions.push_back(SctListExtension()); },
       Errc::kDuplicate, "certificate.extensions.sct_list"},
  };
  for (const auto& [name, change, code, field] : cases) {
    Parts parts;
    change(parts);
    const Result<CertificateView> view = DecodeCertificate(parts.Whole());
    ASSERT_FALSE(view) << name;
    EXPECT_EQ(view.error().code, code) << name;
    EXPECT_STREQ(view.error().field, field) << name;
  }
}

TEST(DecodeCertificateTest, SaysAtWhichByteOfTheWholeItFailed) {
  Parts parts;
  const ByteVector broken = FromHex("30050603551d13");
  parts.extensions.push_back(broken);
  const ByteVector der = parts.Whole();
  const auto found = std::search(der.begin(), der.end(), broken.begin(), broken.end());
  const Result<CertificateView> view = DecodeCertificate(der);
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().offset, static_cast<std::size_t>(found - der.begin()));
}

TEST(DecodeCertificateTest, KnowsPoisonAndRfc9162) {
  Parts parts;
  parts.extensions.push_back(Extension(oid::kPrecertPoison, FromHex("0500")));
  EXPECT_TRUE(DecodeCertificate(parts.Whole())->is_precertificate);
  EXPECT_FALSE(DecodeCertificate(parts.Whole())->has_rfc9162);
  parts.extensions.back() = Extension(oid::kTransparencyInformation, {});
  EXPECT_FALSE(DecodeCertificate(parts.Whole())->is_precertificate);
  EXPECT_TRUE(DecodeCertificate(parts.Whole())->has_rfc9162);
}

TEST(DecodeCertificateTest, RefusesEveryPrefixAndEveryTrailingByte) {
  const ByteVector der = Parts().Whole();
  for (std::size_t len = 0; len < der.size(); ++len) {
    const ByteVector prefix = ToVector(Bytes(der).first(len));
    const Result<CertificateView> view = DecodeCertificate(prefix);
    ASSERT_FALSE(view) << len;
    EXPECT_EQ(view.error().code, Errc::kBadEncoding) << len;
  }
  ByteVector longer = der;
  longer.push_back(0);
  EXPECT_EQ(DecodeCertificate(longer).error().code, Errc::kBadEncoding);
}

TEST(DecodeCertificateTest, BoundsSize) {
  const ByteVector huge(kMaxCertificateSize + 1, 0x30);
  EXPECT_EQ(DecodeCertificate(huge).error().code, Errc::kTooLarge);
}

TEST(EncodePrecertTbsTest, CutsTheExtensionOutWhereverItStands) {
  const ByteVector a = Extension(FromHex("551d13"), {});
  const ByteVector b = Extension(FromHex("551d0e"), ByteVector(3, 7));
  for (const std::vector<ByteVector>& others :
       std::vector<std::vector<ByteVector>>{{}, {a}, {a, b}, {b, a, b}}) {
    for (std::size_t at = 0; at <= others.size(); ++at) {
      Parts parts;
      parts.extensions = others;
      parts.extensions.insert(parts.extensions.begin() + static_cast<std::ptrdiff_t>(at),
                              SctListExtension());
      const ByteVector der = parts.Whole();
      const Result<ByteVector> tbs = EncodePrecertTbs(*DecodeCertificate(der));
      ASSERT_TRUE(tbs);
      parts.extensions = others;
      EXPECT_EQ(*tbs, parts.Tbs()) << others.size() << ' ' << at;
    }
  }
}

TEST(EncodePrecertTbsTest, WritesLengthsOfEverySize) {
  // Around the lengths at which a header grows by a byte, with and without the list.
  for (std::size_t len = 1; len < 400; ++len) {
    Parts parts;
    parts.extensions = {Extension(FromHex("551d13"), ByteVector(len, 1)), SctListExtension()};
    const ByteVector der = parts.Whole();
    const Result<ByteVector> tbs = EncodePrecertTbs(*DecodeCertificate(der));
    ASSERT_TRUE(tbs);
    parts.extensions.pop_back();
    EXPECT_EQ(*tbs, parts.Tbs()) << len;
  }
}

TEST(EncodePrecertTbsTest, FailsWithoutAnSctList) {
  Parts parts;
  parts.extensions.pop_back();
  parts.extensions.pop_back();
  const ByteVector der = parts.Whole();
  EXPECT_EQ(EncodePrecertTbs(*DecodeCertificate(der)).error().code, Errc::kMissing);
  EXPECT_EQ(EncodePrecertTbs({}).error().code, Errc::kMissing);
}

TEST(EncodePrecertTbsTest, IsTheTbsThatOpenSslMadeBeforeTheListWentIn) {
  const testlib::TestCa ca("Test CA");
  const testlib::TestKey key = testlib::TestKey::P256();
  testlib::TestCertificateSpec spec;
  spec.extensions = {{"1.2.3.4", {5, 0}}};
  ByteVector signed_tbs;
  const ByteVector der = ca.Issue(key, spec, [&](Bytes tbs) {
    signed_tbs = ToVector(tbs);
    return FromHex("0003000101");
  });
  const Result<CertificateView> view = DecodeCertificate(der);
  ASSERT_TRUE(view);
  EXPECT_EQ(*EncodePrecertTbs(*view), signed_tbs);
  EXPECT_EQ(ToVector(view->spki), key.Spki());
  EXPECT_EQ(view->not_before_ms, spec.not_before_ms);
  EXPECT_EQ(view->not_after_ms, spec.not_after_ms);
}

// The splice by another way: every extension is listed, and the list without the SCTs must be
// what the spliced TBS has, all fields before it being the same bytes.
void CheckSplice(const CertificateView& view, Bytes spliced) {
  const std::optional<DerElement> tbs = DecodeDer(der_tag::kSequence, spliced);
  ASSERT_TRUE(tbs);
  ASSERT_TRUE(
      Equal(tbs->contents.first(view.tbs_before_extensions.size()), view.tbs_before_extensions));
  DerReader reader(tbs->contents.subspan(view.tbs_before_extensions.size()));
  ByteVector want;
  DerReader received(view.extensions);
  while (!received.empty()) {
    DerExtension extension;
    ASSERT_TRUE(ReadExtension(received, extension));
    if (!Equal(extension.oid, oid::kSctList)) {
      Append(want, extension.whole);
    }
  }
  DerElement field;
  ASSERT_TRUE(reader.ReadTag(der_tag::ContextConstructed(3), field));
  ASSERT_TRUE(reader.empty());
  const std::optional<DerElement> sequence = DecodeInner(der_tag::kSequence, field);
  ASSERT_TRUE(sequence);
  EXPECT_EQ(ToVector(sequence->contents), want);
}

TEST(RealCertificatesTest, DecodeAndChangeOnlyWhatTheyMust) {
  TATTLE_REAL_DATA_OR_SKIP(folder, "realchains");
  std::size_t num_certificates = 0;
  std::size_t num_spliced = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".pem") {
      continue;
    }
    for (const ByteVector& der : testlib::ReadPem(file.path())) {
      const Result<CertificateView> view = DecodeCertificate(der);
      ASSERT_TRUE(view) << file.path() << ": " << Describe(view.error());
      EXPECT_LT(view->not_before_ms, view->not_after_ms) << file.path();
      ++num_certificates;
      if (view->sct_list_value) {
        const Result<ByteVector> spliced = EncodePrecertTbs(*view);
        ASSERT_TRUE(spliced) << file.path();
        CheckSplice(*view, *spliced);
        ++num_spliced;
      }
    }
  }
  EXPECT_GT(num_certificates, 0U);
  EXPECT_GT(num_spliced, 0U);
}

}  // namespace
}  // namespace tattle::certificate_test
