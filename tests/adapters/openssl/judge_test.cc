// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What becomes of connections with SCTs of every kind, by every channel.

#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/sha256.h"
#include "tests/adapters/openssl/handshake.h"
#include "tests/testlib/ocsp.h"

namespace tattle::testlib::judge_test {
namespace {

class JudgeTest : public HandshakeTest {
 protected:
  ByteVector Staple(const ByteVector& sct_list) const {
    return OcspResponse({{world_.leaf, world_.ca.certificate(), sct_list}});
  }

  bool HasReason(std::string_view code, std::string_view part_of_text) const {
    const tattle_verdict* verdict = tattle_session_get0_verdict(Judged());
    for (std::size_t i = 0; i < tattle_verdict_num_reasons(verdict); ++i) {
      const std::string_view text = tattle_verdict_get0_reason_text(verdict, i);
      if (tattle_verdict_get0_reason_code(verdict, i) == code &&
          text.find(part_of_text) != std::string_view::npos) {
        return true;
      }
    }
    return false;
  }

  ByteVector GoodList() const { return world_.ListOver({&world_.alpha, &world_.beta}); }
};
TATTLE_FOR_BOTH_VERSIONS(JudgeTest);

TEST_P(JudgeTest, EmbeddedSctsPass) {
  Use(world_.embedded);
  Attach();
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(Scope(), TATTLE_SCOPE_PUBLIC);
  EXPECT_EQ(Origin(), TATTLE_ORIGIN_VERIFIED);
  EXPECT_EQ(tattle_session_mode(Judged()), TATTLE_MODE_REQUIRE);
  EXPECT_EQ(tattle_session_policy(Judged()), TATTLE_POLICY_CHROME);
  const tattle_report* report = tattle_session_get0_report(Judged());
  ASSERT_EQ(tattle_report_num_scts(report), 2U);
  EXPECT_EQ(tattle_report_sct_source(report, 0), TATTLE_SOURCE_EMBEDDED);
  EXPECT_EQ(errors_, std::vector<std::string>());
  EXPECT_TRUE(Talk());
}

TEST_P(JudgeTest, SctsOfTheTlsExtensionPass) {
  says_.lists = {GoodList()};
  Attach();
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(tattle_report_sct_source(tattle_session_get0_report(Judged()), 0), TATTLE_SOURCE_TLS);
}

TEST_P(JudgeTest, SctsOfTheStaplePassWhereThePolicyTakesThem) {
  says_.staple = Staple(GoodList());
  Attach({{"policy", "mozilla"}});
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
  EXPECT_EQ(tattle_report_sct_source(tattle_session_get0_report(Judged()), 0), TATTLE_SOURCE_OCSP);
}

TEST_P(JudgeTest, ChromeTakesNoneOfTheStaple) {
  says_.staple = Staple(GoodList());
  Attach();
  EXPECT_FALSE(Connect());
}

TEST_P(JudgeTest, ChannelsAddUpWhereThePolicySaysSo) {
  says_.lists = {world_.ListOver({&world_.alpha})};
  says_.staple = Staple(world_.ListOver({&world_.beta}));
  Attach({{"policy", "mozilla"}});
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
}

TEST_P(JudgeTest, NoSctsAreRefusedAndItIsSaidWhy) {
  Attach();
  EXPECT_FALSE(Connect());
  EXPECT_TRUE(IsRefusedFor("refused by Certificate Transparency policy"));
  EXPECT_TRUE(IsRefusedFor("example.test: "));
  EXPECT_TRUE(IsRefusedFor(Reason())) << Reason();
  EXPECT_EQ(SSL_get_verify_result(client_.get()), X509_V_ERR_NO_VALID_SCTS);
  EXPECT_EQ(tattle_session_decision(Judged()), TATTLE_REFUSE);
  EXPECT_EQ(Compliance(), TATTLE_NOT_COMPLIANT);
  EXPECT_EQ(Count(TATTLE_COUNT_REFUSED), 1U);
}

TEST_P(JudgeTest, SctsThatDoNotCountAreRefusedAndItIsSaidWhy) {
  struct Case {
    const TestLog* log;
    const char* code;
    const char* text;
  };
  const Case cases[] = {
      {&world_.denied, "sct_not_valid", "the log's key is denied: its key is public"},
      {&world_.retired, "log_retired", "log retired 2020-01-01, and not embedded"},
      {&world_.rejected, "log_not_trusted", "log rejected 2020-01-01"},
      {&world_.stateless, "log_not_trusted", "the log list gives its log no state"},
      {&world_.stranger, "sct_not_valid", "the log is not in the log list"},
      {&world_.alpha, "too_few_logs", "SCTs of one log count once"},
  };
  for (const Case& row : cases) {
    says_.lists = {world_.ListOver({&world_.alpha, row.log})};
    context_ = NewContext();
    Attach();
    EXPECT_FALSE(Connect());
    EXPECT_TRUE(
        IsRefusedFor("example.test: not compliant with chrome: needs an SCT in the TLS "
                     "extension from one more log: 1 of 2"));
    EXPECT_TRUE(HasReason(row.code, row.text)) << row.text;
    EXPECT_TRUE(HasReason("too_few_logs", "1 of 2")) << row.text;
  }
}

TEST_P(JudgeTest, SctsOfAnotherCertificateAreRefused) {
  says_.lists = {SctList({world_.alpha.SignX509(world_.embedded, kStampMs),
                          world_.beta.SignX509(world_.embedded, kStampMs)})};
  Attach();
  EXPECT_FALSE(Connect());
  EXPECT_EQ(tattle_report_sct_status(tattle_session_get0_report(Judged()), 0),
            TATTLE_SCT_BAD_SIGNATURE);
}

TEST_P(JudgeTest, TheSameCertificateIsVerifiedOnce) {
  Use(world_.embedded);
  Attach();
  ASSERT_TRUE(Connect());
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Origin(), TATTLE_ORIGIN_CACHED);
  EXPECT_EQ(Compliance(), TATTLE_COMPLIANT);
}

// Modes

TEST_P(JudgeTest, ReportGoesOnAndSaysIt) {
  Attach({{"mode", "report"}});
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Compliance(), TATTLE_NOT_COMPLIANT);
  EXPECT_EQ(tattle_session_decision(Judged()), TATTLE_PROCEED);
  EXPECT_EQ(SSL_get_verify_result(client_.get()), X509_V_OK);
  EXPECT_EQ(errors_, std::vector<std::string>());
  EXPECT_TRUE(Talk());
}

