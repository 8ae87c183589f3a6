// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A new SSL gets our info callback and extension callback. When a handshake of a client starts, the
// info callback makes it ask for SCTs (OpenSSL writes extension 18 where a CT callback is set) and
// for a staple; the extension callback keeps what extension 18 brings; the status callback, which
// runs at the end of the server's first flight, judges, and takes the CT callback away, so that
// OpenSSL's own reading of SCTs never runs.
//
// What the program has set itself is called as if we were not there. The extension callback has no
// getter: a program that prints extensions (s_client -tlsextdebug) prints none.

#include "adapters/openssl/hooks.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

#include <openssl/ct.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "adapters/openssl/connection.h"
#include "adapters/openssl/error.h"
#include "adapters/openssl/handles.h"
#include "adapters/openssl/libssl.h"
#include "adapters/openssl/module_judge.h"
#include "adapters/openssl/refusal.h"

namespace tattle::openssl {
namespace {

using InfoCallback = void (*)(const SSL* ssl, int where, int value);
using StatusCallback = int (*)(SSL* ssl, void* arg);

// ContextHooks belongs to an SSL_CTX that may be used for client connections.
struct ContextHooks {
  std::atomic<StatusCallback> status = nullptr;  // the program's
  std::atomic<bool> is_ct_ours = false;          // the CT callback of the context
};

// ConnectionHooks belongs to an SSL, from its first handshake as a client on.
struct ConnectionHooks {
  InfoCallback info = nullptr;   // the program's, put in the place of ours
  bool is_staple_wanted = true;  // by the program
  bool is_ct_ours = false;       // the CT callback of this handshake
};

int g_context_index = -1;
int g_connection_index = -1;

ContextHooks* HooksOf(const SSL_CTX* context) {
  return static_cast<ContextHooks*>(SSL_CTX_get_ex_data(context, g_context_index));
}

ConnectionHooks* HooksOf(const SSL* ssl) {
  return static_cast<ConnectionHooks*>(SSL_get_ex_data(ssl, g_connection_index));
}

// MakeHooks is null for want of memory.
ConnectionHooks* MakeHooks(SSL* ssl) {
  if (ConnectionHooks* hooks = HooksOf(ssl); hooks != nullptr) {
    return hooks;
  }
  std::unique_ptr<ConnectionHooks> made(new (std::nothrow) ConnectionHooks);
  return made != nullptr && SSL_set_ex_data(ssl, g_connection_index, made.get()) == 1
             ? made.release()
             : nullptr;
}

// Info callbacks get a const SSL, and OpenSSL wants another one where they act upon it.
SSL* Mutable(const SSL* ssl) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  return const_cast<SSL*>(ssl);
}

// AcceptScts is OpenSSL's CT callback. It never runs: OnStatus takes it away before.
int AcceptScts(const CT_POLICY_EVAL_CTX* /*context*/, const STACK_OF(SCT) * /*scts*/,
               void* /*arg*/) {
  return 1;
}

// ReleaseCt leaves the program's own CT callback alone.
void ReleaseCt(SSL* ssl) {
  ConnectionHooks* hooks = HooksOf(ssl);
  const ContextHooks* context = HooksOf(SSL_get_SSL_CTX(ssl));
  const bool is_ours =
      (hooks != nullptr && hooks->is_ct_ours) || (context != nullptr && context->is_ct_ours.load());
  if (is_ours) {
    SSL_set_ct_validation_callback(ssl, nullptr, nullptr);
  }
  if (hooks != nullptr) {
    hooks->is_ct_ours = false;
  }
}

// StopRefused says whether the handshake must fail, and leaves the reason in the error queue then.
bool StopRefused(SSL* ssl) {
  if (!Refuse(ssl)) {
    return false;
  }
  const Connection* connection = Connection::Find(ssl);
  RaiseError(ErrorReason::kRefused, connection == nullptr ? nullptr : connection->Host(ssl),
             connection == nullptr ? "out of memory" : connection->Reason());
  return true;
}

// CallProgram calls the program's status callback, if it would have been called without us.
int CallProgram(SSL* ssl, void* arg) {
  const ContextHooks* context = HooksOf(SSL_get_SSL_CTX(ssl));
  const StatusCallback status = context == nullptr ? nullptr : context->status.load();
  if (SSL_is_server(ssl) != 0) {
    return status == nullptr ? SSL_TLSEXT_ERR_NOACK : status(ssl, arg);
  }
  const ConnectionHooks* hooks = HooksOf(ssl);
  const bool is_wanted = hooks == nullptr || hooks->is_staple_wanted;
  return status == nullptr || !is_wanted ? 1 : status(ssl, arg);
}

// OnStatus runs when the server's certificate, SCTs and staple have arrived, at the end of its
// first flight; in TLS 1.3 for resumed sessions too. `arg` is the program's: we set none.
int OnStatus(SSL* ssl, void* arg) {
  const int answer = CallProgram(ssl, arg);
  if (SSL_is_server(ssl) != 0 || answer <= 0) {
    return answer;
  }
  const Judge* judge = GetJudge();
  const bool may_go_on = judge != nullptr && Ask(ssl, *judge, [&](Connection& connection) {
                           const bool decided = connection.Decide(ssl, *judge);
                           connection.Save(ssl);
                           return decided;
                         });
  ReleaseCt(ssl);
  return may_go_on || !StopRefused(ssl) ? answer : 0;
}

// TakeStatus puts OnStatus in the place of the program's status callback. The program's argument
// stays where it is. Threads that meet here do the same.
void TakeStatus(SSL_CTX* context) {
  ContextHooks* hooks = HooksOf(context);
  if (hooks == nullptr) {
    return;  // made before the module was loaded: OnDone judges
  }
  StatusCallback status = nullptr;
  SSL_CTX_ctrl(context, SSL_CTRL_GET_TLSEXT_STATUS_REQ_CB, 0, static_cast<void*>(&status));
  if (status != OnStatus) {
    hooks->status.store(status);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL casts it back.
    auto* const on_status = reinterpret_cast<void (*)()>(OnStatus);
    SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, on_status);
  }
}

