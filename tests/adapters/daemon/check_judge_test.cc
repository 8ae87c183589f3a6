// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/daemon/check/judge.h"
#include "core/base/base64.h"
#include "tests/adapters/daemon/world.h"

namespace tattle::daemon::check_judge_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr uid_t kExim = 101;

class CheckJudgeTest : public testing::Test {
 protected:
  static const World& world() { return TheWorld(); }

  void Make(Mode mode) {
    Config config = WriteWorld(folder_, mode);
    config.exempt_hosts = {"exempt.example"};
    auto judge = CheckJudge::Create(
        config, config.public_roots,
        [this](Observation seen, std::string reason) {
          seen_.push_back(std::move(seen));
          reasons_.push_back(std::move(reason));
        },
        journal_, counts_, kNowMs);
    ASSERT_TRUE(judge.has_value()) << judge.error();
    judge_ = *std::move(judge);
  }

  // AskChain is what Prosody asks, with the certificates as the peer sends them: without the root.
  std::string AskChain(const ByteVector& leaf, const std::string& host = "chat.example") {
    return judge_->Answer("chain direction in host " + host + " der " + EncodeBase64(leaf), kExim,
                          kNowMs);
  }

  std::string AskCertificate(std::size_t depth, const ByteVector& certificate, uid_t uid = kExim) {
    return judge_->Answer("certificate depth " + std::to_string(depth) +
                              " id 4711 host mx.example der " + EncodeBase64(certificate),
                          uid, kNowMs);
  }

  testlib::ScratchFolder folder_;
  Counts counts_;
  Journal journal_{{folder_.Path("no-syslog"), 2, false}, [] { return kNowMs; }, counts_};
  std::vector<Observation> seen_;
  std::vector<std::string> reasons_;
  std::unique_ptr<CheckJudge> judge_;
};

TEST_F(CheckJudgeTest, JudgesAChainThatEndsBelowItsRoot) {
  Make(Mode::kRequire);
  EXPECT_THAT(AskChain(world().good), StartsWith("ok compliant with chrome: "));
  EXPECT_THAT(AskChain(world().bare), StartsWith("fail not compliant with chrome: no SCT"));
  EXPECT_EQ(counts_.Get(Count::kChecks), 2U);
  EXPECT_EQ(counts_.Get(Count::kChecksRefused), 1U);
}

TEST_F(CheckJudgeTest, InReportModeNothingIsRefusedAndTheReasonIsSaid) {
  Make(Mode::kReport);
  EXPECT_THAT(AskChain(world().bare), StartsWith("ok not compliant with chrome: "));
}

TEST_F(CheckJudgeTest, JudgesWithTheLeafWhatCameOneAtATime) {
  Make(Mode::kRequire);
  EXPECT_THAT(AskCertificate(1, world().ca.certificate()), StartsWith("ok "));
  EXPECT_EQ(counts_.Get(Count::kChecks), 0U);
  EXPECT_THAT(AskCertificate(0, world().good), StartsWith("ok compliant"));
  EXPECT_THAT(AskCertificate(1, world().ca.certificate()), StartsWith("ok "));
  EXPECT_THAT(AskCertificate(0, world().bare), StartsWith("fail not compliant"));
}

TEST_F(CheckJudgeTest, AnIntermediateOfAnotherUserDoesNotCount) {
  Make(Mode::kRequire);
  const testlib::TestCa middle("Middle");
  testlib::TestCertificateSpec spec;
  spec.common_name = "Middle";
  spec.is_ca = true;
  const ByteVector crossed = world().ca.Issue(middle.key(), spec);
  const ByteVector leaf = middle.Issue(world().leaf_key, {});
  AskCertificate(1, crossed, kExim + 1);
  EXPECT_THAT(AskCertificate(0, leaf), StartsWith("ok CT not judged: the chain was not validated"));
  AskCertificate(1, crossed);
  EXPECT_THAT(AskCertificate(0, leaf), StartsWith("fail not compliant"));
}

TEST_F(CheckJudgeTest, LeavesPrivateExemptAndUnvalidatedChainsAlone) {
  Make(Mode::kRequire);
  const testlib::TestCa unknown("Private CA");
  EXPECT_THAT(AskChain(unknown.Issue(world().leaf_key, {})),
              StartsWith("ok CT not judged: the chain was not validated"));
  EXPECT_THAT(AskChain(world().bare, "exempt.example"),
              StartsWith("ok CT not judged: the host is listed"));
  EXPECT_TRUE(seen_.empty());
}

TEST_F(CheckJudgeTest, ObservesWhatItJudgesWithTheWholeChain) {
  Make(Mode::kRequire);
  AskChain(world().good);
  ASSERT_EQ(seen_.size(), 1U);
  EXPECT_EQ(seen_[0].host, "chat.example");
  EXPECT_TRUE(seen_[0].compliant);
  EXPECT_THAT(seen_[0].chain, ElementsAre(world().good, world().ca.certificate()));
  AskChain(world().bare);
  EXPECT_THAT(reasons_, ElementsAre(StartsWith("compliant with chrome: "),
                                    StartsWith("not compliant with chrome: no SCT")));
}

TEST_F(CheckJudgeTest, WhatCannotBeUnderstoodFails) {
  Make(Mode::kReport);
  EXPECT_THAT(judge_->Answer("hello", kExim, kNowMs),
              StartsWith("fail the request is not understood: "));
  EXPECT_THAT(AskChain({0x30, 0x00}), HasSubstr("the leaf is no certificate"));
  EXPECT_EQ(counts_.Get(Count::kChecksBad), 1U);
}

TEST_F(CheckJudgeTest, SaysWhichFileKeepsItFromBeingMade) {
  const Config config = WriteWorld(folder_, Mode::kRequire);
  const auto judge =
      CheckJudge::Create(config, folder_.Path("none.pem"), nullptr, journal_, counts_, kNowMs);
  ASSERT_FALSE(judge.has_value());
  EXPECT_EQ(judge.error(),
            "ca_file: " + folder_.Path("none.pem") + ": cannot be read as PEM certificates");
}

TEST_F(CheckJudgeTest, NamesTheKeyOnce) {
  Config config = WriteWorld(folder_, Mode::kRequire);
  config.public_roots = folder_.Path("none.pem");
  const auto judge = CheckJudge::Create(config, "", nullptr, journal_, counts_, kNowMs);
  ASSERT_FALSE(judge.has_value());
  EXPECT_THAT(judge.error(), StartsWith("public_roots: " + folder_.Path("none.pem") + ": "));
}

}  // namespace
}  // namespace tattle::daemon::check_judge_test
