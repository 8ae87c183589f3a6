// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/openssl/hook_state.h"

#include <memory>
#include <new>

namespace tattle::openssl {
namespace {

int g_context_index = -1;
int g_connection_index = -1;

void FreeContextHooks(void* /*parent*/, void* hooks, CRYPTO_EX_DATA* /*data*/, int /*index*/,
                      long /*argl*/, void* /*argp*/) {
  delete static_cast<ContextHooks*>(hooks);
}

void FreeConnectionHooks(void* /*parent*/, void* hooks, CRYPTO_EX_DATA* /*data*/, int /*index*/,
                         long /*argl*/, void* /*argp*/) {
  delete static_cast<ConnectionHooks*>(hooks);
}

// SSL_dup would otherwise copy the pointer, and both connections would free what it points to.
int ForgetHooks(CRYPTO_EX_DATA* /*to*/, const CRYPTO_EX_DATA* /*from*/, void** hooks, int /*index*/,
                long /*argl*/, void* /*argp*/) {
  *hooks = nullptr;
  return 1;
}

}  // namespace

void RegisterHooks(CRYPTO_EX_new* on_new_context, CRYPTO_EX_new* on_new_connection) {
  // Not the macros of ssl.h, which start libssl.
  g_context_index = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, nullptr, on_new_context,
                                            ForgetHooks, FreeContextHooks);
  g_connection_index = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, nullptr, on_new_connection,
                                               ForgetHooks, FreeConnectionHooks);
}

bool KeepHooks(CRYPTO_EX_DATA* data, int index) {
  std::unique_ptr<ContextHooks> hooks(new (std::nothrow) ContextHooks);
  if (hooks == nullptr || CRYPTO_set_ex_data(data, index, hooks.get()) != 1) {
    return false;
  }
  static_cast<void>(hooks.release());
  return true;
}

ContextHooks* HooksOf(const SSL_CTX* context) {
  return static_cast<ContextHooks*>(SSL_CTX_get_ex_data(context, g_context_index));
}

ConnectionHooks* HooksOf(const SSL* ssl) {
  return static_cast<ConnectionHooks*>(SSL_get_ex_data(ssl, g_connection_index));
}

ConnectionHooks* MakeHooks(SSL* ssl) {
  if (ConnectionHooks* hooks = HooksOf(ssl); hooks != nullptr) {
    return hooks;
  }
  std::unique_ptr<ConnectionHooks> made(new (std::nothrow) ConnectionHooks);
  return made != nullptr && SSL_set_ex_data(ssl, g_connection_index, made.get()) == 1
             ? made.release()
             : nullptr;
}

}  // namespace tattle::openssl
