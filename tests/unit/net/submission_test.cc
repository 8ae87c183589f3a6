// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// AddChain and AddPreChain of both log clients.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/wire/log_answers.h"
#include "core/wire/sct.h"
#include "tests/testlib/pki.h"
#include "tests/unit/net/log_client_fixture.h"

namespace tattle::submission_test {
namespace {

using testing::LogClientFixture;
using testing::ScriptedRequest;

constexpr std::uint64_t kTimeMs = 1'790'000'000'000;
const testlib::TestExtension kPoison = {"1.3.6.1.4.1.11129.2.4.3", {0x05, 0x00}};

class SubmissionTest : public LogClientFixture, public ::testing::WithParamInterface<LogKind> {
 protected:
  void SetUp() override {
    Start(GetParam(), 1);
    if (GetParam() == LogKind::kStaticCt) {
      extensions_ = testlib::LeafIndexExtension(7);
    }
  }

  // IssuePrecertificate leaves the TBS that a log signs in tbs_.
  ByteVector IssuePrecertificate() {
    testlib::TestCertificateSpec spec;
    ca_.Issue(key_, spec, [this](Bytes tbs) {
      tbs_ = ToVector(tbs);
      return ByteVector{0, 0};
    });
    spec.extensions = {kPoison};
    return ca_.Issue(key_, spec);
  }

  testlib::TestCa ca_{"Test CA"};
  testlib::TestKey key_ = testlib::TestKey::P256();
  ByteVector extensions_;
  ByteVector tbs_;
};

INSTANTIATE_TEST_SUITE_P(BothProtocols, SubmissionTest,
                         ::testing::Values(LogKind::kRfc6962, LogKind::kStaticCt),
                         [](const auto& info) {
                           return info.param == LogKind::kRfc6962 ? "Rfc6962" : "StaticCt";
                         });

TEST_P(SubmissionTest, GivesTheSctOfACertificate) {
  const std::vector<ByteVector> chain = {ca_.Issue(key_, {}), ca_.certificate()};
  log().next_sct = log().keys().SignX509(chain[0], kTimeMs, extensions_);
  const Answer<ByteVector> sct = client().AddChain(chain);
  ASSERT_TRUE(sct) << sct.error().sentence;
  EXPECT_EQ(*sct, log().next_sct);
  const ScriptedRequest request = server().requests().back();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/log/ct/v1/add-chain");
  EXPECT_EQ(request.Header("content-type"), "application/json");
  EXPECT_EQ(request.body, EncodeAddChain(chain));
}

TEST_P(SubmissionTest, GivesTheSctOfAPrecertificate) {
  const std::vector<ByteVector> chain = {IssuePrecertificate(), ca_.certificate()};
  log().next_sct = log().keys().SignPrecert(tbs_, ca_.key().Spki(), kTimeMs, extensions_);
  const Answer<ByteVector> sct = client().AddPreChain(chain);
  ASSERT_TRUE(sct) << sct.error().sentence;
  EXPECT_EQ(*sct, log().next_sct);
  EXPECT_EQ(server().requests().back().target, "/log/ct/v1/add-pre-chain");
}

TEST_P(SubmissionTest, KeepsTheSctThatDoesNotFit) {
  const std::vector<ByteVector> chain = {IssuePrecertificate(), ca_.certificate()};
  const testlib::TestLog other("other", "operator");
  const testlib::TestKey other_key = testlib::TestKey::P256();
  const struct {
    ByteVector sct;
    FailureKind want;
  } cases[] = {
      {log().keys().SignX509(chain[0], kTimeMs, extensions_), FailureKind::kBadSignature},
      {log().keys().SignPrecert(chain[0], ca_.key().Spki(), kTimeMs, extensions_),
       FailureKind::kBadSignature},
      {log().keys().SignPrecert(tbs_, other_key.Spki(), kTimeMs, extensions_),
       FailureKind::kBadSignature},
      {other.SignPrecert(tbs_, ca_.key().Spki(), kTimeMs, extensions_), FailureKind::kWrong},
  };
  for (const auto& [sct, want] : cases) {
    log().next_sct = sct;
    const Answer<ByteVector> answer = client().AddPreChain(chain);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, want);
    EXPECT_EQ(DecodeAddChain(answer.error().body).value(), sct);

    log().spoil = [](const std::string&, testing::ScriptedAnswer& out) {
      out.body.insert(0, 70'000, ' ');
    };
    const Answer<ByteVector> padded = client().AddPreChain(chain);
    log().spoil = nullptr;
    EXPECT_EQ(DecodeAddChain(padded.error().body).value(), sct);
    EXPECT_GT(padded.error().cut_size, 70'000U);
  }
}

TEST_P(SubmissionTest, WantsTheLeafIndexOfAStaticCtLog) {
  const std::vector<ByteVector> chain = {ca_.Issue(key_, {}), ca_.certificate()};
  log().next_sct = log().keys().SignX509(chain[0], kTimeMs);
  const Answer<ByteVector> sct = client().AddChain(chain);
  EXPECT_EQ(sct.has_value(), GetParam() == LogKind::kRfc6962);
  if (!sct) {
    EXPECT_EQ(sct.error().kind, FailureKind::kWrong);
  }
}

TEST_P(SubmissionTest, SubmitsNothingThatNoLogCouldTake) {
  const ByteVector precertificate = IssuePrecertificate();
  const ByteVector& ca = ca_.certificate();
  const std::vector<std::vector<ByteVector>> chains = {
      {},
      {{}},
      std::vector<ByteVector>(kMaxChainCertificates + 1, ca),
  };
  for (const auto& chain : chains) {
    EXPECT_EQ(client().AddChain(chain).error().kind, FailureKind::kRefused);
    EXPECT_EQ(client().AddPreChain(chain).error().kind, FailureKind::kRefused);
  }
  for (const auto& chain : std::vector<std::vector<ByteVector>>{
           {precertificate}, {ca, ca}, {precertificate, {1, 2, 3}}, {{1, 2, 3}, ca}}) {
    EXPECT_EQ(client().AddPreChain(chain).error().kind, FailureKind::kRefused);
  }
  EXPECT_TRUE(server().requests().empty());
}

}  // namespace
}  // namespace tattle::submission_test
