// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/openssl/sct_extension.h"

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include "adapters/openssl/connection.h"

namespace tattle::openssl {
namespace {

constexpr unsigned kSctExtension = TLSEXT_TYPE_signed_certificate_timestamp;

// RFC 6962, Section 3.3.1, has the list in the ServerHello of TLS 1.2; RFC 8446, Section 4.4.2, in
// the entries of the Certificate message. A resumed session has neither.
constexpr unsigned kSctContexts = SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO |
                                  SSL_EXT_TLS1_3_CERTIFICATE | SSL_EXT_IGNORE_ON_RESUMPTION;

// ReadSctExtension never fails the handshake: evidence that is lost is missing later, where a
// policy decides. Entries behind the leaf's may carry lists of their own, which say nothing of the
// leaf.
// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
int ReadSctExtension(SSL* ssl, unsigned /*type*/, unsigned /*context*/, const unsigned char* in,
                     std::size_t in_len, X509* /*certificate*/, std::size_t chain_index,
                     int* /*alert*/, void* /*arg*/) {
  if (SSL_is_server(ssl) != 0 || chain_index != 0) {
    return 1;
  }
  try {
    if (Connection* connection = Connection::FindOrCreate(ssl); connection != nullptr) {
      // The extension's own length field bounds the list to 65,535 bytes.
      connection->KeepTlsScts(std::span<const std::uint8_t>(in, in_len));
    }
  } catch (const std::bad_alloc&) {
    return 1;
  }
  return 1;
}

}  // namespace

bool RegisterSctExtension(SSL_CTX* ctx, SSL_custom_ext_add_cb_ex add) {
  if (SSL_CTX_add_custom_ext(ctx, kSctExtension, kSctContexts, add, nullptr, nullptr,
                             ReadSctExtension, nullptr) != 1) {
    return false;
  }
  // Cannot fail: it only stores the number.
  SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
  return true;
}

}  // namespace tattle::openssl
