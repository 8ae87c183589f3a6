// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/tls_context.h"

#include <openssl/x509_vfy.h>

#include <tattle/openssl.h>

#include "core/base/time.h"

namespace tattle::cli {

Outcome<SslCtxPtr> CreateTlsContext(const std::string& cafile, std::uint64_t now_ms) {
  SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      tattle_openssl_collect(context.get()) != TATTLE_OK) {
    return Sorry("OpenSSL could not be set up");
  }
  // OpenSSL validates the chain all the same and keeps its finding.
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context.get()),
                             static_cast<time_t>(now_ms / kMsPerSecond));
  const int ok = cafile.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                : SSL_CTX_load_verify_file(context.get(), cafile.c_str());
  ERR_clear_error();
  if (ok != 1) {
    return Sorry(cafile.empty()
                     ? "the system's CA certificates cannot be read: name a file with --cafile"
                     : "the file of --cafile cannot be read, or holds no certificate in PEM: " +
                           cafile);
  }
  return context;
}

}  // namespace tattle::cli
