// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// SCTs that real logs signed, and vectors of other implementations.

#include "tests/testlib/real_data.h"

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/crypto/sha256.h"
#include "core/data/pinned_log_list.h"
#include "core/loglist/decode.h"
#include "core/verify/verify.h"
#include "core/wire/sct.h"
#include "core/wire/signed_entry.h"
#include "tests/testlib/ct_log.h"

namespace tattle::real_data_test {
namespace {

using std::filesystem::path;

const LogList& PinnedLogs() {
  static const Result<LogList> list = DecodeLogList(PinnedLogListJson());
  EXPECT_TRUE(list);
  return *list;
}

struct KnownSct {
  std::string log_id;
  std::string log;
  std::string verdict;
};

// Chain is a folder of realchains: a leaf, its issuer, and what is known of its SCTs.
struct Chain {
  ByteVector leaf;
  ByteVector issuer;
  std::uint64_t not_before_ms = 0;
  std::vector<KnownSct> scts;  // in the list's order
};

Chain ReadChain(const path& folder) {
  Chain chain;
  chain.leaf = testlib::ReadPem(folder / "leaf.pem").front();
  chain.issuer = testlib::ReadPem(folder / "issuer.pem").front();
  const ByteVector text = testlib::ReadFile(folder / "meta.json");
  const Result<json::Document> meta = json::Document::Decode(text, kMaxJsonSize);
  EXPECT_TRUE(meta) << folder;
  chain.not_before_ms = *DecodeRfc3339(meta->root().FindString("not_before").value());
  meta->root().Find("scts")->ForEachElement([&](json::Value sct) {
    chain.scts.push_back({std::string(sct.FindString("log_id").value()),
                          std::string(sct.FindString("log").value()),
                          std::string(sct.FindString("verdict").value())});
    return true;
  });
  return chain;
}

// Judged at the chain's own time, with a day for a CA that stamped before it dated.
Result<Report> VerifyChain(const Chain& chain) {
  return Verify({.leaf = chain.leaf, .issuer = chain.issuer}, PinnedLogs(),
                chain.not_before_ms + 30 * kMsPerDay);
}

void ExpectKnownVerdicts(const path& root) {
  std::size_t num_scts = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    SCOPED_TRACE(entry.path());
    const Chain chain = ReadChain(entry.path());
    const Result<Report> report = VerifyChain(chain);
    ASSERT_TRUE(report) << Describe(report.error());
    ASSERT_EQ(report->scts.size(), chain.scts.size());
    for (std::size_t i = 0; i < report->scts.size(); ++i) {
      const SctFacts& sct = report->scts[i];
      ++num_scts;
      ASSERT_TRUE(sct.log_id) << DescribeSct(sct);
      ASSERT_EQ(EncodeBase64(*sct.log_id), chain.scts[i].log_id);
      if (sct.status == SctStatus::kUnknownLog) {
        // A CA's own test log is nobody's to pin.
        EXPECT_NE(chain.scts[i].log.find("test log"), std::string::npos) << chain.scts[i].log;
        continue;
      }
      EXPECT_EQ(sct.status,
                chain.scts[i].verdict == "valid" ? SctStatus::kValid : SctStatus::kBadSignature)
          << DescribeSct(sct);
    }
  }
  EXPECT_GT(num_scts, 0U);
}

TEST(RealChainsTest, EverySctOfAPinnedLogIsValid) {
  TATTLE_REAL_DATA_OR_SKIP(root, "realchains");
  ExpectKnownVerdicts(root);
}

TEST(RealChainsTest, TheSctOfARedactedNameIsInvalid) {
  TATTLE_REAL_DATA_OR_SKIP(root, "realchains-invalid");
  ExpectKnownVerdicts(root);
}

TEST(RealTlsTest, EverySctOfTheTlsListAndOfTheStapleIsValid) {
  TATTLE_REAL_DATA_OR_SKIP(root, "tls");
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    SCOPED_TRACE(entry.path());
    const ByteVector leaf = testlib::ReadFile(entry.path() / "cert0.der");
    const ByteVector issuer = testlib::ReadFile(entry.path() / "cert1.der");
    const ByteVector tls = testlib::ReadFile(entry.path() / "tls.sctlist");
    const ByteVector ocsp = testlib::ReadFile(entry.path() / "ocsp.der");
    const Result<Report> report =
        Verify({.leaf = leaf, .issuer = issuer, .tls_scts = tls, .ocsp_response = ocsp},
               PinnedLogs(), *DecodeRfc3339("2026-09-01T00:00:00Z"));
    ASSERT_TRUE(report);
    std::map<SctSource, int> num_valid;
    for (const SctFacts& sct : report->scts) {
      EXPECT_EQ(sct.status, SctStatus::kValid) << DescribeSct(sct);
      ++num_valid[sct.source];
    }
    EXPECT_GT(num_valid[SctSource::kTls], 0);
    EXPECT_GT(num_valid[SctSource::kOcsp], 0);
  }
}

