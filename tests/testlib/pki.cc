// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlib/pki.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include <openssl/asn1.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace tattle::testlib {
namespace {

void Check(bool ok, const char* what) {
  if (!ok) {
    std::fprintf(stderr, "test PKI: %s failed\n", what);
    std::abort();
  }
}

// ToDer runs an i2d function.
template <typename Encode, typename Object>
ByteVector ToDer(Encode encode, Object* object) {
  unsigned char* der = nullptr;
  const int len = encode(object, &der);
  Check(len > 0, "encoding");
  ByteVector out = ToVector(Bytes(der, static_cast<std::size_t>(len)));
  OPENSSL_free(der);
  return out;
}

void SetTime(ASN1_TIME* time, std::uint64_t time_ms) {
  Check(ASN1_TIME_set(time, static_cast<time_t>(time_ms / 1000)) != nullptr, "ASN1_TIME_set");
}

void SetName(X509_NAME* name, const std::string& common_name) {
  const ByteVector text = ToVector(AsBytes(common_name));
  Check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text.data(),
                                   static_cast<int>(text.size()), -1, 0) == 1,
        "X509_NAME");
}

void AddExtension(X509* certificate, const TestExtension& extension) {
  ASN1_OBJECT* oid = OBJ_txt2obj(extension.oid.c_str(), 1);
  ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(value, extension.value.data(), static_cast<int>(extension.value.size()));
  X509_EXTENSION* made =
      X509_EXTENSION_create_by_OBJ(nullptr, oid, extension.critical ? 1 : 0, value);
  Check(X509_add_ext(certificate, made, -1) == 1, "X509_add_ext");
  X509_EXTENSION_free(made);
  ASN1_OCTET_STRING_free(value);
  ASN1_OBJECT_free(oid);
}

void AddConfigured(X509* certificate, int nid, const char* value) {
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  Check(made != nullptr && X509_add_ext(certificate, made, -1) == 1, "X509V3_EXT_conf_nid");
  X509_EXTENSION_free(made);
}

const EVP_MD* DigestFor(EVP_PKEY* key) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

}  // namespace

TestKey::TestKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {
  Check(key != nullptr, "key");
}

TestKey TestKey::P256() {
  return TestKey(EVP_EC_gen("P-256"));
}
TestKey TestKey::P384() {
  return TestKey(EVP_EC_gen("P-384"));
}
TestKey TestKey::Rsa(unsigned bits) {
  return TestKey(EVP_RSA_gen(bits));
}
TestKey TestKey::Ed25519() {
  return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

ByteVector TestKey::Spki() const {
  return ToDer(i2d_PUBKEY, get());
}

ByteVector TestKey::Sign(Bytes message) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Check(EVP_DigestSignInit(context, nullptr, DigestFor(get()), nullptr, get()) == 1, "sign");
  std::size_t len = 0;
  Check(EVP_DigestSign(context, nullptr, &len, message.data(), message.size()) == 1, "sign");
  ByteVector signature(len);
  Check(EVP_DigestSign(context, signature.data(), &len, message.data(), message.size()) == 1,
        "sign");
  signature.resize(len);
  EVP_MD_CTX_free(context);
  return signature;
}

TestCa::TestCa(const std::string& common_name, TestKey key)
    : common_name_(common_name), key_(std::move(key)) {
  TestCertificateSpec spec;
  spec.common_name = common_name;
  spec.is_ca = true;
  certificate_ = Issue(key_, spec);
}

ByteVector TestCa::Issue(const TestKey& key, const TestCertificateSpec& spec,
                         const MakeSctList& make_sct_list) const {
  X509* certificate = X509_new();
  Check(X509_set_version(certificate, X509_VERSION_3) == 1, "version");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), spec.serial);
  SetName(X509_get_subject_name(certificate), spec.common_name);
  SetName(X509_get_issuer_name(certificate), common_name_);
  SetTime(X509_getm_notBefore(certificate), spec.not_before_ms);
  SetTime(X509_getm_notAfter(certificate), spec.not_after_ms);
  X509_set_pubkey(certificate, key.get());
  AddConfigured(certificate, NID_basic_constraints, spec.is_ca ? "critical,CA:TRUE" : "CA:FALSE");
  if (!spec.is_ca) {
    const std::string name =
        spec.subject_alt_name.empty() ? "DNS:" + spec.common_name : spec.subject_alt_name;
    AddConfigured(certificate, NID_subject_alt_name, name.c_str());
  }
  for (const TestExtension& extension : spec.extensions) {
    AddExtension(certificate, extension);
  }
  if (make_sct_list) {
    // The signature algorithm stands in the TBS: sign once to have it there.
    Check(X509_sign(certificate, key_.get(), DigestFor(key_.get())) > 0, "X509_sign");
    const ByteVector tbs = ToDer(i2d_re_X509_tbs, certificate);
    AddExtension(certificate, {"1.3.6.1.4.1.11129.2.4.2", DerOctetString(make_sct_list(tbs))});
  }
  Check(X509_sign(certificate, key_.get(), DigestFor(key_.get())) > 0, "X509_sign");
  ByteVector der = ToDer(i2d_X509, certificate);
  X509_free(certificate);
  return der;
}

ByteVector DerOctetString(Bytes contents) {
  ASN1_OCTET_STRING* octets = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(octets, contents.data(), static_cast<int>(contents.size()));
  ByteVector der = ToDer(i2d_ASN1_OCTET_STRING, octets);
  ASN1_OCTET_STRING_free(octets);
  return der;
}

}  // namespace tattle::testlib
