// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Tattle's callbacks beside the program's own, and what happens where a program takes ours away.

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/adapters/openssl/handshake.h"

namespace tattle::testlib::callbacks_test {
namespace {

class CallbacksTest : public HandshakeTest {
 protected:
  CallbacksTest() { Use(world_.embedded); }
};
TATTLE_FOR_BOTH_VERSIONS(CallbacksTest);

struct Seen {
  int starts = 0;
  int done = 0;
  int others = 0;
  int status = 0;
  int answer = 1;  // of the status callback
};
Seen seen;

void CountInfo(const SSL* /*ssl*/, int where, int /*value*/) {
  ++(where == SSL_CB_HANDSHAKE_START  ? seen.starts
     : where == SSL_CB_HANDSHAKE_DONE ? seen.done
                                      : seen.others);
}

int CountStatus(SSL* /*ssl*/, void* arg) {
  ++static_cast<Seen*>(arg)->status;
  return static_cast<Seen*>(arg)->answer;
}

int PassStatus(SSL* /*ssl*/, void* /*arg*/) {
  return 1;
}

TEST_P(CallbacksTest, OfTheProgramAreStillCalled) {
  seen = {};
  SSL_CTX_set_info_callback(context_.get(), CountInfo);
  SetStatus(context_.get(), CountStatus);
  SSL_CTX_set_tlsext_status_arg(context_.get(), &seen);
  Attach();
  const SslSession session = ConnectAndKeep();
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(seen.starts, 1);
  EXPECT_EQ(seen.done, 1);
  EXPECT_GT(seen.others, 5);
  EXPECT_EQ(seen.status, 1);
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(seen.done, 2);
}

TEST_P(CallbacksTest, TheProgramsNoIsANo) {
  for (const int answer : {0, -1}) {
    seen = {};
    seen.answer = answer;
    context_ = NewContext();
    SetStatus(context_.get(), CountStatus);
    SSL_CTX_set_tlsext_status_arg(context_.get(), &seen);
    Attach();
    EXPECT_FALSE(Connect());
    EXPECT_EQ(Judged(), nullptr);
    EXPECT_FALSE(IsRefusedFor(""));
  }
}

TEST_P(CallbacksTest, AServerOfAnAttachedContextIsLeftAlone) {
  const SslCtx both(SSL_CTX_new(TLS_method()));
  Attach();
  AttachClient(both.get(), attached_.get());
  SSL_CTX_use_certificate(both.get(), LoadX509(world_.embedded).get());
  SSL_CTX_use_PrivateKey(both.get(), world_.leaf_key.get());
  SSL_CTX_up_ref(both.get());
  server_context_.reset(both.get());
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(tattle_openssl_get0_session(server_.get()), nullptr);
  EXPECT_EQ(Count(TATTLE_COUNT_JUDGED), 1U);
}

TEST_P(CallbacksTest, AServerOfAnAttachedContextStaplesAsBefore) {
  const SslCtx both(SSL_CTX_new(TLS_method()));
  SSL_CTX_use_certificate(both.get(), LoadX509(world_.embedded).get());
  SSL_CTX_use_PrivateKey(both.get(), world_.leaf_key.get());
  SetStatus(both.get(), [](SSL* ssl, void* /*arg*/) {
    SSL_set_tlsext_status_ocsp_resp(ssl, OPENSSL_memdup("staple", 6), 6);
    return SSL_TLSEXT_ERR_OK;
  });
  Attach();
  AttachClient(both.get(), attached_.get());
  SSL_CTX_up_ref(both.get());
  server_context_.reset(both.get());
  ASSERT_TRUE(Connect());
  const unsigned char* staple = nullptr;
  EXPECT_EQ(SSL_get_tlsext_status_ocsp_resp(client_.get(), &staple), 6);
}

TEST_P(CallbacksTest, ACertificateIsJudgedWhoeverTurnsTheStatusRequestOff) {
  Use(world_.leaf);
  Attach();
  NewClient();
  SSL_set_tlsext_status_type(client_.get(), -1 /* nothing */);
  EXPECT_FALSE(Shake());
  EXPECT_TRUE(IsRefusedFor("example.test"));
}

// With both gone nobody would judge: the ClientHello is not even written.
TEST_P(CallbacksTest, WithoutStatusAndInfoCallbackNothingIsSent) {
  const auto ignore = [](const SSL* /*ssl*/, int /*where*/, int /*value*/) {};
  for (const bool on_connection : {false, true}) {
    for (const bool required : {true, false}) {
      SCOPED_TRACE(std::to_string(static_cast<int>(on_connection)));
      Use(world_.leaf);
      context_ = NewContext();
      Attach({{"mode", required ? "require" : "report"}});
      SetStatus(context_.get(), PassStatus);
      if (!on_connection) {
        SSL_CTX_set_info_callback(context_.get(), ignore);
      }
      NewClient();
      if (on_connection) {
        SSL_set_info_callback(client_.get(), ignore);
      }
      EXPECT_EQ(Shake(), !required);
      EXPECT_EQ(Judged(), nullptr);
    }
  }
}

TEST_P(CallbacksTest, WithoutTheStatusCallbackARefusedConnectionCarriesNothing) {
  Use(world_.leaf);
  Attach();
  SetStatus(context_.get(), PassStatus);
  NewClient();
  Shake();
  EXPECT_EQ(tattle_session_decision(Judged()), TATTLE_REFUSE);
  EXPECT_EQ(SSL_get_verify_result(client_.get()), X509_V_ERR_NO_VALID_SCTS);
  ASSERT_FALSE(errors_.empty());
  EXPECT_EQ(errors_[0].rfind("tattle: ", 0), 0U) << errors_[0];
  char byte = 0;
  EXPECT_LE(SSL_write(client_.get(), "x", 1), 0);
  SSL_write(server_.get(), "y", 1);
  EXPECT_LE(SSL_read(client_.get(), &byte, 1), 0);
}

TEST_P(CallbacksTest, WithoutTheStatusCallbackAGoodConnectionIsJudgedAllTheSame) {
  Attach();
  SetStatus(context_.get(), PassStatus);
  const SslSession session = ConnectAndKeep();
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
}

TEST_P(CallbacksTest, WithoutTheInfoCallbackNoSessionIsResumedInRequire) {
  Attach();
  const SslSession session = ConnectAndKeep();
  NewClient(session.get());
  SSL_set_info_callback(client_.get(), CountInfo);
  EXPECT_FALSE(Shake());
  EXPECT_TRUE(IsRefusedFor("session was not judged"));
  EXPECT_EQ(Judged(), nullptr);
  NewClient();
  SSL_set_info_callback(client_.get(), CountInfo);
  EXPECT_TRUE(Shake());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
}

// In TLS 1.2 nobody calls us then.
TEST_P(CallbacksTest, WithoutTheInfoCallbackAResumedConnectionIsJudgedInTls13Only) {
  Attach({{"mode", "report"}});
  const SslSession session = ConnectAndKeep();
  NewClient(session.get());
  SSL_set_info_callback(client_.get(), CountInfo);
  ASSERT_TRUE(Shake());
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(Origin(), GetParam() == TLS1_3_VERSION ? TATTLE_ORIGIN_RESUMED : TATTLE_ORIGIN_NONE);
}

TEST_P(CallbacksTest, ByteByByte) {
  Attach();
  NewClient();
  ASSERT_TRUE(Shake(1));
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(Count(TATTLE_COUNT_JUDGED), 1U);
  Use(world_.leaf);
  NewClient();
  EXPECT_FALSE(Shake(1));
  EXPECT_EQ(Count(TATTLE_COUNT_REFUSED), 1U);
}

TEST_P(CallbacksTest, ASecondClientHelloIsAsGoodAsTheFirst) {
  SSL_CTX_set1_groups_list(context_.get(), "X25519:P-256");
  SSL_CTX_set1_groups_list(server_context_.get(), "P-256");
  Attach();
  says_.lists = {world_.ListOver({&world_.alpha})};
  const SslSession session = ConnectAndKeep();
  EXPECT_EQ(tattle_report_num_scts(tattle_session_get0_report(Judged())), 3U);
  ASSERT_TRUE(Resume(session.get()));
  EXPECT_TRUE(IsResumed());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
}

TEST_P(CallbacksTest, ACopyHasTheSettingsAndAJudgementOfItsOwn) {
  Use(world_.leaf);
  Attach({{"exempt_hosts", "exempt.test"}});
  client_.reset(SSL_new(context_.get()));
  tattle_openssl_set_host(client_.get(), "exempt.test");
  const Ssl copy(SSL_dup(client_.get()));
  SSL_set_connect_state(client_.get());
  ASSERT_TRUE(Shake());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_EXEMPT_HOST);
  EXPECT_EQ(tattle_openssl_get0_session(copy.get()), nullptr);
  SSL_up_ref(copy.get());
  client_.reset(copy.get());
  SSL_set_connect_state(client_.get());
  ASSERT_TRUE(Shake());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_EXEMPT_HOST);
}