// LogOf is a list of one log with the key of a PEM file.
LogList LogOf(const path& key_file) {
  const std::vector<ByteVector> keys = testlib::ReadPem(key_file, "PUBLIC KEY");
  EXPECT_EQ(keys.size(), 1U) << key_file;
  Log log;
  log.key_spki = keys.front();
  log.log_id = Sha256Of(log.key_spki);
  log.description = key_file.filename().string();
  log.operator_name = "test";
  log.state = LogState::kUsable;
  log.key = *DecodePublicKey(log.key_spki);
  return testlib::ListOf({log});
}

constexpr std::uint64_t kLaterMs = 2'000'000'000'000;

using StatusList = std::vector<std::string>;

StatusList StatusesOf(const Evidence& evidence, const LogList& logs) {
  StatusList out;
  const Result<Report> report = Verify(evidence, logs, kLaterMs);
  if (!report) {
    return {Describe(report.error())};
  }
  for (const SctFacts& sct : report->scts) {
    out.emplace_back(SctStatusName(sct.status));
  }
  return out;
}

TEST(GoogleCtVectorsTest, EmbeddedSctsAreAsTheirNamesSay) {
  TATTLE_REAL_DATA_OR_SKIP(sct, "sct");
  const path root = sct / "google-ct";
  const LogList logs = LogOf(root / "ct-server-key-public.pem");
  struct Case {
    const char* leaf;
    const char* issuer;
    const char* want;
  };
  for (const Case& c :
       {Case{"test-embedded-cert.pem", "ca-cert.pem", "valid"},
        Case{"test-embedded-with-preca-cert.pem", "ca-cert.pem", "valid"},
        Case{"test-embedded-with-intermediate-cert.pem", "intermediate-cert.pem", "valid"},
        Case{"test-embedded-with-intermediate-preca-cert.pem", "intermediate-cert.pem", "valid"},
        Case{"test-invalid-embedded-cert.pem", "ca-cert.pem", "bad_signature"},
        Case{"test-embedded-cert.pem", "intermediate-cert.pem", "bad_signature"}}) {
    SCOPED_TRACE(c.leaf);
    const ByteVector leaf = testlib::ReadPem(root / c.leaf).front();
    const ByteVector issuer = testlib::ReadPem(root / c.issuer).front();
    EXPECT_EQ(StatusesOf({.leaf = leaf, .issuer = issuer}, logs), StatusList{c.want});
  }
}

TEST(GoogleCtVectorsTest, ProofsByEcdsaAndRsaKeysAreValid) {
  TATTLE_REAL_DATA_OR_SKIP(sct, "sct");
  const path root = sct / "google-ct";
  struct Case {
    const char* leaf;
    const char* proof;
    const char* key;
  };
  for (const Case& c :
       {Case{"test-cert.pem", "test-cert.proof", "ct-server-key-public.pem"},
        Case{"test-intermediate-cert.pem", "test-intermediate-cert.proof",
             "ct-server-key-public.pem"},
        Case{"test-cert.pem", "rsa/test-cert-rsa.proof", "rsa/ct-server-key-public-rsa.pem"}}) {
    SCOPED_TRACE(c.proof);
    const ByteVector leaf = testlib::ReadPem(root / c.leaf).front();
    const ByteVector list = testlib::SctList({testlib::ReadFile(root / c.proof)});
    EXPECT_EQ(StatusesOf({.leaf = leaf, .tls_scts = list}, LogOf(root / c.key)),
              StatusList{"valid"});
  }
}

TEST(OpenSslVectorsTest, ThreeEmbeddedSctsOfRealLogsAreValid) {
  TATTLE_REAL_DATA_OR_SKIP(sct, "sct");
  const path root = sct / "openssl" / "certs";
  const ByteVector leaf = testlib::ReadPem(root / "embeddedSCTs3.pem").front();
  const ByteVector issuer = testlib::ReadPem(root / "embeddedSCTs3_issuer.pem").front();
  EXPECT_EQ(StatusesOf({.leaf = leaf, .issuer = issuer}, PinnedLogs()),
            (StatusList{"valid", "valid", "valid"}));
}

TEST(OpenSslVectorsTest, ItsLogListAndItsTestCertificateFit) {
  TATTLE_REAL_DATA_OR_SKIP(sct, "sct");
  const path root = sct / "openssl";
  const Result<LogList> logs = DecodeLogList(testlib::ReadFile(root / "ct" / "log_list.cnf"));
  ASSERT_TRUE(logs) << Describe(logs.error());
  const ByteVector leaf = testlib::ReadPem(root / "certs" / "embeddedSCTs1.pem").front();
  const ByteVector issuer = testlib::ReadPem(root / "certs" / "embeddedSCTs1_issuer.pem").front();
  EXPECT_EQ(StatusesOf({.leaf = leaf, .issuer = issuer}, *logs), StatusList{"valid"});
}

