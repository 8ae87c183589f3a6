// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What checking the SCTs of one certificate costs, beside OpenSSL's SCT_LIST_validate and the bare
// ECDSA verifications that nobody can do without. All variants take the same certificate with three
// embedded SCTs, in one process; every one of them is checked to find three valid SCTs.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/ct.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "core/base/base64.h"
#include "core/crypto/sha256.h"
#include "core/der/certificate.h"
#include "core/der/extension.h"
#include "core/verify/verify.h"
#include "core/wire/sct.h"
#include "core/wire/signed_entry.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace tattle {
namespace {

constexpr std::uint64_t kStampedMs = 1'790'000'100'000;
constexpr std::uint64_t kNowMs = 1'792'000'000'000;
constexpr std::size_t kNumScts = 3;

void Require(bool ok, const char* what) {
  if (!ok) {
    std::fprintf(stderr, "sct_bench: %s\n", what);
    std::abort();
  }
}

// NoKey stands for a key whose signature check costs nothing: what is left is our own work.
class NoKey final : public PublicKey {
 public:
  KeyType type() const override { return KeyType::kEcdsaP256; }
  Result<bool> VerifyDigest(const Hash& digest, Bytes /*signature*/) const override {
    return digest.front() == digest.front();
  }
  Result<bool> VerifyMessage(Bytes /*message*/, Bytes /*signature*/) const override {
    return false;
  }
};

struct World {
  testlib::TestCa ca{"Bench CA"};
  std::vector<testlib::TestLog> ct_logs = {{"A", "A"}, {"B", "B"}, {"C", "C"}};
  ByteVector leaf;
  LogList logs;
  LogList logs_without_crypto;

  World() : logs(testlib::ListOf({})), logs_without_crypto(testlib::ListOf({})) {
    const ByteVector spki = ToVector(DecodeCertificate(ca.certificate())->spki);
    leaf = ca.Issue(testlib::TestKey::P256(), {}, [&](Bytes tbs) {
      std::vector<ByteVector> scts;
      for (const testlib::TestLog& log : ct_logs) {
        scts.push_back(log.SignPrecert(tbs, spki, kStampedMs));
      }
      return testlib::SctList(scts);
    });
    std::vector<Log> entries;
    for (const testlib::TestLog& log : ct_logs) {
      entries.push_back(log.Entry());
    }
    logs = testlib::ListOf(entries);
    for (Log& entry : entries) {
      entry.key = std::make_shared<NoKey>();
    }
    logs_without_crypto = testlib::ListOf(entries);
  }
};

const World& TheWorld() {
  static const World world;
  return world;
}

void VerifyWith(benchmark::State& state, const LogList& logs) {
  const World& world = TheWorld();
  const Evidence evidence{.leaf = world.leaf, .issuer = world.ca.certificate()};
  for (auto _ : state) {
    const Result<Report> report = Verify(evidence, logs, kNowMs);
    Require(report && report->CountStatus(SctStatus::kValid) == kNumScts, "ours: not valid");
  }
}

void Tattle(benchmark::State& state) {
  VerifyWith(state, TheWorld().logs);
}

void TattleWithoutSignatures(benchmark::State& state) {
  VerifyWith(state, TheWorld().logs_without_crypto);
}

// BareEcdsa does nothing but the three verifications, digests and decoded keys given.
void BareEcdsa(benchmark::State& state) {
  const World& world = TheWorld();
  const Result<CertificateView> leaf = DecodeCertificate(world.leaf);
  const Result<CertificateView> issuer = DecodeCertificate(world.ca.certificate());
  const Result<ByteVector> tbs = EncodePrecertTbs(*leaf);
  const Result<std::vector<Bytes>> items =
      SplitSctList(*DecodeSctListExtension(*leaf->sct_list_value));
  struct Check {
    EVP_PKEY_CTX* context;
    Hash digest;
    Bytes signature;
  };
  std::vector<Check> checks;
  for (std::size_t i = 0; i < kNumScts; ++i) {
    const Result<Sct> sct = DecodeSct((*items)[i]);
    const Result<Hash> digest =
        SctDigest(*sct, {EntryType::kPrecert, *tbs, Sha256Of(issuer->spki)});
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(world.ct_logs[i].key().get(), nullptr);
    Require(EVP_PKEY_verify_init(context) == 1, "EVP_PKEY_verify_init");
    checks.push_back({context, *digest, sct->signature.signature});
  }
  for (auto _ : state) {
    for (const Check& check : checks) {
      Require(EVP_PKEY_verify(check.context, check.signature.data(), check.signature.size(),
                              check.digest.data(), check.digest.size()) == 1,
              "ECDSA: not valid");
    }
  }
  for (const Check& check : checks) {
    EVP_PKEY_CTX_free(check.context);
  }
}

CTLOG_STORE* LoadStore(const World& world) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() /
                                     ("tattle_sct_bench." + std::to_string(getpid()) + ".cnf");
  {
    std::ofstream file(path);
    file << "enabled_logs = a, b, c\n";
    const std::vector<std::string> names = {"a", "b", "c"};
    for (std::size_t i = 0; i < kNumScts; ++i) {
      file << '[' << names[i] << "]\ndescription = " << names[i]
           << "\nkey = " << EncodeBase64(world.ct_logs[i].key().Spki()) << '\n';
    }
  }
  CTLOG_STORE* store = CTLOG_STORE_new();
  Require(CTLOG_STORE_load_file(store, path.c_str()) == 1, "CTLOG_STORE_load_file");
  std::filesystem::remove(path);
  return store;
}

X509* DecodeX509(const ByteVector& der) {
  const unsigned char* cursor = der.data();
  X509* certificate = d2i_X509(nullptr, &cursor, static_cast<long>(der.size()));
  Require(certificate != nullptr, "d2i_X509");
  return certificate;
}

// OpenSsl is what SSL_enable_ct does for one connection, the certificates being decoded already.
void OpenSsl(benchmark::State& state) {
  const World& world = TheWorld();
  CTLOG_STORE* store = LoadStore(world);
  X509* leaf = DecodeX509(world.leaf);
  X509* issuer = DecodeX509(world.ca.certificate());
  for (auto _ : state) {
    auto* scts =
        static_cast<STACK_OF(SCT)*>(X509_get_ext_d2i(leaf, NID_ct_precert_scts, nullptr, nullptr));
    CT_POLICY_EVAL_CTX* context = CT_POLICY_EVAL_CTX_new();
    CT_POLICY_EVAL_CTX_set1_cert(context, leaf);
    CT_POLICY_EVAL_CTX_set1_issuer(context, issuer);
    CT_POLICY_EVAL_CTX_set_shared_CTLOG_STORE(context, store);
    CT_POLICY_EVAL_CTX_set_time(context, kNowMs);
    Require(sk_SCT_num(scts) == static_cast<int>(kNumScts) && SCT_LIST_validate(scts, context) == 1,
            "OpenSSL: not valid");
    CT_POLICY_EVAL_CTX_free(context);
    SCT_LIST_free(scts);
  }
  X509_free(issuer);
  X509_free(leaf);
  CTLOG_STORE_free(store);
}

BENCHMARK(Tattle)->Name("sct/tattle");
BENCHMARK(TattleWithoutSignatures)->Name("sct/tattle_without_signatures");
BENCHMARK(BareEcdsa)->Name("sct/bare_ecdsa");
BENCHMARK(OpenSsl)->Name("sct/openssl_sct_list_validate");

}  // namespace
}  // namespace tattle

BENCHMARK_MAIN();
