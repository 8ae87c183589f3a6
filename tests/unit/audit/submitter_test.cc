// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Submissions to logs on the loopback, some of which do not do what they should.

#include "plugin/audit/submitter.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/verify/verify.h"
#include "tests/testlog/background_server.h"
#include "tests/testlog/service.h"
#include "tests/unit/testlog/fixture.h"

namespace tattle::submitter_test {
namespace {

using testlog::kNowMs;
using testlog::Pki;

// SubmitterTest runs five logs of five operators, every second one static-ct.
class SubmitterTest : public testing::Test {
 protected:
  void SetUp() override { Start({"ash", "birch", "cedar", "dogwood", "elm"}); }

  void Start(const std::vector<std::string>& names) {
    server_.reset();
    std::vector<std::unique_ptr<testlog::Log>> logs;
    for (const std::string& name : names) {
      testlog::LogOptions options =
          testlog::OptionsOf(logs.size() % 2 == 0 ? LogKind::kRfc6962 : LogKind::kStaticCt);
      options.name = name;
      options.operator_name = "Operator of " + name;
      if (name == "stranger") {
        options.roots = {testlib::TestCa("another root").certificate()};
      }
      logs.push_back(testlog::MakeLog(options));
    }
    service_ = testlog::Service::Create(std::move(logs)).value();
    testlog::ServerOptions options;
    options.now_ms = [] { return kNowMs; };
    options.sequence_interval_ms = 0;
    server_ = testlog::BackgroundServer::Create(*service_, options).value();
    list_ = service_->ListFor(server_->base_urls().front(), kNowMs).value();
  }

  void Tell(const std::string& line) { ASSERT_TRUE(service_->Command(line, kNowMs)); }

  Submission Submit(const std::vector<ByteVector>& chain, Policy policy = Policy::kStrict) {
    Wanted wanted = CreateWanted(chain, list_, policy, kNowMs).value();
    SubmitSettings settings;
    settings.http.allow_http = true;
    settings.http.retries = 0;
    settings.slow_after = slow_after_;
    settings.now_ms = [] { return kNowMs; };
    settings.tell = [this](const Attempt& attempt) {
      told_.push_back(attempt.log->description + " " +
                      std::string(AttemptStateName(attempt.state)));
    };
    return tattle::Submit(chain, list_, wanted, ChooseLogs(list_, wanted), roots_, settings);
  }

  static std::map<AttemptState, std::size_t> Count(const Submission& submission) {
    std::map<AttemptState, std::size_t> out;
    for (const Attempt& attempt : submission.attempts) {
      ++out[attempt.state];
    }
    return out;
  }

  static std::vector<ByteVector> Chain(std::uint64_t serial = 1) {
    return {Pki().Leaf(serial), Pki().root().certificate()};
  }

  // First is the log that is asked first for a chain.
  std::string First(const std::vector<ByteVector>& chain) {
    const Wanted wanted = CreateWanted(chain, list_, Policy::kStrict, kNowMs).value();
    const std::string description = ChooseLogs(list_, wanted).fit.front()->description;
    for (const std::unique_ptr<testlog::Log>& log : service_->logs()) {
      if (log->ListEntry("http://x/").description == description) {
        return log->options().name;
      }
    }
    return "";
  }

