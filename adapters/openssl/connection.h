// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The state of one connection, from the ClientHello to the judgement. Whoever installs OpenSSL's
// callbacks calls, in the order of the handshake,
//
//   Begin       when a handshake starts: the session that is to be resumed is judged, or dropped;
//               who learns of a handshake too late calls BeginLate
//   MayOffer    when a ClientHello is written, if there is a way to be told
//   Decide      when certificate, SCTs and staple are there, or a session was taken up
//   Finish      when the handshake is done
//
// and refuses the connection where the answer is false. Nothing here knows how callbacks get
// installed, or how a connection is refused.

#ifndef TATTLE_ADAPTERS_OPENSSL_CONNECTION_H_
#define TATTLE_ADAPTERS_OPENSSL_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <openssl/ssl.h>

#include <tattle/tattle.h>

#include "adapters/openssl/peer.h"

namespace tattle::openssl {

// Judge is what the connections of a context have in common: any number of threads use it at once.
struct Judge {
  ClientPtr client;
  std::uint64_t (*now_ms)(void* arg) = nullptr;  // null: the system's clock
  void* now_arg = nullptr;
  // Whether the program does not know of us, and must not find its connections broken: sessions
  // that were approved may send early data then, and mode report leaves it sessions that carry no
  // judgement.
  bool is_guest = false;
  tattle_mode mode = 0;          // of the context's connections; 0: the client's
  bool as_verify_error = false;  // how a refusal is told (tattle_openssl_options)

  std::uint64_t NowMs() const;
  tattle_mode Mode() const;
};

// Connection belongs to an SSL, and is for the thread that uses that. Where memory is wanting its
// functions throw std::bad_alloc: take that for a refusal in mode require.
class Connection {
 public:
  // HasRoom is false if OpenSSL has no place for the state in its connections.
  static bool HasRoom();

  // Find is null if there is none yet.
  static Connection* Find(const SSL* ssl);

  // FindOrCreate is null if OpenSSL has no room for it. SSL_free frees it; SSL_dup copies what the
  // program has set, and nothing else.
  static Connection* FindOrCreate(SSL* ssl);

  // CopySettings is a new one with what the program has set for this one.
  std::unique_ptr<Connection> CopySettings() const;

  // What the program sets.
  void set_host(std::string host) { host_ = std::move(host); }
  void set_mode(tattle_mode mode) { mode_ = mode; }
  tattle_mode ModeOf(const Judge& judge) const;  // its own, else the judge's
  static tattle_mode ModeOf(const SSL* ssl, const Judge& judge);

  // What extension 18 brought for the leaf.
  void KeepTlsScts(std::span<const std::uint8_t> list) {
    tls_scts_.assign(list.begin(), list.end());
  }
  void ForgetTlsScts() { tls_scts_.clear(); }
  const std::vector<std::uint8_t>& tls_scts() const { return tls_scts_; }

  // Begin judges the session that would be resumed, by what it carries. If it carries nothing, or
  // may not be used, it is taken away, so that a full handshake follows.
  void Begin(SSL* ssl, const Judge& judge);

  // BeginLate is for a handshake of which the ClientHello was sent without Begin: a session that
  // the server resumes is judged when it comes to Decide, too late for a full handshake.
  void BeginLate();

  // MayOffer is false if in mode require a session is about to be offered that Begin has not
  // approved: the program took Begin's callback away, or set another session since.
  [[nodiscard]] bool MayOffer(SSL* ssl, const Judge& judge);

  // Decide says whether the connection may go on, and keeps why.
  [[nodiscard]] bool Decide(SSL* ssl, const Judge& judge);

  // DecideAndSave is Decide and Save, with the program's error queue out of reach.
  [[nodiscard]] static bool DecideAndSave(SSL* ssl, const Judge& judge);

  // Save lets the TLS session carry the judgement. Only while nobody shares it: directly after
  // Decide, before the handshake is done.
  void Save(SSL* ssl) const;

  // Finish decides if that has not been done in this handshake.
  [[nodiscard]] bool Finish(SSL* ssl, const Judge& judge);

  // session is null if nothing was judged.
  const tattle_session* session() const { return session_.get(); }

  // What a refusal is to say.
  HostName Host(SSL* ssl) const;
  const char* Reason() const;

 private:
  bool Resume(SSL* ssl, const Judge& judge);
  void ResumeLate(SSL* ssl, const Judge& judge);
  bool TakeUp(SSL* ssl, const Judge& judge);
  void JudgeEvidence(SSL* ssl, const Judge& judge);
  void ForgetJudgement();

  std::string host_;
  tattle_mode mode_ = 0;  // 0: the judge's
  std::vector<std::uint8_t> tls_scts_;
  SessionPtr session_;      // the judgement of the handshake that was last decided
  SessionPtr candidate_;    // what it will be if the server takes up the approved session
  SslSessionPtr approved_;  // the only TLS session that may be offered
  bool begun_ = false;      // in this handshake
  bool decided_ = false;    // in this handshake
};

// RaiseRefused puts into the error queue, as an error of ours or of OpenSSL's, why it was refused.
void RaiseRefused(SSL* ssl, bool as_verify_error = false);

// Ask gives `question` the connection, with the program's error queue out of reach. Where there is
// no memory, the answer is no in mode require.
template <typename Question>
bool Ask(SSL* ssl, const Judge& judge, Question question) {
  const ErrorMark mark;
  try {
    if (Connection* connection = Connection::FindOrCreate(ssl); connection != nullptr) {
      return question(*connection);
    }
  } catch (const std::bad_alloc&) {
    return Connection::ModeOf(ssl, judge) != TATTLE_MODE_REQUIRE;
  }
  return Connection::ModeOf(ssl, judge) != TATTLE_MODE_REQUIRE;
}

}  // namespace tattle::openssl

#endif  // TATTLE_ADAPTERS_OPENSSL_CONNECTION_H_
