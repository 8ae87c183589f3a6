// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What OpenSSL knows of the server of a connection.

#ifndef TATTLE_ADAPTERS_OPENSSL_PEER_H_
#define TATTLE_ADAPTERS_OPENSSL_PEER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include <tattle/tattle.h>

#include "adapters/openssl/handles.h"

namespace tattle::openssl {

// ChainStatusOf is what OpenSSL, DANE and the program's verify callbacks have made of the chain.
tattle_chain_status ChainStatusOf(SSL* ssl);

// JudgedChain is the leaf and, where the chain validated, those above it, issuer first.
struct JudgedChain {
  std::vector<const X509*> certificates;  // borrowed from the connection, and from `found`
  std::vector<X509Ptr> found;
};

// JudgedChainOf takes, where the chain ends below its root, at a CA that is trusted for itself, the
// rest from the store, as far as it is there. Requires a peer certificate.
JudgedChain JudgedChainOf(SSL* ssl, tattle_chain_status status);

struct FreeText {
  void operator()(char* text) const { OPENSSL_free(text); }
};

// HostName borrows from the connection, or owns an address that OpenSSL has spelled out.
struct HostName {
  const char* text = nullptr;  // null: nobody has said one
  std::unique_ptr<char, FreeText> address;
};

// HostOf is the name that the connection is for: the server name that is sent, else the first one
// that OpenSSL was told to verify, else the address that it was.
HostName HostOf(SSL* ssl);

// StapleOf is the OCSP response that came, borrowed from the connection; empty if none did.
tattle_bytes StapleOf(SSL* ssl);

// FindIssuer borrows from the connection; null if there is none. The order in which a server
// presents its chain proves nothing: the second certificate may have issued something else.
const X509* FindIssuer(const SSL* ssl, X509* leaf);

// DerCertificates are certificates encoded one behind the other in one piece of memory. The signed
// part is as it was received: OpenSSL keeps those bytes.
class DerCertificates {
 public:
  // Encode takes the place of what there was. False if OpenSSL cannot; there is nothing then.
  [[nodiscard]] bool Encode(std::span<const X509* const> certificates);

  // all is valid until the next Encode.
  std::span<const tattle_bytes> all() const { return all_; }

 private:
  std::vector<std::uint8_t> der_;
  std::vector<tattle_bytes> all_;
};

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_PEER_H_