void OnExtension(SSL* ssl, int from_server, int type, const unsigned char* data, int len,
                 void* arg);

void TakeExtensions(SSL* ssl) {
  // SSL_set_tlsext_debug_callback, which is a macro with a cast of C.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL casts it back.
  auto* const on_extension = reinterpret_cast<void (*)()>(OnExtension);
  SSL_callback_ctrl(ssl, SSL_CTRL_SET_TLSEXT_DEBUG_CB, on_extension);
}

// TurnStatusOn makes OpenSSL call the status callback.
void TurnStatusOn(SSL* ssl, ConnectionHooks& hooks) {
  if (SSL_get_tlsext_status_type(ssl) != TLSEXT_STATUSTYPE_ocsp) {
    hooks.is_staple_wanted = false;
    SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
  }
  TakeStatus(SSL_get_SSL_CTX(ssl));
}

// AskForScts makes the ClientHello ask by all channels.
void AskForScts(SSL* ssl, ConnectionHooks& hooks) {
  const ErrorMark mark;
  TurnStatusOn(ssl, hooks);
  // A program with a CT callback of its own asks by itself. Where it has extension 18 itself,
  // OpenSSL refuses our callback, and OnExtension sees what it brings all the same.
  if (SSL_ct_is_enabled(ssl) == 0) {
    hooks.is_ct_ours = SSL_set_ct_validation_callback(ssl, AcceptScts, nullptr) == 1;
  }
  TakeExtensions(ssl);
}

void OnStart(SSL* ssl) {
  const Judge* judge = GetJudge();
  ConnectionHooks* hooks = MakeHooks(ssl);
  if (judge == nullptr || hooks == nullptr ||
      tattle_client_mode(judge->client.get()) == TATTLE_MODE_OFF) {
    return;
  }
  AskForScts(ssl, *hooks);
  static_cast<void>(Ask(ssl, *judge, [&](Connection& connection) {
    connection.ForgetTlsScts();
    connection.Begin(ssl, *judge);
    return true;
  }));
}