TEST_P(CallbacksTest, TheErrorsOfTheProgramStayInTheQueue) {
  SetStatus(context_.get(), [](SSL* /*ssl*/, void* /*arg*/) {
    ERR_raise(ERR_LIB_USER, 7);
    return 1;
  });
  Use(world_.leaf);
  Attach({{"mode", "report"}});
  NewClient();
  Shake();  // fails in TLS 1.2: with an error in the queue, OpenSSL takes waiting for failure
  EXPECT_EQ(Compliance(), TATTLE_NOT_COMPLIANT);
  EXPECT_EQ(errors_.size(), 1U);
}

TEST_P(CallbacksTest, MisuseIsToldAndChangesNothing) {
  Attach();
  tattle_diag diag = TATTLE_DIAG_INIT;
  SSL_CTX* const context = context_.get();
  const tattle_client* const client = attached_.get();
  EXPECT_EQ(tattle_openssl_attach(context, client, nullptr, &diag), TATTLE_ERR_MISUSE);
  EXPECT_NE(std::string(diag.text), "");
  EXPECT_EQ(tattle_openssl_attach(nullptr, client, nullptr, nullptr), TATTLE_ERR_MISUSE);
  EXPECT_EQ(tattle_openssl_attach(context, nullptr, nullptr, nullptr), TATTLE_ERR_MISUSE);
  EXPECT_EQ(tattle_openssl_collect(context), TATTLE_ERR_MISUSE);
  const SslCtx with_ct(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_enable_ct(with_ct.get(), SSL_CT_VALIDATION_PERMISSIVE);
  EXPECT_EQ(tattle_openssl_attach(with_ct.get(), client, nullptr, &diag), TATTLE_ERR_MISUSE);
  EXPECT_EQ(SSL_CTX_get_info_callback(with_ct.get()), nullptr);
  const SslCtx plain(SSL_CTX_new(TLS_client_method()));
  const Ssl ssl(SSL_new(plain.get()));
  EXPECT_EQ(tattle_openssl_set_host(ssl.get(), "a"), TATTLE_ERR_MISUSE);
  EXPECT_EQ(tattle_openssl_set_mode(ssl.get(), TATTLE_MODE_OFF), TATTLE_ERR_MISUSE);
  EXPECT_EQ(tattle_openssl_set_host(nullptr, "a"), TATTLE_ERR_MISUSE);
  EXPECT_EQ(tattle_openssl_set_mode(nullptr, 0), TATTLE_ERR_MISUSE);
  EXPECT_EQ(tattle_openssl_get0_session(nullptr), nullptr);
  NewClient();
  EXPECT_EQ(tattle_openssl_set_mode(client_.get(), 4), TATTLE_ERR_MISUSE);
  EXPECT_EQ(tattle_openssl_set_mode(client_.get(), -1), TATTLE_ERR_MISUSE);
  EXPECT_EQ(ERR_peek_error(), 0U);
  EXPECT_TRUE(Connect());
}

TEST_P(CallbacksTest, OptionsOfAnotherVersionAreTakenAsFarAsTheyAreKnown) {
  Attach();
  struct Longer {
    tattle_openssl_options options = TATTLE_OPENSSL_OPTIONS_INIT;
    std::size_t later = 0;
  };
  Longer longer;
  longer.options.struct_size = sizeof longer;
  const auto attach = [&] {
    const SslCtx context(SSL_CTX_new(TLS_client_method()));
    return tattle_openssl_attach(context.get(), attached_.get(), &longer.options, nullptr);
  };
  EXPECT_EQ(attach(), TATTLE_OK);
  longer.later = 1;
  EXPECT_EQ(attach(), TATTLE_ERR_STRUCT_SIZE);
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{1} << 20U}) {
    longer.options.struct_size = size;
    EXPECT_EQ(attach(), TATTLE_ERR_STRUCT_SIZE);
  }
  longer.options.struct_size = sizeof longer.options.struct_size;
  EXPECT_EQ(attach(), TATTLE_OK);
}

