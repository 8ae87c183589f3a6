// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Sessions are resumed with their judgement, or not at all.

#include <array>
#include <string>
#include <vector>

#include "core/crypto/sha256.h"
#include "tests/adapters/openssl/handshake.h"

namespace tattle::testlib::resumption_test {
namespace {

// A key that client and server have from elsewhere, as a session of TLS 1.3.
SSL_SESSION* SharedKey(SSL* ssl) {
  const std::array<unsigned char, 2> cipher = {0x13, 0x02};  // TLS_AES_256_GCM_SHA384
  const ByteVector key(16, 7);
  SSL_SESSION* session = SSL_SESSION_new();
  SSL_SESSION_set1_master_key(session, key.data(), key.size());
  SSL_SESSION_set_cipher(session, SSL_CIPHER_find(ssl, cipher.data()));
  SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION);
  return session;
}

int OfferKey(SSL* ssl, const EVP_MD* /*digest*/, const unsigned char** id, std::size_t* id_len,
             SSL_SESSION** session) {
  static const std::array<unsigned char, 1> name = {'k'};
  *id = name.data();
  *id_len = name.size();
  *session = SharedKey(ssl);
  return 1;
}

int FindKey(SSL* ssl, const unsigned char* /*id*/, std::size_t id_len, SSL_SESSION** session) {
  *session = id_len == 1 ? SharedKey(ssl) : nullptr;
  return 1;
}

// Ending is a session that ends in the middle of a handshake: another connection that was given the
// same one has failed, or was not closed.
struct Ending {
  SSL_CTX* context = nullptr;
  SSL_SESSION* session = nullptr;
  int operation = 0;  // SSL_SECOP_*, when
};

// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
int EndSession(const SSL* /*ssl*/, const SSL_CTX* /*context*/, int operation, int /*bits*/,
               int /*nid*/, void* /*other*/, void* arg) {
  const auto* ending = static_cast<const Ending*>(arg);
  if (operation == ending->operation) {
    SSL_CTX_remove_session(ending->context, ending->session);
  }
  return 1;
}

class ResumptionTest : public HandshakeTest {
 protected:
  ResumptionTest() { Use(world_.embedded); }

  // Reattach goes on with another context and client, as a program does that was started anew.
  void Reattach(const Settings& settings = {}) {
    context_ = NewContext();
    Attach(settings);
  }
};
TATTLE_FOR_BOTH_VERSIONS(ResumptionTest);

SslSession ThroughBytes(SSL_SESSION* session) {
  unsigned char* der = nullptr;
  const int len = i2d_SSL_SESSION(session, &der);
  const unsigned char* position = der;
  SslSession copy(d2i_SSL_SESSION(nullptr, &position, len));
  OPENSSL_free(der);
  return copy;
}

TEST_P(ResumptionTest, ByTicket) {
  Attach();
  const SslSession session = ConnectAndKeep();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(Origin(), TATTLE_ORIGIN_RESUMED);
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(tattle_report_num_scts(tattle_session_get0_report(Judged())), 2U);
  EXPECT_EQ(errors_, std::vector<std::string>());
  EXPECT_TRUE(Talk());
}

// A connection that DANE vouched for says nothing of one without DANE.
TEST_P(ResumptionTest, NotOfASessionThatDaneVouchedFor) {
  Use(world_.leaf);
  context_ = NewContext();
  SSL_CTX_dane_enable(context_.get());
  Attach();
  NewClient();
  const Hash key = Sha256Of(world_.leaf_key.Spki());
  SSL_dane_enable(client_.get(), "example.test");
  SSL_dane_tlsa_add(client_.get(), 3 /* DANE-EE */, 1 /* SubjectPublicKeyInfo */, 1 /* SHA-256 */,
                    key.data(), key.size());
  ASSERT_TRUE(Shake());
  ASSERT_TRUE(Talk());
  const SslSession session(SSL_get1_session(client_.get()));
  ASSERT_EQ(Scope(), TATTLE_SCOPE_DANE);
  EXPECT_FALSE(Resume(session.get()));
  EXPECT_EQ(tattle_session_decision(Judged()), TATTLE_REFUSE);
}

TEST_P(ResumptionTest, ByIdInTheServersCache) {
  SSL_CTX_set_options(server_context_.get(), SSL_OP_NO_TICKET);
  Attach();
  const SslSession session = ConnectAndKeep();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
}

TEST_P(ResumptionTest, AgainAndAgain) {
  Attach();
  SslSession session = ConnectAndKeep();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Resume(session.get()));
    ASSERT_TRUE(IsResumed());
    EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
    ASSERT_TRUE(Talk());
    session.reset(SSL_get1_session(client_.get()));
    SSL_shutdown(client_.get());
  }
}

