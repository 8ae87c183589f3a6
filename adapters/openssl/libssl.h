// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// libssl as the module sees it. The module is loaded wherever libcrypto is, also where there is no
// libssl (or not yet, or a copy within the program, as in node), and so must not be linked with it.
// libssl.cc defines the functions of <openssl/ssl.h> that this adapter calls, for the module alone,
// each of which calls the one that the program has.

#ifndef TATTLE_ADAPTERS_OPENSSL_LIBSSL_H_
#define TATTLE_ADAPTERS_OPENSSL_LIBSSL_H_

#include <openssl/ssl.h>

namespace tattle::openssl {

// IsLibsslThere says whether all of those functions were found; where not, none may be called. Ask
// when libssl has called us. Thread-safe.
bool IsLibsslThere();

// MayMakeClients says whether a context may be for clients of TLS or DTLS, of all versions or of
// one: not one for servers only, or for QUIC. Thread-safe.
bool MayMakeClients(const SSL_CTX* context);

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_LIBSSL_H_
