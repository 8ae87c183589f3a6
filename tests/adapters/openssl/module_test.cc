// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Who decides when a connection is refused, sessions, servers, and mode report.

#include <array>
#include <string>
#include <vector>

#include <openssl/conf.h>

#include "tests/adapters/openssl/module_fixture.h"
#include "tests/testlib/ocsp.h"

namespace tattle::testlib::module_test {
namespace {

// What a verify callback of the program saw, and what it answers.
struct Seen {
  int answer = 0;
  int error = 0;  // the last one that was not 0
  int depth = -1;
  bool has_leaf = false;
  bool has_ssl = false;
};
Seen seen;

int OnVerify(int is_good, X509_STORE_CTX* store) {
  if (is_good == 1) {
    return 1;
  }
  seen.error = X509_STORE_CTX_get_error(store);
  seen.depth = X509_STORE_CTX_get_error_depth(store);
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  seen.has_ssl = ssl != nullptr;
  seen.has_leaf = X509_STORE_CTX_get_current_cert(store) == SSL_get0_peer_certificate(ssl);
  return seen.answer;
}

TATTLE_FOR_BOTH_VERSIONS(ModuleTest);

class ModuleTls12Test : public ModuleTest {};
INSTANTIATE_TEST_SUITE_P(Tls, ModuleTls12Test, testing::Values(TLS1_2_VERSION), VersionName);
class ModuleTls13Test : public ModuleTest {};
INSTANTIATE_TEST_SUITE_P(Tls, ModuleTls13Test, testing::Values(TLS1_3_VERSION), VersionName);

TEST_P(ModuleTest, LetsACompliantServerPass) {
  Use(world_.embedded);
  ASSERT_TRUE(Connect());
  EXPECT_TRUE(
      SaysOnce("]: tattle: example.test: compliant with chrome: embedded SCTs from 2 logs"));
  EXPECT_TRUE(Talk());
  EXPECT_EQ(VerifyResult(), X509_V_OK);
  EXPECT_EQ(SSL_ct_is_enabled(client_.get()), 0);
}

TEST_P(ModuleTest, SeesTheTlsExtension) {
  says_.lists = {world_.ListOver({&world_.alpha, &world_.beta})};
  ASSERT_TRUE(Connect());
  EXPECT_TRUE(SaysOnce("compliant with chrome: SCTs in the TLS extension from 2 logs"));
}

TEST_P(ModuleTest, TakesNoListOfAnotherEntryForTheLeafs) {
  says_.lists = {{}, {0, 5, 0, 3, 1, 2, 3}};
  EXPECT_FALSE(Connect());
  EXPECT_TRUE(IsRefusedFor("not compliant"));
}

TEST_P(ModuleTest, RefusesWhereTheProgramVerifies) {
  EXPECT_FALSE(Connect());
  EXPECT_TRUE(IsRefusedFor("example.test: not compliant with chrome: no SCT was presented"));
  EXPECT_EQ(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
  const std::vector<std::string> lines = Loaded::Get().TakeLines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].substr(0, 4), "<27>");  // daemon, error
  EXPECT_EQ(lines[0].substr(lines[0].rfind(" (")), " (refused)");
}

TEST_P(ModuleTest, LeavesTheDecisionToAProgramThatDoesNotVerify) {
  Verify(SSL_VERIFY_NONE);
  ASSERT_TRUE(Connect());
  EXPECT_EQ(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
  EXPECT_TRUE(errors_.empty());
  EXPECT_TRUE(Talk());
  EXPECT_TRUE(SaysOnce("not compliant"));
}

TEST_P(ModuleTest, AsksTheProgramsVerifyCallback) {
  for (const int mode : {SSL_VERIFY_PEER, SSL_VERIFY_NONE}) {
    for (const int answer : {0, 1}) {
      seen = {answer};
      Verify(mode, OnVerify);
      EXPECT_EQ(Connect(), mode == SSL_VERIFY_NONE || answer == 1);
      EXPECT_EQ(errors_.empty(), mode == SSL_VERIFY_NONE || answer == 1);
      EXPECT_EQ(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
      EXPECT_EQ(seen.error, X509_V_ERR_NO_VALID_SCTS);
      EXPECT_EQ(seen.depth, 0);
      EXPECT_TRUE(seen.has_leaf);
      EXPECT_TRUE(seen.has_ssl);
    }
  }
}

TEST_P(ModuleTest, JudgesNoChainThatDoesNotValidate) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(context_.get(), GetParam());
  ASSERT_TRUE(Connect());
  EXPECT_NE(VerifyResult(), X509_V_OK);
  EXPECT_NE(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
  EXPECT_TRUE(SaysNothing());
}

TEST_P(ModuleTest, JudgesAResumedSessionAgain) {
  Use(world_.embedded);
  const SslSession session = ConnectAndKeep();
  Loaded::Get().TakeLines();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_TRUE(SaysOnce("compliant with chrome"));
}

TEST_P(ModuleTest, ResumesNoSessionThatWasRefused) {
  Verify(SSL_VERIFY_NONE);
  const SslSession session = ConnectAndKeep();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_FALSE(IsResumed());
  EXPECT_EQ(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
}

TEST_P(ModuleTest, ResumesNoSessionWithoutAJudgement) {
  Use(world_.embedded);
  const SslSession session = ConnectAndKeep();
  SSL_SESSION_set1_ticket_appdata(session.get(), nullptr, 0);
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_FALSE(IsResumed());
}

TEST_P(ModuleTest, LeavesServersAlone) {
  const SslCtx both(SSL_CTX_new(TLS_method()));
  SSL_CTX_use_certificate(both.get(), LoadX509(world_.embedded).get());
  SSL_CTX_use_PrivateKey(both.get(), world_.leaf_key.get());
  Say(both.get(), &says_);
  // OpenSSL 3.6 sends on what it can read only.
  says_.staple = OcspResponse({{world_.embedded, world_.ca.certificate(), {}}});
  SSL_CTX_up_ref(both.get());
  server_context_.reset(both.get());
  // The same context as a client, so that our status callback stands in it.
  SslCtx client_context = std::move(context_);
  SSL_CTX_up_ref(both.get());
  context_.reset(both.get());
  SSL_CTX_set_max_proto_version(both.get(), GetParam());
  EXPECT_TRUE(Connect());
  context_ = std::move(client_context);
  Loaded::Get().TakeLines();
  ASSERT_TRUE(Connect());
  EXPECT_TRUE(SaysOnce("compliant"));
  const unsigned char* staple = nullptr;
  EXPECT_EQ(SSL_get_tlsext_status_ocsp_resp(client_.get(), &staple),
            static_cast<long>(says_.staple.size()));
}

TEST_P(ModuleTest, SurvivesCopiesOfAConnection) {
  Use(world_.embedded);
  ASSERT_TRUE(Connect());
  const Ssl copy(SSL_dup(client_.get()));
  EXPECT_NE(copy, nullptr);
}

TEST_P(ModuleTls13Test, LetsApprovedSessionsSendEarlyData) {
  Use(world_.embedded);
  SSL_CTX_set_max_early_data(server_context_.get(), 100);
  const SslSession session = ConnectAndKeep();
  ASSERT_EQ(SSL_SESSION_get_max_early_data(session.get()), 100U);
  NewClient(session.get());
  server_.reset(SSL_new(server_context_.get()));
  BIO* client_end = nullptr;
  BIO* server_end = nullptr;
  BIO_new_bio_pair(&client_end, 1 << 16, &server_end, 1 << 16);
  SSL_set_bio(client_.get(), client_end, client_end);
  SSL_set_bio(server_.get(), server_end, server_end);
  SSL_set_accept_state(server_.get());
  std::size_t written = 0;
  EXPECT_EQ(SSL_write_early_data(client_.get(), "early", 5, &written), 1);
  std::array<char, 8> early = {};
  std::size_t len = 0;
  EXPECT_EQ(SSL_read_early_data(server_.get(), early.data(), early.size(), &len),
            SSL_READ_EARLY_DATA_SUCCESS);
  EXPECT_EQ(std::string(early.data(), len), "early");
  while (SSL_read_early_data(server_.get(), early.data(), early.size(), &len) ==
             SSL_READ_EARLY_DATA_ERROR &&
         SSL_do_handshake(client_.get()) != 1) {
  }
  EXPECT_TRUE(Pump());
  EXPECT_TRUE(IsResumed());
}

TEST_P(ModuleTls12Test, JudgesWhereTheMethodIsOfOneVersion) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // as python's PROTOCOL_TLSv1_2
  const std::array methods = {TLSv1_2_client_method(), TLSv1_2_method()};
#pragma GCC diagnostic pop
  for (const SSL_METHOD* method : methods) {
    const SslCtx model = NewContext();
    context_.reset(SSL_CTX_new(method));
    SSL_CTX_set1_cert_store(context_.get(), SSL_CTX_get_cert_store(model.get()));
    SSL_CTX_set1_param(context_.get(), SSL_CTX_get0_param(model.get()));
    Verify(SSL_VERIFY_PEER);
    EXPECT_FALSE(Connect());
    EXPECT_TRUE(IsRefusedFor("no SCT was presented"));
  }
}

TEST_P(ModuleTls12Test, JudgesARenegotiation) {
  Use(world_.embedded);
  SSL_CTX_set_options(server_context_.get(), SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
  ASSERT_TRUE(Connect());
  Loaded::Get().TakeLines();
  ASSERT_EQ(SSL_renegotiate(client_.get()), 1);
  ASSERT_EQ(SSL_do_handshake(client_.get()), -1);
  ASSERT_TRUE(Pass());
  EXPECT_TRUE(Talk());
  EXPECT_TRUE(SaysOnce("compliant"));
}

TEST_P(ModuleTest, StaysWhenTheProgramUnloadsItsModules) {
  CONF_modules_unload(1);
  Use(world_.embedded);
  ASSERT_TRUE(Connect());
  EXPECT_TRUE(SaysOnce("compliant"));
  Use(world_.leaf);
  EXPECT_FALSE(Connect());
}

class ModuleReportTest : public ModuleTest {};
TATTLE_FOR_BOTH_VERSIONS(ModuleReportTest);

TEST_P(ModuleReportTest, SaysWhatItWouldRefuseAndChangesNothing) {
  ASSERT_TRUE(Connect());
  EXPECT_EQ(VerifyResult(), X509_V_OK);
  EXPECT_TRUE(errors_.empty());
  const std::vector<std::string> lines = Loaded::Get().TakeLines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].substr(0, 4), "<28>");  // daemon, warning
  EXPECT_EQ(lines[0].substr(lines[0].rfind(" (")), " (would be refused)");
  EXPECT_NE(lines[0].find("example.test: not compliant with chrome"), std::string::npos);
}

TEST_P(ModuleReportTest, LeavesSessionsThatCannotBeJudged) {
  const SslSession session = ConnectAndKeep();
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  SSL_SESSION_set1_ticket_appdata(session.get(), nullptr, 0);
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_TRUE(Talk());
}

}  // namespace
}  // namespace tattle::testlib::module_test
