// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/openssl/connection.h"

#include <array>
#include <ctime>
#include <memory>
#include <new>
#include <utility>

#include "adapters/openssl/error.h"
#include "adapters/openssl/peer.h"

namespace tattle::openssl {
namespace {

void Free(void* /*parent*/, void* connection, CRYPTO_EX_DATA* /*data*/, int /*index*/,
          long /*argl*/, void* /*argp*/) {
  delete static_cast<Connection*>(connection);
}

// SSL_dup would otherwise copy the pointer, and both connections would free what it points to.
int Copy(CRYPTO_EX_DATA* /*to*/, const CRYPTO_EX_DATA* /*from*/, void** connection, int /*index*/,
         long /*argl*/, void* /*argp*/) {
  const auto* original = static_cast<const Connection*>(*connection);
  *connection = nullptr;
  if (original == nullptr) {
    return 1;
  }
  try {
    *connection = original->CopySettings().release();
    return 1;
  } catch (const std::bad_alloc&) {
    return 0;
  }
}

int Index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, Copy, Free);
  return index;
}

// A handshake that begins anew, as opposed to one on a connection that is up (TLS 1.2).
bool IsFirst(const SSL* ssl) {
  return SSL_get_state(ssl) == TLS_ST_BEFORE;
}

// After early data OpenSSL enters the handshake, of which the ClientHello was already sent, once
// more.
bool IsWithinEarlyData(const SSL* ssl) {
  const OSSL_HANDSHAKE_STATE state = SSL_get_state(ssl);
  return state == TLS_ST_EARLY_DATA || state == TLS_ST_PENDING_EARLY_DATA_END;
}

// OfferedSession is what a ClientHello would offer; null for a session that has just been made.
SSL_SESSION* OfferedSession(const SSL* ssl) {
  SSL_SESSION* session = SSL_get0_session(ssl);
  return session != nullptr && SSL_SESSION_is_resumable(session) == 1 ? session : nullptr;
}

SslSessionPtr Share(SSL_SESSION* session) {
  return SslSessionPtr(session != nullptr && SSL_SESSION_up_ref(session) == 1 ? session : nullptr);
}

// WithoutEarlyData is `session`, or where that allows early data, a copy that does not: other
// threads may be using it. Null if there is no memory.
SslSessionPtr WithoutEarlyData(SSL_SESSION* session) {
  if (SSL_SESSION_get_max_early_data(session) == 0) {
    return Share(session);
  }
  SslSessionPtr copy(SSL_SESSION_dup(session));
  if (copy == nullptr || SSL_SESSION_set_max_early_data(copy.get(), 0) != 1) {
    return nullptr;
  }
  return copy;
}

// A session of a chain that nobody had validated does not pass where chains are to be validated.
bool IsAllowed(SSL* ssl, const tattle_session* resumed) {
  const bool must_be_valid = (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
  return tattle_session_decision(resumed) == TATTLE_PROCEED &&
         !(must_be_valid && tattle_session_scope(resumed) == TATTLE_SCOPE_CHAIN_NOT_VALID);
}

}  // namespace

