// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/verify/verify.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/crypto/sha256.h"
#include "tests/testlib/ocsp.h"
#include "tests/unit/verify/fixture.h"

namespace tattle::verify_test {
namespace {

using testlib::SctList;
using testlib::TestLog;

TEST_F(VerifyTest, FindsEmbeddedSctsOfEcdsaAndRsaLogsValid) {
  EXPECT_EQ(Statuses({.leaf = world().GoodLeaf()}),
            (StatusList{"embedded:valid", "embedded:valid"}));
}

TEST_F(VerifyTest, TakesSctsFromAllThreeChannelsInOrder) {
  const ByteVector leaf = world().GoodLeaf();
  const ByteVector tls = SctList({world().beta.SignX509(leaf, kStampedMs)});
  const ByteVector ocsp =
      testlib::OcspResponse({{.leaf = leaf,
                              .issuer = world().ca.certificate(),
                              .sct_list = SctList({world().alpha.SignX509(leaf, kStampedMs)})}});
  EXPECT_EQ(Statuses({.leaf = leaf, .tls_scts = tls, .ocsp_response = ocsp}),
            (StatusList{"embedded:valid", "embedded:valid", "tls:valid", "ocsp:valid"}));
}

TEST_F(VerifyTest, ShowsWhatWasSignedOfEachSctWhoseSignatureWasCheckedAndOfNoOther) {
  ByteVector embedded;
  const ByteVector leaf = world().Embed([&](Bytes tbs) {
    embedded = world().alpha.SignPrecert(tbs, world().issuer_spki, kStampedMs);
    return std::vector<ByteVector>{embedded};
  });
  const ByteVector valid = world().beta.SignX509(leaf, kStampedMs);
  const ByteVector future = world().alpha.SignX509(leaf, kNowMs + kClockDriftMs + 1);
  ByteVector bad = valid;
  bad.back() ^= 1U;
  const ByteVector unknown = TestLog("Gamma", "C").SignX509(leaf, kStampedMs);
  const ByteVector list = SctList({bad, valid, unknown, {1, 2, 3}, future});
  std::vector<ByteVector> shown;
  const Result<Report> report = Verify(
      {.leaf = leaf, .issuer = world().ca.certificate(), .tls_scts = list}, world().logs, kNowMs,
      [&](const ShownSct& sct) {
        shown.push_back(ToVector(sct.item));
        EXPECT_EQ(sct.facts.log_id, sct.sct.log_id);
        EXPECT_EQ(sct.entry.type, shown.size() == 1 ? EntryType::kPrecert : EntryType::kX509);
        const Hash digest = SctDigest(sct.sct, sct.entry).value();
        EXPECT_EQ(sct.facts.log->key->VerifyDigest(digest, sct.sct.signature.signature).value(),
                  sct.facts.status != SctStatus::kBadSignature);
      });
  ASSERT_TRUE(report);
  EXPECT_EQ(report->scts.size(), 6U);
  EXPECT_EQ(shown, (std::vector<ByteVector>{embedded, bad, valid, future}));
}

TEST_F(VerifyTest, ReportsFactsBesideTheStatus) {
  Log alpha = world().alpha.Entry();
  alpha.temporal_interval = TemporalInterval{0, 1};
  const LogList logs = testlib::ListOf({alpha, world().beta.Entry()});
  const ByteVector leaf = world().Embed([&](Bytes tbs) {
    return std::vector<ByteVector>{world().alpha.SignPrecert(
        tbs, world().issuer_spki, kStampedMs, testlib::LeafIndexExtension(70'000'000'000))};
  });
  const Result<Report> report =
      Verify({.leaf = leaf, .issuer = world().ca.certificate()}, logs, kNowMs);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->scts.size(), 1U);
  const SctFacts& sct = report->scts.front();
  EXPECT_EQ(sct.status, SctStatus::kValid);
  EXPECT_EQ(sct.timestamp_ms, kStampedMs);
  EXPECT_EQ(sct.leaf_index, 70'000'000'000U);
  EXPECT_EQ(sct.log_id, world().alpha.log_id());
  EXPECT_EQ(sct.log, logs.Find(world().alpha.log_id()));
  EXPECT_TRUE(sct.outside_interval) << "informs, and does not change the status";
  EXPECT_EQ(report->not_after_ms - report->not_before_ms, 90 * 86'400'000ULL);
}

TEST_F(VerifyTest, OneBadSctSpoilsNeitherItsNeighboursNorTheList) {
  const ByteVector leaf = world().plain_leaf;
  const ByteVector good = world().alpha.SignX509(leaf, kStampedMs);
  ByteVector bad_signature = good;
  bad_signature.back() ^= 1U;
  ByteVector trailing = good;
  trailing.push_back(0);
  ByteVector wrong_algorithm = good;
  wrong_algorithm[1 + 32 + 8 + 2] = 5;  // sha384
  const ByteVector unknown = TestLog("Gamma", "C").SignX509(leaf, kStampedMs);
  const ByteVector version_2 = {1, 2, 3};
  const ByteVector list =
      SctList({bad_signature, good, trailing, wrong_algorithm, unknown, version_2, good});
  EXPECT_EQ(Statuses({.leaf = leaf, .tls_scts = list}),
            (StatusList{"tls:bad_signature", "tls:valid", "tls:malformed", "tls:wrong_algorithm",
                        "tls:unknown_log", "tls:unsupported_version", "tls:valid"}));
}

TEST_F(VerifyTest, AnUnreadableListIsOneLineAndHidesNoOtherChannel) {
  const ByteVector leaf = world().GoodLeaf();
  ByteVector list = SctList({world().alpha.SignX509(leaf, kStampedMs)});
  for (std::size_t len = 1; len < list.size(); ++len) {
    EXPECT_EQ(Statuses({.leaf = leaf, .tls_scts = Bytes(list).first(len)}),
              (StatusList{"embedded:valid", "embedded:valid", "tls:malformed"}))
        << len;
  }
  list.push_back(0);
  EXPECT_EQ(Statuses({.leaf = leaf, .tls_scts = list}).back(), "tls:malformed");
}

TEST_F(VerifyTest, ADeniedLogStaysDeniedWhateverTheListSays) {
  const ByteVector leaf = world().GoodLeaf();
  const LogList logs = testlib::ListOf(
      {world().alpha.Entry(), world().beta.Entry()},
      {{world().alpha.log_id(), world().alpha.key().Spki(), "private key published"}});
  EXPECT_EQ(Statuses({.leaf = leaf}, logs), (StatusList{"embedded:denied_log", "embedded:valid"}));
}

TEST_F(VerifyTest, D4ToleratesClockDriftOfFiveMinutesAndNoMore) {
  const ByteVector leaf = world().plain_leaf;
  const ByteVector list = SctList({world().alpha.SignX509(leaf, kStampedMs)});
  const Evidence evidence{.leaf = leaf, .tls_scts = list};
  EXPECT_EQ(Statuses(evidence, world().logs, kStampedMs), StatusList{"tls:valid"});
  EXPECT_EQ(Statuses(evidence, world().logs, kStampedMs - kClockDriftMs), StatusList{"tls:valid"});
  EXPECT_EQ(Statuses(evidence, world().logs, kStampedMs - kClockDriftMs - 1),
            StatusList{"tls:in_future"});
}

TEST_F(VerifyTest, WithoutAnIssuerEmbeddedSctsAreNotChecked) {
  const ByteVector leaf = world().GoodLeaf();
  const ByteVector tls = SctList({world().alpha.SignX509(leaf, kStampedMs)});
  for (const ByteVector& issuer : {ByteVector{}, ByteVector{1, 2, 3}}) {
    const Result<Report> report =
        Verify({.leaf = leaf, .issuer = issuer, .tls_scts = tls}, world().logs, kNowMs);
    ASSERT_TRUE(report);
    ASSERT_EQ(report->scts.size(), 3U);
    EXPECT_EQ(report->scts[0].status, SctStatus::kNotChecked);
    EXPECT_EQ(report->scts[0].error.code, issuer.empty() ? Errc::kMissing : Errc::kBadEncoding);
    EXPECT_EQ(report->scts[2].status, SctStatus::kValid);
  }
}

TEST_F(VerifyTest, ALeafThatIsNoCertificateIsAnError) {
  const ByteVector leaf = world().GoodLeaf();
  for (std::size_t len = 0; len < leaf.size(); ++len) {
    EXPECT_FALSE(Verify({.leaf = Bytes(leaf).first(len)}, world().logs, kNowMs)) << len;
  }
}

TEST_F(VerifyTest, ChecksNoMoreSignaturesThanTheBudgetAllows) {
  const ByteVector leaf = world().plain_leaf;
  const ByteVector sct = world().alpha.SignX509(leaf, kStampedMs);
  const ByteVector list = SctList(std::vector<ByteVector>(kMaxSignatureChecks + 3, sct));
  const StatusList statuses = Statuses({.leaf = leaf, .tls_scts = list});
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), "tls:valid"),
            static_cast<std::ptrdiff_t>(kMaxSignatureChecks));
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), "tls:not_checked"), 3);
}

