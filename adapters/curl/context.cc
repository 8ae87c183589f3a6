// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/curl/context.h"

#include <atomic>
#include <ctime>
#include <new>
#include <utility>

#include <openssl/x509v3.h>

namespace tattle::curl {
namespace {

using InfoCallback = void (*)(const SSL* ssl, int where, int value);
using NewSessionCallback = int (*)(SSL* ssl, SSL_SESSION* session);

// Mark is what a context keeps.
struct Mark {
  JudgedBy judge;
  std::string address;
  bool is_there = false;
  std::shared_ptr<Refusal> refusal;
  std::uint64_t (*now_ms)(void* arg) = nullptr;  // of the program; null: the system's clock
  void* now_arg = nullptr;
  InfoCallback info = nullptr;               // of the program
  NewSessionCallback new_session = nullptr;  // of libcurl
  std::atomic<bool> is_done = false;         // the handshake
};

void Free(void* /*parent*/, void* mark, CRYPTO_EX_DATA* /*data*/, int /*index*/, long /*argl*/,
          void* /*argp*/) {
  delete static_cast<Mark*>(mark);
}

int Index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, Free);
  return index;
}

Mark* Find(const SSL* ssl) {
  return static_cast<Mark*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), Index()));
}

// ReadClock: when a server renegotiates, the handle that opened the connection may be gone, or at
// work in another thread.
std::uint64_t ReadClock(void* arg) {
  const auto* mark = static_cast<const Mark*>(arg);
  return mark->now_ms == nullptr || mark->is_done.load(std::memory_order_relaxed)
             ? SystemTimeMs()
             : mark->now_ms(mark->now_arg);
}

bool IsWithoutName(const SSL* ssl, const Mark& mark) {
  return !mark.address.empty() && SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) == nullptr;
}

// IsAtAddress: libcurl makes a context for an HTTPS proxy too, which must not pass for the host
// behind it. Through a proxy that host is known by its certificate; by that of the session, while
// one may be resumed.
bool IsAtAddress(const SSL* ssl, const Mark& mark) {
  X509* const leaf = SSL_get0_peer_certificate(ssl);
  return mark.is_there ||
         (leaf != nullptr && X509_check_ip_asc(leaf, mark.address.c_str(), 0) == 1);
}

// NameAddress lets exemptions by address hold, and log lines say more than nothing: of an address
// no server name is sent.
void NameAddress(SSL* ssl, const Mark& mark) {
  if (IsWithoutName(ssl, mark)) {
    // Without memory the connection is judged without a name.
    static_cast<void>(
        tattle_openssl_set_host(ssl, IsAtAddress(ssl, mark) ? mark.address.c_str() : nullptr));
  }
}

void KeepRefusal(const SSL* ssl, const Mark& mark) {
  const tattle_session* session = tattle_openssl_get0_session(ssl);
  if (tattle_session_decision(session) != TATTLE_REFUSE) {
    return;
  }
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  mark.refusal->session = ShareSession(session);
  if (name != nullptr) {
    mark.refusal->error = name;
  } else {
    mark.refusal->error = IsAtAddress(ssl, mark) ? mark.address : "";
  }
  mark.refusal->error.append(mark.refusal->error.empty() ? "" : ": ")
      .append(tattle_session_get0_reason(session));
}

// OnInfo is called by the OpenSSL adapter as the program's own: before a session is judged, and
// after the connection was.
void OnInfo(const SSL* ssl, int where, int value) {
  Mark* mark = Find(ssl);
  if (mark == nullptr) {
    return;
  }
  if (mark->info != nullptr) {
    mark->info(ssl, where, value);
  }
  if (mark->is_done.load(std::memory_order_relaxed)) {
    return;
  }
  if (where == SSL_CB_HANDSHAKE_START || where == SSL_CB_CONNECT_LOOP) {
    // OpenSSL gives its callbacks a const SSL, and the adapter wants another one.
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
    NameAddress(const_cast<SSL*>(ssl), *mark);
  } else if (where == SSL_CB_CONNECT_EXIT || where == SSL_CB_HANDSHAKE_DONE) {
    try {
      KeepRefusal(ssl, *mark);
    } catch (const std::bad_alloc&) {
      // Whoever asks why hears OpenSSL's reason only.
    }
    mark->is_done.store(where == SSL_CB_HANDSHAKE_DONE, std::memory_order_relaxed);
  }
}

// OnNewSession: libcurl 8.11 and later offer early data where a session allows it, which the
// OpenSSL adapter would stop, and the connection with it.
int OnNewSession(SSL* ssl, SSL_SESSION* session) {
  const Mark* mark = Find(ssl);
  SSL_SESSION_set_max_early_data(session, 0);
  return mark == nullptr ? 0 : mark->new_session(ssl, session);
}

}  // namespace

std::uint64_t SystemTimeMs() {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

tattle_status AttachContext(SSL_CTX* context, ContextSettings settings, tattle_diag* diag) {
  auto mark = std::make_unique<Mark>();
  mark->judge = settings.judge;
  mark->address = std::move(settings.address);
  mark->is_there = settings.is_there;
  mark->refusal = std::move(settings.refusal);
  mark->now_ms = settings.options.now_ms;
  mark->now_arg = settings.options.now_arg;
  settings.options.now_ms = ReadClock;
  settings.options.now_arg = mark.get();
  mark->info = SSL_CTX_get_info_callback(context);
  mark->new_session = SSL_CTX_sess_get_new_cb(context);
  if (Index() < 0 || SSL_CTX_set_ex_data(context, Index(), mark.get()) != 1) {
    return TATTLE_ERR_MEMORY;
  }
  const Mark* kept = mark.release();  // the context's from now on
  SSL_CTX_set_info_callback(context, OnInfo);
  const tattle_status status =
      tattle_openssl_attach(context, settings.client, &settings.options, diag);
  if (status != TATTLE_OK) {
    SSL_CTX_set_info_callback(context, kept->info);
    SSL_CTX_set_ex_data(context, Index(), nullptr);
    delete kept;
    return status;
  }
  if (kept->new_session != nullptr) {
    SSL_CTX_sess_set_new_cb(context, OnNewSession);
  }
  return TATTLE_OK;
}

JudgedBy FindJudge(const SSL* ssl) {
  const Mark* mark = Find(ssl);
  return mark == nullptr ? JudgedBy() : mark->judge;
}

}  // namespace tattle::curl
