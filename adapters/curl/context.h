// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The SSL_CTX that libcurl makes for each connection: how it gets judged, and how the handle hears
// of a refusal, after which libcurl frees everything at once.

#ifndef TATTLE_ADAPTERS_CURL_CONTEXT_H_
#define TATTLE_ADAPTERS_CURL_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <string>

#include <openssl/ssl.h>

#include <tattle/openssl.h>

#include "adapters/curl/handles.h"

namespace tattle::curl {

// JudgedBy is whose judgement a connection has.
struct JudgedBy {
  std::uint64_t client_id = 0;
  tattle_mode mode = 0;

  friend bool operator==(const JudgedBy&, const JudgedBy&) = default;
};

// Refusal is how a connection of a handle was refused. The connection's context shares it, but
// leaves it alone once the handshake is done: another handle in another thread may have it then.
struct Refusal {
  SessionPtr session;
  std::string error;  // empty: none was
};

struct ContextSettings {
  const tattle_client* client = nullptr;
  JudgedBy judge;
  tattle_openssl_options options = TATTLE_OPENSSL_OPTIONS_INIT;
  std::string address;    // of a host without a name, which is not sent
  bool is_there = false;  // the connection goes to that address, and not to a proxy
  std::shared_ptr<Refusal> refusal;
};

// SystemTimeMs is the system's clock, in milliseconds since 1970.
std::uint64_t SystemTimeMs();

// AttachContext makes the connections of a new context judged, by the clock of the options until
// the handshake is done: the connection may outlive that. Fails as tattle_openssl_attach.
tattle_status AttachContext(SSL_CTX* context, ContextSettings settings, tattle_diag* diag);

// FindJudge is whose judgement the connection has; of a context that is not ours, nobody's.
JudgedBy FindJudge(const SSL* ssl);

}  // namespace tattle::curl

#endif  // TATTLE_ADAPTERS_CURL_CONTEXT_H_
