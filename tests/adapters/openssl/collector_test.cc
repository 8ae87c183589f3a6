// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Real handshakes in memory, with servers that say what a test wants.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <tattle/openssl.h>

#include "core/base/bytes.h"
#include "tests/adapters/openssl/world.h"
#include "tests/testlib/pki.h"

namespace tattle::collector_test {
namespace {

using testlib::LoadX509;
using testlib::Ssl;
using testlib::SslCtx;
using testlib::TestCa;
using testlib::TestKey;

using Evidence =
    std::unique_ptr<tattle_openssl_evidence, testlib::Deleter<tattle_openssl_evidence_free>>;

struct Parts {
  ByteVector leaf;
  ByteVector issuer;
  ByteVector tls_scts;
  ByteVector ocsp_response;
};

class CollectorTest : public testing::TestWithParam<int> {
 protected:
  CollectorTest()
      : leaf_(ca_.Issue(leaf_key_, {})),
        other_(other_ca_.Issue(TestKey::P256(), {})),
        client_context_(SSL_CTX_new(TLS_client_method())),
        server_context_(SSL_CTX_new(TLS_server_method())) {
    for (SSL_CTX* context : {client_context_.get(), server_context_.get()}) {
      SSL_CTX_set_min_proto_version(context, GetParam());
      SSL_CTX_set_max_proto_version(context, GetParam());
    }
    SSL_CTX_use_certificate(server_context_.get(), LoadX509(leaf_).get());
    SSL_CTX_use_PrivateKey(server_context_.get(), leaf_key_.get());
    testlib::Say(server_context_.get(), &says_);
    EXPECT_EQ(tattle_openssl_collect(client_context_.get()), TATTLE_OK);
  }

  void Present(const std::vector<ByteVector>& behind_the_leaf) {
    for (const ByteVector& der : behind_the_leaf) {
      SSL_CTX_add1_chain_cert(server_context_.get(), LoadX509(der).get());
    }
  }

  void Trust(Bytes root) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(client_context_.get()), LoadX509(root).get());
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(client_context_.get()), 1'791'000'000);
  }

  // Connect leaves the ends in client_ and server_. Returns whether the handshake was done.
  bool Connect() {
    client_.reset(SSL_new(client_context_.get()));
    return ConnectClient();
  }

  bool ConnectClient() {
    server_.reset(SSL_new(server_context_.get()));
    BIO* client_end = nullptr;
    BIO* server_end = nullptr;
    BIO_new_bio_pair(&client_end, 1 << 17, &server_end, 1 << 17);
    SSL_set_bio(client_.get(), client_end, client_end);
    SSL_set_bio(server_.get(), server_end, server_end);
    SSL_set_connect_state(client_.get());
    SSL_set_accept_state(server_.get());
    for (int i = 0; i < 10; ++i) {
      const int client_done = SSL_do_handshake(client_.get());
      if (SSL_do_handshake(server_.get()) == 1 && client_done == 1) {
        return true;
      }
    }
    return false;
  }

  Evidence Take() {
    tattle_openssl_evidence* evidence = nullptr;
    EXPECT_EQ(tattle_openssl_evidence_new(client_.get(), &evidence), TATTLE_OK);
    return Evidence(evidence);
  }

  static ByteVector Copy(const std::uint8_t* bytes, std::size_t len) {
    EXPECT_EQ(bytes == nullptr, len == 0);
    return ToVector(Bytes(bytes, len));
  }

  static Parts Get(const Evidence& evidence) {
    tattle_evidence got = TATTLE_EVIDENCE_INIT;
    EXPECT_EQ(tattle_openssl_evidence_get0(evidence.get(), &got), TATTLE_OK);
    return {Copy(got.leaf, got.leaf_len), Copy(got.issuer, got.issuer_len),
            Copy(got.tls_scts, got.tls_scts_len), Copy(got.ocsp_response, got.ocsp_response_len)};
  }

  TestCa ca_{"Test CA"};
  TestCa other_ca_{"Other CA"};
  TestKey leaf_key_ = TestKey::P256();
  ByteVector leaf_;
  ByteVector other_;
  testlib::ServerSays says_;
  SslCtx client_context_;
  SslCtx server_context_;
  Ssl client_;
  Ssl server_;
};

