// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <tattle/openssl.h>

using ByteVector = std::vector<std::uint8_t>;

struct tattle_openssl_evidence {
  ByteVector leaf;
  ByteVector issuer;
  ByteVector tls_scts;
  ByteVector ocsp_response;
  std::int32_t verify_error = X509_V_ERR_UNSPECIFIED;
};

namespace {

constexpr unsigned kSctExtension = TLSEXT_TYPE_signed_certificate_timestamp;

// RFC 6962, Section 3.3.1, has the list in the ServerHello of TLS 1.2; RFC 8446, Section 4.4.2, in
// the entries of the Certificate message. A resumed session has neither.
constexpr unsigned kSctContexts = SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO |
                                  SSL_EXT_TLS1_3_CERTIFICATE | SSL_EXT_IGNORE_ON_RESUMPTION;

// Certificates presented among which the issuer is looked for; each that has the right name costs
// a signature check. Chains have two to four.
constexpr int kMaxPresented = 32;

// ErrorMark leaves the program's error queue as it found it.
class ErrorMark {
 public:
  ErrorMark() { ERR_set_mark(); }
  ~ErrorMark() { ERR_pop_to_mark(); }
  ErrorMark(const ErrorMark&) = delete;
  ErrorMark& operator=(const ErrorMark&) = delete;
};

ByteVector Copy(const unsigned char* bytes, std::size_t len) {
  const std::span<const std::uint8_t> span(bytes, len);
  return {span.begin(), span.end()};
}

void DeleteList(void* list) {
  delete static_cast<ByteVector*>(list);
}

void FreeSctList(void* /*parent*/, void* list, CRYPTO_EX_DATA* /*data*/, int /*index*/,
                 long /*argl*/, void* /*argp*/) {
  DeleteList(list);
}

// SSL_dup would otherwise copy the pointer, and both connections would free the list.
int ForgetSctListInCopy(CRYPTO_EX_DATA* /*to*/, const CRYPTO_EX_DATA* /*from*/, void** list,
                        int /*index*/, long /*argl*/, void* /*argp*/) {
  *list = nullptr;
  return 1;
}

// SctListIndex is where a connection keeps its list, negative if OpenSSL has no room for it.
int SctListIndex() {
  static const int index =
      SSL_get_ex_new_index(0, nullptr, nullptr, ForgetSctListInCopy, FreeSctList);
  return index;
}

// KeepList takes the place of what an earlier handshake of the same connection left: one that is
// renegotiated, or cleared and used again.
void KeepList(SSL* ssl, std::unique_ptr<ByteVector> list) {
  void* const previous = SSL_get_ex_data(ssl, SctListIndex());
  if (SSL_set_ex_data(ssl, SctListIndex(), list.get()) == 1) {
    static_cast<void>(list.release());
    DeleteList(previous);
  }
}

// Extension 18 is empty in a ClientHello, and this adapter sends it nowhere else: neither as a
// server nor beside a client's certificate.
int AddSctExtension(SSL* ssl, unsigned /*type*/, unsigned context, const unsigned char** out,
                    std::size_t* out_len, X509* /*certificate*/, std::size_t /*chain_index*/,
                    int* /*alert*/, void* /*arg*/) {
  if ((context & SSL_EXT_CLIENT_HELLO) == 0) {
    return 0;
  }
  KeepList(ssl, nullptr);
  *out = nullptr;
  *out_len = 0;
  return 1;
}

// ReadSctExtension never fails the handshake: evidence that is lost is missing later, where a
// policy decides. Entries behind the leaf's may carry lists of their own, which say nothing of the
// leaf.
int ReadSctExtension(SSL* ssl, unsigned /*type*/, unsigned /*context*/, const unsigned char* in,
                     std::size_t in_len, X509* /*certificate*/, std::size_t chain_index,
                     int* /*alert*/, void* /*arg*/) {
  if (SSL_is_server(ssl) != 0 || chain_index != 0) {
    return 1;
  }
  try {
    // The extension's own length field bounds the list to 65,535 bytes.
    KeepList(ssl, std::make_unique<ByteVector>(Copy(in, in_len)));
  } catch (const std::bad_alloc&) {
    return 1;
  }
  return 1;
}

// EncodeCertificate gives back the signed part as it was received: OpenSSL keeps those bytes.
ByteVector EncodeCertificate(const X509* certificate) {
  const int len = i2d_X509(certificate, nullptr);
  if (len <= 0) {
    return {};
  }
  ByteVector der(static_cast<std::size_t>(len));
  unsigned char* position = der.data();
  if (i2d_X509(certificate, &position) != len) {
    return {};
  }
  return der;
}

bool IsIssuedBy(X509* leaf, X509* candidate) {
  return X509_check_issued(candidate, leaf) == X509_V_OK &&
         X509_verify(leaf, X509_get0_pubkey(candidate)) == 1;
}

// FindIssuer borrows from the connection. The order in which a server presents its chain proves
// nothing: the second certificate may have issued something else.
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

const std::uint8_t* BytesOrNull(const ByteVector& bytes) {
  return bytes.empty() ? nullptr : bytes.data();
}

tattle_status TakeEvidence(SSL* ssl, std::unique_ptr<tattle_openssl_evidence>& out) {
  X509* leaf = SSL_get0_peer_certificate(ssl);
  if (leaf == nullptr) {
    return TATTLE_ERR_ARGUMENT;
  }
  auto evidence = std::make_unique<tattle_openssl_evidence>();
  evidence->leaf = EncodeCertificate(leaf);
  if (evidence->leaf.empty()) {
    return TATTLE_ERR_INTERNAL;
  }
  if (const X509* issuer = FindIssuer(ssl, leaf); issuer != nullptr) {
    evidence->issuer = EncodeCertificate(issuer);
  }
  if (const void* list = SSL_get_ex_data(ssl, SctListIndex()); list != nullptr) {
    evidence->tls_scts = *static_cast<const ByteVector*>(list);
  }
  unsigned char* staple = nullptr;
  const long staple_len = SSL_get_tlsext_status_ocsp_resp(ssl, &staple);
  if (staple != nullptr && staple_len > 0) {
    evidence->ocsp_response = Copy(staple, static_cast<std::size_t>(staple_len));
  }
  evidence->verify_error = static_cast<std::int32_t>(SSL_get_verify_result(ssl));
  out = std::move(evidence);
  return TATTLE_OK;
}

}  // namespace