TEST_P(JudgeTest, OffJudgesNothing) {
  says_.lists = {GoodList()};
  Attach({{"mode", "off"}});
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Judged(), nullptr);
  EXPECT_EQ(Count(TATTLE_COUNT_JUDGED), 0U);
}

TEST_P(JudgeTest, OneConnectionMayHaveAModeOfItsOwn) {
  Attach({{"mode", "off"}});
  NewClient();
  ASSERT_EQ(tattle_openssl_set_mode(client_.get(), TATTLE_MODE_REQUIRE), TATTLE_OK);
  EXPECT_FALSE(Shake());
  NewClient();
  ASSERT_EQ(tattle_openssl_set_mode(client_.get(), TATTLE_MODE_REPORT), TATTLE_OK);
  EXPECT_TRUE(Shake());
  EXPECT_EQ(Compliance(), TATTLE_NOT_COMPLIANT);
  ASSERT_EQ(tattle_openssl_set_mode(client_.get(), 0), TATTLE_OK);
  EXPECT_TRUE(Connect());
  EXPECT_EQ(Judged(), nullptr);
}

// Scope

TEST_P(JudgeTest, APrivateRootIsNotJudged) {
  Attach({}, false);
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_PRIVATE);
  EXPECT_EQ(tattle_session_get0_verdict(Judged()), nullptr);
}

TEST_P(JudgeTest, D7NoSctsPassUnderAPrivateCa) {
  Attach({{"policy", "strict"}}, false);
  EXPECT_TRUE(Connect());
}

TEST_P(JudgeTest, AnExemptHostIsNotJudged) {
  Attach({{"exempt_hosts", "EXAMPLE.test"}});
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_EXEMPT_HOST);
  NewClient();
  ASSERT_EQ(tattle_openssl_set_host(client_.get(), "other.test"), TATTLE_OK);
  EXPECT_FALSE(Shake());
  EXPECT_TRUE(IsRefusedFor("other.test: "));
}

TEST_P(JudgeTest, TheHostIsTheOneToVerifyWhereNoNameIsSent) {
  Attach({{"exempt_hosts", "example.test"}});
  client_.reset(SSL_new(context_.get()));
  SSL_set_connect_state(client_.get());
  SSL_set1_host(client_.get(), "example.test");
  ASSERT_TRUE(Shake());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_EXEMPT_HOST);
}

TEST_P(JudgeTest, TheHostIsTheAddressToVerifyWhereThereIsNoName) {
  TestCertificateSpec spec;
  spec.subject_alt_name = "IP:192.0.2.7";
  Use(world_.ca.Issue(world_.leaf_key, spec));
  Attach({{"exempt_hosts", "192.0.2.7"}});
  for (const bool is_told : {true, false}) {
    client_.reset(SSL_new(context_.get()));
    SSL_set_connect_state(client_.get());
    if (is_told) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(client_.get()), "192.0.2.7");
    }
    EXPECT_EQ(Shake(), is_told);
    EXPECT_EQ(Scope(), is_told ? TATTLE_SCOPE_EXEMPT_HOST : TATTLE_SCOPE_PUBLIC);
    EXPECT_EQ(IsRefusedFor("not compliant"), !is_told);
  }
}

TEST_P(JudgeTest, AnExemptKeyIsNotJudged) {
  Attach({{"exempt_spki", Hex(Sha256Of(world_.ca.key().Spki()))}});
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_EXEMPT_SPKI);
}