class ContextModeTest : public CallbacksTest {
 protected:
  ContextModeTest() { Use(world_.leaf); }  // which no policy likes

  // AttachWith judges by a client in mode `client_mode` and a context that has these options.
  void AttachWith(const char* client_mode, tattle_openssl_options options) {
    attached_ = world_.MakeClient({{"mode", client_mode}});
    options.now_ms = [](void* /*arg*/) { return kNowMs; };
    ASSERT_EQ(tattle_openssl_attach(context_.get(), attached_.get(), &options, nullptr), TATTLE_OK);
  }
};
TATTLE_FOR_BOTH_VERSIONS(ContextModeTest);

TEST_P(ContextModeTest, GoesOverTheClientsAndUnderTheConnections) {
  tattle_openssl_options options = TATTLE_OPENSSL_OPTIONS_INIT;
  options.mode = TATTLE_MODE_REQUIRE;
  AttachWith("report", options);
  EXPECT_FALSE(Connect());
  EXPECT_TRUE(IsRefusedFor("no SCT was presented")) << errors_.size();
  EXPECT_EQ(tattle_session_mode(Judged()), TATTLE_MODE_REQUIRE);
  NewClient();
  EXPECT_EQ(tattle_openssl_set_mode(client_.get(), TATTLE_MODE_REPORT), TATTLE_OK);
  EXPECT_TRUE(Shake());
  EXPECT_EQ(Compliance(), TATTLE_NOT_COMPLIANT);
}

