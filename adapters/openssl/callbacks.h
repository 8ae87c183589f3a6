// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A new SSL gets our info callback and extension callback. When a handshake of a client starts, the
// info callback makes it ask for SCTs (OpenSSL writes extension 18 where a CT callback is set) and
// for a staple; the extension callback keeps what extension 18 brings; the status callback, which
// runs at the end of the server's first flight, judges, and takes the CT callback away before
// OpenSSL's own reading of SCTs would run.
//
// What the program has set itself is called as if we were not there. The extension callback has no
// getter: a program that prints extensions (s_client -tlsextdebug) prints none.

#ifndef TATTLE_ADAPTERS_OPENSSL_CALLBACKS_H_
#define TATTLE_ADAPTERS_OPENSSL_CALLBACKS_H_

#include <openssl/ssl.h>

namespace tattle::openssl {

// IsModeOff says whether nothing is to be judged in this process.
bool IsModeOff();

// TakeInfo and TakeExtensions put our callbacks into a connection; TakeInfoOf into a context.
void TakeInfo(SSL* ssl);
void TakeInfoOf(SSL_CTX* context);
void TakeExtensions(SSL* ssl);

// TakeStatus puts ours in the place of the context's status callback. The program's argument stays
// where it is. Threads that meet here do the same. False for a context without hooks: of such a one
// what stands in the certificate is judged when the handshake is done.
bool TakeStatus(SSL_CTX* context);

// EnterByContext is for programs that put an info callback of their own in the place of ours before
// the ClientHello is written: their contexts ask for SCTs from the start.
void EnterByContext(SSL_CTX* context);

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_CALLBACKS_H_