TEST_P(JudgeTest, DaneUsagesThatNeedNoPublicCaAreNotJudged) {
  const Hash ca_key = Sha256Of(world_.ca.key().Spki());
  const Hash leaf_key = Sha256Of(world_.leaf_key.Spki());
  struct Case {
    std::uint8_t usage;
    const Hash* key;
    bool passes;
  };
  for (const Case& c : {Case{0, &ca_key, false}, Case{1, &leaf_key, false}, Case{2, &ca_key, true},
                        Case{3, &leaf_key, true}}) {
    SCOPED_TRACE(static_cast<int>(c.usage));
    context_ = NewContext();
    SSL_CTX_dane_enable(context_.get());
    Attach();
    NewClient();
    SSL_dane_enable(client_.get(), "example.test");
    SSL_dane_tlsa_add(client_.get(), c.usage, 1 /* SubjectPublicKeyInfo */, 1 /* SHA-256 */,
                      c.key->data(), c.key->size());
    // Usage 2 wants the trust anchor in the server's chain.
    Use(world_.leaf);
    SSL_CTX_add1_chain_cert(server_context_.get(), LoadX509(world_.ca.certificate()).get());
    EXPECT_EQ(Shake(), c.passes);
    EXPECT_EQ(Scope(), c.passes ? TATTLE_SCOPE_DANE : TATTLE_SCOPE_PUBLIC);
  }
}

TEST_P(JudgeTest, AChainThatDidNotValidateIsNotJudged) {
  context_ = NewContext();
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_cert_store(context_.get(), X509_STORE_new());
  Attach();
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_CHAIN_NOT_VALID);
}

TEST_P(JudgeTest, AVerifyCallbackThatToleratesAnErrorLeavesAChainThatIsNotValid) {
  SSL_CTX_set_cert_store(context_.get(), X509_STORE_new());
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  Attach();
  ASSERT_TRUE(Connect());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_CHAIN_NOT_VALID);
}

TEST_P(JudgeTest, AProgramThatDoesNotVerifyIsJudgedIfTheChainIsValid) {
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
  Attach();
  EXPECT_FALSE(Connect());
  EXPECT_EQ(Scope(), TATTLE_SCOPE_PUBLIC);
  EXPECT_TRUE(IsRefusedFor("example.test"));
}

// Defects of others

TEST_P(JudgeTest, D1ListsOfLaterEntriesAreNotTheLeafs) {
  Use(world_.leaf);
  SSL_CTX_add1_chain_cert(server_context_.get(), LoadX509(world_.ca.certificate()).get());
  Attach();
  says_.lists = {GoodList(), world_.ListOver({&world_.denied})};
  EXPECT_TRUE(Connect());
  says_.lists = {{}, GoodList()};
  EXPECT_FALSE(Connect());
}

TEST_P(JudgeTest, D2AnUnknownAlgorithmInOneSctLeavesTheOthers) {
  ByteVector odd = world_.alpha.SignX509(world_.leaf, kStampMs);
  odd.at(43) = 99;  // hash algorithm, behind version, log_id, timestamp and extensions
  says_.lists = {SctList({odd, world_.alpha.SignX509(world_.leaf, kStampMs),
                          world_.beta.SignX509(world_.leaf, kStampMs)})};
  Attach();
  ASSERT_TRUE(Connect());
  EXPECT_EQ(tattle_report_num_scts(tattle_session_get0_report(Judged())), 3U);
}

TEST_P(JudgeTest, D3BytesBehindAnSctMakeItBad) {
  ByteVector longer = world_.alpha.SignX509(world_.leaf, kStampMs);
  longer.push_back(0);
  says_.lists = {SctList({longer, world_.beta.SignX509(world_.leaf, kStampMs)})};
  Attach();
  EXPECT_FALSE(Connect());
  EXPECT_EQ(tattle_report_sct_status(tattle_session_get0_report(Judged()), 0),
            TATTLE_SCT_MALFORMED);
}

TEST_P(JudgeTest, D4AClockMayBeSlowByMinutes) {
  Use(world_.embedded);
  Attach();
  now_ms_ = kStampMs - 200'000;
  EXPECT_TRUE(Connect());
  now_ms_ = kStampMs - 400'000;
  EXPECT_FALSE(Connect());
  EXPECT_EQ(tattle_report_sct_status(tattle_session_get0_report(Judged()), 0),
            TATTLE_SCT_IN_FUTURE);
}

TEST_P(JudgeTest, AStaleListIsJudgedAsConfigured) {
  Use(world_.embedded);
  world_.list.timestamp_ms = kNowMs - std::uint64_t{71} * 24 * 3600 * 1000;
  Attach();
  ASSERT_TRUE(Connect());
  EXPECT_EQ(tattle_verdict_is_list_stale(tattle_session_get0_verdict(Judged())), 1);
  context_ = NewContext();
  Attach({{"on_stale", "fail"}});
  EXPECT_FALSE(Connect());
}

}  // namespace
}  // namespace tattle::testlib::judge_test