TEST_F(VerifyTest, TellsOnlySoManySctsThatAreNotValidAndHidesNoneThatIs) {
  const ByteVector leaf = world().plain_leaf;
  std::vector<ByteVector> items(kMaxSctsPerSource - 1);
  items.push_back(world().alpha.SignX509(leaf, kStampedMs));
  const ByteVector list = SctList(items);
  const ByteVector ocsp = testlib::OcspResponse(
      std::vector<testlib::OcspSingle>(16, {.leaf = leaf,
                                            .issuer = world().ca.certificate(),
                                            .sct_list = SctList({{1}, {2}, {3}, {4}, {5}})}));
  const StatusList statuses = Statuses({.leaf = leaf, .tls_scts = list, .ocsp_response = ocsp});
  EXPECT_EQ(statuses.size(), 2 * (kMaxOtherSctLines + 1) + 1);
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), "tls:not_checked"), 1);
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), "tls:valid"), 1);
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), "ocsp:not_checked"), 1);
}

TEST_F(VerifyTest, ManySctsByTlsHideNoneInTheCertificateOrTheStaple) {
  const ByteVector leaf = world().GoodLeaf();
  ByteVector bad = world().alpha.SignX509(leaf, kStampedMs);
  bad.back() ^= 1U;
  const ByteVector tls = SctList(std::vector<ByteVector>(kMaxSignatureChecks + 1, bad));
  const ByteVector ocsp =
      testlib::OcspResponse({{.leaf = leaf,
                              .issuer = world().ca.certificate(),
                              .sct_list = SctList({world().alpha.SignX509(leaf, kStampedMs)})}});
  const StatusList statuses = Statuses({.leaf = leaf, .tls_scts = tls, .ocsp_response = ocsp});
  EXPECT_EQ(statuses.front(), "embedded:valid");
  EXPECT_EQ(statuses.back(), "ocsp:valid");
}

