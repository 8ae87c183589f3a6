// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Inquiries at a log whose front ends differ.

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "plugin/audit/inquiry.h"
#include "tests/testlib/ct_log.h"
#include "tests/unit/net/log_client_fixture.h"

namespace tattle::inquiry_retry_test {
namespace {

using ::tattle::testing::LogClientFixture;
using ::tattle::testing::MiniLog;
using ::tattle::testing::ScriptedAnswer;

constexpr std::uint64_t kNowMs = std::uint64_t{1} << 50U;  // later than any head
constexpr std::size_t kPad = 70'000;                       // more than evidence has room for

class InquiryRetryTest : public LogClientFixture {
 protected:
  // Ask asks for a leaf; of the questions for a proof so many are refused.
  InclusionState Ask(int num_refused, int status) {
    Start(LogKind::kRfc6962, 9);
    num_asked_ = 0;
    log().spoil = [this, num_refused, status](const std::string& target, ScriptedAnswer& answer) {
      if (target.find("get-proof-by-hash") != std::string::npos && ++num_asked_ <= num_refused) {
        answer = {.status = status};
      }
    };
    SctPromise promise;
    promise.leaf_hash = log().LeafHash(3);
    const SctPromise* one = &promise;
    return AskLog(client(), {&one, 1}, {kNowMs, /*ask_rfc6962=*/true}).front().state;
  }

  Inclusion AskForLeaf3() {
    SctPromise promise;
    promise.leaf_hash = log().LeafHash(3);
    const SctPromise* one = &promise;
    return AskLog(client(), {&one, 1}, {kNowMs, /*ask_rfc6962=*/true}).front();
  }