TEST_P(ContextModeTest, OfASessionIsThatOfNow) {
  tattle_openssl_options options = TATTLE_OPENSSL_OPTIONS_INIT;
  options.mode = TATTLE_MODE_REPORT;
  AttachWith("require", options);
  const SslSession session = ConnectAndKeep();
  EXPECT_EQ(Compliance(), TATTLE_NOT_COMPLIANT);
  options.mode = 0;
  context_ = NewContext();
  AttachWith("require", options);
  EXPECT_FALSE(Resume(session.get())) << "what was only reported passes";
}

TEST_P(ContextModeTest, IsNoneThatThereIsNot) {
  attached_ = world_.MakeClient();
  tattle_openssl_options options = TATTLE_OPENSSL_OPTIONS_INIT;
  options.mode = 4;
  tattle_diag diag = TATTLE_DIAG_INIT;
  EXPECT_EQ(tattle_openssl_attach(context_.get(), attached_.get(), &options, &diag),
            TATTLE_ERR_MISUSE);
  EXPECT_NE(std::string(diag.text).find("mode"), std::string::npos);
}

TEST_P(ContextModeTest, ARefusalMayPassForAnErrorOfOpenSsl) {
  tattle_openssl_options options = TATTLE_OPENSSL_OPTIONS_INIT;
  options.as_verify_error = 1;
  AttachWith("require", options);
  EXPECT_FALSE(Connect());
  ASSERT_FALSE(errors_.empty());
  EXPECT_EQ(errors_[0].find("SSL routines: certificate verify failed: example.test: not compliant"),
            0U)
      << errors_[0];
  EXPECT_EQ(SSL_get_verify_result(client_.get()), X509_V_ERR_NO_VALID_SCTS);
}

TEST_P(CallbacksTest, TheClientMayBeFreedWhileItsContextLives) {
  Attach();
  attached_.reset();
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
}

}  // namespace
}  // namespace tattle::testlib::callbacks_test
