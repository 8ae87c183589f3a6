// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// tattle/openssl.h, "Evidence, for programs that judge it themselves".

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include <openssl/ssl.h>

#include <tattle/openssl.h>

#include "adapters/openssl/connection.h"
#include "adapters/openssl/handles.h"
#include "adapters/openssl/peer.h"
#include "adapters/openssl/sct_extension.h"

struct tattle_openssl_evidence {
  tattle::openssl::DerCertificates certificates;  // the leaf, and its issuer if there is one
  std::vector<std::uint8_t> tls_scts;
  std::vector<std::uint8_t> ocsp_response;
  std::int32_t verify_error = X509_V_ERR_UNSPECIFIED;
};

namespace {

using tattle::openssl::Connection;
using tattle::openssl::ErrorMark;

std::vector<std::uint8_t> Copy(tattle_bytes bytes) {
  const std::span<const std::uint8_t> span(bytes.data, bytes.len);
  return {span.begin(), span.end()};
}

tattle_bytes View(const std::vector<std::uint8_t>& bytes) {
  return bytes.empty() ? tattle_bytes{nullptr, 0} : tattle_bytes{bytes.data(), bytes.size()};
}

// Extension 18 is empty in a ClientHello, and this adapter sends it nowhere else: neither as a
// server nor beside a client's certificate.
// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
int AlwaysAsk(SSL* ssl, unsigned /*type*/, unsigned context, const unsigned char** out,
              std::size_t* out_len, X509* /*certificate*/, std::size_t /*chain_index*/,
              int* /*alert*/, void* /*arg*/) {
  if ((context & SSL_EXT_CLIENT_HELLO) == 0) {
    return 0;
  }
  if (Connection* connection = Connection::Find(ssl); connection != nullptr) {
    connection->ForgetTlsScts();
  }
  *out = nullptr;
  *out_len = 0;
  return 1;
}

tattle_status TakeEvidence(SSL* ssl, std::unique_ptr<tattle_openssl_evidence>& out) {
  X509* leaf = SSL_get0_peer_certificate(ssl);
  if (leaf == nullptr) {
    return TATTLE_ERR_ARGUMENT;
  }
  auto evidence = std::make_unique<tattle_openssl_evidence>();
  std::vector<const X509*> certificates = {leaf};
  if (const X509* issuer = tattle::openssl::FindIssuer(ssl, leaf); issuer != nullptr) {
    certificates.push_back(issuer);
  }
  if (!evidence->certificates.Encode(certificates)) {
    return TATTLE_ERR_INTERNAL;
  }
  if (const Connection* connection = Connection::Find(ssl); connection != nullptr) {
    evidence->tls_scts = connection->tls_scts();
  }
  evidence->ocsp_response = Copy(tattle::openssl::StapleOf(ssl));
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
  if (!Connection::HasRoom()) {
    return TATTLE_ERR_INTERNAL;
  }
  return tattle::openssl::RegisterSctExtension(ctx, AlwaysAsk) ? TATTLE_OK : TATTLE_ERR_MISUSE;
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
  const std::span<const tattle_bytes> certificates = evidence->certificates.all();
  const tattle_bytes issuer = certificates.size() > 1 ? certificates[1] : tattle_bytes{nullptr, 0};
  const tattle_bytes tls_scts = View(evidence->tls_scts);
  const tattle_bytes ocsp_response = View(evidence->ocsp_response);
  out->leaf = certificates[0].data;
  out->leaf_len = certificates[0].len;
  out->issuer = issuer.data;
  out->issuer_len = issuer.len;
  out->tls_scts = tls_scts.data;
  out->tls_scts_len = tls_scts.len;
  out->ocsp_response = ocsp_response.data;
  out->ocsp_response_len = ocsp_response.len;
  return TATTLE_OK;
}

std::int32_t tattle_openssl_evidence_verify_error(const tattle_openssl_evidence* evidence) {
  return evidence == nullptr ? X509_V_ERR_UNSPECIFIED : evidence->verify_error;
}
