// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Inquiries at a log whose front ends differ.

#include <gtest/gtest.h>

#include "plugin/audit/inquiry.h"
#include "tests/unit/net/log_client_fixture.h"

namespace tattle::inquiry_retry_test {
namespace {

using ::tattle::testing::LogClientFixture;
using ::tattle::testing::ScriptedAnswer;

class InquiryRetryTest : public LogClientFixture {
 protected:
  // Ask asks for a leaf; of the questions for a proof so many are refused.
  InclusionState Ask(int num_refused, int status) {
    Start(LogKind::kRfc6962, 9);
    num_asked_ = 0;
    log().spoil = [=](const std::string& target, ScriptedAnswer& answer) {
      if (target.find("get-proof-by-hash") != std::string::npos && ++num_asked_ <= num_refused) {
        answer = {.status = status};
      }
    };
    SctPromise promise;
    promise.leaf_hash = log().LeafHash(3);
    const SctPromise* one = &promise;
    return AskLog(client(), {&one, 1}, {0, /*ask_rfc6962=*/true}).front().state;
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

TEST_F(InquiryRetryTest, WhatIsNoWordOfTheLogIsNotAskedAgain) {
  EXPECT_EQ(Ask(1, 401), InclusionState::kCannotBeAsked);
  EXPECT_EQ(num_asked_, 1);
}

}  // namespace
}  // namespace tattle::inquiry_retry_test
