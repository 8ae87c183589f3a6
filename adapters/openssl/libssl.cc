// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/openssl/libssl.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include "adapters/openssl/finder.h"

namespace {

using tattle::openssl::Finder;

using InfoCallback = void(const SSL* ssl, int where, int value);
using SecurityCallback = int(const SSL* ssl, const SSL_CTX* context, int operation, int bits,
                             int nid, void* other, void* arg);

// The methods that may be a client's, by any version of TLS or DTLS. A libssl may have been built
// without those of one version.
constexpr std::array kClientMethods = {
    "DTLS_client_method",    "DTLS_method",    "DTLSv1_2_client_method", "DTLSv1_2_method",
    "DTLSv1_client_method",  "DTLSv1_method",  "TLS_client_method",      "TLS_method",
    "TLSv1_1_client_method", "TLSv1_1_method", "TLSv1_2_client_method",  "TLSv1_2_method",
    "TLSv1_client_method",   "TLSv1_method",
};
using Method = const SSL_METHOD*();

struct Functions {
  std::array<Method*, kClientMethods.size()> client_methods = {};
  decltype(&::SSL_CTX_callback_ctrl) ssl_ctx_callback_ctrl = nullptr;
  decltype(&::SSL_CTX_ctrl) ssl_ctx_ctrl = nullptr;
  decltype(&::SSL_CTX_get_cert_store) ssl_ctx_get_cert_store = nullptr;
  decltype(&::SSL_CTX_get_ex_data) ssl_ctx_get_ex_data = nullptr;
  decltype(&::SSL_CTX_get_info_callback) ssl_ctx_get_info_callback = nullptr;
  decltype(&::SSL_CTX_get_security_callback) ssl_ctx_get_security_callback = nullptr;
  decltype(&::SSL_CTX_get_ssl_method) ssl_ctx_get_ssl_method = nullptr;
  decltype(&::SSL_CTX_has_client_custom_ext) ssl_ctx_has_client_custom_ext = nullptr;
  decltype(&::SSL_CTX_set_info_callback) ssl_ctx_set_info_callback = nullptr;
  decltype(&::SSL_CTX_set_security_callback) ssl_ctx_set_security_callback = nullptr;
  decltype(&::SSL_SESSION_dup) ssl_session_dup = nullptr;
  decltype(&::SSL_SESSION_free) ssl_session_free = nullptr;
  decltype(&::SSL_SESSION_get0_ticket_appdata) ssl_session_get0_ticket_appdata = nullptr;
  decltype(&::SSL_SESSION_get_max_early_data) ssl_session_get_max_early_data = nullptr;
  decltype(&::SSL_SESSION_is_resumable) ssl_session_is_resumable = nullptr;
  decltype(&::SSL_SESSION_set1_ticket_appdata) ssl_session_set1_ticket_appdata = nullptr;
  decltype(&::SSL_SESSION_set_max_early_data) ssl_session_set_max_early_data = nullptr;
  decltype(&::SSL_SESSION_up_ref) ssl_session_up_ref = nullptr;
  decltype(&::SSL_callback_ctrl) ssl_callback_ctrl = nullptr;
  decltype(&::SSL_ct_is_enabled) ssl_ct_is_enabled = nullptr;
  decltype(&::SSL_ctrl) ssl_ctrl = nullptr;
  decltype(&::SSL_get0_dane_tlsa) ssl_get0_dane_tlsa = nullptr;
  decltype(&::SSL_get0_param) ssl_get0_param = nullptr;
  decltype(&::SSL_get0_peer_certificate) ssl_get0_peer_certificate = nullptr;
  decltype(&::SSL_get_session) ssl_get_session = nullptr;
  decltype(&::SSL_get0_verified_chain) ssl_get0_verified_chain = nullptr;
  decltype(&::SSL_get_SSL_CTX) ssl_get_ssl_ctx = nullptr;
  decltype(&::SSL_get_ex_data) ssl_get_ex_data = nullptr;
  decltype(&::SSL_get_ex_data_X509_STORE_CTX_idx) ssl_get_ex_data_x509_store_ctx_idx = nullptr;
  decltype(&::SSL_get_info_callback) ssl_get_info_callback = nullptr;
  decltype(&::SSL_get_peer_cert_chain) ssl_get_peer_cert_chain = nullptr;
  decltype(&::SSL_get_servername) ssl_get_servername = nullptr;
  decltype(&::SSL_get_state) ssl_get_state = nullptr;
  decltype(&::SSL_get_verify_callback) ssl_get_verify_callback = nullptr;
  decltype(&::SSL_get_verify_mode) ssl_get_verify_mode = nullptr;
  decltype(&::SSL_get_verify_result) ssl_get_verify_result = nullptr;
  decltype(&::SSL_is_init_finished) ssl_is_init_finished = nullptr;
  decltype(&::SSL_is_server) ssl_is_server = nullptr;
  decltype(&::SSL_session_reused) ssl_session_reused = nullptr;
  decltype(&::SSL_set_ct_validation_callback) ssl_set_ct_validation_callback = nullptr;
  decltype(&::SSL_set_ex_data) ssl_set_ex_data = nullptr;
  decltype(&::SSL_set_info_callback) ssl_set_info_callback = nullptr;
  decltype(&::SSL_set_session) ssl_set_session = nullptr;
  decltype(&::SSL_set_shutdown) ssl_set_shutdown = nullptr;
  decltype(&::SSL_set_verify_result) ssl_set_verify_result = nullptr;
  decltype(&::SSL_version) ssl_version = nullptr;
  decltype(&::TLS_client_method) tls_client_method = nullptr;
};

bool FindAll(Functions& libssl, Finder& find) {
  for (std::size_t i = 0; i < kClientMethods.size(); ++i) {
    static_cast<void>(find(libssl.client_methods.at(i), kClientMethods.at(i)));
  }
  return find(libssl.ssl_ctx_callback_ctrl, "SSL_CTX_callback_ctrl") &&
         find(libssl.ssl_ctx_ctrl, "SSL_CTX_ctrl") &&
         find(libssl.ssl_ctx_get_cert_store, "SSL_CTX_get_cert_store") &&
         find(libssl.ssl_ctx_get_ex_data, "SSL_CTX_get_ex_data") &&
         find(libssl.ssl_ctx_get_info_callback, "SSL_CTX_get_info_callback") &&
         find(libssl.ssl_ctx_get_security_callback, "SSL_CTX_get_security_callback") &&
         find(libssl.ssl_ctx_get_ssl_method, "SSL_CTX_get_ssl_method") &&
         find(libssl.ssl_ctx_has_client_custom_ext, "SSL_CTX_has_client_custom_ext") &&
         find(libssl.ssl_ctx_set_info_callback, "SSL_CTX_set_info_callback") &&
         find(libssl.ssl_ctx_set_security_callback, "SSL_CTX_set_security_callback") &&
         find(libssl.ssl_session_dup, "SSL_SESSION_dup") &&
         find(libssl.ssl_session_free, "SSL_SESSION_free") &&
         find(libssl.ssl_session_get0_ticket_appdata, "SSL_SESSION_get0_ticket_appdata") &&
         find(libssl.ssl_session_get_max_early_data, "SSL_SESSION_get_max_early_data") &&
         find(libssl.ssl_session_is_resumable, "SSL_SESSION_is_resumable") &&
         find(libssl.ssl_session_set1_ticket_appdata, "SSL_SESSION_set1_ticket_appdata") &&
         find(libssl.ssl_session_set_max_early_data, "SSL_SESSION_set_max_early_data") &&
         find(libssl.ssl_session_up_ref, "SSL_SESSION_up_ref") &&
         find(libssl.ssl_callback_ctrl, "SSL_callback_ctrl") &&
         find(libssl.ssl_ct_is_enabled, "SSL_ct_is_enabled") && find(libssl.ssl_ctrl, "SSL_ctrl") &&
         find(libssl.ssl_get0_dane_tlsa, "SSL_get0_dane_tlsa") &&
         find(libssl.ssl_get0_param, "SSL_get0_param") &&
         find(libssl.ssl_get0_peer_certificate, "SSL_get0_peer_certificate") &&
         find(libssl.ssl_get_session, "SSL_get_session") &&
         find(libssl.ssl_get0_verified_chain, "SSL_get0_verified_chain") &&
         find(libssl.ssl_get_ssl_ctx, "SSL_get_SSL_CTX") &&
         find(libssl.ssl_get_ex_data, "SSL_get_ex_data") &&
         find(libssl.ssl_get_ex_data_x509_store_ctx_idx, "SSL_get_ex_data_X509_STORE_CTX_idx") &&
         find(libssl.ssl_get_info_callback, "SSL_get_info_callback") &&
         find(libssl.ssl_get_peer_cert_chain, "SSL_get_peer_cert_chain") &&
         find(libssl.ssl_get_servername, "SSL_get_servername") &&
         find(libssl.ssl_get_state, "SSL_get_state") &&
         find(libssl.ssl_get_verify_callback, "SSL_get_verify_callback") &&
         find(libssl.ssl_get_verify_mode, "SSL_get_verify_mode") &&
         find(libssl.ssl_get_verify_result, "SSL_get_verify_result") &&
         find(libssl.ssl_is_init_finished, "SSL_is_init_finished") &&
         find(libssl.ssl_is_server, "SSL_is_server") &&
         find(libssl.ssl_session_reused, "SSL_session_reused") &&
         find(libssl.ssl_set_ct_validation_callback, "SSL_set_ct_validation_callback") &&
         find(libssl.ssl_set_ex_data, "SSL_set_ex_data") &&
         find(libssl.ssl_set_info_callback, "SSL_set_info_callback") &&
         find(libssl.ssl_set_session, "SSL_set_session") &&
         find(libssl.ssl_set_shutdown, "SSL_set_shutdown") &&
         find(libssl.ssl_set_verify_result, "SSL_set_verify_result") &&
         find(libssl.ssl_version, "SSL_version") &&
         find(libssl.tls_client_method, "TLS_client_method");
}

// FindLibssl looks in the program and what it was linked with, then in a libssl that was loaded for
// a part of it only (python, lua, a libcurl beside an older libssl).
bool FindLibssl(Functions& libssl) {
  const std::string file = std::string(Finder::kStem) + std::to_string(OPENSSL_version_major());
  Finder program(RTLD_DEFAULT);
  if (FindAll(libssl, program) && program.IsForUs(file)) {
    return true;
  }
  libssl = {};
  // Not closed: our callbacks stay with it for as long as the process lives.
  void* const loaded = dlopen(file.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  Finder library(loaded);
  return loaded != nullptr && FindAll(libssl, library);
}

struct Found {
  Functions functions;
  bool is_complete = false;
};

// Asked first when libssl makes something, so that it is there. No lock, which a child of fork
// might find taken: threads that meet here find the same.
const Found& LookUp() {
  static std::atomic<const Found*> known = nullptr;
  if (const Found* found = known.load(std::memory_order_acquire); found != nullptr) {
    return *found;
  }
  static const Found nothing;
  auto* const made = new (std::nothrow) Found;
  if (made == nullptr) {
    return nothing;
  }
  made->is_complete = FindLibssl(made->functions);
  const Found* first = nullptr;
  if (!known.compare_exchange_strong(first, made)) {
    delete made;
    return *first;
  }
  return *made;
}

const Functions& Libssl() {
  return LookUp().functions;
}

}  // namespace

namespace tattle::openssl {

bool IsLibsslThere() {
  return LookUp().is_complete;
}

bool MayMakeClients(const SSL_CTX* context) {
  const auto& methods = Libssl().client_methods;
  const SSL_METHOD* const method = SSL_CTX_get_ssl_method(context);
  return std::any_of(methods.begin(), methods.end(), [&](Method* candidate) {
    return candidate != nullptr && candidate() == method;
  });
}

}  // namespace tattle::openssl

// Whoever calls has asked IsLibsslThere.
// NOLINTBEGIN(clang-analyzer-core.CallAndMessage)

long SSL_CTX_callback_ctrl(SSL_CTX* context, int command, void (*callback)()) {
  return Libssl().ssl_ctx_callback_ctrl(context, command, callback);
}

long SSL_CTX_ctrl(SSL_CTX* context, int command, long number, void* argument) {
  return Libssl().ssl_ctx_ctrl(context, command, number, argument);
}

X509_STORE* SSL_CTX_get_cert_store(const SSL_CTX* context) {
  return Libssl().ssl_ctx_get_cert_store(context);
}

void* SSL_CTX_get_ex_data(const SSL_CTX* context, int index) {
  return Libssl().ssl_ctx_get_ex_data(context, index);
}

InfoCallback* SSL_CTX_get_info_callback(SSL_CTX* context) {
  return Libssl().ssl_ctx_get_info_callback(context);
}

SecurityCallback* SSL_CTX_get_security_callback(const SSL_CTX* context) {
  return Libssl().ssl_ctx_get_security_callback(context);
}

const SSL_METHOD* SSL_CTX_get_ssl_method(const SSL_CTX* context) {
  return Libssl().ssl_ctx_get_ssl_method(context);
}

int SSL_CTX_has_client_custom_ext(const SSL_CTX* context, unsigned type) {
  return Libssl().ssl_ctx_has_client_custom_ext(context, type);
}

void SSL_CTX_set_info_callback(SSL_CTX* context, InfoCallback* callback) {
  Libssl().ssl_ctx_set_info_callback(context, callback);
}

void SSL_CTX_set_security_callback(SSL_CTX* context, SecurityCallback* callback) {
  Libssl().ssl_ctx_set_security_callback(context, callback);
}

SSL_SESSION* SSL_SESSION_dup(const SSL_SESSION* session) {
  return Libssl().ssl_session_dup(session);
}

void SSL_SESSION_free(SSL_SESSION* session) {
  Libssl().ssl_session_free(session);
}

int SSL_SESSION_get0_ticket_appdata(SSL_SESSION* session, void** data, std::size_t* len) {
  return Libssl().ssl_session_get0_ticket_appdata(session, data, len);
}

std::uint32_t SSL_SESSION_get_max_early_data(const SSL_SESSION* session) {
  return Libssl().ssl_session_get_max_early_data(session);
}

int SSL_SESSION_is_resumable(const SSL_SESSION* session) {
  return Libssl().ssl_session_is_resumable(session);
}

int SSL_SESSION_set1_ticket_appdata(SSL_SESSION* session, const void* data, std::size_t len) {
  return Libssl().ssl_session_set1_ticket_appdata(session, data, len);
}

int SSL_SESSION_set_max_early_data(SSL_SESSION* session, std::uint32_t max) {
  return Libssl().ssl_session_set_max_early_data(session, max);
}

int SSL_SESSION_up_ref(SSL_SESSION* session) {
  return Libssl().ssl_session_up_ref(session);
}

long SSL_callback_ctrl(SSL* ssl, int command, void (*callback)()) {
  return Libssl().ssl_callback_ctrl(ssl, command, callback);
}

int SSL_ct_is_enabled(const SSL* ssl) {
  return Libssl().ssl_ct_is_enabled(ssl);
}

long SSL_ctrl(SSL* ssl, int command, long number, void* argument) {
  return Libssl().ssl_ctrl(ssl, command, number, argument);
}

int SSL_get0_dane_tlsa(SSL* ssl, std::uint8_t* usage, std::uint8_t* selector, std::uint8_t* mtype,
                       const unsigned char** data, std::size_t* len) {
  return Libssl().ssl_get0_dane_tlsa(ssl, usage, selector, mtype, data, len);
}

X509_VERIFY_PARAM* SSL_get0_param(SSL* ssl) {
  return Libssl().ssl_get0_param(ssl);
}

X509* SSL_get0_peer_certificate(const SSL* ssl) {
  return Libssl().ssl_get0_peer_certificate(ssl);
}

SSL_SESSION* SSL_get_session(const SSL* ssl) {
  return Libssl().ssl_get_session(ssl);
}

STACK_OF(X509) * SSL_get0_verified_chain(const SSL* ssl) {
  return Libssl().ssl_get0_verified_chain(ssl);
}

SSL_CTX* SSL_get_SSL_CTX(const SSL* ssl) {
  return Libssl().ssl_get_ssl_ctx(ssl);
}

void* SSL_get_ex_data(const SSL* ssl, int index) {
  return Libssl().ssl_get_ex_data(ssl, index);
}

int SSL_get_ex_data_X509_STORE_CTX_idx() {
  return Libssl().ssl_get_ex_data_x509_store_ctx_idx();
}

InfoCallback* SSL_get_info_callback(const SSL* ssl) {
  return Libssl().ssl_get_info_callback(ssl);
}

STACK_OF(X509) * SSL_get_peer_cert_chain(const SSL* ssl) {
  return Libssl().ssl_get_peer_cert_chain(ssl);
}

const char* SSL_get_servername(const SSL* ssl, int type) {
  return Libssl().ssl_get_servername(ssl, type);
}

OSSL_HANDSHAKE_STATE SSL_get_state(const SSL* ssl) {
  return Libssl().ssl_get_state(ssl);
}

SSL_verify_cb SSL_get_verify_callback(const SSL* ssl) {
  return Libssl().ssl_get_verify_callback(ssl);
}

int SSL_get_verify_mode(const SSL* ssl) {
  return Libssl().ssl_get_verify_mode(ssl);
}

long SSL_get_verify_result(const SSL* ssl) {
  return Libssl().ssl_get_verify_result(ssl);
}

int SSL_is_init_finished(const SSL* ssl) {
  return Libssl().ssl_is_init_finished(ssl);
}

int SSL_is_server(const SSL* ssl) {
  return Libssl().ssl_is_server(ssl);
}

int SSL_session_reused(const SSL* ssl) {
  return Libssl().ssl_session_reused(ssl);
}

int SSL_set_ct_validation_callback(SSL* ssl, ssl_ct_validation_cb callback, void* argument) {
  return Libssl().ssl_set_ct_validation_callback(ssl, callback, argument);
}

int SSL_set_ex_data(SSL* ssl, int index, void* data) {
  return Libssl().ssl_set_ex_data(ssl, index, data);
}

void SSL_set_info_callback(SSL* ssl, InfoCallback* callback) {
  Libssl().ssl_set_info_callback(ssl, callback);
}

int SSL_set_session(SSL* ssl, SSL_SESSION* session) {
  return Libssl().ssl_set_session(ssl, session);
}

void SSL_set_shutdown(SSL* ssl, int mode) {
  Libssl().ssl_set_shutdown(ssl, mode);
}

void SSL_set_verify_result(SSL* ssl, long result) {
  Libssl().ssl_set_verify_result(ssl, result);
}

int SSL_version(const SSL* ssl) {
  return Libssl().ssl_version(ssl);
}

const SSL_METHOD* TLS_client_method() {
  return Libssl().tls_client_method();
}

// NOLINTEND(clang-analyzer-core.CallAndMessage)