// OpenSSL asks for the version, looks whether the session may be resumed, and asks for the ciphers.
TEST_P(ResumptionTest, OfASessionThatEndsMeanwhile) {
  for (const char* mode : {"report", "require"}) {
    for (const int operation : {SSL_SECOP_VERSION, SSL_SECOP_CIPHER_SUPPORTED}) {
      Reattach({{"mode", mode}});
      const SslSession session = ConnectAndKeep();
      Ending ending = {context_.get(), session.get(), operation};
      SSL_CTX_set0_security_ex_data(context_.get(), &ending);
      SSL_CTX_set_security_callback(context_.get(), EndSession);
      ASSERT_TRUE(Resume(session.get())) << errors_[0];
      EXPECT_EQ(SSL_SESSION_is_resumable(session.get()), 0);
      EXPECT_EQ(IsResumed(), operation == SSL_SECOP_CIPHER_SUPPORTED);
      EXPECT_EQ(Origin() == TATTLE_ORIGIN_RESUMED, IsResumed());
      EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
    }
  }
}

TEST_P(ResumptionTest, AfterSerialisationInAnotherProcess) {
  Attach();
  const SslSession session = ThroughBytes(ConnectAndKeep().get());
  Reattach();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(Origin(), TATTLE_ORIGIN_RESUMED);
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
}

TEST_P(ResumptionTest, NotAfterTheLogListHasChanged) {
  Attach();
  const SslSession session = ConnectAndKeep();
  world_.list.logs[1].state = LogState::kRejected;  // beta
  Reattach();
  EXPECT_FALSE(Resume(session.get()));
  EXPECT_FALSE(IsResumed());
  EXPECT_EQ(Origin(), TATTLE_ORIGIN_VERIFIED);
  Reattach({{"mode", "report"}});
  EXPECT_TRUE(Resume(session.get()));
  EXPECT_FALSE(IsResumed());
  EXPECT_EQ(Compliance(), TATTLE_NOT_COMPLIANT);
}

TEST_P(ResumptionTest, NotOfASessionMadeWithoutTattle) {
  const SslSession session = ConnectAndKeep();
  for (const char* mode : {"report", "require"}) {
    Reattach({{"mode", mode}});
    ASSERT_TRUE(Resume(session.get()));
    EXPECT_FALSE(IsResumed());
    EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  }
}

TEST_P(ResumptionTest, AsTheProgramWishesWhereTheModeIsOff) {
  const SslSession session = ConnectAndKeep();
  Reattach({{"mode", "off"}});
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(Judged(), nullptr);
}

TEST_P(ResumptionTest, NotOfASessionWhoseMarkIsBroken) {
  Attach();
  const SslSession session = ConnectAndKeep();
  void* saved = nullptr;
  std::size_t len = 0;
  ASSERT_EQ(SSL_SESSION_get0_ticket_appdata(session.get(), &saved, &len), 1);
  ASSERT_GT(len, 0U);
  ASSERT_LT(len, 1000U);
  const std::string good(static_cast<const char*>(saved), len);
  for (const std::string& bad : {good.substr(1), good + "x", std::string("x"), good + good}) {
    SSL_SESSION_set1_ticket_appdata(session.get(), bad.data(), bad.size());
    ASSERT_TRUE(Resume(session.get()));
    EXPECT_FALSE(IsResumed());
    EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  }
}

TEST_P(ResumptionTest, IsJudgedAnewByTheTime) {
  Attach();
  const SslSession session = ConnectAndKeep();
  now_ms_ = kStampMs - 400'000;  // the clock was set back: the SCTs lie in the future
  EXPECT_FALSE(Resume(session.get()));
  EXPECT_FALSE(IsResumed());
  EXPECT_EQ(Compliance(), TATTLE_NOT_COMPLIANT);
}

