// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/curl/pool_key.h"

#include <cstdint>
#include <memory>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "adapters/curl/handles.h"

namespace tattle::curl {
namespace {

using SslCtxPtr = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;

}  // namespace

std::string CiphersFor(std::string_view ciphers, const JudgedBy& judge) {
  std::string list(ciphers);
  // The tab tells where the number begins, whatever the program's own list ends with.
  list.push_back('\t');
  for (std::uint64_t rest = judge.client_id * 4 + static_cast<std::uint64_t>(judge.mode); rest != 0;
       rest /= 2) {
    list.push_back(rest % 2 == 0 ? ' ' : '\t');
  }
  return list;
}

std::optional<std::string> DefaultCiphers() {
  ERR_set_mark();
  const SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
  ERR_pop_to_mark();
  if (context == nullptr) {
    return std::nullopt;
  }
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context.get());
  std::string list;
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(ciphers, i);
    if (std::string_view(SSL_CIPHER_get_version(cipher)) == "TLSv1.3") {
      list.append(list.empty() ? "" : ":").append(SSL_CIPHER_get_name(cipher));
    }
  }
  return list;
}

}  // namespace tattle::curl