TEST(PycaVectorsTest, RealAndRedactedCertificatesAreAsKnown) {
  TATTLE_REAL_DATA_OR_SKIP(sct, "sct");
  TATTLE_REAL_DATA_OR_SKIP(invalid, "realchains-invalid");
  const path root = sct / "pyca";
  // The badssl certificate's log saw another name than the certificate has.
  const ByteVector badssl = testlib::ReadPem(root / "badssl-sct.pem").front();
  for (const auto& entry : std::filesystem::directory_iterator(invalid)) {
    const ByteVector issuer = testlib::ReadPem(entry.path() / "issuer.pem").front();
    EXPECT_EQ(StatusesOf({.leaf = badssl, .issuer = issuer}, PinnedLogs()),
              StatusList{"bad_signature"});
  }
}

// The certificate of these vectors is the four bytes "cert": below what Verify takes, so they run
// through its parts.
std::string StatusOfRustls(const path& root, const std::string& name, const std::string& key_name,
                           std::uint64_t now_ms = 1'235) {
  const ByteVector bytes = testlib::ReadFile(root / (name + "-sct.bin"));
  const Result<Sct> sct = DecodeSct(bytes);
  if (!sct) {
    return std::string(ErrcName(sct.error().code));
  }
  const std::vector<ByteVector> spki = testlib::ReadPem(
      root.parent_path() / "rustls-sct-keys" / (key_name + "-pub.pem"), "PUBLIC KEY");
  const Result<std::shared_ptr<const PublicKey>> key = DecodePublicKey(spki.front());
  if (!key) {
    return std::string(ErrcName(key.error().code));
  }
  if (sct->log_id != Sha256Of(spki.front())) {
    return "unknown_log";
  }
  if (!sct->signature.Fits((*key)->type())) {
    return "wrong_algorithm";
  }
  const Result<Hash> digest = SctDigest(*sct, {EntryType::kX509, AsBytes("cert"), {}});
  if (!digest || !*VerifyDigitallySigned(**key, sct->signature, *digest)) {
    return "bad_signature";
  }
  return sct->timestamp_ms > now_ms ? "in_future" : "valid";
}

TEST(RustlsVectorsTest, AreAsTheirNamesSay) {
  TATTLE_REAL_DATA_OR_SKIP(sct, "sct");
  const path root = sct / "rustls-sct";
  const std::string p256 = "ecdsa-prime256v1";
  EXPECT_EQ(StatusOfRustls(root, "ecdsa_p256-basic", p256), "valid");
  EXPECT_EQ(StatusOfRustls(root, "ecdsa_p256-wrongtime", p256), "bad_signature");
  EXPECT_EQ(StatusOfRustls(root, "ecdsa_p256-wrongcert", p256), "bad_signature");
  EXPECT_EQ(StatusOfRustls(root, "ecdsa_p256-wrongid", p256), "unknown_log");
  EXPECT_EQ(StatusOfRustls(root, "ecdsa_p256-badsigalg", p256), "wrong_algorithm");
  EXPECT_EQ(StatusOfRustls(root, "ecdsa_p256-future", p256, 1'233), "in_future");
  EXPECT_EQ(StatusOfRustls(root, "ecdsa_p256-junk", p256), "trailing_bytes");
  EXPECT_EQ(StatusOfRustls(root, "ecdsa_p256-short", p256), "truncated");
  EXPECT_EQ(StatusOfRustls(root, "ecdsa_p256-version", p256), "unsupported_version");
  EXPECT_EQ(StatusOfRustls(root, "rsa2048-basic", "rsa-2048"), "valid");
  EXPECT_EQ(StatusOfRustls(root, "rsa2048-wrongtime", "rsa-2048"), "bad_signature");
  EXPECT_EQ(StatusOfRustls(root, "rsa2048-wrongcert", "rsa-2048"), "bad_signature");
  // Known divergences: sct.rs takes SHA-384 and SHA-512, and P-384; RFC 6962, Section 2.1.4 does
  // not.
  EXPECT_EQ(StatusOfRustls(root, "rsa3072-basic", "rsa-3072"), "wrong_algorithm");
  EXPECT_EQ(StatusOfRustls(root, "rsa4096-basic", "rsa-4096"), "wrong_algorithm");
  EXPECT_EQ(StatusOfRustls(root, "ecdsa_p384-basic", "ecdsa-secp384r1"), "unsupported_algorithm");
}

}  // namespace
}  // namespace tattle::real_data_test
