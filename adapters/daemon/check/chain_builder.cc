// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/daemon/check/chain_builder.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "plugin/runtime/outcome.h"

namespace tattle::daemon {
namespace {

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

// A macro of OpenSSL.
void FreeStack(STACK_OF(X509) * certificates) {
  sk_X509_pop_free(certificates, X509_free);
}

using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using StackPtr = std::unique_ptr<STACK_OF(X509), Deleter<FreeStack>>;
using ContextPtr = std::unique_ptr<X509_STORE_CTX, Deleter<X509_STORE_CTX_free>>;

tl::unexpected<std::string> Sorry(std::string sentence) {
  ERR_clear_error();
  return tl::unexpected(std::move(sentence));
}

X509Ptr DecodeX509(const ByteVector& der) {
  const unsigned char* rest = der.data();
  X509Ptr certificate(d2i_X509(nullptr, &rest, static_cast<long>(der.size())));
  return rest == std::to_address(der.end()) ? std::move(certificate) : nullptr;
}

ByteVector EncodeX509(const X509* certificate) {
  unsigned char* der = nullptr;
  const int len = i2d_X509(certificate, &der);
  if (len <= 0) {
    return {};
  }
  ByteVector out = ToVector(Bytes(der, static_cast<std::size_t>(len)));
  OPENSSL_free(der);
  return out;
}

// PushX509 hands a certificate over; false if there is none, or no memory.
bool PushX509(STACK_OF(X509) * stack, X509Ptr certificate) {
  if (!certificate || sk_X509_push(stack, certificate.get()) <= 0) {
    return false;
  }
  static_cast<void>(certificate.release());
  return true;
}

}  // namespace

void ChainBuilder::Free::operator()(X509_STORE* store) const {
  X509_STORE_free(store);
}

Outcome<ChainBuilder> ChainBuilder::Create(const std::string& ca_file) {
  std::unique_ptr<X509_STORE, Free> store(X509_STORE_new());
  const bool loaded = store != nullptr &&
                      (ca_file.empty() ? X509_STORE_set_default_paths(store.get()) == 1
                                       : X509_STORE_load_file(store.get(), ca_file.c_str()) == 1);
  if (!loaded) {
    return Sorry((ca_file.empty() ? "the system's CAs" : ca_file) +
                 std::string(": cannot be read as PEM certificates"));
  }
  return ChainBuilder(std::move(store));
}

Outcome<std::vector<ByteVector>> ChainBuilder::Build(std::span<const ByteVector> presented,
                                                     std::uint64_t now_ms) const {
  const X509Ptr leaf = presented.empty() ? nullptr : DecodeX509(presented.front());
  const StackPtr others(sk_X509_new_null());
  const ContextPtr context(X509_STORE_CTX_new());
  if (!leaf || !others || !context) {
    return Sorry("the leaf is no certificate");
  }
  for (const ByteVector& one : presented.subspan(1)) {
    if (!PushX509(others.get(), DecodeX509(one))) {
      return Sorry("something above the leaf is no certificate");
    }
  }
  if (X509_STORE_CTX_init(context.get(), store_.get(), leaf.get(), others.get()) != 1) {
    return Sorry("OpenSSL cannot look at the chain");
  }
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<time_t>(now_ms / 1000));
  if (X509_verify_cert(context.get()) != 1) {
    return Sorry(X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  }
  ERR_clear_error();
  const STACK_OF(X509)* const validated = X509_STORE_CTX_get0_chain(context.get());
  std::vector<ByteVector> chain;
  chain.reserve(static_cast<std::size_t>(sk_X509_num(validated)));
  for (int i = 0; i < sk_X509_num(validated); ++i) {
    chain.push_back(EncodeX509(sk_X509_value(validated, i)));
  }
  return chain;
}

}  // namespace tattle::daemon
