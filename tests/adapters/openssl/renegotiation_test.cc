// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Renegotiation, which TLS 1.3 has none of.

#include <string>
#include <vector>

#include "tests/adapters/openssl/handshake.h"

namespace tattle::testlib::renegotiation_test {
namespace {

class RenegotiationTest : public HandshakeTest {
 protected:
  RenegotiationTest() {
    Use(world_.embedded);
    SSL_CTX_set_options(server_context_.get(), SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
    Attach();
  }
};
INSTANTIATE_TEST_SUITE_P(Tls, RenegotiationTest, testing::Values(TLS1_2_VERSION), VersionName);

TEST_P(RenegotiationTest, ByTheClientIsJudgedInFull) {
  ASSERT_TRUE(Connect());
  ASSERT_EQ(SSL_renegotiate(client_.get()), 1);
  ASSERT_EQ(SSL_do_handshake(client_.get()), -1);
  ASSERT_TRUE(Pass());
  EXPECT_FALSE(IsResumed());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(Origin(), TATTLE_ORIGIN_CACHED);
  EXPECT_TRUE(Talk());
}

TEST_P(RenegotiationTest, ByTheServerTakesTheSessionUpWithItsJudgement) {
  ASSERT_TRUE(Connect());
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(SSL_renegotiate_abbreviated(server_.get()), 1);
    ASSERT_EQ(SSL_do_handshake(server_.get()), 1);  // sends HelloRequest
    ASSERT_TRUE(Pass());
    EXPECT_TRUE(IsResumed());
    EXPECT_EQ(Origin(), TATTLE_ORIGIN_RESUMED);
    EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
    EXPECT_TRUE(Talk());
  }
}

TEST_P(RenegotiationTest, ByTheServerInFull) {
  ASSERT_TRUE(Connect());
  ASSERT_EQ(SSL_renegotiate(server_.get()), 1);
  ASSERT_EQ(SSL_do_handshake(server_.get()), 1);
  ASSERT_TRUE(Pass());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  EXPECT_TRUE(Talk());
}

TEST_P(RenegotiationTest, KeepsTheJudgementThatCannotBeMadeAgain) {
  ASSERT_TRUE(Connect());
  // What the session carries is gone, as where the log list was replaced meanwhile.
  SSL_SESSION_set1_ticket_appdata(SSL_get0_session(client_.get()), nullptr, 0);
  ASSERT_EQ(SSL_renegotiate_abbreviated(server_.get()), 1);
  ASSERT_EQ(SSL_do_handshake(server_.get()), 1);
  ASSERT_TRUE(Pass());
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  EXPECT_TRUE(Talk());
}

TEST_P(RenegotiationTest, WithAnotherCertificateIsRefused) {
  ASSERT_TRUE(Connect());
  SSL_use_certificate(server_.get(), LoadX509(world_.leaf).get());
  SSL_use_PrivateKey(server_.get(), world_.leaf_key.get());
  ASSERT_EQ(SSL_renegotiate(client_.get()), 1);
  ASSERT_EQ(SSL_do_handshake(client_.get()), -1);
  EXPECT_FALSE(Pass());
  EXPECT_EQ(tattle_session_decision(Judged()), TATTLE_REFUSE);
  EXPECT_LE(SSL_write(client_.get(), "x", 1), 0);
}

TEST_P(RenegotiationTest, OfAConnectionThatWasNotJudgedIsRefused) {
  context_ = NewContext();
  Attach({{"mode", "off"}});
  ASSERT_TRUE(Connect());
  tattle_openssl_set_mode(client_.get(), TATTLE_MODE_REQUIRE);
  ASSERT_EQ(SSL_renegotiate_abbreviated(server_.get()), 1);
  ASSERT_EQ(SSL_do_handshake(server_.get()), 1);
  EXPECT_FALSE(Pass());
  EXPECT_EQ(Judged(), nullptr);
}

// What was let pass in mode report does not outlive that mode.
TEST_P(RenegotiationTest, OfAConnectionThatWasOnlyReportedIsRefused) {
  Use(world_.leaf);
  context_ = NewContext();
  Attach({{"mode", "report"}});
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Compliance(), TATTLE_NOT_COMPLIANT);
  tattle_openssl_set_mode(client_.get(), TATTLE_MODE_REQUIRE);
  ASSERT_EQ(SSL_renegotiate_abbreviated(server_.get()), 1);
  ASSERT_EQ(SSL_do_handshake(server_.get()), 1);
  EXPECT_FALSE(Pass());
  EXPECT_LE(SSL_write(client_.get(), "x", 1), 0);
}

}  // namespace
}  // namespace tattle::testlib::renegotiation_test