TEST_F(VerifyTest, AnSctForOneEntryTypeIsNoneForTheOther) {
  const ByteVector leaf = world().GoodLeaf();
  const Result<CertificateView> view = DecodeCertificate(leaf);
  ASSERT_TRUE(view);
  // The TLS extension carries SCTs of the final certificate: those of the TBS must not pass.
  const ByteVector as_tls = SctList(
      {world().alpha.SignPrecert(*EncodePrecertTbs(*view), world().issuer_spki, kStampedMs)});
  EXPECT_EQ(Statuses({.leaf = leaf, .tls_scts = as_tls}).back(), "tls:bad_signature");
}

TEST_F(VerifyTest, Rfc9162ItemsAreSeenAndNotJudged) {
  testlib::TestCertificateSpec spec;
  spec.extensions = {{"1.3.101.75", {0x04, 0x02, 0x00, 0x00}}};
  const ByteVector leaf = world().ca.Issue(world().leaf_key, spec, [&](Bytes tbs) {
    return SctList({world().alpha.SignPrecert(tbs, world().issuer_spki, kStampedMs)});
  });
  const Result<Report> report =
      Verify({.leaf = leaf, .issuer = world().ca.certificate()}, world().logs, kNowMs);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->has_rfc9162);
  ASSERT_EQ(report->scts.size(), 1U);
  EXPECT_EQ(report->scts.front().status, SctStatus::kValid)
      << "the extension is part of the TBS that the log signed";
}

