// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How a connection is refused in a program that does not know of Tattle: as OpenSSL itself would
// refuse a certificate, so that the program's own rules of tolerance hold.

#ifndef TATTLE_ADAPTERS_OPENSSL_REFUSAL_H_
#define TATTLE_ADAPTERS_OPENSSL_REFUSAL_H_

#include <openssl/ssl.h>

namespace tattle::openssl {

// Refuse sets the verify result to X509_V_ERR_NO_VALID_SCTS and tells the program's verify callback
// of it. True if the connection must stop: the program verifies (SSL_VERIFY_PEER), and no callback
// of its own tolerates the error. Where it does not verify, it decides by the result: mail that may
// go unauthenticated is not to be driven into clear text by a handshake that breaks.
[[nodiscard]] bool Refuse(SSL* ssl);

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_REFUSAL_H_
