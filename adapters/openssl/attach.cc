// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// tattle/openssl.h, "Connections that are judged": how the callbacks get into an SSL_CTX, and how a
// connection is refused.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

#include <openssl/ssl.h>

#include <tattle/openssl.h>

#include "adapters/openssl/connection.h"
#include "adapters/openssl/error.h"
#include "adapters/openssl/handles.h"
#include "adapters/openssl/sct_extension.h"

namespace {

using tattle::openssl::Ask;
using tattle::openssl::Connection;
using tattle::openssl::ErrorMark;
using tattle::openssl::ErrorReason;
using tattle::openssl::HostName;
using tattle::openssl::Judge;
using tattle::openssl::RaiseError;

using InfoCallback = void (*)(const SSL* ssl, int where, int value);
using StatusCallback = int (*)(SSL* ssl, void* arg);

// Attachment is what an SSL_CTX keeps. It never changes.
struct Attachment {
  Judge judge;
  InfoCallback info = nullptr;  // of the program
  StatusCallback status = nullptr;
};

void Free(void* /*parent*/, void* attachment, CRYPTO_EX_DATA* /*data*/, int /*index*/,
          long /*argl*/, void* /*argp*/) {
  delete static_cast<Attachment*>(attachment);
}

int Index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, Free);
  return index;
}

// Find is null if the context is not attached: a connection may have been given another one.
const Attachment* Find(const SSL* ssl) {
  return static_cast<const Attachment*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), Index()));
}

// Refuse says why; the caller stops the connection.
void Refuse(SSL* ssl, const Judge& judge) {
  SSL_set_verify_result(ssl, X509_V_ERR_NO_VALID_SCTS);
  tattle::openssl::RaiseRefused(ssl, judge.as_verify_error);
}

// OnStatus runs when the server's certificate, SCTs and staple have arrived, at the end of its
// first flight; in TLS 1.3 for resumed sessions too. `arg` is the program's: we set none.
int OnStatus(SSL* ssl, void* arg) {
  const Attachment* attachment = Find(ssl);
  if (SSL_is_server(ssl) != 0) {
    return attachment == nullptr || attachment->status == nullptr ? SSL_TLSEXT_ERR_NOACK
                                                                  : attachment->status(ssl, arg);
  }
  if (attachment == nullptr) {
    return 1;
  }
  const int answer = attachment->status == nullptr ? 1 : attachment->status(ssl, arg);
  if (answer <= 0) {
    return answer;
  }
  if (!Connection::DecideAndSave(ssl, attachment->judge)) {
    Refuse(ssl, attachment->judge);
    return 0;
  }
  return answer;
}

void OnStart(SSL* ssl, const Judge& judge) {
  if (Connection::ModeOf(ssl, judge) != TATTLE_MODE_OFF) {
    // OnStatus would not be called without it.
    SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
  }
  // Where there is no memory, OnHello notices that a session was not approved.
  static_cast<void>(Ask(ssl, judge, [&](Connection& connection) {
    connection.Begin(ssl, judge);
    return true;
  }));
}

