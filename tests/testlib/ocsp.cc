// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/testlib/ocsp.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include "tests/testlib/pki.h"

namespace tattle::testlib {
namespace {

X509* DecodeX509(const ByteVector& der) {
  const unsigned char* cursor = der.data();
  X509* certificate = d2i_X509(nullptr, &cursor, static_cast<long>(der.size()));
  if (certificate == nullptr) {
    std::fprintf(stderr, "test OCSP: not a certificate\n");
    std::abort();
  }
  return certificate;
}

void AddSctList(OCSP_SINGLERESP* single, const ByteVector& sct_list) {
  const ByteVector value = DerOctetString(sct_list);
  ASN1_OCTET_STRING* octets = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(octets, value.data(), static_cast<int>(value.size()));
  ASN1_OBJECT* oid = OBJ_txt2obj("1.3.6.1.4.1.11129.2.4.5", 1);
  X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, oid, 0, octets);
  OCSP_SINGLERESP_add_ext(single, extension, -1);
  X509_EXTENSION_free(extension);
  ASN1_OBJECT_free(oid);
  ASN1_OCTET_STRING_free(octets);
}

}  // namespace

ByteVector OcspResponse(const std::vector<OcspSingle>& singles) {
  OCSP_BASICRESP* basic = OCSP_BASICRESP_new();
  ASN1_TIME* this_update = ASN1_TIME_set(nullptr, 1'790'000'000);
  for (const OcspSingle& single : singles) {
    X509* leaf = DecodeX509(single.leaf);
    X509* issuer = DecodeX509(single.issuer);
    // By name and key, not OCSP_cert_to_id: tests want responses of an issuer that is not theirs.
    OCSP_CERTID* id =
        OCSP_cert_id_new(single.sha256 ? EVP_sha256() : EVP_sha1(), X509_get_issuer_name(leaf),
                         X509_get0_pubkey_bitstr(issuer), X509_get0_serialNumber(leaf));
    OCSP_SINGLERESP* response =
        OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, nullptr, this_update, nullptr);
    if (single.sct_list) {
      AddSctList(response, *single.sct_list);
    }
    OCSP_CERTID_free(id);
    X509_free(issuer);
    X509_free(leaf);
  }
  const TestKey key = TestKey::P256();
  const TestCa signer("OCSP signer", key);
  X509* signer_certificate = DecodeX509(signer.certificate());
  if (OCSP_basic_sign(basic, signer_certificate, key.get(), EVP_sha256(), nullptr, 0) != 1) {
    std::fprintf(stderr, "test OCSP: signing failed\n");
    std::abort();
  }
  OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  unsigned char* der = nullptr;
  const int len = i2d_OCSP_RESPONSE(response, &der);
  const ByteVector out = ToVector(Bytes(der, static_cast<std::size_t>(len)));
  OPENSSL_free(der);
  OCSP_RESPONSE_free(response);
  X509_free(signer_certificate);
  ASN1_TIME_free(this_update);
  OCSP_BASICRESP_free(basic);
  return out;
}

}  // namespace tattle::testlib
