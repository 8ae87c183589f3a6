// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Chains that end below their root, and chains of which the program tolerates something.

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "core/crypto/sha256.h"
#include "tests/adapters/openssl/handshake.h"
#include "tests/testlib/pem_text.h"
#include "tests/testlib/scratch_folder.h"

namespace tattle::testlib::chain_test {
namespace {

using Crl = std::unique_ptr<X509_CRL, Deleter<X509_CRL_free>>;
using Asn1Time = std::unique_ptr<ASN1_TIME, Deleter<ASN1_TIME_free>>;

class ChainTest : public HandshakeTest {
 protected:
  // TrustIntermediate makes `context_` anew, which trusts the intermediate of `root_` for itself,
  // as curl and Python do: the validated chain ends at the first CA that the store has.
  void TrustIntermediate() {
    TestCertificateSpec spec;
    spec.common_name = "Test CA";
    spec.is_ca = true;
    context_ = NewContext();
    SSL_CTX_set_cert_store(context_.get(), X509_STORE_new());
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context_.get()), X509_V_FLAG_PARTIAL_CHAIN);
    Trust(root_.Issue(world_.ca.key(), spec));
  }

  void Trust(Bytes certificate) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), LoadX509(certificate).get());
  }

  const TestCa root_{"Root"};
};
TATTLE_FOR_BOTH_VERSIONS(ChainTest);

TEST_P(ChainTest, OneThatEndsBelowItsRootIsJudgedByWhatIsAbove) {
  const ScratchFolder folder;
  const std::string root_file = folder.Write("root.pem", PemText(root_.certificate()));
  enum class RootIs { kNowhere, kInStore, kPresented };
  for (const RootIs where : {RootIs::kNowhere, RootIs::kInStore, RootIs::kPresented}) {
    SCOPED_TRACE(static_cast<int>(where));
    for (const bool is_public : {true, false}) {
      TrustIntermediate();
      if (where == RootIs::kInStore) {
        Trust(root_.certificate());
      }
      Use(world_.leaf);
      if (where == RootIs::kPresented) {
        SSL_CTX_add1_chain_cert(server_context_.get(), LoadX509(root_.certificate()).get());
      }
      Attach({{"public_roots", is_public ? root_file : ""}}, false);
      const bool is_judged = is_public || where != RootIs::kInStore;
      EXPECT_EQ(Connect(), !is_judged);
      EXPECT_EQ(Scope(), is_judged ? TATTLE_SCOPE_PUBLIC : TATTLE_SCOPE_PRIVATE) << Reason();
    }
  }
}

// Anybody can put the name and the key of a CA into a certificate; what he signs it with, he
// chooses.
TEST_P(ChainTest, NobodyWhoPresentsACaAboveMakesAChainPrivate) {
  const TestCa evil("Evil");
  const TestCa same_name("Root");
  TestCertificateSpec spec;
  spec.common_name = "Root";
  spec.is_ca = true;
  for (const ByteVector& forged :
       {evil.Issue(root_.key(), spec), same_name.Issue(root_.key(), spec)}) {
    TrustIntermediate();
    Use(world_.leaf);
    for (const ByteVector& presented : {forged, evil.certificate()}) {
      SSL_CTX_add1_chain_cert(server_context_.get(), LoadX509(presented).get());
    }
    Attach({}, false);
    EXPECT_FALSE(Connect());
    EXPECT_EQ(Scope(), TATTLE_SCOPE_PUBLIC);
  }
}

TEST_P(ChainTest, AnIntermediateThatIsTrustedForItselfMayBeExempt) {
  TrustIntermediate();
  Attach({{"exempt_spki", Hex(Sha256Of(world_.ca.key().Spki()))}}, false);
  EXPECT_TRUE(Connect());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_EXEMPT_SPKI);
}

// Whoever keeps the CRL away must not take CT away too.
TEST_P(ChainTest, AMissingCrlThatIsToleratedLeavesAChainThatIsJudged) {
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context_.get()), X509_V_FLAG_CRL_CHECK);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, [](int ok, X509_STORE_CTX* chain) {
    return ok != 0 || X509_STORE_CTX_get_error(chain) == X509_V_ERR_UNABLE_TO_GET_CRL ? 1 : 0;
  });
  Attach();
  EXPECT_FALSE(Connect());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_PUBLIC);
  EXPECT_TRUE(IsRefusedFor("no SCT was presented"));
  Use(world_.embedded);
  EXPECT_TRUE(Connect());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
}

// Nor whoever puts another in its place.
TEST_P(ChainTest, AForgedCrlThatIsToleratedLeavesAChainThatIsJudged) {
  const Crl crl(X509_CRL_new());
  X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(crl.get(),
                           X509_get_subject_name(LoadX509(world_.ca.certificate()).get()));
  const Asn1Time now(ASN1_TIME_set(nullptr, static_cast<time_t>(kNowMs / 1000)));
  X509_CRL_set1_lastUpdate(crl.get(), now.get());
  X509_CRL_set1_nextUpdate(crl.get(), now.get());
  const TestKey not_the_cas = TestKey::P256();
  X509_CRL_sign(crl.get(), not_the_cas.get(), EVP_sha256());
  X509_STORE_add_crl(SSL_CTX_get_cert_store(context_.get()), crl.get());
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context_.get()), X509_V_FLAG_CRL_CHECK);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  Attach();
  EXPECT_FALSE(Connect());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_PUBLIC);
}

TEST_P(ChainTest, AnotherNameThatIsToleratedLeavesAChainThatIsJudged) {
  X509_VERIFY_PARAM_set1_host(SSL_CTX_get0_param(context_.get()), "other.test", 0);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  Attach();
  EXPECT_FALSE(Connect());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_PUBLIC);
}

TEST_P(ChainTest, ATimeThatIsToleratedLeavesAChainThatIsJudged) {
  for (const std::uint64_t seconds : {std::uint64_t{0}, kNowMs / 1000 * 4}) {
    context_ = NewContext();
    X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context_.get()), static_cast<time_t>(seconds));
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    Attach();
    EXPECT_FALSE(Connect());
    EXPECT_EQ(Scope(), TATTLE_SCOPE_PUBLIC);
  }
}

TEST_P(ChainTest, AnErrorThatNobodyVerifiesIsNotTolerated) {
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context_.get()), X509_V_FLAG_CRL_CHECK);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
  Attach();
  EXPECT_TRUE(Connect());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_CHAIN_NOT_VALID);
}

}  // namespace
}  // namespace tattle::testlib::chain_test
