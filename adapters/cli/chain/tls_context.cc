// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/chain/tls_context.h"

#include <utility>

#include <openssl/x509_vfy.h>

#include <tattle/openssl.h>

#include "core/base/time.h"
#include "plugin/capi/handle.h"
#include "plugin/runtime/client.h"

namespace tattle::cli {
namespace {

using ClientPtr = std::unique_ptr<tattle_client, OpenSslDeleter<tattle_client_free>>;

std::uint64_t NowOf(void* settings) {
  return static_cast<const TlsSettings*>(settings)->now_ms;
}

// CreateClient makes a client that tells nobody of what it sees: a check leaves no trace.
Outcome<ClientPtr> CreateClient(const TlsSettings& settings) {
  ClientOptions options;
  options.config.policy = settings.config.policy;
  options.config.public_roots = settings.config.public_roots;
  options.config.exempt_hosts = settings.config.exempt_hosts;
  options.config.exempt_spki = settings.config.exempt_spki;
  options.config.observe_socket.clear();
  options.config.outbox.clear();
  // No session is kept, so the list's version has no meaning.
  options.list = TrustedList{settings.logs, {}};
  Outcome<std::shared_ptr<Client>> client = Client::Create(std::move(options), settings.now_ms);
  if (!client) {
    return Sorry(std::move(client.error()));
  }
  return ClientPtr(new tattle_client(*std::move(client)));
}

}  // namespace

Outcome<SslCtxPtr> CreateTlsContext(const TlsSettings& settings) {
  const Outcome<ClientPtr> client = CreateClient(settings);
  if (!client) {
    return Sorry(client.error());
  }
  tattle_openssl_options options = TATTLE_OPENSSL_OPTIONS_INIT;
  options.now_ms = NowOf;
  // Only to be given back to NowOf.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  options.now_arg = const_cast<TlsSettings*>(&settings);
  SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      tattle_openssl_attach(context.get(), client->get(), &options, nullptr) != TATTLE_OK) {
    return Sorry("OpenSSL could not be set up");
  }
  // OpenSSL validates the chain all the same and keeps its finding.
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context.get()),
                             static_cast<time_t>(settings.now_ms / kMsPerSecond));
  const int ok = settings.cafile.empty()
                     ? SSL_CTX_set_default_verify_paths(context.get())
                     : SSL_CTX_load_verify_file(context.get(), settings.cafile.c_str());
  ERR_clear_error();
  if (ok != 1) {
    return Sorry(settings.cafile.empty()
                     ? "the system's CA certificates cannot be read: name a file with --cafile"
                     : "the file of --cafile cannot be read, or holds no certificate in PEM: " +
                           settings.cafile);
  }
  return context;
}

}  // namespace tattle::cli