  std::chrono::milliseconds slow_after_{10'000};
  AcceptedRoots roots_;
  std::unique_ptr<testlog::Service> service_;
  std::unique_ptr<testlog::BackgroundServer> server_;
  LogList list_;
  std::vector<std::string> told_;
};

TEST_F(SubmitterTest, SatisfiesEachPolicyAndWhatItGetsPassesAsServed) {
  std::uint64_t serial = 0;
  for (const Policy policy : AllPolicies()) {
    const std::vector<ByteVector> chain = Chain(++serial);
    const Submission submission = Submit(chain, policy);
    EXPECT_TRUE(submission.verdict.compliant) << PolicyName(policy);
    const ByteVector list = EncodeSctList(ObtainedScts(submission)).value();
    const Result<Report> report = Verify({.leaf = chain.front(), .tls_scts = list}, list_, kNowMs);
    ASSERT_TRUE(report);
    EXPECT_TRUE(Evaluate(policy, *report, kNowMs, false).compliant) << PolicyName(policy);
  }
}

TEST_F(SubmitterTest, ReplacesALogThatIsDown) {
  const std::vector<ByteVector> chain = Chain();
  Tell(First(chain) + " unavailable=3600");
  const Submission submission = Submit(chain);
  EXPECT_TRUE(submission.verdict.compliant);
  EXPECT_EQ(submission.attempts.front().state, AttemptState::kFailed);
  EXPECT_FALSE(submission.attempts.front().reason.empty());
  EXPECT_EQ(Count(submission)[AttemptState::kObtained], 3U);
}

TEST_F(SubmitterTest, DoesNotWaitForALogThatIsSlow) {
  const std::vector<ByteVector> chain = Chain();
  Tell(First(chain) + " slow=60000");
  slow_after_ = std::chrono::milliseconds(50);
  const auto begun = std::chrono::steady_clock::now();
  const Submission submission = Submit(chain);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(25));
  EXPECT_TRUE(submission.verdict.compliant);
  EXPECT_EQ(submission.attempts.front().state, AttemptState::kNotAwaited);
  EXPECT_GE(Count(submission)[AttemptState::kObtained], 3U);
}

TEST_F(SubmitterTest, TakesNoSctThatDoesNotVerify) {
  const std::vector<ByteVector> chain = Chain();
  Tell(First(chain) + " bad-sct-signature");
  const Submission submission = Submit(chain);
  EXPECT_TRUE(submission.verdict.compliant);
  EXPECT_EQ(submission.attempts.front().state, AttemptState::kFailed);
  EXPECT_NE(submission.attempts.front().reason.find("not signed"), std::string::npos)
      << submission.attempts.front().reason;
}

TEST_F(SubmitterTest, BlamesALogForAnSctThatItDidNotSign) {
  const std::vector<ByteVector> chain = Chain();
  Tell(First(chain) + " bad-sct-signature");
  const Submission submission = Submit(chain);
  const Attempt& bad = submission.attempts.front();
  ASSERT_TRUE(bad.claim);
  EXPECT_EQ(bad.claim->kind, ClaimKind::kBadSignature);
  const Claim read = DecodeClaim(AsBytes(EncodeClaim(*bad.claim))).value();
  EXPECT_EQ(VerifyClaim(read, bad.log).value().weight, Weight::kIndicative);
  for (std::size_t i = 1; i < submission.attempts.size(); ++i) {
    EXPECT_FALSE(submission.attempts[i].claim);
  }
}

TEST_F(SubmitterTest, BlamesNoLogForWhatAPrecertificateGot) {
  const std::vector<ByteVector> chain = {Pki().Precertificate(1), Pki().root().certificate()};
  Tell(First(chain) + " bad-sct-signature");
  const Submission submission = Submit(chain);
  EXPECT_EQ(submission.attempts.front().state, AttemptState::kFailed);
  EXPECT_FALSE(submission.attempts.front().claim);
}

TEST_F(SubmitterTest, SubmitsNothingToALogThatRefusesTheRoot) {
  Start({"stranger", "ash", "birch"});
  const Submission submission = Submit(Chain());
  EXPECT_TRUE(submission.verdict.compliant);
  EXPECT_EQ(Count(submission)[AttemptState::kRefusesRoot], 1U);
  EXPECT_EQ(service_->Find("stranger")->TreeSize(0), 0U);
}

TEST_F(SubmitterTest, SaysWhatIsMissingWhereTooFewAnswer) {
  for (const char* name : {"ash", "birch", "cedar", "dogwood"}) {
    Tell(std::string(name) + " unavailable=3600");
  }
  const Submission submission = Submit(Chain(), Policy::kChrome);
  EXPECT_FALSE(submission.verdict.compliant);
  EXPECT_EQ(submission.verdict.reasons.front().code, ReasonCode::kTooFewLogs);
  EXPECT_EQ(Count(submission)[AttemptState::kFailed], 4U);
  EXPECT_EQ(Count(submission)[AttemptState::kObtained], 1U);
}

TEST_F(SubmitterTest, GetsSctsForAPrecertificate) {
  const std::vector<ByteVector> chain = {Pki().Precertificate(1), Pki().root().certificate()};
  const Submission submission = Submit(chain);
  EXPECT_TRUE(submission.verdict.compliant);
  EXPECT_GE(ObtainedScts(submission).size(), 3U);
  EXPECT_EQ(submission.attempts.front().facts->source, SctSource::kEmbedded);
}

TEST_F(SubmitterTest, TellsOfEachLogWhenItIsAskedAndWhenItHasAnswered) {
  const Submission submission = Submit(Chain());
  for (const Attempt& attempt : submission.attempts) {
    const auto count = [&](AttemptState state) {
      return std::count(told_.begin(), told_.end(),
                        attempt.log->description + " " + std::string(AttemptStateName(state)));
    };
    EXPECT_EQ(count(AttemptState::kAsking), 1);
    EXPECT_EQ(count(attempt.state), 1);
  }
}

}  // namespace
}  // namespace tattle::submitter_test
