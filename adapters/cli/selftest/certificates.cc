// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/selftest/certificates.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace tattle::cli {
namespace {

constexpr long kDaySeconds = 86'400;

using Extensions = std::vector<std::pair<int, const char*>>;

// As strict verifiers (Python 3.13) want it.
const Extensions kCaExtensions = {
    {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
    {NID_key_usage, "critical,keyCertSign,cRLSign"},
    {NID_subject_key_identifier, "hash"},
};
const Extensions kServerExtensions = {
    {NID_basic_constraints, "critical,CA:FALSE"},
    {NID_key_usage, "critical,digitalSignature"},
    {NID_ext_key_usage, "serverAuth"},
    {NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"},
    {NID_subject_key_identifier, "hash"},
    {NID_authority_key_identifier, "keyid:always"},
};

bool SetName(X509* certificate, const std::string& common_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const std::vector<unsigned char> text(common_name.begin(), common_name.end());
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text.data(),
                                    static_cast<int>(text.size()), -1, 0) == 1;
}

bool SetSerial(X509* certificate) {
  std::uint64_t serial = 0;
  // A few random bytes: programs refuse two certificates of one issuer with one number.
  std::vector<unsigned char> bytes(sizeof serial);
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return false;
  }
  for (const unsigned char byte : bytes) {
    serial = serial << 8U | byte;
  }
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U) == 1;
}

bool AddExtensions(X509* certificate, X509* issuer, const Extensions& extensions) {
  X509V3_CTX context = {};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  for (const auto& [nid, value] : extensions) {
    using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpenSslDeleter<X509_EXTENSION_free>>;
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
      return false;
    }
  }
  return true;
}

// Issue makes a certificate; without an issuer it is signed by itself.
X509Ptr Issue(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
              const Extensions& extensions, int num_days) {
  X509Ptr certificate(X509_new());
  X509* issued_by = issuer == nullptr ? certificate.get() : issuer;
  const bool ok =
      certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
      SetSerial(certificate.get()) && SetName(certificate.get(), name) &&
      X509_set_issuer_name(certificate.get(), X509_get_subject_name(issued_by)) == 1 &&
      X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDaySeconds) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(certificate.get()), num_days * kDaySeconds) != nullptr &&
      X509_set_pubkey(certificate.get(), key) == 1 &&
      AddExtensions(certificate.get(), issued_by, extensions) &&
      X509_sign(certificate.get(), issuer_key, EVP_sha256()) > 0;
  return ok ? std::move(certificate) : nullptr;
}

}  // namespace

Outcome<TestCertificates> CreateTestCertificates(int num_days) {
  const KeyPtr ca_key(EVP_EC_gen("P-256"));
  TestCertificates made;
  made.server_key.reset(EVP_EC_gen("P-256"));
  if (ca_key && made.server_key) {
    made.ca =
        Issue("Tattle selftest CA", ca_key.get(), nullptr, ca_key.get(), kCaExtensions, num_days);
  }
  if (made.ca) {
    made.server = Issue("localhost", made.server_key.get(), made.ca.get(), ca_key.get(),
                        kServerExtensions, num_days);
  }
  if (!made.server) {
    return Sorry("OpenSSL cannot make a certificate");
  }
  return made;
}

std::string EncodePem(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  char* data = nullptr;
  if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1) {
    return "";
  }
  const long len = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(len));
}

}  // namespace tattle::cli
