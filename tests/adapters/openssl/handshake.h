// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Real handshakes in memory, between a client that Tattle judges and a server that says what a test
// wants. Clock and keys are the test's.

#ifndef TATTLE_TESTS_ADAPTERS_OPENSSL_HANDSHAKE_H_
#define TATTLE_TESTS_ADAPTERS_OPENSSL_HANDSHAKE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <tattle/openssl.h>

#include "tests/adapters/openssl/world.h"

namespace tattle::testlib {

// HandshakeTest is run for TLS 1.2 and 1.3.
class HandshakeTest : public testing::TestWithParam<int> {
 protected:
  // Each test has a world of its own, unless the suite shares one.
  explicit HandshakeTest(std::shared_ptr<World> world = std::make_shared<World>());

  SslCtx NewContext() const { return MakeClientContext(world_, GetParam()); }

  // Attach makes `context_` judged. Once a test.
  void Attach(const Settings& settings = {}, bool ca_is_public = true);
  void AttachClient(SSL_CTX* context, const tattle_client* client);

  // Use makes a server with that certificate, which says says_.
  void Use(Bytes certificate) { server_context_ = MakeServerContext(world_, certificate, &says_); }

  // NewClient makes client_, with a session to resume if there is one.
  void NewClient(SSL_SESSION* session = nullptr);

  // Shake runs client_ against a new server_ through a BIO pair of that size. True if both are
  // done. What the client left in the error queue is in errors_, its last word to SSL_get_error in
  // ssl_error_.
  bool Shake(std::size_t buffer = 1 << 16);

  // Pump goes on with the handshakes of both ends.
  bool Pump();

  bool Connect() {
    NewClient();
    return Shake();
  }
  bool Resume(SSL_SESSION* session) {
    NewClient(session);
    return Shake();
  }

  // Talk sends a byte each way, by which tickets of TLS 1.3 arrive. True if it came through.
  bool Talk();

  // Pass lets both ends read what there is, by which renegotiation goes on. False if one has
  // failed.
  bool Pass();

  // ConnectAndKeep makes a connection and takes its session.
  SslSession ConnectAndKeep();

  const tattle_session* Judged() const { return tattle_openssl_get0_session(client_.get()); }
  tattle_compliance Compliance() const {
    return tattle_verdict_compliance(tattle_session_get0_verdict(Judged()));
  }
  tattle_scope Scope() const { return tattle_session_scope(Judged()); }
  tattle_origin Origin() const { return tattle_session_origin(Judged()); }
  std::string Reason() const { return tattle_session_get0_reason(Judged()); }
  bool IsResumed() const { return SSL_session_reused(client_.get()) == 1; }
  std::uint64_t Count(tattle_counter counter) const {
    return tattle_client_count(attached_.get(), counter);
  }

  // The first entry of errors_ is ours, with these words in its text.
  bool IsRefusedFor(const std::string& words) const;

  std::shared_ptr<World> shared_world_;
  World& world_;
  ServerSays says_;
  std::uint64_t now_ms_ = kNowMs;
  SslCtx context_;
  SslCtx server_context_;
  Client attached_;
  Ssl client_;
  Ssl server_;
  std::vector<std::string> errors_;
  int ssl_error_ = SSL_ERROR_NONE;
};

std::string VersionName(const testing::TestParamInfo<int>& version);

}  // namespace tattle::testlib

#define TATTLE_FOR_BOTH_VERSIONS(suite)                                                 \
  INSTANTIATE_TEST_SUITE_P(Tls, suite, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION), \
                           ::tattle::testlib::VersionName)

#endif  // TATTLE_TESTS_ADAPTERS_OPENSSL_HANDSHAKE_H_
