// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/ocsp.h"

#include <functional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/der/extension.h"
#include "core/der/oid.h"
#include "core/wire/sct.h"
#include "tests/testlib/real_data.h"
#include "tests/unit/der/tlv.h"

namespace tattle::ocsp_test {
namespace {

using testlib::FromHex;
using testlib::FromText;
using testlib::Tlv;

// Parts is a response whose fields a test changes one at a time.
struct Parts {
  ByteVector status = FromHex("0a0100");
  ByteVector type = Tlv(0x06, {ToVector(oid::kOcspBasic)});
  ByteVector version;
  ByteVector responder = Tlv(0xa2, {Tlv(0x04, {ByteVector(20, 1)})});
  ByteVector algorithm = Tlv(0x30, {Tlv(0x06, {ToVector(oid::kSha1)}), FromHex("0500")});
  ByteVector serial = FromHex("02020539");
  ByteVector cert_status = FromHex("8000");
  ByteVector next_update = Tlv(0xa0, {Tlv(0x18, {FromText("20260408000000Z")})});
  std::vector<ByteVector> extensions = {SctList()};
  ByteVector single_extensions;           // instead of `extensions`
  std::vector<ByteVector> other_singles;  // in front of this one
  std::vector<ByteVector> later_singles;  // behind it
  ByteVector response_extensions;
  ByteVector certs;
  ByteVector after;

  bool is_without_single = false;

