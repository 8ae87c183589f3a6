// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/openssl/refusal.h"

#include <memory>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "adapters/openssl/handles.h"

namespace tattle::openssl {
namespace {

using StoreContext = std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>>;

// MakeStoreContext is what a verify callback gets when the leaf of this connection is looked at.
// Null for want of memory.
StoreContext MakeStoreContext(SSL* ssl) {
  StoreContext context(X509_STORE_CTX_new());
  X509* leaf = SSL_get0_peer_certificate(ssl);
  if (context == nullptr ||
      X509_STORE_CTX_init(context.get(), SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl)), leaf,
                          SSL_get_peer_cert_chain(ssl)) != 1 ||
      X509_STORE_CTX_set_ex_data(context.get(), SSL_get_ex_data_X509_STORE_CTX_idx(), ssl) != 1) {
    return nullptr;
  }
  X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(context.get()), SSL_get0_param(ssl));
  if (STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl); chain != nullptr) {
    X509_STORE_CTX_set0_verified_chain(context.get(), X509_chain_up_ref(chain));
  }
  X509_STORE_CTX_set_error(context.get(), X509_V_ERR_NO_VALID_SCTS);
  X509_STORE_CTX_set_error_depth(context.get(), 0);
  X509_STORE_CTX_set_current_cert(context.get(), leaf);
  return context;
}

bool IsTolerated(SSL* ssl) {
  const SSL_verify_cb callback = SSL_get_verify_callback(ssl);
  if (callback == nullptr || SSL_get0_peer_certificate(ssl) == nullptr) {
    return false;
  }
  const StoreContext context = MakeStoreContext(ssl);
  return context != nullptr && callback(0 /* not verified */, context.get()) == 1;
}

}  // namespace

bool Refuse(SSL* ssl) {
  const bool is_tolerated = IsTolerated(ssl);
  SSL_set_verify_result(ssl, X509_V_ERR_NO_VALID_SCTS);
  return !is_tolerated && (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
}

}  // namespace tattle::openssl