void OnDone(SSL* ssl, const Judge& judge) {
  const bool may_go_on =
      Ask(ssl, judge, [&](Connection& connection) { return connection.Finish(ssl, judge); });
  if (!may_go_on) {
    // OnStatus was not called: the program has put something else in its place. The handshake
    // cannot fail any more, but nothing can be read or written now.
    Refuse(ssl, judge);
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
}

// OnInfo lets the program's callback speak first when a handshake starts, since it may set a
// session then, and last when it is done, since it may use the connection.
void OnInfo(const SSL* ssl, int where, int value) {
  const Attachment* attachment = Find(ssl);
  if (attachment == nullptr) {
    return;
  }
  const bool is_client = SSL_is_server(ssl) == 0;
  // OpenSSL gives its callbacks a const SSL, and wants another one where they act upon it.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  auto* connection = const_cast<SSL*>(ssl);
  if (is_client && where == SSL_CB_HANDSHAKE_DONE) {
    OnDone(connection, attachment->judge);
  }
  if (attachment->info != nullptr) {
    attachment->info(ssl, where, value);
  }
  if (is_client && where == SSL_CB_HANDSHAKE_START) {
    OnStart(connection, attachment->judge);
  }
}

// HasNoMomentLeft: the program has put other callbacks in the place of both by which connections
// are judged. One is enough.
bool HasNoMomentLeft(SSL* ssl) {
  StatusCallback status = nullptr;
  SSL_CTX* const context = SSL_get_SSL_CTX(ssl);
  SSL_CTX_ctrl(context, SSL_CTRL_GET_TLSEXT_STATUS_REQ_CB, 0, static_cast<void*>(&status));
  const InfoCallback own = SSL_get_info_callback(ssl);
  const InfoCallback info = own != nullptr ? own : SSL_CTX_get_info_callback(context);
  return status != OnStatus && info != OnInfo;
}

// OnHello writes extension 18, which is empty in a ClientHello; this adapter sends it nowhere else.
// It is the last moment in which a session can be kept from being resumed.
// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
int OnHello(SSL* ssl, unsigned /*type*/, unsigned context, const unsigned char** out,
            std::size_t* out_len, X509* /*certificate*/, std::size_t /*chain_index*/, int* alert,
            void* /*arg*/) {
  const Attachment* attachment = Find(ssl);
  if ((context & SSL_EXT_CLIENT_HELLO) == 0 || attachment == nullptr ||
      Connection::ModeOf(ssl, attachment->judge) == TATTLE_MODE_OFF) {
    return 0;
  }
  const bool may_offer = Ask(ssl, attachment->judge, [&](Connection& connection) {
    connection.ForgetTlsScts();
    return connection.MayOffer(ssl, attachment->judge) &&
           !(HasNoMomentLeft(ssl) && connection.ModeOf(attachment->judge) == TATTLE_MODE_REQUIRE);
  });
  if (!may_offer) {
    const Connection* connection = Connection::Find(ssl);
    const HostName host = connection == nullptr ? HostName() : connection->Host(ssl);
    RaiseError(ErrorReason::kNotJudged, host.text,
               "a callback of Tattle's was replaced, or the session set too late");
    *alert = SSL_AD_INTERNAL_ERROR;
    return -1;
  }
  *out = nullptr;
  *out_len = 0;
  return 1;
}

// ReadOptions is false if struct_size is none that a version of the struct can have, or there is
// something behind the fields that we know.
bool ReadOptions(const tattle_openssl_options* options, Judge& judge) {
  constexpr std::size_t kMaxSize = 4096;
  if (options == nullptr) {
    return true;
  }
  const std::size_t size = options->struct_size;
  if (size < sizeof(options->struct_size) || size % alignof(tattle_openssl_options) != 0 ||
      size > kMaxSize) {
    return false;
  }
  const std::span bytes(static_cast<const std::byte*>(static_cast<const void*>(options)), size);
  const std::span tail = bytes.subspan(std::min(size, sizeof(*options)));
  if (std::any_of(tail.begin(), tail.end(), [](std::byte b) { return b != std::byte{0}; })) {
    return false;
  }
  tattle_openssl_options known = TATTLE_OPENSSL_OPTIONS_INIT;
  const std::span<std::byte> out = std::as_writable_bytes(std::span(&known, 1));
  std::copy_n(bytes.begin(), std::min(size, sizeof(known)), out.begin());
  judge.now_ms = known.now_ms;
  judge.now_arg = known.now_arg;
  judge.mode = known.mode;
  judge.as_verify_error = known.as_verify_error != 0;
  return true;
}

// Fail completes a diagnosis that libtattle has approved.
tattle_status Fail(tattle_status status, tattle_diag* diag, std::string_view text) {
  if (diag != nullptr && diag->struct_size >= sizeof(tattle_diag)) {
    diag->code = 1;  // any but that of success
    std::copy_n(text.begin(), std::min(text.size(), sizeof(diag->text) - 1),
                std::begin(diag->text));
  }
  return status;
}

void InstallCallbacks(SSL_CTX* ctx, Attachment& attachment) {
  attachment.info = SSL_CTX_get_info_callback(ctx);
  // SSL_CTX_get_tlsext_status_cb and _set_, which are macros with casts of C. The program's
  // argument stays where it is, and comes to OnStatus.
  SSL_CTX_ctrl(ctx, SSL_CTRL_GET_TLSEXT_STATUS_REQ_CB, 0, static_cast<void*>(&attachment.status));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL casts it back.
  auto* const on_status = reinterpret_cast<void (*)()>(OnStatus);
  SSL_CTX_callback_ctrl(ctx, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, on_status);
  SSL_CTX_set_info_callback(ctx, OnInfo);
}

tattle_status Attach(SSL_CTX* ctx, std::unique_ptr<Attachment> attachment, tattle_diag* diag) {
  if (ctx == nullptr) {
    return Fail(TATTLE_ERR_MISUSE, diag, "ctx: must not be NULL");
  }
  if (Index() < 0 || !Connection::HasRoom()) {
    return Fail(TATTLE_ERR_INTERNAL, diag, "ctx: OpenSSL has no room for more data");
  }
  if (SSL_CTX_get_ex_data(ctx, Index()) != nullptr) {
    return Fail(TATTLE_ERR_MISUSE, diag, "ctx: is attached already");
  }
  // What can fail and be taken back comes before the extension, which cannot.
  if (SSL_CTX_set_ex_data(ctx, Index(), attachment.get()) != 1) {
    return Fail(TATTLE_ERR_MEMORY, diag, "ctx: out of memory");
  }
  if (!tattle::openssl::RegisterSctExtension(ctx, OnHello)) {
    SSL_CTX_set_ex_data(ctx, Index(), nullptr);
    return Fail(TATTLE_ERR_MISUSE, diag,
                "ctx: OpenSSL refuses extension 18: its own CT is enabled, or somebody has it");
  }
  InstallCallbacks(ctx, *attachment);
  static_cast<void>(attachment.release());  // the context's from now on
  return TATTLE_OK;
}

}  // namespace