TEST_P(CollectorTest, BringsLeafIssuerListAndStaple) {
  says_.lists = {{1, 2, 3}};
  says_.staple = {4, 5};
  Present({ca_.certificate()});
  Trust(ca_.certificate());
  ASSERT_TRUE(Connect());
  const Evidence evidence = Take();
  EXPECT_EQ(Get(evidence).leaf, leaf_);
  EXPECT_EQ(Get(evidence).issuer, ca_.certificate());
  EXPECT_EQ(Get(evidence).tls_scts, says_.lists[0]);
  EXPECT_EQ(Get(evidence).ocsp_response, says_.staple);
  EXPECT_EQ(tattle_openssl_evidence_verify_error(evidence.get()), X509_V_OK);
}

TEST_P(CollectorTest, FitsTheVerifierOfTheSameConnection) {
  says_.staple = {4, 5};
  Present({ca_.certificate()});
  ASSERT_TRUE(Connect());
  const Evidence collected = Take();
  tattle_evidence evidence = TATTLE_EVIDENCE_INIT;
  ASSERT_EQ(tattle_openssl_evidence_get0(collected.get(), &evidence), TATTLE_OK);
  tattle_log_list* list = nullptr;
  ASSERT_EQ(tattle_log_list_new_pinned(&list, nullptr), TATTLE_OK);
  tattle_report* report = nullptr;
  EXPECT_EQ(tattle_verify(list, &report, &evidence, 1'791'000'000'000, nullptr), TATTLE_OK);
  EXPECT_EQ(tattle_report_has_issuer_mismatch(report), 0);
  tattle_report_free(report);
  tattle_log_list_free(list);
}

TEST_P(CollectorTest, FillsAStructOfALaterVersionAndNoneThatIsTooSmall) {
  ASSERT_TRUE(Connect());
  const Evidence collected = Take();
  struct {
    tattle_evidence evidence = TATTLE_EVIDENCE_INIT;
    std::size_t later = 7;
  } longer;
  longer.evidence.struct_size = sizeof longer;
  EXPECT_EQ(tattle_openssl_evidence_get0(collected.get(), &longer.evidence), TATTLE_OK);
  EXPECT_EQ(longer.evidence.leaf_len, leaf_.size());
  EXPECT_EQ(longer.evidence.struct_size, sizeof longer);
  EXPECT_EQ(longer.later, 7U);
  for (const std::size_t size : {std::size_t{0}, sizeof(tattle_evidence) - 1}) {
    tattle_evidence evidence = TATTLE_EVIDENCE_INIT;
    evidence.struct_size = size;
    EXPECT_EQ(tattle_openssl_evidence_get0(collected.get(), &evidence), TATTLE_ERR_STRUCT_SIZE);
    EXPECT_EQ(evidence.leaf, nullptr);
  }
}

TEST(CollectorMisuseTest, NullIsRefused) {
  tattle_openssl_evidence* evidence = nullptr;
  tattle_evidence out = TATTLE_EVIDENCE_INIT;
  EXPECT_EQ(tattle_openssl_collect(nullptr), TATTLE_ERR_MISUSE);
  EXPECT_EQ(tattle_openssl_evidence_new(nullptr, &evidence), TATTLE_ERR_MISUSE);
  EXPECT_EQ(tattle_openssl_evidence_new(nullptr, nullptr), TATTLE_ERR_MISUSE);
  EXPECT_EQ(tattle_openssl_evidence_get0(nullptr, &out), TATTLE_ERR_MISUSE);
  EXPECT_NE(tattle_openssl_evidence_verify_error(nullptr), X509_V_OK);
}

TEST_P(CollectorTest, OutlivesItsConnection) {
  says_.lists = {{1, 2, 3}};
  ASSERT_TRUE(Connect());
  const Evidence evidence = Take();
  client_.reset();
  EXPECT_EQ(Get(evidence).tls_scts, says_.lists[0]);
}

