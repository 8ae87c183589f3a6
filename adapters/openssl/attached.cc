// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/openssl/attached.h"

#include <dlfcn.h>

#include "adapters/openssl/hook_state.h"

namespace tattle::openssl {
namespace {

// IsOfAttach: the callback lies in the object that has tattle_openssl_attach.
bool IsOfAttach(InfoCallback callback) {
  Dl_info callback_in = {};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what dladdr takes.
  if (dladdr(reinterpret_cast<void*>(callback), &callback_in) == 0) {
    return false;
  }
  void* const object = dlopen(callback_in.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  if (object == nullptr) {
    static_cast<void>(dlerror());
    return false;
  }
  Dl_info attach_in = {};
  const void* const attach = dlsym(object, "tattle_openssl_attach");
  const bool is_there = attach != nullptr && dladdr(attach, &attach_in) != 0 &&
                        attach_in.dli_fbase == callback_in.dli_fbase;
  if (attach == nullptr) {
    static_cast<void>(dlerror());
  }
  dlclose(object);
  return is_there;
}

}  // namespace

bool IsAttached(const SSL_CTX* context) {
  if (context == nullptr ||
      SSL_CTX_has_client_custom_ext(context, TLSEXT_TYPE_signed_certificate_timestamp) == 0) {
    return false;
  }
  // OpenSSL wants a context that it could change, and does not.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  const InfoCallback info = SSL_CTX_get_info_callback(const_cast<SSL_CTX*>(context));
  return info != nullptr && IsOfAttach(info);
}

}  // namespace tattle::openssl
