// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// TLS extension 18, asked for and read by ourselves: OpenSSL's own reader loses whole lists over
// one unknown SCT and, in TLS 1.3, takes the list of the wrong certificate.

#ifndef TATTLE_ADAPTERS_OPENSSL_SCT_EXTENSION_H_
#define TATTLE_ADAPTERS_OPENSSL_SCT_EXTENSION_H_

#include <openssl/ssl.h>

namespace tattle::openssl {

// RegisterSctExtension makes the connections of `ctx` ask for SCTs, by this extension and by a
// stapled OCSP response; a list that comes is kept in the Connection. `add` is OpenSSL's add
// callback: it runs for every ClientHello, the second one after a HelloRetryRequest too, and the
// program cannot take it away. False if OpenSSL refuses; nothing is changed then.
[[nodiscard]] bool RegisterSctExtension(SSL_CTX* ctx, SSL_custom_ext_add_cb_ex add);

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_SCT_EXTENSION_H_
