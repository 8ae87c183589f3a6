// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A new SSL gets our info callback and extension callback. When a handshake of a client starts, the
// info callback makes it ask for SCTs (OpenSSL writes extension 18 where a CT callback is set) and
// for a staple; the extension callback keeps what extension 18 brings; the status callback, which
// runs at the end of the server's first flight, judges, and takes the CT callback away before
// OpenSSL's own reading of SCTs would run.
//
// Programs set info callbacks of their own, in the place of ours or where ours is not looked at
// any more (nginx, node, ruby). So a context gets our security callback as well, which hardly any
// program replaces. It answers what OpenSSL's own does. OpenSSL calls it in each handshake, first
// directly after it has told the info callback of the start and before it looks at the session:
// there our info callback takes its place again, and does what it does at the start.
//
// What the program has set itself is called as if we were not there. The extension callback has no
// getter: a program that prints extensions (s_client -tlsextdebug) prints none.

#ifndef TATTLE_ADAPTERS_OPENSSL_CALLBACKS_H_
#define TATTLE_ADAPTERS_OPENSSL_CALLBACKS_H_

#include <openssl/ssl.h>

namespace tattle::openssl {

// TakeInfo and TakeExtensions put our callbacks into a connection; TakeInfoOf into a context.
void TakeInfo(SSL* ssl);
void TakeInfoOf(SSL_CTX* context);
void TakeExtensions(SSL* ssl);

// TakeSecurity puts ours in the place of a new context's security callback; not if another module
// of OpenSSL has put one there.
void TakeSecurity(SSL_CTX* context);

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_CALLBACKS_H_
