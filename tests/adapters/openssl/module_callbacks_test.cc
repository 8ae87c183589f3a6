// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The module's callbacks beside the program's own.

#include <string>

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

int messages = 0;
// OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
void CountMessage(int /*is_write*/, int /*version*/, int /*type*/, const void* /*data*/,
                  std::size_t /*len*/, SSL* /*ssl*/, void* /*arg*/) {
  ++messages;
}

int keys = 0;
void CountKey(const SSL* /*ssl*/, const char* /*line*/) {
  ++keys;
}

// A security callback that asks nobody else. OpenSSL's signature.
// NOLINTNEXTLINE(readability-function-size)
int AllowAll(const SSL* /*ssl*/, const SSL_CTX* /*context*/, int /*operation*/, int /*bits*/,
             int /*nid*/, void* /*other*/, void* /*arg*/) {
  return 1;
}

class ModuleCallbacksTest : public ModuleTest {
 protected:
  ModuleCallbacksTest() { starts = done = status_calls = ct_calls = messages = keys = 0; }

  // PutCallbacks: the connection gets callbacks in the place of all those that tell the module of
  // its start.
  void PutCallbacks() {
    SSL_set_info_callback(client_.get(), CountInfo);
    SSL_set_security_callback(client_.get(), AllowAll);
  }

  // ShakeAndTalk says whether the handshake was made, and what follows came through.
  bool ShakeAndTalk() { return Shake() && Talk(); }