tattle_status tattle_openssl_attach(SSL_CTX* ctx, const tattle_client* client,
                                    const tattle_openssl_options* options, tattle_diag* diag) {
  const ErrorMark mark;
  tattle_client* share = nullptr;
  const tattle_status shared = tattle_client_share(client, &share, diag);
  tattle::openssl::ClientPtr owned(share);
  if (shared != TATTLE_OK) {
    return shared;
  }
  try {
    auto attachment = std::make_unique<Attachment>();
    attachment->judge.client = std::move(owned);
    if (!ReadOptions(options, attachment->judge)) {
      return Fail(TATTLE_ERR_STRUCT_SIZE, diag, "options.struct_size: is not one that can be");
    }
    if (attachment->judge.mode < 0 || attachment->judge.mode > TATTLE_MODE_REQUIRE) {
      return Fail(TATTLE_ERR_MISUSE, diag, "options.mode: is no mode");
    }
    return Attach(ctx, std::move(attachment), diag);
  } catch (const std::bad_alloc&) {
    return Fail(TATTLE_ERR_MEMORY, diag, "out of memory");
  }
}

tattle_status tattle_openssl_set_host(SSL* ssl, const char* host) {
  constexpr std::size_t kMaxHostName = 255;  // as libtattle has it
  const ErrorMark mark;
  if (ssl == nullptr || Find(ssl) == nullptr ||
      (host != nullptr && std::string_view(host).size() > kMaxHostName)) {
    return TATTLE_ERR_MISUSE;
  }
  try {
    Connection* connection = Connection::FindOrCreate(ssl);
    if (connection == nullptr) {
      return TATTLE_ERR_MEMORY;
    }
    connection->set_host(host == nullptr ? "" : host);
    return TATTLE_OK;
  } catch (const std::bad_alloc&) {
    return TATTLE_ERR_MEMORY;
  }
}

tattle_status tattle_openssl_set_mode(SSL* ssl, tattle_mode mode) {
  const ErrorMark mark;
  if (ssl == nullptr || Find(ssl) == nullptr || mode < 0 || mode > TATTLE_MODE_REQUIRE) {
    return TATTLE_ERR_MISUSE;
  }
  try {
    Connection* connection = Connection::FindOrCreate(ssl);
    if (connection == nullptr) {
      return TATTLE_ERR_MEMORY;
    }
    connection->set_mode(mode);
    return TATTLE_OK;
  } catch (const std::bad_alloc&) {
    return TATTLE_ERR_MEMORY;
  }
}

const tattle_session* tattle_openssl_get0_session(const SSL* ssl) {
  const Connection* connection = ssl == nullptr ? nullptr : Connection::Find(ssl);
  return connection == nullptr ? nullptr : connection->session();
}
