// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// tattle.h, "Session: one connection".

#include "plugin/runtime/session.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <tattle/tattle.h>

#include "plugin/capi/enums.h"
#include "plugin/capi/evidence.h"
#include "plugin/capi/guard.h"
#include "plugin/capi/handle.h"
#include "plugin/runtime/bounds.h"
#include "plugin/runtime/client.h"
#include "plugin/runtime/connection.h"
#include "plugin/runtime/scope.h"

namespace {

using tattle::Bytes;
using tattle::ChainStatus;
using tattle::Connection;
using tattle::Decision;
using tattle::Evidence;
using tattle::Mode;
using tattle::Origin;
using tattle::Scope;
using tattle::Session;
using tattle::capi::BytesFrom;
using tattle::capi::Get;
using tattle::capi::Make;
using tattle::capi::Misused;
using tattle::capi::NameOf;
using tattle::capi::Number;
using tattle::capi::Outcome;
using tattle::capi::Refused;
using tattle::capi::SessionContent;
using tattle::capi::VerdictContent;

static_assert(Number(ChainStatus::kNotValidated) == TATTLE_CHAIN_NOT_VALIDATED);
static_assert(Number(ChainStatus::kValidated) == TATTLE_CHAIN_VALIDATED);
static_assert(Number(ChainStatus::kDane) == TATTLE_CHAIN_DANE);
static_assert(Number(ChainStatus::kNoCertificate) == TATTLE_CHAIN_NO_CERTIFICATE);

static_assert(Number(Decision::kNone) == TATTLE_DECISION_NONE);
static_assert(Number(Decision::kProceed) == TATTLE_PROCEED);
static_assert(Number(Decision::kRefuse) == TATTLE_REFUSE);

static_assert(Number(Scope::kUnknown) == TATTLE_SCOPE_UNKNOWN);
static_assert(Number(Scope::kPublic) == TATTLE_SCOPE_PUBLIC);
static_assert(Number(Scope::kPrivate) == TATTLE_SCOPE_PRIVATE);
static_assert(Number(Scope::kExemptHost) == TATTLE_SCOPE_EXEMPT_HOST);
static_assert(Number(Scope::kExemptSpki) == TATTLE_SCOPE_EXEMPT_SPKI);
static_assert(Number(Scope::kDane) == TATTLE_SCOPE_DANE);
static_assert(Number(Scope::kChainNotValid) == TATTLE_SCOPE_CHAIN_NOT_VALID);
static_assert(Number(Scope::kNoCertificate) == TATTLE_SCOPE_NO_CERTIFICATE);
static_assert(Number(Scope::kOff) == TATTLE_SCOPE_OFF);

static_assert(Number(Origin::kNone) == TATTLE_ORIGIN_NONE);
static_assert(Number(Origin::kVerified) == TATTLE_ORIGIN_VERIFIED);
static_assert(Number(Origin::kCached) == TATTLE_ORIGIN_CACHED);
static_assert(Number(Origin::kResumed) == TATTLE_ORIGIN_RESUMED);

// GivenConnection is the caller's struct, checked; `connection` borrows from the caller and from
// `cas`.
struct GivenConnection {
  std::vector<Bytes> cas;
  Connection connection;
};

Outcome<std::vector<Bytes>> ReadCas(const tattle_bytes* cas, std::size_t num_cas) {
  if (cas == nullptr && num_cas != 0) {
    return Misused("connection.cas", "is NULL, but num_cas is not 0");
  }
  std::vector<Bytes> out;
  out.reserve(num_cas);
  for (const tattle_bytes& ca : std::span(cas, num_cas)) {
    const Outcome<Bytes> bytes = BytesFrom(ca.data, ca.len, "connection.cas");
    if (!bytes) {
      return tl::unexpected(bytes.error());
    }
    out.push_back(*bytes);
  }
  return out;
}

Outcome<tattle_connection> ReadStruct(const tattle_connection* given) {
  if (given == nullptr) {
    return Misused("connection");
  }
  const std::optional<tattle_connection> known = tattle::capi::ReadStruct(*given);
  if (!known) {
    return tl::unexpected(tattle::capi::BadStructSize("connection.struct_size"));
  }
  if (known->mode < 0 || known->mode > TATTLE_MODE_REQUIRE) {
    return Misused("connection.mode", "is no mode");
  }
  if (known->chain < TATTLE_CHAIN_NOT_VALIDATED || known->chain > TATTLE_CHAIN_NO_CERTIFICATE) {
    return Misused("connection.chain", "is no chain status");
  }
  return *known;
}

// ReadConnection is what both ways of judging use; of the evidence it says nothing.
Outcome<Connection> ReadConnection(const tattle_connection& given) {
  Connection connection;
  if (given.host != nullptr) {
    connection.host = given.host;
  }
  if (connection.host.size() > tattle::kMaxHostName) {
    return Misused("connection.host", "is longer than a host name can be");
  }
  connection.chain = static_cast<ChainStatus>(given.chain);
  if (given.mode != 0) {
    connection.mode = static_cast<Mode>(given.mode);
  }
  return connection;
}

Outcome<GivenConnection> ReadWhole(const tattle_connection* given) {
  const Outcome<tattle_connection> known = ReadStruct(given);
  if (!known) {
    return tl::unexpected(known.error());
  }
  Outcome<Connection> connection = ReadConnection(*known);
  Outcome<std::vector<Bytes>> cas = ReadCas(known->cas, known->num_cas);
  if (!connection || !cas) {
    return tl::unexpected(connection ? cas.error() : connection.error());
  }
  if (known->evidence != nullptr || known->chain != TATTLE_CHAIN_NO_CERTIFICATE) {
    const Outcome<Evidence> evidence = tattle::capi::ReadEvidence(known->evidence);
    if (!evidence) {
      return tl::unexpected(evidence.error());
    }
    connection->evidence = *evidence;
  }
  GivenConnection out{*std::move(cas), *connection};
  out.connection.cas = out.cas;
  return out;
}

// Detached is for handles, which connections keep for as long as they are up.
Session Detached(Session session) {
  if (session.facts) {
    session.facts = tattle::DetachFacts(*session.facts);
  }
  return session;
}

SessionContent Wrap(Session session) {
  SessionContent content;
  if (session.facts) {
    content.report = std::make_unique<const tattle_report>(session.facts);
  }
  if (session.verdict) {
    content.verdict =
        std::make_unique<const tattle_verdict>(VerdictContent{session.verdict, session.list_stale});
  }
  content.session = std::move(session);
  return content;
}

Outcome<SessionContent> Judge(const tattle_client* client, const tattle_connection* given,
                              std::uint64_t now_ms) {
  const auto* shared = tattle_client::Open(client);
  if (shared == nullptr) {
    return Misused("client", "is no client");
  }
  const Outcome<GivenConnection> known = ReadWhole(given);
  if (!known) {
    return tl::unexpected(known.error());
  }
  return Wrap(Detached((*shared)->Judge(known->connection, now_ms)));
}

Outcome<SessionContent> Resume(const tattle_client* client, const tattle_connection* given,
                               Bytes saved, std::uint64_t now_ms) {
  const auto* shared = tattle_client::Open(client);
  if (shared == nullptr) {
    return Misused("client", "is no client");
  }
  const Outcome<Connection> connection = ReadStruct(given).and_then(ReadConnection);
  if (!connection) {
    return tl::unexpected(connection.error());
  }
  std::optional<Session> session = (*shared)->Resume(*connection, saved, now_ms);
  if (!session) {
    return Refused("what was saved with the session cannot be used now: make a full handshake");
  }
  return Wrap(Detached(*std::move(session)));
}

}  // namespace

