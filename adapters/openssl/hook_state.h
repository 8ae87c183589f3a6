// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What the module keeps with an SSL_CTX and with an SSL.

#ifndef TATTLE_ADAPTERS_OPENSSL_HOOK_STATE_H_
#define TATTLE_ADAPTERS_OPENSSL_HOOK_STATE_H_

#include <atomic>

#include <openssl/crypto.h>
#include <openssl/ssl.h>

namespace tattle::openssl {

using InfoCallback = void (*)(const SSL* ssl, int where, int value);
using StatusCallback = int (*)(SSL* ssl, void* arg);

// ContextHooks belongs to an SSL_CTX that may be used for client connections.
struct ContextHooks {
  std::atomic<StatusCallback> status = nullptr;  // the program's
};

// ConnectionHooks belongs to an SSL, from its first handshake as a client on.
struct ConnectionHooks {
  InfoCallback info = nullptr;   // the program's, put in the place of ours
  bool is_staple_wanted = true;  // by the program
  bool is_ct_ours = false;       // the CT callback of this handshake
  // Whether the program's callback is running: one that calls ours, which it has found in its
  // place, is not called again.
  bool is_in_info = false;
  bool is_in_status = false;
};

// RegisterHooks makes OpenSSL call these for each new SSL_CTX and SSL. Once a process.
void RegisterHooks(CRYPTO_EX_new* on_new_context, CRYPTO_EX_new* on_new_connection);

// KeepHooks gives a new SSL_CTX its hooks, from within `on_new_context`. False for want of memory.
bool KeepHooks(CRYPTO_EX_DATA* data, int index);

// HooksOf is null for a context that has none: one for servers, or made before the module was
// loaded.
ContextHooks* HooksOf(const SSL_CTX* context);

// HooksOf is null before the first handshake.
ConnectionHooks* HooksOf(const SSL* ssl);

// MakeHooks is null for want of memory.
ConnectionHooks* MakeHooks(SSL* ssl);

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_HOOK_STATE_H_
