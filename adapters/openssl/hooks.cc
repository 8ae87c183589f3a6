// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/openssl/hooks.h"

#include <atomic>

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include "adapters/openssl/attached.h"
#include "adapters/openssl/callbacks.h"
#include "adapters/openssl/connection.h"
#include "adapters/openssl/error.h"
#include "adapters/openssl/hook_state.h"
#include "adapters/openssl/libssl.h"
#include "adapters/openssl/module_judge.h"

namespace tattle::openssl {
namespace {

// Whether the program puts an info callback of its own in the place of ours.
bool g_puts_info_callback = false;

// IsForServers: such a context never makes a client connection.
bool IsForServers(const SSL_CTX* context) {
  const SSL_METHOD* method = SSL_CTX_get_ssl_method(context);
  return method == TLS_server_method() || method == DTLS_server_method();
}

// OpenSSL 3.2 and later tell of an SSL before it has a context, a method or its kind (TLS or QUIC),
// so that nothing can be set there: the callbacks are the context's then.
bool TellsOfConnectionsEarly() {
  return OpenSSL_version_num() >= 0x30200000UL;
}

// TakeContext is for OpenSSL 3.2 and later. Not for QUIC, whose methods are others.
void TakeContext(SSL_CTX* context) {
  const SSL_METHOD* method = SSL_CTX_get_ssl_method(context);
  if ((method != TLS_method() && method != TLS_client_method()) || IsModeOff()) {
    return;
  }
  TakeInfoOf(context);
  static_cast<void>(TakeStatus(context));
  if (g_puts_info_callback) {
    EnterByContext(context);
  }
}

// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
void OnNewContext(void* parent, void* /*none*/, CRYPTO_EX_DATA* data, int index, long /*argl*/,
                  void* /*argp*/) {
  auto* context = static_cast<SSL_CTX*>(parent);
  if (context == nullptr || !IsLibsslThere() || IsForServers(context) || !KeepHooks(data, index)) {
    return;
  }
  if (SSL_CTX_get_ssl_method(context) == TLS_client_method()) {
    // Files are read now: Postfix changes its root before the first handshake. A context that may
    // be for servers waits for that.
    static_cast<void>(GetJudge());
  }
  if (TellsOfConnectionsEarly()) {
    TakeContext(context);
  }
}

void OnNewConnection(void* parent, void* /*none*/, CRYPTO_EX_DATA* /*data*/, int /*index*/,
                     long /*argl*/, void* /*argp*/) {
  auto* ssl = static_cast<SSL*>(parent);
  if (ssl == nullptr || TellsOfConnectionsEarly() || !IsLibsslThere()) {
    return;
  }
  SSL_CTX* const context = SSL_get_SSL_CTX(ssl);
  if (context == nullptr || IsForServers(context) || IsAttached(context)) {
    return;
  }
  TakeInfo(ssl);
  TakeExtensions(ssl);
  if (g_puts_info_callback && !IsModeOff()) {
    EnterByContext(context);
  }
}

}  // namespace

void InstallHooks() {
  static std::atomic<bool> is_installed = false;
  if (is_installed.exchange(true)) {
    return;
  }
  // What takes a lock once is done here, where no thread and no child of fork can meet.
  LoadErrorStrings();
  static_cast<void>(Connection::HasRoom());
  g_puts_info_callback = PutsInfoCallback();
  RegisterHooks(OnNewContext, OnNewConnection);
}

}  // namespace tattle::openssl
