// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/audit/inquiry.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "plugin/audit/submitter.h"
#include "tests/testlog/background_server.h"
#include "tests/testlog/service.h"
#include "tests/unit/testlog/fixture.h"

namespace tattle::inquiry_test {
namespace {

using testlog::kNowMs;
using testlog::Pki;

constexpr std::uint64_t kMmdMs = std::uint64_t{86'400} * 1000;

// InquiryTest runs one log of each kind, with a clock of its own.
class InquiryTest : public testing::TestWithParam<LogKind> {
 protected:
  void SetUp() override {
    testlog::LogOptions options = testlog::OptionsOf(GetParam());
    std::vector<std::unique_ptr<testlog::Log>> logs;
    logs.push_back(testlog::MakeLog(options));
    service_ = testlog::Service::Create(std::move(logs)).value();
    testlog::ServerOptions server_options;
    server_options.now_ms = [this] { return now_ms_.load(); };
    server_options.sequence_interval_ms = 0;
    server_ = testlog::BackgroundServer::Create(*service_, server_options).value();
    list_ = service_->ListFor(server_->base_urls().front(), kNowMs).value();
    for (std::uint64_t serial = 100; serial < 105; ++serial) {
      testlog::SubmitLeaf(log(), serial, kNowMs);
    }
  }

  testlog::Log& log() { return *service_->logs().front(); }

  void Tell(const std::string& lie) { ASSERT_TRUE(service_->Command("amber " + lie, now_ms_)); }

  void PassTime(std::uint64_t ms) {
    now_ms_ += ms;
    ASSERT_TRUE(service_->Sequence(now_ms_));
  }

  // Ask submits a certificate, lets time pass, and asks for it.
  Inclusion Ask(std::uint64_t wait_ms, bool ask_rfc6962 = true) {
    const std::vector<ByteVector> chain = {Pki().Leaf(1)};
    const std::vector<ByteVector> scts = {log().Submit(EntryType::kX509, chain, now_ms_).value()};
    PassTime(wait_ms);
    return AskFor(chain.front(), scts, ask_rfc6962);
  }

  Inclusion AskFor(const ByteVector& leaf, const std::vector<ByteVector>& scts, bool ask_rfc6962) {
    const ByteVector sct_list = EncodeSctList(scts).value();
    const std::vector<SctPromise> promises =
        FindPromises({.leaf = leaf, .tls_scts = sct_list}, list_, now_ms_).value();
    if (promises.size() != 1) {
      ADD_FAILURE() << promises.size() << " promises";
      return {};
    }
    HttpOptions http_options;
    http_options.allow_http = true;
    http_options.retries = 0;
    HttpClient http(http_options);
    const std::unique_ptr<LogClient> client = LogClient::Create(*promises.front().facts.log, http);
    const SctPromise* promise = promises.data();
    return AskLog(*client, {&promise, 1}, {now_ms_, ask_rfc6962}).front();
  }

  // Weight is what the claim is worth to somebody with the same list.
  Weight WeightOf(const Inclusion& inclusion) {
    return VerifyClaim(inclusion.claim.value(), &list_.content().logs.front()).value().weight;
  }

  std::atomic<std::uint64_t> now_ms_ = kNowMs;
  std::unique_ptr<testlog::Service> service_;
  std::unique_ptr<testlog::BackgroundServer> server_;
  LogList list_;
};

TEST_P(InquiryTest, FindsWhatALogHasMerged) {
  const Inclusion inclusion = Ask(120'000);
  EXPECT_EQ(inclusion.state, InclusionState::kIncluded) << inclusion.sentence;
  EXPECT_EQ(inclusion.leaf_index, 5U);
  ASSERT_TRUE(inclusion.head);
  EXPECT_EQ(inclusion.head->tree_size, 6U);
  EXPECT_FALSE(inclusion.claim);
}

TEST_P(InquiryTest, LetsTheLogHaveItsMergeDelay) {
  Tell("unmerged");
  const Inclusion inclusion = Ask(kMmdMs - 60'000);
  EXPECT_EQ(inclusion.state, InclusionState::kNotMergedYet) << inclusion.sentence;
  EXPECT_FALSE(IsMisbehaviour(inclusion.state));
}

TEST_P(InquiryTest, LetsALogThatDatesAheadHaveItToo) {
  Tell("unmerged");
  Tell("future-head=172800");
  const Inclusion inclusion = Ask(kMmdMs - 600'000);
  EXPECT_EQ(inclusion.state, InclusionState::kNotMergedYet) << inclusion.sentence;
  EXPECT_NE(inclusion.sentence.find("ahead of our time"), std::string::npos) << inclusion.sentence;
}

TEST_P(InquiryTest, ShowsThatAPromiseWasBroken) {
  Tell("unmerged");
  const Inclusion inclusion = Ask(kMmdMs + 60'000);
  EXPECT_EQ(inclusion.state, InclusionState::kNotIncluded) << inclusion.sentence;
  ASSERT_TRUE(inclusion.claim);
  // Only a promise with an index can be shown to be broken; of the other the proof may be hidden.
  EXPECT_EQ(inclusion.sentence.find("the log gives no proof") != std::string::npos,
            GetParam() == LogKind::kRfc6962)
      << inclusion.sentence;
  EXPECT_EQ(WeightOf(inclusion),
            GetParam() == LogKind::kStaticCt ? Weight::kConclusive : Weight::kIndicative);
}

TEST_P(InquiryTest, ShowsAnotherLeafAtThePromisedIndex) {
  if (GetParam() != LogKind::kStaticCt) {
    EXPECT_FALSE(service_->Command("amber twin-index", kNowMs)) << "promises no index";
    return;
  }
  Tell("twin-index");
  const Inclusion inclusion = Ask(120'000);
  EXPECT_EQ(inclusion.state, InclusionState::kWrongLeaf) << inclusion.sentence;
  ASSERT_TRUE(inclusion.claim);
  EXPECT_EQ(WeightOf(inclusion), Weight::kConclusive);
}

TEST_P(InquiryTest, ShowsAnSctWithoutTheIndexThatItMustHave) {
  if (GetParam() != LogKind::kStaticCt) {
    return;
  }
  for (const char* also : {"", "unavailable"}) {
    Tell("no-index");
    const std::vector<ByteVector> chain = {Pki().Leaf(1)};
    const std::vector<ByteVector> scts = {log().Submit(EntryType::kX509, chain, now_ms_).value()};
    PassTime(120'000);
    if (*also != '\0') {
      Tell(also);
    }
    const Inclusion inclusion = AskFor(chain.front(), scts, false);
    EXPECT_EQ(inclusion.state, InclusionState::kMissingIndex) << inclusion.sentence;
    EXPECT_TRUE(IsMisbehaviour(inclusion.state));
    ASSERT_TRUE(inclusion.claim);
    EXPECT_EQ(WeightOf(inclusion), Weight::kIndicative);
  }
}

TEST_P(InquiryTest, KnowsAHeadThatIsNotTheLogs) {
  Tell("bad-head-signature");
  const Inclusion inclusion = Ask(120'000);
  EXPECT_EQ(inclusion.state, InclusionState::kWrongAnswer) << inclusion.sentence;
  ASSERT_TRUE(inclusion.claim);
  EXPECT_EQ(WeightOf(inclusion), Weight::kIndicative);
}

TEST_P(InquiryTest, KnowsAnEntryThatWasChanged) {
  Tell("changed-entry=5");
  const Inclusion inclusion = Ask(120'000);
  EXPECT_EQ(inclusion.state, InclusionState::kWrongAnswer) << inclusion.sentence;
  ASSERT_TRUE(inclusion.claim);
  EXPECT_EQ(inclusion.claim->kind, ClaimKind::kWrongTile);
  EXPECT_EQ(WeightOf(inclusion), Weight::kIndicative);
}

TEST_P(InquiryTest, BlamesNoLogForTheNetwork) {
  Tell("unavailable=3600");
  const Inclusion inclusion = Ask(kMmdMs + 60'000);
  EXPECT_EQ(inclusion.state, InclusionState::kCannotBeAsked);
  EXPECT_FALSE(inclusion.claim);
}

TEST_P(InquiryTest, BlamesNoLogForATileThatIsMissing) {
  Tell(GetParam() == LogKind::kStaticCt ? "no-tiles" : "not-json");
  const Inclusion inclusion = Ask(kMmdMs + 60'000);
  EXPECT_EQ(inclusion.state, InclusionState::kCannotBeAsked) << inclusion.sentence;
  EXPECT_FALSE(inclusion.claim);
}

TEST_P(InquiryTest, TellsNoRfc6962LogWhatWasSeenUnlessItMay) {
  const Inclusion inclusion = Ask(120'000, /*ask_rfc6962=*/false);
  EXPECT_EQ(inclusion.state, GetParam() == LogKind::kStaticCt ? InclusionState::kIncluded
                                                              : InclusionState::kNotAsked);
}

INSTANTIATE_TEST_SUITE_P(Kinds, InquiryTest,
                         testing::Values(LogKind::kRfc6962, LogKind::kStaticCt));

}  // namespace
}  // namespace tattle::inquiry_test