TEST_F(VerifyTest, ToleratesALogWithAnIdButASpoiltAlgorithm) {
  const ByteVector leaf = world().plain_leaf;
  ByteVector sct = world().beta.SignX509(leaf, kStampedMs);
  sct[1 + 32 + 8 + 2 + 1] = 3;  // an RSA log that says ecdsa
  EXPECT_EQ(Statuses({.leaf = leaf, .tls_scts = SctList({sct})}),
            StatusList{"tls:wrong_algorithm"});
}

class OcspTest : public VerifyTest {
 protected:
  ByteVector Scts() const {
    return SctList({world().alpha.SignX509(world().plain_leaf, kStampedMs)});
  }
  testlib::OcspSingle Single() const {
    return {.leaf = world().plain_leaf, .issuer = world().ca.certificate(), .sct_list = Scts()};
  }
};

TEST_F(OcspTest, MatchesBySha1AndSha256) {
  for (const bool sha256 : {false, true}) {
    testlib::OcspSingle single = Single();
    single.sha256 = sha256;
    EXPECT_EQ(
        Statuses({.leaf = world().plain_leaf, .ocsp_response = testlib::OcspResponse({single})}),
        StatusList{"ocsp:valid"});
  }
}

TEST_F(OcspTest, IgnoresResponsesAboutOtherCertificates) {
  testlib::TestCertificateSpec other_spec;
  other_spec.serial = 4712;
  testlib::OcspSingle other_serial = Single();
  other_serial.leaf = world().ca.Issue(world().leaf_key, other_spec);
  testlib::OcspSingle other_issuer = Single();
  other_issuer.issuer = testlib::TestCa("Test CA").certificate();  // same name, another key
  EXPECT_EQ(Statuses({.leaf = world().plain_leaf,
                      .ocsp_response = testlib::OcspResponse({other_serial, other_issuer})}),
            StatusList{});
}

TEST_F(OcspTest, D6TakesTheListsOfSeveralSingleResponses) {
  testlib::OcspSingle first = Single();
  testlib::OcspSingle second = Single();
  second.sha256 = true;
  second.sct_list = SctList({world().beta.SignX509(world().plain_leaf, kStampedMs)});
  const Result<Report> report = Verify({.leaf = world().plain_leaf,
                                        .issuer = world().ca.certificate(),
                                        .ocsp_response = testlib::OcspResponse({first, second})},
                                       world().logs, kNowMs);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->scts.size(), 2U);
  EXPECT_EQ(report->scts[0].log_id, world().alpha.log_id());
  EXPECT_EQ(report->scts[1].log_id, world().beta.log_id());
  EXPECT_EQ(report->CountStatus(SctStatus::kValid), 2U);
}

TEST_F(OcspTest, ABrokenSingleResponseHidesNoOther) {
  testlib::TestCertificateSpec other_spec;
  other_spec.serial = 4712;
  testlib::OcspSingle other = Single();
  other.leaf = world().ca.Issue(world().leaf_key, other_spec);
  for (const bool is_first : {true, false}) {
    ByteVector staple = testlib::OcspResponse(is_first ? std::vector{other, Single()}
                                                       : std::vector{Single(), other});
    // thisUpdate of one of both, behind producedAt, becomes a time of another type.
    const ByteVector time = {0x18 /* GeneralizedTime */, 15};
    auto at = staple.begin();
    for (int skipped = is_first ? 1 : 2; skipped >= 0; --skipped) {
      at = std::search(at + (at == staple.begin() ? 0 : 1), staple.end(), time.begin(), time.end());
    }
    ASSERT_NE(at, staple.end());
    *at = 0x17;  // UTCTime
    EXPECT_EQ(Statuses({.leaf = world().plain_leaf,
                        .issuer = world().ca.certificate(),
                        .ocsp_response = staple}),
              (StatusList{"ocsp:valid", "ocsp:malformed"}))
        << is_first;
  }
}

TEST_F(OcspTest, ABrokenStapleIsALineInTheReport) {
  const ByteVector staple = testlib::OcspResponse({Single()});
  for (std::size_t len = 1; len < staple.size(); len += 7) {
    EXPECT_EQ(Statuses({.leaf = world().plain_leaf, .ocsp_response = Bytes(staple).first(len)}),
              StatusList{"ocsp:malformed"})
        << len;
  }
}

}  // namespace
}  // namespace tattle::verify_test