tattle_status tattle_session_new(const tattle_client* client, tattle_session** out,
                                 const tattle_connection* connection, uint64_t now_ms,
                                 tattle_diag* diag) {
  return Make(out, diag, [=] { return Judge(client, connection, now_ms); });
}

// Bytes cross as a pointer and a length.
// NOLINTNEXTLINE(readability-function-size)
tattle_status tattle_session_resume(const tattle_client* client, tattle_session** out,
                                    const tattle_connection* connection, const uint8_t* saved,
                                    size_t saved_len, uint64_t now_ms, tattle_diag* diag) {
  return Make(out, diag, [=] {
    return BytesFrom(saved, saved_len, "saved").and_then([=](Bytes bytes) {
      return Resume(client, connection, bytes, now_ms);
    });
  });
}

void tattle_client_note_resumed(const tattle_client* client, const tattle_session* session,
                                const char* host) {
  tattle::capi::Guard(0, 0, [=] {
    const auto* shared = tattle_client::Open(client);
    const auto* content = tattle_session::Open(session);
    if (shared != nullptr && content != nullptr) {
      (*shared)->NoteResumed(content->session, host == nullptr ? std::string_view() : host);
    }
    return 0;
  });
}

tattle_status tattle_session_share(const tattle_session* session, tattle_session** out,
                                   tattle_diag* diag) {
  return Make(out, diag, [=]() -> Outcome<SessionContent> {
    const auto* content = tattle_session::Open(session);
    if (content == nullptr) {
      return Misused("session", "is no session");
    }
    return Wrap(content->session);
  });
}

