// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Owners of OpenSSL's objects.

#ifndef TATTLE_ADAPTERS_CLI_OPENSSL_PTR_H_
#define TATTLE_ADAPTERS_CLI_OPENSSL_PTR_H_

#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace tattle::cli {

template <auto kFree>
struct OpenSslDeleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

// A macro of OpenSSL.
inline void FreeStack(STACK_OF(X509) * certificates) {
  sk_X509_free(certificates);
}

using BioPtr = std::unique_ptr<BIO, OpenSslDeleter<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpenSslDeleter<EVP_PKEY_free>>;
using SslCtxPtr = std::unique_ptr<SSL_CTX, OpenSslDeleter<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, OpenSslDeleter<SSL_free>>;
using X509Ptr = std::unique_ptr<X509, OpenSslDeleter<X509_free>>;

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_OPENSSL_PTR_H_
