// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/openssl/peer.h"

#include <cstddef>
#include <memory>
#include <utility>

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

// FindAmong is null if there is none.
X509* FindAmong(const STACK_OF(X509) * candidates, X509* issued) {
  for (int i = 0; i < sk_X509_num(candidates) && i < kMaxPresented; ++i) {
    X509* candidate = sk_X509_value(candidates, i);
    if (IsIssuedBy(issued, candidate)) {
      return candidate;
    }
  }
  return nullptr;
}

struct FreeStack {
  void operator()(STACK_OF(X509) * certificates) const {
    sk_X509_pop_free(certificates, X509_free);
  }
};

X509_STORE* StoreOf(SSL* ssl) {
  X509_STORE* store = nullptr;
  // The macro SSL_get0_verify_cert_store, without its cast.
  SSL_ctrl(ssl, SSL_CTRL_GET_VERIFY_CERT_STORE, 0, static_cast<void*>(&store));
  return store != nullptr ? store : SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
}

X509Ptr FindInStore(SSL* ssl, X509* issued) {
  const std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>> look(X509_STORE_CTX_new());
  if (look == nullptr || X509_STORE_CTX_init(look.get(), StoreOf(ssl), nullptr, nullptr) != 1) {
    return nullptr;
  }
  const std::unique_ptr<STACK_OF(X509), FreeStack> candidates(
      X509_STORE_CTX_get1_certs(look.get(), X509_get_issuer_name(issued)));
  X509* const found = FindAmong(candidates.get(), issued);
  return X509Ptr(found != nullptr && X509_up_ref(found) == 1 ? found : nullptr);
}

// Cross-certified CAs may have issued each other. Real chains have one CA above the anchor.
constexpr int kMaxAbove = 8;

// Complete adds what is above the anchor, from the store alone: whom the server presents there,
// nobody has looked at. A certificate with the name and the key of the CA above is easily made, by
// anybody and for any name above that one, and a chain of which no key is public passes as private.
void Complete(SSL* ssl, X509* anchor, JudgedChain& chain) {
  X509* last = anchor;
  for (int i = 0; i < kMaxAbove; ++i) {
    if (X509_NAME_cmp(X509_get_issuer_name(last), X509_get_subject_name(last)) == 0) {
      return;
    }
    X509Ptr issuer = FindInStore(ssl, last);
    if (issuer == nullptr) {
      return;
    }
    last = issuer.get();
    chain.certificates.push_back(last);
    chain.found.push_back(std::move(issuer));
  }
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

// SaysNothingOfTrust: the chain up to a trusted root is there with all its signatures, and what was
// wrong is a date, the name, or what says which certificates are revoked. That anybody on the way
// can withhold, or replace.
bool SaysNothingOfTrust(long verify_error) {
  switch (verify_error) {
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
    case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
    case X509_V_ERR_OCSP_VERIFY_NEEDED:
    case X509_V_ERR_OCSP_VERIFY_FAILED:
    case X509_V_ERR_OCSP_CERT_UNKNOWN:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return true;
    default:
      return false;
  }
}

// IsValidated: what the program verifies and has tolerated counts as it does for the program. Who
// does not verify gets all errors passed over, of which the last is no more than that.
bool IsValidated(const SSL* ssl) {
  const long error = SSL_get_verify_result(ssl);
  return error == X509_V_OK ||
         ((SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0 && SaysNothingOfTrust(error));
}

}  // namespace

tattle_chain_status ChainStatusOf(SSL* ssl) {
  if (SSL_get0_peer_certificate(ssl) == nullptr) {
    return TATTLE_CHAIN_NO_CERTIFICATE;
  }
  if (!IsValidated(ssl)) {
    return TATTLE_CHAIN_NOT_VALIDATED;
  }
  if (IsVouchedForByDane(ssl)) {
    return TATTLE_CHAIN_DANE;
  }
  // A program that verifies by itself (SSL_CTX_set_cert_verify_callback) may leave no chain.
  return sk_X509_num(SSL_get0_verified_chain(ssl)) > 0 ? TATTLE_CHAIN_VALIDATED
                                                       : TATTLE_CHAIN_NOT_VALIDATED;
}

JudgedChain JudgedChainOf(SSL* ssl, tattle_chain_status status) {
  const STACK_OF(X509)* validated =
      status == TATTLE_CHAIN_VALIDATED ? SSL_get0_verified_chain(ssl) : nullptr;
  const int len = sk_X509_num(validated);
  JudgedChain chain;
  chain.certificates.reserve(4);
  chain.certificates.push_back(SSL_get0_peer_certificate(ssl));
  for (int i = 1; i < len; ++i) {
    chain.certificates.push_back(sk_X509_value(validated, i));
  }
  if (len > 1) {  // a leaf that is trusted for itself has no CA above it
    Complete(ssl, sk_X509_value(validated, len - 1), chain);
  }
  return chain;
}

HostName HostOf(SSL* ssl) {
  if (const char* sent = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name); sent != nullptr) {
    return {sent, nullptr};
  }
  X509_VERIFY_PARAM* const verified = SSL_get0_param(ssl);
  if (const char* name = X509_VERIFY_PARAM_get0_host(verified, 0); name != nullptr) {
    return {name, nullptr};
  }
  const ErrorMark mark;  // OpenSSL finds it an error that there is no address
  HostName host;
  host.address.reset(X509_VERIFY_PARAM_get1_ip_asc(verified));
  host.text = host.address.get();
  return host;
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
  if (IsValidated(ssl) && sk_X509_num(validated) > 1) {
    return sk_X509_value(validated, 1);
  }
  return FindAmong(SSL_get_peer_cert_chain(ssl), leaf);
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
