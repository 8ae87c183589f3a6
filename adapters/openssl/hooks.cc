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

// OpenSSL 3.2 and later tell of an SSL before it has a context, a method or its kind (TLS or QUIC),
// so that nothing can be set there: the info callback is the context's then.
bool TellsOfConnectionsEarly() {
  return OpenSSL_version_num() >= 0x30200000UL;
}

// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
void OnNewContext(void* parent, void* /*none*/, CRYPTO_EX_DATA* data, int index, long /*argl*/,
                  void* /*argp*/) {
  auto* context = static_cast<SSL_CTX*>(parent);
  if (context == nullptr || !IsLibsslThere() || !MayMakeClients(context) ||
      !KeepHooks(data, index)) {
    return;
  }
  if (SSL_CTX_get_ssl_method(context) == TLS_client_method()) {
    // Files are read now: Postfix changes its root before the first handshake. A context that may
    // be for servers waits for that.
    static_cast<void>(GetJudge());
  }
  TakeSecurity(context);
  if (TellsOfConnectionsEarly()) {
    TakeInfoOf(context);
  }
}

void OnNewConnection(void* parent, void* /*none*/, CRYPTO_EX_DATA* /*data*/, int /*index*/,
                     long /*argl*/, void* /*argp*/) {
  auto* ssl = static_cast<SSL*>(parent);
  if (ssl == nullptr || TellsOfConnectionsEarly() || !IsLibsslThere()) {
    return;
  }
  SSL_CTX* const context = SSL_get_SSL_CTX(ssl);
  if (context == nullptr || !MayMakeClients(context) || IsAttached(context)) {
    return;
  }
  TakeInfo(ssl);
  TakeExtensions(ssl);
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
  RegisterHooks(OnNewContext, OnNewConnection);
}

}  // namespace tattle::openssl
