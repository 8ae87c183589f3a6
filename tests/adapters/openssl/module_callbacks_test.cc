// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The module's callbacks beside the program's own.

#include <openssl/ct.h>

#include "tests/adapters/openssl/module_fixture.h"

namespace tattle::testlib::module_callbacks_test {
namespace {

int starts = 0;
int done = 0;
void CountInfo(const SSL* /*ssl*/, int where, int /*value*/) {
  starts += where == SSL_CB_HANDSHAKE_START ? 1 : 0;
  done += where == SSL_CB_HANDSHAKE_DONE ? 1 : 0;
}

int status_calls = 0;
int CountStatus(SSL* /*ssl*/, void* /*arg*/) {
  ++status_calls;
  return 1;
}

int ct_calls = 0;
int CountCt(const CT_POLICY_EVAL_CTX* /*context*/, const STACK_OF(SCT) * /*scts*/, void* /*arg*/) {
  ++ct_calls;
  return 1;
}

class ModuleCallbacksTest : public ModuleTest {
 protected:
  ModuleCallbacksTest() { starts = done = status_calls = ct_calls = 0; }
};
TATTLE_FOR_BOTH_VERSIONS(ModuleCallbacksTest);

class ModuleCallbacksTls12Test : public ModuleCallbacksTest {};
INSTANTIATE_TEST_SUITE_P(Tls, ModuleCallbacksTls12Test, testing::Values(TLS1_2_VERSION),
                         VersionName);

TEST_P(ModuleCallbacksTest, CallsTheInfoCallbackOfTheContext) {
  Use(world_.embedded);
  SSL_CTX_set_info_callback(context_.get(), CountInfo);
  ASSERT_TRUE(Connect());
  EXPECT_EQ(starts, 1);
  EXPECT_EQ(done, 1);
  EXPECT_TRUE(SaysOnce("compliant"));
}

// Ours are replaced before the handshake starts, so that no SCTs are asked for; what stands in the
// certificate is judged.
TEST_P(ModuleCallbacksTest, ComesBackWhereTheProgramSetsCallbacksOfItsOwn) {
  for (const bool is_good : {true, false}) {
    Use(is_good ? world_.embedded : world_.leaf);
    starts = done = 0;
    NewClient();
    SSL_set_info_callback(client_.get(), CountInfo);
    SetStatus(context_.get(), CountStatus);
    const bool is_up = Shake();
    EXPECT_EQ(starts, 1);
    EXPECT_EQ(status_calls, 0);
    EXPECT_EQ(done, is_good ? 1 : 0);
    EXPECT_EQ(VerifyResult(), is_good ? X509_V_OK : X509_V_ERR_NO_VALID_SCTS);
    EXPECT_EQ(is_up && Talk(), is_good);
    EXPECT_TRUE(SaysOnce(is_good ? ": compliant" : ": not compliant"));
  }
}

TEST_P(ModuleCallbacksTest, JudgesASessionThatSuchAProgramResumes) {
  Use(world_.embedded);
  NewClient();
  SSL_set_info_callback(client_.get(), CountInfo);
  ASSERT_TRUE(Shake() && Talk());
  const SslSession good(SSL_get1_session(client_.get()));
  NewClient(good.get());
  SSL_set_info_callback(client_.get(), CountInfo);
  ASSERT_TRUE(Shake());
  EXPECT_TRUE(IsResumed());
  EXPECT_TRUE(Talk());
  const SslSession bare = ConnectAndKeep();
  SSL_SESSION_set1_ticket_appdata(bare.get(), nullptr, 0);
  NewClient(bare.get());
  SSL_set_info_callback(client_.get(), CountInfo);
  const bool is_up = Shake();
  EXPECT_FALSE(is_up && Talk());
  EXPECT_EQ(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
}

void (*replaced_info)(const SSL* ssl, int where, int value) = nullptr;
int (*replaced_status)(SSL* ssl, void* arg) = nullptr;

void ChainInfo(const SSL* ssl, int where, int value) {
  CountInfo(ssl, where, value);
  replaced_info(ssl, where, value);
}

int ChainStatus(SSL* ssl, void* arg) {
  ++status_calls;
  return replaced_status(ssl, arg);
}

TEST_P(ModuleCallbacksTest, ChainsWithAProgramThatChains) {
  SSL_CTX_set_tlsext_status_type(context_.get(), TLSEXT_STATUSTYPE_ocsp);
  ASSERT_FALSE(Connect());  // our status callback stands in the context now
  SSL_CTX_ctrl(context_.get(), SSL_CTRL_GET_TLSEXT_STATUS_REQ_CB, 0,
               static_cast<void*>(&replaced_status));
  SetStatus(context_.get(), ChainStatus);
  for (const bool is_good : {true, false}) {
    Use(is_good ? world_.embedded : world_.leaf);
    starts = status_calls = 0;
    NewClient();
    replaced_info = SSL_get_info_callback(client_.get());
    SSL_set_info_callback(client_.get(), ChainInfo);
    EXPECT_EQ(Shake(), is_good);
    EXPECT_EQ(starts, 1);
    EXPECT_EQ(status_calls, 1);
  }
}

TEST_P(ModuleCallbacksTest, TakesNothingOfAnEarlierHandshakeOfTheSameConnection) {
  Use(world_.embedded);
  SslSession bare = ConnectAndKeep();
  SSL_SESSION_set1_ticket_appdata(bare.get(), nullptr, 0);
  ASSERT_TRUE(Connect());
  SSL_set_shutdown(client_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  ASSERT_EQ(SSL_clear(client_.get()), 1);
  SSL_set_session(client_.get(), bare.get());
  SSL_set_info_callback(client_.get(), CountInfo);
  const bool is_up = Shake();
  EXPECT_FALSE(is_up && Talk());
  EXPECT_EQ(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
}

TEST_P(ModuleCallbacksTest, CallsTheStatusCallbackOnlyOfAProgramThatAsksForAStaple) {
  Use(world_.embedded);
  SetStatus(context_.get(), CountStatus);
  ASSERT_TRUE(Connect());
  EXPECT_EQ(status_calls, 0);
  SSL_CTX_set_tlsext_status_type(context_.get(), TLSEXT_STATUSTYPE_ocsp);
  ASSERT_TRUE(Connect());
  EXPECT_EQ(status_calls, 1);
}

TEST_P(ModuleCallbacksTest, FindsAStatusCallbackThatComesLater) {
  ASSERT_FALSE(Connect());
  SetStatus(context_.get(), CountStatus);
  EXPECT_FALSE(Connect());
  EXPECT_TRUE(IsRefusedFor("no SCT was presented"));
}

TEST_P(ModuleCallbacksTest, LeavesTheProgramsOwnCtToIt) {
  Use(world_.embedded);
  NewClient();
  ASSERT_EQ(SSL_set_ct_validation_callback(client_.get(), CountCt, nullptr), 1);
  ASSERT_TRUE(Shake());
  EXPECT_EQ(ct_calls, 1);
  EXPECT_EQ(SSL_ct_is_enabled(client_.get()), 1);
  EXPECT_TRUE(SaysOnce("compliant"));
}

TEST_P(ModuleCallbacksTls12Test, SeesWhatTheProgramsOwnExtensionBrings) {
  SSL_CTX_add_client_custom_ext(
      context_.get(), TLSEXT_TYPE_signed_certificate_timestamp, nullptr, nullptr, nullptr,
      [](SSL*, unsigned, const unsigned char*, std::size_t, int*, void*) { return 1; }, nullptr);
  says_.lists = {world_.ListOver({&world_.alpha, &world_.beta})};
  ASSERT_TRUE(Connect());
  EXPECT_TRUE(SaysOnce("compliant with chrome: SCTs in the TLS extension"));
}

}  // namespace
}  // namespace tattle::testlib::module_callbacks_test
