// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Owners of what OpenSSL and libtattle make, and a guard for OpenSSL's error queue.

#ifndef TATTLE_ADAPTERS_OPENSSL_HANDLES_H_
#define TATTLE_ADAPTERS_OPENSSL_HANDLES_H_

#include <memory>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <tattle/tattle.h>

namespace tattle::openssl {

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using ClientPtr = std::unique_ptr<tattle_client, Deleter<tattle_client_free>>;
using SessionPtr = std::unique_ptr<tattle_session, Deleter<tattle_session_free>>;
using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using SslSessionPtr = std::unique_ptr<SSL_SESSION, Deleter<SSL_SESSION_free>>;

// ErrorMark leaves the program's error queue as it found it.
class ErrorMark {
 public:
  ErrorMark() { ERR_set_mark(); }
  ~ErrorMark() { ERR_pop_to_mark(); }
  ErrorMark(const ErrorMark&) = delete;
  ErrorMark& operator=(const ErrorMark&) = delete;
};

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_HANDLES_H_