  SslSession ConnectAndStrip() {
    SslSession session = ConnectAndKeep();
    SSL_SESSION_set1_ticket_appdata(session.get(), nullptr, 0);
    return session;
  }
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

TEST_P(ModuleCallbacksTest, CallsEachInfoCallbackOfTheProgramAndAsksForAll) {
  for (const bool is_good : {true, false}) {
    says_.lists.clear();
    if (is_good) {
      says_.lists.push_back(world_.ListOver({&world_.alpha, &world_.beta}));
    }
    for (const std::string where : {"context", "context late", "connection", "both"}) {
      SCOPED_TRACE(where);
      context_ = NewContext();
      starts = done = 0;
      if (where == "context" || where == "both") {
        SSL_CTX_set_info_callback(context_.get(), CountInfo);
      }
      NewClient();
      if (where == "context late") {
        SSL_CTX_set_info_callback(context_.get(), CountInfo);
      }
      if (where == "connection" || where == "both") {
        SSL_set_info_callback(client_.get(), CountInfo);
      }
      EXPECT_EQ(ShakeAndTalk(), is_good);
      EXPECT_EQ(starts, 1);
      EXPECT_EQ(done, is_good ? 1 : 0);
      EXPECT_TRUE(SaysOnce(is_good ? ": compliant with chrome: SCTs in the TLS extension"
                                   : ": not compliant"));
    }
  }
}

TEST_P(ModuleCallbacksTest, CallsNoInfoCallbackThatTheProgramHasTakenAway) {
  Use(world_.embedded);
  NewClient();
  SSL_set_info_callback(client_.get(), CountInfo);
  ASSERT_TRUE(Shake());
  SSL_set_info_callback(client_.get(), nullptr);
  SSL_set_shutdown(client_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  ASSERT_EQ(SSL_clear(client_.get()), 1);
  ASSERT_TRUE(ShakeAndTalk());
  EXPECT_EQ(starts, 1);
  EXPECT_EQ(done, 1);
}

TEST_P(ModuleCallbacksTest, JudgesASessionThatSuchAProgramResumes) {
  Use(world_.embedded);
  NewClient();
  SSL_set_info_callback(client_.get(), CountInfo);
  ASSERT_TRUE(ShakeAndTalk());
  const SslSession good(SSL_get1_session(client_.get()));
  NewClient(good.get());
  SSL_set_info_callback(client_.get(), CountInfo);
  ASSERT_TRUE(ShakeAndTalk());
  EXPECT_TRUE(IsResumed());
  const SslSession bare = ConnectAndStrip();
  NewClient(bare.get());
  SSL_set_info_callback(client_.get(), CountInfo);
  ASSERT_TRUE(ShakeAndTalk());
  EXPECT_FALSE(IsResumed());
}

TEST_P(ModuleCallbacksTest, NeedsNoSecurityCallbackWhereTheInfoCallbackStands) {
  says_.lists = {world_.ListOver({&world_.alpha, &world_.beta})};
  SSL_CTX_set_security_callback(context_.get(), AllowAll);
  ASSERT_TRUE(Connect());
  EXPECT_TRUE(SaysOnce("compliant with chrome: SCTs in the TLS extension"));
}

int (*replaced_security)(const SSL* ssl, const SSL_CTX* context, int operation, int bits, int nid,
                         void* other, void* arg) = nullptr;
int security_calls = 0;

// OpenSSL's signature, as s_client -security_debug has it.
// NOLINTNEXTLINE(readability-function-size)
int ChainSecurity(const SSL* ssl, const SSL_CTX* context, int operation, int bits, int nid,
                  void* other, void* arg) {
  ++security_calls;
  return replaced_security(ssl, context, operation, bits, nid, other, arg);
}

TEST_P(ModuleCallbacksTest, AnswersWhatIsSecureAsOpenSslDoes) {
  for (const bool is_chained : {false, true}) {
    for (const int level : {0, 2, 5}) {
      SCOPED_TRACE(level);
      context_ = NewContext();
      says_.lists = {world_.ListOver({&world_.alpha, &world_.beta})};
      security_calls = 0;
      if (is_chained) {
        replaced_security = SSL_CTX_get_security_callback(context_.get());
        SSL_CTX_set_security_callback(context_.get(), ChainSecurity);
      }
      SSL_CTX_set_security_level(context_.get(), level);
      if (level == 5) {
        Verify(SSL_VERIFY_NONE);  // the level counts for certificates too, without the callback
      }
      NewClient();
      SSL_set_info_callback(client_.get(), CountInfo);
      EXPECT_EQ(Shake(), level < 5);  // 256 bits, which no key here has
      EXPECT_EQ(security_calls > 0, is_chained);
      EXPECT_TRUE(level == 5 ? SaysNothing() : SaysOnce("SCTs in the TLS extension"));
    }
  }
}

TEST_P(ModuleCallbacksTest, LeavesMessagesAndKeysToTheProgram) {
  Use(world_.embedded);
  for (const bool is_of_context : {true, false}) {
    messages = keys = 0;
    context_ = NewContext();
    SSL_CTX_set_keylog_callback(context_.get(), CountKey);
    if (is_of_context) {
      SSL_CTX_set_msg_callback(context_.get(), CountMessage);
    }
    NewClient();
    if (!is_of_context) {
      SSL_set_msg_callback(client_.get(), CountMessage);
    }
    ASSERT_TRUE(Shake());
    EXPECT_GT(messages, 5);
    EXPECT_GT(keys, 0);
    EXPECT_TRUE(SaysOnce("compliant"));
  }
}

// SCTs are not asked for here; what stands in the certificate is judged.
TEST_P(ModuleCallbacksTest, ComesBackWhereTheProgramReplacesAllCallbacks) {
  if (OpenSSL_version_num() >= 0x30200000UL) {
    GTEST_SKIP() << "a context's callbacks are all that there is";
  }
  for (const bool is_good : {true, false}) {
    Use(is_good ? world_.embedded : world_.leaf);
    starts = done = 0;
    NewClient();
    PutCallbacks();
    SetStatus(context_.get(), CountStatus);
    EXPECT_EQ(ShakeAndTalk(), is_good);
    EXPECT_EQ(starts, 1);
    EXPECT_EQ(status_calls, 0);
    EXPECT_EQ(done, is_good ? 1 : 0);
    EXPECT_EQ(VerifyResult(), is_good ? X509_V_OK : X509_V_ERR_NO_VALID_SCTS);
    EXPECT_TRUE(SaysOnce(is_good ? ": compliant" : ": not compliant"));
  }
}

TEST_P(ModuleCallbacksTest, JudgesLateASessionThatSuchAProgramResumes) {
  if (OpenSSL_version_num() >= 0x30200000UL) {
    GTEST_SKIP() << "a context's callbacks are all that there is";
  }
  Use(world_.embedded);
  NewClient();
  PutCallbacks();
  ASSERT_TRUE(ShakeAndTalk());
  const SslSession good(SSL_get1_session(client_.get()));
  NewClient(good.get());
  PutCallbacks();
  ASSERT_TRUE(ShakeAndTalk());
  EXPECT_TRUE(IsResumed());
  const SslSession bare = ConnectAndStrip();
  NewClient(bare.get());
  PutCallbacks();
  EXPECT_FALSE(ShakeAndTalk());
  EXPECT_EQ(VerifyResult(), X509_V_ERR_NO_VALID_SCTS);
}

void (*replaced_info)(const SSL* ssl, int where, int value) = nullptr;
int (*replaced_status)(SSL* ssl, void* arg) = nullptr;

void ChainInfo(const SSL* ssl, int where, int value) {
  CountInfo(ssl, where, value);
  if (replaced_info != nullptr) {
    replaced_info(ssl, where, value);
  }
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

TEST_P(ModuleCallbacksTest, ChainsWithAProgramThatChainsInItsContext) {
  for (const bool is_good : {true, false}) {
    Use(is_good ? world_.embedded : world_.leaf);
    starts = 0;
    context_ = NewContext();
    replaced_info = SSL_CTX_get_info_callback(context_.get());
    SSL_CTX_set_info_callback(context_.get(), ChainInfo);
    EXPECT_EQ(Connect(), is_good);
    EXPECT_EQ(starts, 1);
  }
}

TEST_P(ModuleCallbacksTest, TakesNothingOfAnEarlierHandshakeOfTheSameConnection) {
  Use(world_.embedded);
  const SslSession bare = ConnectAndStrip();
  ASSERT_TRUE(Connect());
  SSL_set_shutdown(client_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  ASSERT_EQ(SSL_clear(client_.get()), 1);
  SSL_set_session(client_.get(), bare.get());
  PutCallbacks();
  EXPECT_FALSE(ShakeAndTalk());
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
