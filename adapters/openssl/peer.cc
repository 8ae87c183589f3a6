// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/openssl/peer.h"

#include <cstddef>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace tattle::openssl {
namespace {

// Certificates presented among which the issuer is looked for; each that has the right name costs
// a signature check. Chains have two to four.
constexpr int kMaxPresented = 32;

bool IsIssuedBy(X509* leaf, X509* candidate) {
  return X509_check_issued(candidate, leaf) == X509_V_OK &&
         X509_verify(leaf, X509_get0_pubkey(candidate)) == 1;
}

// RFC 6698, Section 2.1.1, with the names of RFC 7218: these two need no public CA; with usages 0
// and 1 one vouches besides.
constexpr std::uint8_t kDaneTa = 2;
constexpr std::uint8_t kDaneEe = 3;

bool IsVouchedForByDane(SSL* ssl) {
  std::uint8_t usage = 0;  // stays where no record has matched
  return SSL_get0_dane_tlsa(ssl, &usage, nullptr, nullptr, nullptr, nullptr) >= 0 &&
         (usage == kDaneTa || usage == kDaneEe);
}

}  // namespace

tattle_chain_status ChainStatusOf(SSL* ssl) {
  if (SSL_get0_peer_certificate(ssl) == nullptr) {
    return TATTLE_CHAIN_NO_CERTIFICATE;
  }
  if (SSL_get_verify_result(ssl) != X509_V_OK) {
    return TATTLE_CHAIN_NOT_VALIDATED;
  }
  if (IsVouchedForByDane(ssl)) {
    return TATTLE_CHAIN_DANE;
  }
  // A program that verifies by itself (SSL_CTX_set_cert_verify_callback) may leave no chain.
  return sk_X509_num(SSL_get0_verified_chain(ssl)) > 0 ? TATTLE_CHAIN_VALIDATED
                                                       : TATTLE_CHAIN_NOT_VALIDATED;
}

std::vector<const X509*> JudgedCertificates(const SSL* ssl, tattle_chain_status status) {
  const STACK_OF(X509)* chain =
      status == TATTLE_CHAIN_VALIDATED ? SSL_get0_verified_chain(ssl) : nullptr;
  std::vector<const X509*> certificates;
  certificates.reserve(4);
  certificates.push_back(SSL_get0_peer_certificate(ssl));
  for (int i = 1; i < sk_X509_num(chain); ++i) {
    certificates.push_back(sk_X509_value(chain, i));
  }
  return certificates;
}

const char* HostOf(SSL* ssl) {
  const char* sent = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  return sent != nullptr ? sent : X509_VERIFY_PARAM_get0_host(SSL_get0_param(ssl), 0);
}

tattle_bytes StapleOf(SSL* ssl) {
  unsigned char* staple = nullptr;
  const long len = SSL_get_tlsext_status_ocsp_resp(ssl, &staple);
  if (staple == nullptr || len <= 0) {
    return {nullptr, 0};
  }
  return {staple, static_cast<std::size_t>(len)};
}

const X509* FindIssuer(const SSL* ssl, X509* leaf) {
  const STACK_OF(X509)* validated = SSL_get0_verified_chain(ssl);
  // After a failed validation OpenSSL leaves the part that it had built, with signatures unchecked.
  if (SSL_get_verify_result(ssl) == X509_V_OK && sk_X509_num(validated) > 1) {
    return sk_X509_value(validated, 1);
  }
  const STACK_OF(X509)* presented = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; i < sk_X509_num(presented) && i < kMaxPresented; ++i) {
    X509* candidate = sk_X509_value(presented, i);
    if (IsIssuedBy(leaf, candidate)) {
      return candidate;
    }
  }
  return nullptr;
}

bool DerCertificates::Encode(std::span<const X509* const> certificates) {
  der_.clear();
  all_.clear();
  std::vector<std::size_t> lens;
  lens.reserve(certificates.size());
  std::size_t total = 0;
  for (const X509* certificate : certificates) {
    const int len = i2d_X509(certificate, nullptr);
    if (len <= 0) {
      return false;
    }
    lens.push_back(static_cast<std::size_t>(len));
    total += lens.back();
  }
  der_.resize(total);
  all_.reserve(certificates.size());
  std::span<std::uint8_t> rest = der_;
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    unsigned char* position = rest.data();
    if (i2d_X509(certificates[i], &position) != static_cast<int>(lens[i])) {
      all_.clear();
      return false;
    }
    all_.push_back({rest.data(), lens[i]});
    rest = rest.subspan(lens[i]);
  }
  return true;
}

}  // namespace tattle::openssl
