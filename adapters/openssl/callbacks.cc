// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/openssl/callbacks.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include <openssl/ct.h>
#include <openssl/x509_vfy.h>

#include "adapters/openssl/attached.h"
#include "adapters/openssl/connection.h"
#include "adapters/openssl/handles.h"
#include "adapters/openssl/hook_state.h"
#include "adapters/openssl/module_judge.h"
#include "adapters/openssl/refusal.h"

namespace tattle::openssl {
namespace {

// Info callbacks get a const SSL, and OpenSSL wants another one where they act upon it.
SSL* Mutable(const SSL* ssl) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  return const_cast<SSL*>(ssl);
}

// IsModeOff says whether nothing is to be judged in this process.
bool IsModeOff() {
  const Judge* judge = GetJudge();
  return judge != nullptr && tattle_client_mode(judge->client.get()) == TATTLE_MODE_OFF;
}

// AcceptScts is OpenSSL's CT callback, for extension 18 to be asked for. OnStatus takes it away
// before it would run.
int AcceptScts(const CT_POLICY_EVAL_CTX* /*context*/, const STACK_OF(SCT) * /*scts*/,
               void* /*arg*/) {
  return 1;
}

// ReleaseCt leaves the program's own CT callback alone.
void ReleaseCt(SSL* ssl) {
  ConnectionHooks* hooks = HooksOf(ssl);
  if (hooks != nullptr && hooks->is_ct_ours) {
    SSL_set_ct_validation_callback(ssl, nullptr, nullptr);
    hooks->is_ct_ours = false;
  }
}

// StopRefused says whether the handshake must fail, and leaves the reason in the error queue then.
bool StopRefused(SSL* ssl) {
  if (!Refuse(ssl)) {
    return false;
  }
  RaiseRefused(ssl);
  return true;
}

// CallStatus calls the program's status callback, if it would have been called without us.
int CallStatus(SSL* ssl, void* arg) {
  const ContextHooks* context = HooksOf(SSL_get_SSL_CTX(ssl));
  const StatusCallback status = context == nullptr ? nullptr : context->status.load();
  const int nothing = SSL_is_server(ssl) != 0 ? SSL_TLSEXT_ERR_NOACK : 1;
  ConnectionHooks* hooks = MakeHooks(ssl);
  if (status == nullptr || hooks == nullptr || hooks->is_in_status ||
      (SSL_is_server(ssl) == 0 && !hooks->is_staple_wanted)) {
    return nothing;
  }
  hooks->is_in_status = true;
  const int answer = status(ssl, arg);
  hooks->is_in_status = false;
  return answer;
}

// OnStatus runs when the server's certificate, SCTs and staple have arrived, at the end of its
// first flight; in TLS 1.3 for resumed sessions too. `arg` is the program's: we set none.
int OnStatus(SSL* ssl, void* arg) {
  if (IsAttached(SSL_get_SSL_CTX(ssl))) {
    return SSL_is_server(ssl) != 0 ? SSL_TLSEXT_ERR_NOACK : 1;  // called by that
  }
  const ConnectionHooks* hooks = HooksOf(ssl);
  const bool is_nested = hooks != nullptr && hooks->is_in_status;
  const int answer = CallStatus(ssl, arg);
  if (SSL_is_server(ssl) != 0 || answer <= 0 || is_nested) {
    return answer;
  }
  const Judge* judge = GetJudge();
  const bool may_go_on = judge != nullptr && Connection::DecideAndSave(ssl, *judge);
  ReleaseCt(ssl);
  return may_go_on || !StopRefused(ssl) ? answer : 0;
}

// TakeStatus puts ours in the place of the context's status callback. The program's argument stays
// where it is. Threads that meet here do the same. False for a context without hooks: of such a one
// what stands in the certificate is judged when the handshake is done.
bool TakeStatus(SSL_CTX* context) {
  ContextHooks* hooks = HooksOf(context);
  if (hooks == nullptr) {
    return false;
  }
  StatusCallback status = nullptr;
  SSL_CTX_ctrl(context, SSL_CTRL_GET_TLSEXT_STATUS_REQ_CB, 0, static_cast<void*>(&status));
  if (status != OnStatus) {
    hooks->status.store(status);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL casts it back.
    auto* const on_status = reinterpret_cast<void (*)()>(OnStatus);
    SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, on_status);
  }
  return true;
}

// TurnStatusOn makes OpenSSL call OnStatus. False if that cannot be.
bool TurnStatusOn(SSL* ssl, ConnectionHooks& hooks) {
  if (SSL_get_tlsext_status_type(ssl) != TLSEXT_STATUSTYPE_ocsp) {
    hooks.is_staple_wanted = false;
    SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
  }
  return TakeStatus(SSL_get_SSL_CTX(ssl));
}

// AskForScts makes the ClientHello ask by all channels.
void AskForScts(SSL* ssl, ConnectionHooks& hooks) {
  const ErrorMark mark;
  const bool is_status_on = TurnStatusOn(ssl, hooks);
  // A program with a CT callback of its own asks by itself. Where it has extension 18 itself,
  // OpenSSL refuses our callback, and OnExtension sees what it brings all the same.
  if (is_status_on && SSL_ct_is_enabled(ssl) == 0) {
    hooks.is_ct_ours = SSL_set_ct_validation_callback(ssl, AcceptScts, nullptr) == 1;
  }
  TakeExtensions(ssl);
}

void OnInfo(const SSL* ssl, int where, int value);

