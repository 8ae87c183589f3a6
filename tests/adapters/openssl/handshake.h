// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Real handshakes in memory, between a client that Tattle judges and a server that says what a test
// wants. Clock and keys are the test's.

#ifndef TATTLE_TESTS_ADAPTERS_OPENSSL_HANDSHAKE_H_
#define TATTLE_TESTS_ADAPTERS_OPENSSL_HANDSHAKE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <tattle/openssl.h>

#include "core/base/bytes.h"
#include "core/loglist/log_list.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace tattle::testlib {

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using SslCtx = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, Deleter<SSL_free>>;
using SslSession = std::unique_ptr<SSL_SESSION, Deleter<SSL_SESSION_free>>;
using X509Owner = std::unique_ptr<X509, Deleter<X509_free>>;
using Client = std::unique_ptr<tattle_client, Deleter<tattle_client_free>>;

inline constexpr std::uint64_t kNowMs = 1'791'000'000'000;
inline constexpr std::uint64_t kStampMs = 1'790'500'000'000;  // of most SCTs

X509Owner LoadX509(Bytes der);

// Settings are keys of tattle.conf. "mode" is "require" and "policy" "chrome" unless they say
// otherwise; there is no daemon.
using Settings = std::map<std::string, std::string>;

// World has a CA, a certificate of it, and logs: two that any policy likes, and some that none
// does.
struct World {
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // MakeClient: the CA is public unless `ca_is_public` is false. The list is made of `logs`.
  Client MakeClient(Settings settings = {}, bool ca_is_public = true) const;

  // ListOver is an SCT list for the plain leaf, with one SCT of each log.
  ByteVector ListOver(const std::vector<const TestLog*>& signers,
                      std::uint64_t timestamp_ms = kStampMs) const;

  TestCa ca{"Test CA"};
  TestKey leaf_key = TestKey::P256();
  ByteVector leaf;      // without SCTs
  ByteVector embedded;  // with SCTs of alpha and beta
  TestLog alpha{"alpha", "Alpha Inc"};
  TestLog beta{"beta", "Beta Ltd"};
  TestLog denied{"denied", "Denied"};
  TestLog retired{"retired", "Retired"};  // long before any SCT here
  TestLog rejected{"rejected", "Rejected"};
  TestLog stateless{"stateless", "Stateless"};
  TestLog stranger{"stranger", "Stranger"};  // not in the list
  LogList::Content list;
  std::string root_file;  // PEM, of the CA
};

// What the server sends.
struct ServerSays {
  std::vector<ByteVector> lists;  // in extension 18, one for each entry of the chain; empty: none
  ByteVector staple;              // empty: none
};

// HandshakeTest is run for TLS 1.2 and 1.3.
class HandshakeTest : public testing::TestWithParam<int> {
 protected:
  HandshakeTest();

  // NewContext is a client's context that trusts the CA and verifies.
  SslCtx NewContext() const;

  // Attach makes `context_` judged. Once a test.
  void Attach(const Settings& settings = {}, bool ca_is_public = true);
  void AttachClient(SSL_CTX* context, const tattle_client* client);

  // NewServer is a context with a certificate, which says says_.
  SslCtx NewServer(Bytes certificate);
  void Use(Bytes certificate) { server_context_ = NewServer(certificate); }

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

  World world_;
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