TEST_P(CollectorTest, D1KeepsTheListOfTheLeafOnly) {
  says_.lists = {{1}, {2}, {3}};
  Present({ca_.certificate(), other_ca_.certificate()});
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Get(Take()).tls_scts, says_.lists[0]);
  says_.lists = {{}, {2}, {3}};
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Get(Take()).tls_scts, ByteVector());
}

TEST_P(CollectorTest, ForgetsTheListWhenAConnectionIsUsedAgain) {
  says_.lists = {{1}};
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Get(Take()).tls_scts, says_.lists[0]);
  says_.lists = {{}};
  SSL_clear(client_.get());
  SSL_set_session(client_.get(), nullptr);
  ASSERT_TRUE(ConnectClient());
  EXPECT_EQ(Get(Take()).tls_scts, ByteVector());
}

TEST_P(CollectorTest, TakesAListOfAnySize) {
  says_.lists = {ByteVector(60'000, 7)};
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Get(Take()).tls_scts, says_.lists[0]);
}

TEST_P(CollectorTest, FindsTheIssuerWhereverItStands) {
  Present({other_, other_ca_.certificate(), ca_.certificate()});
  ASSERT_TRUE(Connect());
  const Evidence evidence = Take();
  EXPECT_EQ(Get(evidence).issuer, ca_.certificate());
  EXPECT_NE(tattle_openssl_evidence_verify_error(evidence.get()), X509_V_OK);
}

TEST_P(CollectorTest, TakesNoIssuerWhoseNameFitsAndWhoseKeyDoesNot) {
  const TestCa impostor("Test CA");
  Present({impostor.certificate()});
  Trust(impostor.certificate());
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Get(Take()).issuer, ByteVector());
  Present({ca_.certificate()});
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Get(Take()).issuer, ca_.certificate());
}

TEST_P(CollectorTest, TakesTheIssuerOfTheValidatedChainThatTheServerDidNotSend) {
  Trust(ca_.certificate());
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Get(Take()).issuer, ca_.certificate());
}

TEST_P(CollectorTest, BringsNothingBeforeTheHandshake) {
  client_.reset(SSL_new(client_context_.get()));
  tattle_openssl_evidence* evidence = nullptr;
  EXPECT_EQ(tattle_openssl_evidence_new(client_.get(), &evidence), TATTLE_ERR_ARGUMENT);
  EXPECT_EQ(evidence, nullptr);
  tattle_openssl_evidence_free(nullptr);
}

TEST_P(CollectorTest, ACopiedConnectionHasNoListOfTheOther) {
  client_.reset(SSL_new(client_context_.get()));
  const Ssl copy(SSL_dup(client_.get()));
  ASSERT_NE(copy, nullptr);
  says_.lists = {{1, 2, 3}};
  ASSERT_TRUE(Connect());
  const Ssl copy_after(SSL_dup(client_.get()));
  EXPECT_EQ(Get(Take()).tls_scts, says_.lists[0]);
}

TEST_P(CollectorTest, ServersOfTheSameContextSendNothing) {
  const SslCtx both(SSL_CTX_new(TLS_method()));
  EXPECT_EQ(tattle_openssl_collect(both.get()), TATTLE_OK);
  SSL_CTX_use_certificate(both.get(), LoadX509(leaf_).get());
  SSL_CTX_use_PrivateKey(both.get(), leaf_key_.get());
  SSL_CTX_up_ref(both.get());
  server_context_.reset(both.get());
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Get(Take()).tls_scts, ByteVector());
}

TEST_P(CollectorTest, RefusesToBeSetUpTwiceAndLeavesNoErrorBehind) {
  ERR_clear_error();
  EXPECT_EQ(tattle_openssl_collect(client_context_.get()), TATTLE_ERR_MISUSE);
  EXPECT_EQ(ERR_peek_error(), 0U);
  ASSERT_TRUE(Connect());
  Take();
  EXPECT_EQ(ERR_peek_error(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Tls, CollectorTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const testing::TestParamInfo<int>& version) {
                           return version.param == TLS1_2_VERSION ? "V12" : "V13";
                         });

}  // namespace
}  // namespace tattle::collector_test