TEST_P(ResumptionTest, IsJudgedAnewByTheListsAge) {
  world_.list.timestamp_ms = kNowMs - std::uint64_t{60} * 24 * 3600 * 1000;
  Attach({{"on_stale", "fail"}});
  const SslSession session = ConnectAndKeep();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  now_ms_ = kNowMs + std::uint64_t{11} * 24 * 3600 * 1000;
  EXPECT_FALSE(Resume(session.get()));
}

TEST_P(ResumptionTest, IsJudgedAnewByThePolicy) {
  says_.lists = {world_.ListOver({&world_.alpha})};
  Use(world_.leaf);
  Attach({{"policy", "rfc6962"}});
  const SslSession session = ConnectAndKeep();
  Reattach({{"policy", "rfc6962"}});
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  Reattach({{"policy", "chrome"}});
  EXPECT_FALSE(Resume(session.get()));
  Reattach({{"policy", "chrome"}, {"mode", "report"}});
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(Compliance(), TATTLE_NOT_COMPLIANT);
}

TEST_P(ResumptionTest, ASessionOfReportIsNoWayIntoRequire) {
  Use(world_.leaf);
  Attach({{"mode", "report"}});
  const SslSession session = ConnectAndKeep();
  Reattach();
  EXPECT_FALSE(Resume(session.get()));
  EXPECT_TRUE(IsRefusedFor("example.test"));
}

TEST_P(ResumptionTest, OfAPrivateChainStaysPrivate) {
  Use(world_.leaf);
  Attach({}, false);
  const SslSession session = ConnectAndKeep();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_PRIVATE);
}

TEST_P(ResumptionTest, OfAChainThatNobodyValidatedIsForThoseWhoDoNotVerify) {
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_cert_store(context_.get(), X509_STORE_new());
  Attach();
  const SslSession session = ConnectAndKeep();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_CHAIN_NOT_VALID);
  Reattach();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_FALSE(IsResumed());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_PUBLIC);
}

TEST_P(ResumptionTest, ARefusedConnectionLeavesNoSessionToResume) {
  Use(world_.leaf);
  Attach();
  EXPECT_FALSE(Connect());
  const SslSession session(SSL_get1_session(client_.get()));
  EXPECT_FALSE(Resume(session.get()));
}

TEST_P(ResumptionTest, AServerThatForgotTheSessionIsJudgedInFull) {
  Attach();
  const SslSession session = ConnectAndKeep();
  Use(world_.leaf);
  EXPECT_FALSE(Resume(session.get()));
  Use(world_.embedded);
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_FALSE(IsResumed());
  EXPECT_NE(Origin(), TATTLE_ORIGIN_RESUMED);
}

TEST_P(ResumptionTest, AKeyFromElsewhereHasNoCertificateAndIsNotTheSession) {
  Attach();
  const SslSession session = ConnectAndKeep();
  SSL_CTX_set_psk_use_session_callback(context_.get(), OfferKey);
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_EQ(Scope(), TATTLE_SCOPE_PUBLIC);
  if (GetParam() == TLS1_2_VERSION) {
    return;
  }
  Use(world_.embedded);  // does not know the session any more, but the key
  SSL_CTX_set_psk_find_session_callback(server_context_.get(), FindKey);
  for (SSL_SESSION* offered : {session.get(), static_cast<SSL_SESSION*>(nullptr)}) {
    ASSERT_TRUE(Resume(offered)) << errors_[0];
    EXPECT_TRUE(IsResumed());
    EXPECT_EQ(SSL_get0_peer_certificate(client_.get()), nullptr);
    EXPECT_EQ(Scope(), TATTLE_SCOPE_NO_CERTIFICATE);
  }
}

TEST_P(ResumptionTest, AConnectionThatIsUsedAgainIsJudgedAgain) {
  Attach();
  ASSERT_TRUE(Connect());
  ASSERT_TRUE(Talk());
  SSL_shutdown(client_.get());
  SSL_shutdown(server_.get());
  SSL_shutdown(client_.get());
  ASSERT_EQ(SSL_clear(client_.get()), 1);
  ASSERT_TRUE(Shake());
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(Origin(), TATTLE_ORIGIN_RESUMED);
  SSL_shutdown(client_.get());
  SSL_shutdown(server_.get());
  SSL_shutdown(client_.get());
  Use(world_.leaf);
  ASSERT_EQ(SSL_clear(client_.get()), 1);
  SSL_set_session(client_.get(), nullptr);
  EXPECT_FALSE(Shake());
}

}  // namespace
}  // namespace tattle::testlib::resumption_test