void OnDone(SSL* ssl) {
  if (SSL_is_init_finished(ssl) == 0) {
    return;  // the first flight of early data: what the server will send is still expected
  }
  ReleaseCt(ssl);
  const Judge* judge = GetJudge();
  const bool may_go_on = judge != nullptr && Ask(ssl, *judge, [&](Connection& connection) {
                           return connection.Finish(ssl, *judge);
                         });
  if (!may_go_on && StopRefused(ssl)) {
    // OnStatus was not called. The handshake cannot fail any more, but nothing can be read or
    // written now.
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
}

void OnInfo(const SSL* ssl, int where, int value) {
  const bool is_client = SSL_is_server(ssl) == 0;
  const ConnectionHooks* hooks = HooksOf(ssl);
  const InfoCallback own = hooks == nullptr ? nullptr : hooks->info;
  const InfoCallback info = own != nullptr ? own : SSL_CTX_get_info_callback(SSL_get_SSL_CTX(ssl));
  // The program speaks first when a handshake starts, since it may set a session then, and last
  // when it is done, since it may use the connection.
  if (is_client && where == SSL_CB_HANDSHAKE_DONE) {
    OnDone(Mutable(ssl));
  }
  if (info != nullptr && info != OnInfo) {
    info(ssl, where, value);
  }
  if (is_client && where == SSL_CB_HANDSHAKE_START) {
    OnStart(Mutable(ssl));
  }
}

// IsForLeaf: extension 18 stands in the ServerHello of TLS 1.2 (RFC 6962, Section 3.3.1) and in the
// entries of the Certificate message of TLS 1.3 (RFC 8446, Section 4.4.2), the leaf's first. Which
// entry it is nobody tells us, so the first list that comes is taken for the leaf's: SCTs of
// another certificate do not verify.
bool MayBeForLeaf(const SSL* ssl) {
  const OSSL_HANDSHAKE_STATE state = SSL_get_state(ssl);
  return state == TLS_ST_CR_SRVR_HELLO || state == TLS_ST_CR_CERT;
}

// ComeBack is for a program that has put callbacks of its own in the place of ours (node, ruby):
// with the first extension of the ServerHello it is not too late.
void ComeBack(SSL* ssl) {
  if (ConnectionHooks* hooks = MakeHooks(ssl); hooks != nullptr) {
    hooks->info = SSL_get_info_callback(ssl);
    SSL_set_info_callback(ssl, OnInfo);
    TurnStatusOn(ssl, *hooks);
  }
}

// OnExtension sees each extension of a message that has arrived.
// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
void OnExtension(SSL* ssl, int /*from_server*/, int type, const unsigned char* data, int len,
                 void* /*arg*/) {
  if (SSL_is_server(ssl) != 0) {
    return;
  }
  if (SSL_get_info_callback(ssl) != OnInfo) {
    ComeBack(ssl);
  }
  if (type != TLSEXT_TYPE_signed_certificate_timestamp || len <= 0 || !MayBeForLeaf(ssl)) {
    return;
  }
  try {
    Connection* connection = Connection::FindOrCreate(ssl);
    if (connection != nullptr && connection->tls_scts().empty()) {
      connection->KeepTlsScts(std::span<const std::uint8_t>(data, static_cast<std::size_t>(len)));
    }
  } catch (const std::bad_alloc&) {
    return;  // evidence that is lost is missing later, where a policy decides
  }
}

// IsForServers: such a context never makes a client connection.
bool IsForServers(const SSL_CTX* context) {
  const SSL_METHOD* method = SSL_CTX_get_ssl_method(context);
  return method == TLS_server_method() || method == DTLS_server_method();
}

// EnterByContext is for node and ruby, which put an info callback of their own in the place of ours
// before the ClientHello is written: their contexts ask for SCTs from the start.
void EnterByContext(SSL_CTX* context) {
  const ErrorMark mark;
  ContextHooks* hooks = HooksOf(context);
  if (hooks != nullptr && SSL_CTX_ct_is_enabled(context) == 0 &&
      SSL_CTX_has_client_custom_ext(context, TLSEXT_TYPE_signed_certificate_timestamp) == 0) {
    hooks->is_ct_ours.store(SSL_CTX_set_ct_validation_callback(context, AcceptScts, nullptr) == 1);
  }
  TakeStatus(context);
}

// OpenSSL 3.2 and later tell of an SSL before it has its context.
constexpr unsigned long kTellsBeforeContext = 0x30200000UL;

bool IsModeOff() {
  const Judge* judge = GetJudge();
  return judge != nullptr && tattle_client_mode(judge->client.get()) == TATTLE_MODE_OFF;
}

// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
void OnNewContext(void* parent, void* /*none*/, CRYPTO_EX_DATA* data, int index, long /*argl*/,
                  void* /*argp*/) {
  auto* context = static_cast<SSL_CTX*>(parent);
  if (context == nullptr || !IsLibsslThere() || IsForServers(context) || IsModeOff()) {
    return;
  }
  std::unique_ptr<ContextHooks> hooks(new (std::nothrow) ContextHooks);
  if (hooks != nullptr && CRYPTO_set_ex_data(data, index, hooks.get()) == 1) {
    static_cast<void>(hooks.release());
    if (PutsInfoCallback() && OpenSSL_version_num() >= kTellsBeforeContext) {
      EnterByContext(context);
    }
  }
}

void OnNewConnection(void* parent, void* /*none*/, CRYPTO_EX_DATA* /*data*/, int /*index*/,
                     long /*argl*/, void* /*argp*/) {
  auto* ssl = static_cast<SSL*>(parent);
  if (ssl == nullptr || !IsLibsslThere()) {
    return;
  }
  SSL_CTX* const context = SSL_get_SSL_CTX(ssl);
  if (context == nullptr) {
    SSL_set_info_callback(ssl, OnInfo);
    return;
  }
  if (IsForServers(context) || IsModeOff()) {
    return;
  }
  SSL_set_info_callback(ssl, OnInfo);
  TakeExtensions(ssl);
  if (PutsInfoCallback()) {
    EnterByContext(context);
  }
}

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

void InstallHooks() {
  static std::atomic<bool> is_installed = false;
  if (is_installed.exchange(true)) {
    return;
  }
  // Not the macros of ssl.h, which start libssl.
  g_context_index = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, nullptr, OnNewContext,
                                            ForgetHooks, FreeContextHooks);
  g_connection_index = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, nullptr, OnNewConnection,
                                               ForgetHooks, FreeConnectionHooks);
}

}  // namespace tattle::openssl