std::uint64_t Judge::NowMs() const {
  if (now_ms != nullptr) {
    return now_ms(now_arg);
  }
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

tattle_mode Judge::Mode() const {
  return mode != 0 ? mode : tattle_client_mode(client.get());
}

bool Connection::HasRoom() {
  return Index() >= 0;
}

Connection* Connection::Find(const SSL* ssl) {
  return static_cast<Connection*>(SSL_get_ex_data(ssl, Index()));
}

Connection* Connection::FindOrCreate(SSL* ssl) {
  if (Connection* found = Find(ssl); found != nullptr) {
    return found;
  }
  auto made = std::make_unique<Connection>();
  return SSL_set_ex_data(ssl, Index(), made.get()) == 1 ? made.release() : nullptr;
}

std::unique_ptr<Connection> Connection::CopySettings() const {
  auto copy = std::make_unique<Connection>();
  copy->host_ = host_;
  copy->mode_ = mode_;
  return copy;
}

tattle_mode Connection::ModeOf(const Judge& judge) const {
  return mode_ != 0 ? mode_ : judge.Mode();
}

tattle_mode Connection::ModeOf(const SSL* ssl, const Judge& judge) {
  const Connection* connection = Find(ssl);
  return connection == nullptr ? judge.Mode() : connection->ModeOf(judge);
}

HostName Connection::Host(SSL* ssl) const {
  return host_.empty() ? HostOf(ssl) : HostName{host_.c_str(), nullptr};
}

const char* Connection::Reason() const {
  return session_ == nullptr ? "could not be judged" : tattle_session_get0_reason(session_.get());
}

void Connection::ForgetJudgement() {
  session_.reset();
  candidate_.reset();
  approved_.reset();
}

void Connection::Begin(SSL* ssl, const Judge& judge) {
  if (IsWithinEarlyData(ssl)) {
    return;
  }
  begun_ = true;
  decided_ = false;
  candidate_.reset();
  SSL_SESSION* const offered = OfferedSession(ssl);
  if (offered == nullptr || ModeOf(judge) == TATTLE_MODE_OFF) {
    ForgetJudgement();
    return;
  }
  if (!IsFirst(ssl)) {
    // The session is in use, and OpenSSL would break the connection if it were taken away. It is
    // the one that was judged, or MayOffer or Decide stop it. Where it cannot be judged again,
    // because the log list was replaced meanwhile, the judgement stands under which the connection
    // is up, as long as nobody asks for more than then.
    if (offered != approved_.get()) {
      ForgetJudgement();
    } else if (!Resume(ssl, judge)) {
      if (tattle_session_mode(session_.get()) == ModeOf(judge)) {
        candidate_ = std::move(session_);
      } else {
        ForgetJudgement();
      }
    }
    session_.reset();
    return;
  }
  ForgetJudgement();
  if (Resume(ssl, judge)) {
    approved_ = judge.is_guest ? Share(offered) : WithoutEarlyData(offered);
  } else if (judge.is_guest && ModeOf(judge) == TATTLE_MODE_REPORT) {
    return;
  }
  if (approved_.get() != offered) {
    // Cannot fail before a handshake: the method is the context's.
    SSL_set_session(ssl, approved_.get());
  }
  if (approved_ == nullptr) {
    candidate_.reset();
  }
}

// Resume makes candidate_ of what the offered session carries. False if it may not be resumed.
bool Connection::Resume(SSL* ssl, const Judge& judge) {
  void* saved = nullptr;
  std::size_t saved_len = 0;
  SSL_SESSION_get0_ticket_appdata(SSL_get0_session(ssl), &saved, &saved_len);
  const HostName host = Host(ssl);
  tattle_connection connection = TATTLE_CONNECTION_INIT;
  connection.host = host.text;
  connection.mode = ModeOf(judge);
  tattle_session* resumed = nullptr;
  static_cast<void>(tattle_session_resume(judge.client.get(), &resumed, &connection,
                                          static_cast<const std::uint8_t*>(saved), saved_len,
                                          judge.NowMs(), nullptr));
  candidate_.reset(resumed);
  if (!IsAllowed(ssl, resumed)) {
    candidate_.reset();
  }
  return candidate_ != nullptr;
}

void Connection::BeginLate() {
  begun_ = false;
  decided_ = false;
  ForgetJudgement();
  ForgetTlsScts();
}

void Connection::ResumeLate(SSL* ssl, const Judge& judge) {
  if (!begun_ && SSL_session_reused(ssl) != 0 && Resume(ssl, judge)) {
    approved_ = Share(SSL_get0_session(ssl));
  }
}

bool Connection::MayOffer(SSL* ssl, const Judge& judge) {
  decided_ = false;
  // OpenSSL has looked already whether the session may be resumed, and put a new one in its place
  // if not. That is not asked again: another connection may end the session meanwhile, and it is
  // offered all the same.
  if (approved_ != nullptr && SSL_get0_session(ssl) == approved_.get()) {
    return true;
  }
  ForgetJudgement();
  return OfferedSession(ssl) == nullptr || ModeOf(judge) != TATTLE_MODE_REQUIRE;
}

bool Connection::Decide(SSL* ssl, const Judge& judge) {
  decided_ = true;
  session_.reset();
  const tattle_mode mode = ModeOf(judge);
  if (mode == TATTLE_MODE_OFF) {
    ForgetJudgement();
    return true;
  }
  ResumeLate(ssl, judge);
  if (SSL_session_reused(ssl) != 0 && TakeUp(ssl, judge)) {
    return true;
  }
  candidate_.reset();
  approved_.reset();
  // A key that both sides have from elsewhere looks like a resumed session too, but one without a
  // certificate.
  if (SSL_session_reused(ssl) == 0 || SSL_get0_peer_certificate(ssl) == nullptr) {
    JudgeEvidence(ssl, judge);
  }
  return mode != TATTLE_MODE_REQUIRE || tattle_session_decision(session_.get()) == TATTLE_PROCEED;
}

// TakeUp makes the candidate the judgement, if it is the approved session that the server resumes.
// In TLS 1.3 the server chooses among the keys that are offered, and the program may have added
// some of its own. In TLS 1.2 there is one session, of which OpenSSL makes another object when a
// new ticket comes.
bool Connection::TakeUp(SSL* ssl, const Judge& judge) {
  const bool is_approved =
      SSL_version(ssl) != TLS1_3_VERSION || SSL_get0_session(ssl) == approved_.get();
  if (candidate_ == nullptr || !is_approved) {
    return false;
  }
  session_ = std::move(candidate_);
  tattle_client_note_resumed(judge.client.get(), session_.get(), Host(ssl).text);
  return true;
}

void Connection::JudgeEvidence(SSL* ssl, const Judge& judge) {
  const HostName host = Host(ssl);
  tattle_connection connection = TATTLE_CONNECTION_INIT;
  connection.host = host.text;
  connection.mode = ModeOf(judge);
  connection.chain = ChainStatusOf(ssl);
  tattle_evidence evidence = TATTLE_EVIDENCE_INIT;
  DerCertificates certificates;
  if (connection.chain != TATTLE_CHAIN_NO_CERTIFICATE) {
    const JudgedChain chain = JudgedChainOf(ssl, connection.chain);
    if (!certificates.Encode(chain.certificates)) {
      return;
    }
    const std::span<const tattle_bytes> cas = certificates.all().subspan(1);
    const tattle_bytes staple = StapleOf(ssl);
    evidence.leaf = certificates.all()[0].data;
    evidence.leaf_len = certificates.all()[0].len;
    if (!cas.empty()) {
      evidence.issuer = cas[0].data;
      evidence.issuer_len = cas[0].len;
    }
    evidence.tls_scts = tls_scts_.data();
    evidence.tls_scts_len = tls_scts_.size();
    evidence.ocsp_response = staple.data;
    evidence.ocsp_response_len = staple.len;
    connection.evidence = &evidence;
    connection.cas = cas.data();
    connection.num_cas = cas.size();
  }
  tattle_session* judged = nullptr;
  static_cast<void>(
      tattle_session_new(judge.client.get(), &judged, &connection, judge.NowMs(), nullptr));
  session_.reset(judged);
}

bool Connection::DecideAndSave(SSL* ssl, const Judge& judge) {
  return Ask(ssl, judge, [&](Connection& connection) {
    const bool may_go_on = connection.Decide(ssl, judge);
    connection.Save(ssl);
    return may_go_on;
  });
}

void Connection::Save(SSL* ssl) const {
  if (SSL_session_reused(ssl) != 0) {
    return;
  }
  std::size_t len = 0;
  const std::uint8_t* saved =
      session_ == nullptr ? nullptr : tattle_session_get0_saved(session_.get(), &len);
  // Where it fails nothing is carried, and the session is not resumed.
  SSL_SESSION_set1_ticket_appdata(SSL_get0_session(ssl), saved, len);
}

bool Connection::Finish(SSL* ssl, const Judge& judge) {
  // OpenSSL calls a handshake done once more before it sends early data.
  if (SSL_is_init_finished(ssl) == 0) {
    return true;
  }
  const bool may_go_on = decided_ || Decide(ssl, judge);
  begun_ = false;
  decided_ = false;
  // For renegotiation, which TLS 1.3 has none of.
  const bool may_renegotiate = session_ != nullptr && SSL_version(ssl) != TLS1_3_VERSION;
  approved_ = may_renegotiate ? Share(SSL_get0_session(ssl)) : nullptr;
  return may_go_on;
}

void RaiseRefused(SSL* ssl, bool as_verify_error) {
  const Connection* connection = Connection::Find(ssl);
  const HostName host = connection == nullptr ? HostName() : connection->Host(ssl);
  const char* const why = connection == nullptr ? "out of memory" : connection->Reason();
  if (as_verify_error) {
    RaiseVerifyError(host.text, why);
  } else {
    RaiseError(ErrorReason::kRefused, host.text, why);
  }
}

}  // namespace tattle::openssl