  int num_asked_ = 0;
};

TEST_F(InquiryRetryTest, OneRefusalIsNoBrokenPromise) {
  for (const int status : {404, 400}) {
    EXPECT_EQ(Ask(1, status), InclusionState::kIncluded) << status;
    EXPECT_EQ(Ask(2, status), InclusionState::kNotIncluded) << status;
    EXPECT_EQ(num_asked_, 2) << status;
  }
}

// AskSpoiled asks for a leaf whose proof is spoiled; the log's second head is `second`.
Inclusion AskSpoiled(MiniLog& log, LogClient& client, const std::optional<TreeHead>& second) {
  int num_heads = 0;
  log.spoil = [&](const std::string& target, ScriptedAnswer& answer) {
    if (target.find("get-proof-by-hash") != std::string::npos) {
      const std::size_t at = answer.body.find("\"leaf_index\":3");
      answer.body.replace(at, 14, "\"leaf_index\":2");
    } else if (target.find("get-sth") != std::string::npos && ++num_heads == 2 && second) {
      SignedTreeHead sth;
      sth.head = *second;
      const ByteVector bytes = log.keys().key().Sign(EncodeTreeHeadSignedData(sth.head).value());
      sth.signature = testlib::Join({{4, 3}, testlib::Uint(bytes.size(), 2), bytes});
      answer.body = EncodeGetSth(sth);
    }
  };
  SctPromise promise;
  promise.leaf_hash = log.LeafHash(3);
  const SctPromise* one = &promise;
  return AskLog(client, {&one, 1}, {kNowMs, /*ask_rfc6962=*/true}).front();
}

TEST_F(InquiryRetryTest, AProofThatDoesNotFoldIsKept) {
  Start(LogKind::kRfc6962, 9);
  const Inclusion inclusion = AskSpoiled(log(), client(), std::nullopt);
  EXPECT_EQ(inclusion.state, InclusionState::kWrongAnswer);
  ASSERT_TRUE(inclusion.claim);
  EXPECT_EQ(inclusion.claim->kind, ClaimKind::kWrongTile);
  EXPECT_EQ(VerifyClaim(*inclusion.claim, &entry()).value().weight, Weight::kIndicative);
}

TEST_F(InquiryRetryTest, TwoRootsOfOneSizeConvict) {
  Start(LogKind::kRfc6962, 9);
  TreeHead second = log().Head(9);
  second.sha256_root_hash.fill(7);
  const Inclusion inclusion = AskSpoiled(log(), client(), second);
  EXPECT_EQ(inclusion.state, InclusionState::kWrongAnswer);
  ASSERT_TRUE(inclusion.claim);
  EXPECT_EQ(inclusion.claim->kind, ClaimKind::kSplitView);
  EXPECT_EQ(VerifyClaim(*inclusion.claim, &entry()).value().weight, Weight::kConclusive);
  EXPECT_NE(inclusion.sentence.find("two different trees"), std::string::npos);
}

TEST_F(InquiryRetryTest, AProofThatDoesNotFoldIsKeptHoweverLongTheAnswer) {
  Start(LogKind::kRfc6962, 9);
  log().spoil = [](const std::string& target, ScriptedAnswer& answer) {
    if (target.find("get-proof-by-hash") != std::string::npos) {
      answer.body.replace(answer.body.find("\"leaf_index\":3"), 14, "\"leaf_index\":2");
      answer.body.insert(0, kPad, ' ');
    }
  };
  const Inclusion inclusion = AskForLeaf3();
  EXPECT_EQ(inclusion.state, InclusionState::kWrongAnswer);
  ASSERT_TRUE(inclusion.claim);
  EXPECT_NE(inclusion.claim->remark.find("written anew"), std::string::npos);
  EXPECT_EQ(VerifyClaim(*inclusion.claim, &entry()).value().weight, Weight::kIndicative);
}

TEST_F(InquiryRetryTest, AHeadThatIsNotSignedIsKeptHoweverLongTheAnswer) {
  Start(LogKind::kRfc6962, 9);
  log().spoil = [](const std::string& target, ScriptedAnswer& answer) {
    if (target.find("get-sth") != std::string::npos) {
      answer.body.replace(answer.body.find("\"tree_size\":9"), 13, "\"tree_size\":8");
      answer.body.insert(0, kPad, ' ');
    }
  };
  const Inclusion inclusion = AskForLeaf3();
  EXPECT_EQ(inclusion.state, InclusionState::kWrongAnswer);
  ASSERT_TRUE(inclusion.claim);
  EXPECT_EQ(inclusion.claim->kind, ClaimKind::kBadSignature);
}

TEST_F(InquiryRetryTest, AnEntryThatWasChangedIsNotIncludedHoweverLongTheAnswer) {
  Start(LogKind::kRfc6962, 9);
  const std::string leaf = EncodeBase64(log().leaf(3));
  for (const std::size_t pad : {std::size_t{0}, kPad}) {
    log().spoil = [&](const std::string& target, ScriptedAnswer& answer) {
      if (target.find("get-entries") != std::string::npos) {
        ++answer.body.at(answer.body.find(leaf) + 20);
        answer.body.insert(0, pad, ' ');
      }
    };
    const Inclusion inclusion = AskForLeaf3();
    EXPECT_EQ(inclusion.state, InclusionState::kWrongAnswer) << pad;
    ASSERT_TRUE(inclusion.claim) << pad;
    EXPECT_EQ(inclusion.claim->kind, ClaimKind::kWrongTile);
    EXPECT_EQ(inclusion.claim->remark.empty(), pad == 0);
    EXPECT_EQ(VerifyClaim(*inclusion.claim, &entry()).value().weight, Weight::kIndicative);
  }
}

TEST_F(InquiryRetryTest, AChangedEntryTooLargeForEvidenceIsNotIncluded) {
  Start(LogKind::kRfc6962, 9);
  const std::string leaf = EncodeBase64(log().leaf(3));
  log().spoil = [&](const std::string& target, ScriptedAnswer& answer) {
    if (target.find("get-entries") != std::string::npos) {
      answer.body.replace(answer.body.find(leaf), leaf.size(), std::string(120'000, 'A'));
    }
  };
  const Inclusion inclusion = AskForLeaf3();
  EXPECT_EQ(inclusion.state, InclusionState::kWrongAnswer);
  EXPECT_FALSE(inclusion.claim);
  EXPECT_NE(inclusion.sentence.find("cannot be kept"), std::string::npos) << inclusion.sentence;
}

TEST_F(InquiryRetryTest, AChangedEntryIsNotIncludedWhereNothingElseIsAnswered) {
  Start(LogKind::kRfc6962, 9);
  const std::string leaf = EncodeBase64(log().leaf(3));
  log().spoil = [&](const std::string& target, ScriptedAnswer& answer) {
    if (target.find("get-entries") != std::string::npos) {
      ++answer.body.at(answer.body.find(leaf) + 20);
    } else if (target.find("get-entry-and-proof") != std::string::npos ||
               target.find("get-sth-consistency") != std::string::npos) {
      answer = {.status = 404};
    }
  };
  const Inclusion inclusion = AskForLeaf3();
  EXPECT_EQ(inclusion.state, InclusionState::kWrongAnswer);
  EXPECT_TRUE(inclusion.claim);
}

TEST_F(InquiryRetryTest, WhatIsNoWordOfTheLogIsNotAskedAgain) {
  EXPECT_EQ(Ask(1, 401), InclusionState::kCannotBeAsked);
  EXPECT_EQ(num_asked_, 1);
}

}  // namespace
}  // namespace tattle::inquiry_retry_test