void OnStart(SSL* ssl) {
  const Judge* judge = GetJudge();
  ConnectionHooks* hooks = MakeHooks(ssl);
  if (judge == nullptr || hooks == nullptr || IsModeOff()) {
    return;
  }
  if (SSL_get_info_callback(ssl) == nullptr) {
    hooks->info = nullptr;
    SSL_set_info_callback(ssl, OnInfo);  // we are called as the context's
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

// CallInfo calls the program's info callback, which ours stands in the place of.
void CallInfo(const SSL* ssl, int where, int value) {
  if (SSL_get_info_callback(ssl) == nullptr) {
    return;  // ours is the context's, or the context's calls it
  }
  const ConnectionHooks* known = HooksOf(ssl);
  const InfoCallback own = known == nullptr ? nullptr : known->info;
  const InfoCallback info = own != nullptr ? own : SSL_CTX_get_info_callback(SSL_get_SSL_CTX(ssl));
  if (info == nullptr || info == OnInfo) {
    return;
  }
  ConnectionHooks* hooks = MakeHooks(Mutable(ssl));
  if (hooks == nullptr) {
    return;  // one that calls ours in turn would not find the end
  }
  hooks->is_in_info = true;
  info(ssl, where, value);
  hooks->is_in_info = false;
}

// OnInfo lets the program speak first when a handshake starts, since it may set a session then, and
// last when it is done, since it may use the connection.
void OnInfo(const SSL* ssl, int where, int value) {
  if (const ConnectionHooks* hooks = HooksOf(ssl); hooks != nullptr && hooks->is_in_info) {
    return;
  }
  if (IsAttached(SSL_get_SSL_CTX(ssl))) {
    return;  // after we had taken the context, and called by that
  }
  const bool is_client = SSL_is_server(ssl) == 0;
  if (is_client && where == SSL_CB_HANDSHAKE_DONE) {
    OnDone(Mutable(ssl));
  }
  CallInfo(ssl, where, value);
  if (is_client && where == SSL_CB_HANDSHAKE_START) {
    OnStart(Mutable(ssl));
  }
}

// MayBeForLeaf: extension 18 stands in the ServerHello of TLS 1.2 (RFC 6962, Section 3.3.1) and in
// the entries of the Certificate message of TLS 1.3 (RFC 8446, Section 4.4.2), the leaf's first.
// Which entry it is nobody tells us, so the first list that comes is taken for the leaf's: SCTs of
// another certificate do not verify.
bool MayBeForLeaf(const SSL* ssl) {
  const OSSL_HANDSHAKE_STATE state = SSL_get_state(ssl);
  return state == TLS_ST_CR_SRVR_HELLO || state == TLS_ST_CR_CERT;
}

// TakeBackInfo puts OnInfo before the program's info callback. Null if nothing is to be judged.
ConnectionHooks* TakeBackInfo(SSL* ssl) {
  ConnectionHooks* hooks = IsModeOff() ? nullptr : MakeHooks(ssl);
  if (hooks != nullptr) {
    hooks->info = SSL_get_info_callback(ssl);
    SSL_set_info_callback(ssl, OnInfo);
  }
  return hooks;
}

using SecurityCallback = int (*)(const SSL* ssl, const SSL_CTX* context, int operation, int bits,
                                 int nid, void* other, void* arg);

// What OpenSSL gives each new context; null until there is one.
std::atomic<SecurityCallback> g_security = nullptr;

// IsUnseen: a client's first handshake has started, or is about to, and OnInfo was not told.
bool IsUnseen(const SSL* ssl) {
  return SSL_is_server(ssl) == 0 && SSL_get_state(ssl) == TLS_ST_BEFORE &&
         SSL_get_info_callback(ssl) != OnInfo && !IsAttached(SSL_get_SSL_CTX(ssl));
}

// OnSecurity answers as OpenSSL does. Whether a version of the protocol is secure enough is asked
// first when a handshake starts; a program may ask earlier, which does no harm.
// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
int OnSecurity(const SSL* ssl, const SSL_CTX* context, int operation, int bits, int nid,
               void* other, void* arg) {
  if (operation == SSL_SECOP_VERSION && ssl != nullptr && IsUnseen(ssl) &&
      TakeBackInfo(Mutable(ssl)) != nullptr) {
    OnStart(Mutable(ssl));
  }
  return g_security.load(std::memory_order_acquire)(ssl, context, operation, bits, nid, other, arg);
}

// ComeBack is for a program that has put an info callback of its own in the place of ours since the
// handshake started: with the first extension of the ServerHello it is not too late.
void ComeBack(SSL* ssl) {
  ConnectionHooks* hooks = TakeBackInfo(ssl);
  if (hooks == nullptr) {
    return;
  }
  static_cast<void>(TurnStatusOn(ssl, *hooks));
  if (Connection* connection = Connection::Find(ssl); connection != nullptr) {
    connection->BeginLate();
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

}  // namespace

void TakeInfo(SSL* ssl) {
  SSL_set_info_callback(ssl, OnInfo);
}

void TakeInfoOf(SSL_CTX* context) {
  SSL_CTX_set_info_callback(context, OnInfo);
}

void TakeExtensions(SSL* ssl) {
  // SSL_set_tlsext_debug_callback, which is a macro with a cast of C.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL casts it back.
  auto* const on_extension = reinterpret_cast<void (*)()>(OnExtension);
  SSL_callback_ctrl(ssl, SSL_CTRL_SET_TLSEXT_DEBUG_CB, on_extension);
}

void TakeSecurity(SSL_CTX* context) {
  const SecurityCallback security = SSL_CTX_get_security_callback(context);
  SecurityCallback known = nullptr;
  if (security != nullptr &&
      (g_security.compare_exchange_strong(known, security) || known == security)) {
    SSL_CTX_set_security_callback(context, OnSecurity);
  }
}

}  // namespace tattle::openssl
