// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The server's side of TLS: certificate, key, versions, ALPN.

#ifndef TATTLE_PLUGIN_NET_HTTP_TLS_H_
#define TATTLE_PLUGIN_NET_HTTP_TLS_H_

#include <memory>
#include <string>

#include <openssl/ssl.h>

#include "plugin/runtime/outcome.h"

namespace tattle {

struct FreeSslCtx {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslCtxPtr = std::unique_ptr<SSL_CTX, FreeSslCtx>;

// CreateServerContext makes a context for TLS 1.2 and later that offers h2 and http/1.1. Fails with
// a sentence that begins with the file which cannot be used.
Outcome<SslCtxPtr> CreateServerContext(const std::string& certificate_file,
                                       const std::string& key_file);

// HasChosenHttp2 says what was agreed on in a handshake that is over.
bool HasChosenHttp2(const SSL* ssl);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_NET_HTTP_TLS_H_