  static ByteVector Join(const std::vector<ByteVector>& parts) {
    ByteVector out;
    for (const ByteVector& part : parts) {
      Append(out, part);
    }
    return out;
  }
  static ByteVector SctList() {
    return Tlv(0x30, {Tlv(0x06, {ToVector(oid::kOcspSctList)}),
                      Tlv(0x04, {Tlv(0x04, {FromHex("0003000101")})})});
  }
  ByteVector Time() const { return Tlv(0x18, {FromText("20260401000000Z")}); }
  ByteVector Single() const {
    const ByteVector cert_id = Tlv(
        0x30, {algorithm, Tlv(0x04, {ByteVector(20, 2)}), Tlv(0x04, {ByteVector(20, 3)}), serial});
    ByteVector field = single_extensions;
    if (field.empty() && !extensions.empty()) {
      field = Tlv(0xa1, {Tlv(0x30, extensions)});
    }
    return Tlv(0x30, {cert_id, cert_status, Time(), next_update, field});
  }
  ByteVector Whole() const {
    ByteVector singles = Join(other_singles);
    Append(singles, is_without_single ? ByteVector() : Single());
    Append(singles, Join(later_singles));
    const ByteVector data =
        Tlv(0x30, {version, responder, Time(), Tlv(0x30, {singles}), response_extensions});
    const ByteVector basic = Tlv(0x30, {data, FromHex("3000"), FromHex("030100"), certs});
    return Tlv(0x30, {status, Tlv(0xa0, {Tlv(0x30, {type, Tlv(0x04, {basic})})}), after});
  }
};

TEST(DecodeOcspResponseTest, SaysForWhichCertificateTheListIs) {
  const ByteVector der = Parts().Whole();
  const Result<OcspSingles> singles = DecodeOcspResponse(der);
  ASSERT_TRUE(singles);
  ASSERT_EQ(singles->all.size(), 1U);
  const OcspSingleResponse& single = singles->all.front();
  EXPECT_EQ(single.hash, OcspHash::kSha1);
  EXPECT_EQ(ToVector(single.issuer_name_hash), ByteVector(20, 2));
  EXPECT_EQ(ToVector(single.issuer_key_hash), ByteVector(20, 3));
  EXPECT_EQ(Hex(single.serial_number), "0539");
  ASSERT_TRUE(single.sct_list_value);
  EXPECT_EQ(Hex(*single.sct_list_value), "04050003000101");
}

TEST(DecodeOcspResponseTest, TakesEveryOptionalField) {
  const std::pair<const char*, std::function<void(Parts&)>> cases[] = {
      {"version", [](Parts& p) { p.version = FromHex("a003020100"); }},
      {"responder_by_name", [](Parts& p) { p.responder = FromHex("a1023000"); }},
      {"no_next_update", [](Parts& p) { p.next_update.clear(); }},
      {"response_extensions", [](Parts& p) { p.response_extensions = FromHex("a1023000"); }},
      {"certs", [](Parts& p) { p.certs = FromHex("a0023000"); }},
      {"revoked",
       [](Parts& p) { p.cert_status = Tlv(0xa1, {Tlv(0x18, {FromText("20260101000000Z")})}); }},
      {"another_extension",
       [](Parts& p) { p.extensions.push_back(FromHex("300706022a0304010a")); }},
      {"no_parameters",
       [](Parts& p) { p.algorithm = Tlv(0x30, {Tlv(0x06, {ToVector(oid::kSha1)})}); }},
  };
  for (const auto& [name, change] : cases) {
    Parts parts;
    change(parts);
    const ByteVector der = parts.Whole();
    const Result<OcspSingles> singles = DecodeOcspResponse(der);
    ASSERT_TRUE(singles) << name << ": " << Describe(singles.error());
    ASSERT_EQ(singles->all.size(), 1U) << name;
    EXPECT_TRUE(singles->all.front().sct_list_value) << name;
    EXPECT_FALSE(singles->passed_over) << name;
  }
}

TEST(DecodeOcspResponseTest, KnowsTwoHashes) {
  Parts parts;
  parts.algorithm = Tlv(0x30, {Tlv(0x06, {ToVector(oid::kSha256)})});
  EXPECT_EQ(DecodeOcspResponse(parts.Whole())->all.front().hash, OcspHash::kSha256);
  parts.algorithm = Tlv(0x30, {FromHex("06022a03")});
  EXPECT_EQ(DecodeOcspResponse(parts.Whole())->all.front().hash, OcspHash::kUnknown);
}

TEST(DecodeOcspResponseTest, HasNoSingleResponsesWhereThereAreNone) {
  Parts parts;
  parts.is_without_single = true;
  EXPECT_TRUE(DecodeOcspResponse(parts.Whole())->all.empty());
  EXPECT_TRUE(DecodeOcspResponse(FromHex("30030a0106"))->all.empty());  // unauthorized
  EXPECT_TRUE(DecodeOcspResponse(FromHex("30030a0103"))->all.empty());  // tryLater
}

TEST(DecodeOcspResponseTest, RefusesWhatIsNone) {
  const std::tuple<const char*, std::function<void(Parts&)>, Errc, const char*> cases[] = {
      {"no_status", [](Parts& p) { p.status.clear(); }, Errc::kBadEncoding, "ocsp"},
      {"empty_status", [](Parts& p) { p.status = FromHex("0a00"); }, Errc::kBadEncoding, "ocsp"},
      {"a_field_behind_the_bytes", [](Parts& p) { p.after = FromHex("0500"); }, Errc::kBadEncoding,
       "ocsp"},
      {"another_type", [](Parts& p) { p.type = FromHex("06022a03"); }, Errc::kUnsupportedFormat,
       "ocsp.response_type"},
  };
  for (const auto& [name, change, code, field] : cases) {
    Parts parts;
    change(parts);
    const Result<OcspSingles> singles = DecodeOcspResponse(parts.Whole());
    ASSERT_FALSE(singles) << name;
    EXPECT_EQ(singles.error().code, code) << name;
    EXPECT_STREQ(singles.error().field, field) << name;
  }
  EXPECT_EQ(DecodeOcspResponse(FromHex("30030a0100")).error().code, Errc::kMissing);
  EXPECT_EQ(DecodeOcspResponse(ByteVector(kMaxOcspResponseSize + 1)).error().code, Errc::kTooLarge);
}

TEST(DecodeOcspResponseTest, PassesOverABrokenSingleResponseAndNoOther) {
  const std::tuple<const char*, std::function<void(Parts&)>, Errc, const char*> cases[] = {
      {"padded_serial", [](Parts& p) { p.serial = FromHex("02020001"); }, Errc::kBadEncoding,
       "ocsp.single_response"},
      {"no_hash", [](Parts& p) { p.algorithm = FromHex("3000"); }, Errc::kBadEncoding,
       "ocsp.single_response"},
      {"two_parameters", [](Parts& p) { p.algorithm = Tlv(0x30, {FromHex("06022a0305000500")}); },
       Errc::kBadEncoding, "ocsp.single_response"},
      {"no_cert_status", [](Parts& p) { p.cert_status.clear(); }, Errc::kBadEncoding,
       "ocsp.single_response"},
      {"a_broken_extension", [](Parts& p) { p.extensions.push_back(FromHex("3000")); },
       Errc::kBadEncoding, "ocsp.single_extensions"},
      {"no_list_of_extensions", [](Parts& p) { p.single_extensions = FromHex("a1020500"); },
       Errc::kBadEncoding, "ocsp.single_extensions"},
      {"two_sct_lists", [](Parts& p) { p.extensions.push_back(Parts::SctList()); },
       Errc::kDuplicate, "ocsp.single_extensions.sct_list"},
  };
  for (const auto& [name, change, code, field] : cases) {
    Parts broken;
    change(broken);
    Parts parts;
    parts.other_singles = {broken.Single(), parts.Single(), broken.Single()};
    parts.later_singles = {broken.Single()};
    const ByteVector der = parts.Whole();
    const Result<OcspSingles> singles = DecodeOcspResponse(der);
    ASSERT_TRUE(singles) << name;
    ASSERT_EQ(singles->all.size(), 2U) << name;
    EXPECT_TRUE(singles->all.front().sct_list_value && singles->all.back().sct_list_value) << name;
    ASSERT_TRUE(singles->passed_over) << name;
    EXPECT_EQ(singles->passed_over->code, code) << name;
    EXPECT_STREQ(singles->passed_over->field, field) << name;
  }
}

TEST(DecodeOcspResponseTest, KeepsWhatStandsBeforeALengthThatIsWrong) {
  for (const char* wrong : {"30", "3005", "308000", "0500", "3080"}) {
    Parts parts;
    parts.other_singles = {parts.Single()};
    parts.later_singles = {FromHex(wrong), parts.Single()};
    const ByteVector der = parts.Whole();
    const Result<OcspSingles> singles = DecodeOcspResponse(der);
    ASSERT_TRUE(singles) << wrong;
    EXPECT_GE(singles->all.size(), 2U) << wrong;
    ASSERT_TRUE(singles->passed_over) << wrong;
    EXPECT_EQ(singles->passed_over->code, Errc::kBadEncoding) << wrong;
  }
}

TEST(DecodeOcspResponseTest, TakesAsManyAsTheLimitAndSaysThatThereAreMore) {
  Parts parts;
  parts.other_singles.assign(kMaxOcspSingleResponses - 1, parts.Single());
  ByteVector der = parts.Whole();
  EXPECT_EQ(DecodeOcspResponse(der)->all.size(), kMaxOcspSingleResponses);
  EXPECT_FALSE(DecodeOcspResponse(der)->passed_over);
  // A broken one is one of them.
  parts.other_singles.front() = FromHex("3000");
  parts.later_singles.assign(300, parts.Single());
  der = parts.Whole();
  const Result<OcspSingles> singles = DecodeOcspResponse(der);
  ASSERT_TRUE(singles);
  EXPECT_EQ(singles->all.size(), kMaxOcspSingleResponses - 1);
  EXPECT_EQ(singles->passed_over->code, Errc::kBadEncoding);  // the first of both
  parts.other_singles.front() = parts.Single();
  der = parts.Whole();
  EXPECT_EQ(DecodeOcspResponse(der)->all.size(), kMaxOcspSingleResponses);
  EXPECT_EQ(DecodeOcspResponse(der)->passed_over->code, Errc::kTooLarge);
}

TEST(DecodeOcspResponseTest, RefusesEveryPrefixAndEveryTrailingByte) {
  const ByteVector der = Parts().Whole();
  for (std::size_t len = 0; len < der.size(); ++len) {
    const ByteVector prefix = ToVector(Bytes(der).first(len));
    const Result<OcspSingles> singles = DecodeOcspResponse(prefix);
    ASSERT_FALSE(singles) << len;
    EXPECT_EQ(singles.error().code, Errc::kBadEncoding) << len;
  }
  ByteVector longer = der;
  longer.push_back(0);
  EXPECT_EQ(DecodeOcspResponse(longer).error().code, Errc::kBadEncoding);
}

// CheckRealResponses finds at least one SCT list in the responses of a folder, of v1 SCTs only.
void CheckRealResponses(const std::filesystem::path& folder, std::string_view part_of_name) {
  std::size_t num_scts = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (file.path().extension() != ".der" || name.find(part_of_name) == std::string::npos) {
      continue;
    }
    const ByteVector der = testlib::ReadFile(file.path());
    const Result<OcspSingles> singles = DecodeOcspResponse(der);
    ASSERT_TRUE(singles) << file.path() << ": " << Describe(singles.error());
    EXPECT_FALSE(singles->passed_over) << file.path();
    for (const OcspSingleResponse& single : singles->all) {
      EXPECT_EQ(single.issuer_name_hash.size(), single.hash == OcspHash::kSha1 ? 20U : 32U);
      if (!single.sct_list_value) {
        continue;
      }
      const Result<Bytes> list = DecodeSctListExtension(*single.sct_list_value);
      ASSERT_TRUE(list) << file.path();
      const Result<std::vector<Bytes>> items = SplitSctList(*list);
      ASSERT_TRUE(items) << file.path();
      for (const Bytes item : *items) {
        EXPECT_TRUE(DecodeSct(item)) << file.path();
        ++num_scts;
      }
    }
  }
  EXPECT_GT(num_scts, 0U) << folder;
}

TEST(RealOcspResponsesTest, CarryScts) {
  TATTLE_REAL_DATA_OR_SKIP(staples, "tls");
  CheckRealResponses(staples, "ocsp");
  TATTLE_REAL_DATA_OR_SKIP(vectors, "sct/pyca/ocsp");
  CheckRealResponses(vectors, "sct");
}

}  // namespace
}  // namespace tattle::ocsp_test