tattle_status tattle_openssl_collect(SSL_CTX* ctx) {
  const ErrorMark mark;
  if (ctx == nullptr) {
    return TATTLE_ERR_MISUSE;
  }
  if (SctListIndex() < 0) {
    return TATTLE_ERR_INTERNAL;
  }
  if (SSL_CTX_add_custom_ext(ctx, kSctExtension, kSctContexts, AddSctExtension, nullptr, nullptr,
                             ReadSctExtension, nullptr) != 1) {
    return TATTLE_ERR_MISUSE;
  }
  // Cannot fail: it only stores the number.
  SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
  return TATTLE_OK;
}

tattle_status tattle_openssl_evidence_new(SSL* ssl, tattle_openssl_evidence** out) {
  const ErrorMark mark;
  if (out == nullptr) {
    return TATTLE_ERR_MISUSE;
  }
  *out = nullptr;
  if (ssl == nullptr) {
    return TATTLE_ERR_MISUSE;
  }
  try {
    std::unique_ptr<tattle_openssl_evidence> evidence;
    const tattle_status status = TakeEvidence(ssl, evidence);
    *out = evidence.release();
    return status;
  } catch (const std::bad_alloc&) {
    return TATTLE_ERR_MEMORY;
  }
}

void tattle_openssl_evidence_free(tattle_openssl_evidence* evidence) {
  delete evidence;
}

tattle_status tattle_openssl_evidence_get0(const tattle_openssl_evidence* evidence,
                                           tattle_evidence* out) {
  if (evidence == nullptr || out == nullptr) {
    return TATTLE_ERR_MISUSE;
  }
  // All versions of the struct have the fields of the first.
  constexpr std::size_t kFirstVersion =
      offsetof(tattle_evidence, ocsp_response_len) + sizeof(out->ocsp_response_len);
  if (out->struct_size < kFirstVersion) {
    return TATTLE_ERR_STRUCT_SIZE;
  }
  out->leaf = BytesOrNull(evidence->leaf);
  out->leaf_len = evidence->leaf.size();
  out->issuer = BytesOrNull(evidence->issuer);
  out->issuer_len = evidence->issuer.size();
  out->tls_scts = BytesOrNull(evidence->tls_scts);
  out->tls_scts_len = evidence->tls_scts.size();
  out->ocsp_response = BytesOrNull(evidence->ocsp_response);
  out->ocsp_response_len = evidence->ocsp_response.size();
  return TATTLE_OK;
}

std::int32_t tattle_openssl_evidence_verify_error(const tattle_openssl_evidence* evidence) {
  return evidence == nullptr ? X509_V_ERR_UNSPECIFIED : evidence->verify_error;
}