void tattle_session_free(tattle_session* session) {
  tattle::capi::Free(session);
}

tattle_decision tattle_session_decision(const tattle_session* session) {
  return Get(session, tattle_decision{TATTLE_DECISION_NONE},
             [](const SessionContent& content) { return Number(content.session.decision); });
}

tattle_scope tattle_session_scope(const tattle_session* session) {
  return Get(session, tattle_scope{TATTLE_SCOPE_UNKNOWN},
             [](const SessionContent& content) { return Number(content.session.scope); });
}

const char* tattle_scope_name(tattle_scope scope) {
  return NameOf(scope, Scope::kUnknown, Scope::kOff, tattle::ScopeName);
}

tattle_origin tattle_session_origin(const tattle_session* session) {
  return Get(session, tattle_origin{TATTLE_ORIGIN_NONE},
             [](const SessionContent& content) { return Number(content.session.origin); });
}

tattle_mode tattle_session_mode(const tattle_session* session) {
  return Get(session, tattle_mode{0},
             [](const SessionContent& content) { return Number(content.session.mode); });
}

tattle_policy tattle_session_policy(const tattle_session* session) {
  return Get(session, tattle_policy{0},
             [](const SessionContent& content) { return Number(content.session.policy); });
}

const char* tattle_session_get0_reason(const tattle_session* session) {
  return Get(session, "",
             [](const SessionContent& content) { return content.session.reason.c_str(); });
}

const tattle_report* tattle_session_get0_report(const tattle_session* session) {
  return Get(session, static_cast<const tattle_report*>(nullptr),
             [](const SessionContent& content) { return content.report.get(); });
}

const tattle_verdict* tattle_session_get0_verdict(const tattle_session* session) {
  return Get(session, static_cast<const tattle_verdict*>(nullptr),
             [](const SessionContent& content) { return content.verdict.get(); });
}

const uint8_t* tattle_session_get0_saved(const tattle_session* session, size_t* len) {
  if (len == nullptr) {
    return nullptr;
  }
  *len = 0;
  return Get(session, static_cast<const uint8_t*>(nullptr),
             [len](const SessionContent& content) -> const uint8_t* {
               if (content.session.saved.empty()) {
                 return nullptr;
               }
               *len = content.session.saved.size();
               return content.session.saved.data();
             });
}
