// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/daemon/bounds.h"
#include "adapters/daemon/check/request.h"
#include "core/base/limits.h"

namespace tattle::daemon::check_request_test {
namespace {

// "MAA=" is the DER 30 00.
const ByteVector kOne = {0x30, 0x00};
const ByteVector kOther = {0x30, 0x01, 0x02};

std::string Fault(std::string_view line) {
  const Result<CheckRequest> request = DecodeCheckRequest(line);
  return request ? "accepted"
                 : std::string(ErrcName(request.error().code)) + " " + request.error().field;
}

TEST(DecodeCheckRequestTest, ReadsACertificateOfEximAndAChainOfProsody) {
  const Result<CheckRequest> single =
      DecodeCheckRequest("certificate depth 1 id 4711 host MX.Example. der MAA=");
  ASSERT_TRUE(single.has_value()) << Describe(single.error());
  EXPECT_EQ(*single,
            (CheckRequest{CheckVerb::kCertificate, "mx.example", "4711", 1, false, {kOne}}));
  const Result<CheckRequest> chain =
      DecodeCheckRequest("chain host chat.example direction in der MAA= MAEC");
  ASSERT_TRUE(chain.has_value()) << Describe(chain.error());
  EXPECT_EQ(*chain, (CheckRequest{CheckVerb::kChain, "chat.example", "", 0, true, {kOne, kOther}}));
}

TEST(DecodeCheckRequestTest, AHostNeedNotBeKnown) {
  EXPECT_EQ(Fault("chain der MAA="), "accepted");
  EXPECT_EQ(Fault("chain host  der MAA="), "accepted");
  EXPECT_EQ(Fault("certificate id 1 depth 0 der MAA="), "accepted");
}

struct Case {
  std::string line;
  std::string want;
};

TEST(DecodeCheckRequestTest, RefusesWhatIsNoRequest) {
  const std::vector<Case> cases = {
      {"", "bad_encoding check.verb"},
      {"chains der MAA=", "bad_encoding check.verb"},
      {"chain", "missing check.der"},
      {"chain ", "bad_encoding check.word"},
      {"chain  der MAA=", "bad_encoding check.word"},
      {"chain der", "missing check.der"},
      {"chain der ", "bad_encoding check.der"},
      {"chain der MAA= ", "bad_encoding check.der"},
      {"chain der MAA", "bad_encoding check.der"},
      {"chain der MAA=\r", "bad_encoding check.der"},
      {"chain host der MAA=", "bad_encoding check.word"},
      {"chain host a b der MAA=", "bad_encoding check.word"},
      {"chain host a\x01 der MAA=", "bad_encoding check.host"},
      {"chain host " + std::string(256, 'a') + " der MAA=", "bad_encoding check.host"},
      {"chain host a host a der MAA=", "duplicate check.host"},
      {"chain direction up der MAA=", "out_of_range check.direction"},
      {"chain depth 0 der MAA=", "out_of_range check.depth"},
      {"chain id 1 der MAA=", "out_of_range check.id"},
      {"certificate id 1 der MAA=", "missing check.depth"},
      {"certificate depth 1 der MAA=", "missing check.id"},
      {"certificate depth -1 id 1 der MAA=", "bad_encoding check.depth"},
      {"certificate depth 01 id 1 der MAA=", "bad_encoding check.depth"},
      {"certificate depth 17 id 1 der MAA=", "too_large check.depth"},
      {"certificate depth 99999999999999999999 id 1 der MAA=", "bad_encoding check.depth"},
      {"certificate depth 1 id  der MAA=", "bad_encoding check.id"},
      {"certificate depth 1 id " + std::string(65, 'a') + " der MAA=", "too_large check.id"},
      {"certificate depth 0 id 1 der MAA= MAA=", "too_large check.der"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(Fault(one.line), one.want) << one.line;
  }
}

TEST(DecodeCheckRequestTest, IsBounded) {
  std::string line = "chain der";
  for (std::size_t i = 0; i < kMaxChainCertificates; ++i) {
    line += " MAA=";
  }
  EXPECT_EQ(Fault(line), "accepted");
  EXPECT_EQ(Fault(line + " MAA="), "too_large check.der");
  EXPECT_EQ(Fault("chain der " + std::string(kMaxCheckRequestSize, 'A')), "too_large check");
}

TEST(DecodeCheckRequestTest, EveryPrefixOfARequestIsAnotherOneOrNone) {
  const std::string line = "certificate depth 1 id 4711 host mx.example der MAEC";
  for (std::size_t len = 0; len < line.size(); ++len) {
    EXPECT_NE(Fault(line.substr(0, len)), "accepted") << len;
  }
}

TEST(EncodeCheckRequestTest, IsReadBack) {
  for (const CheckRequest& request : {
           CheckRequest{CheckVerb::kCertificate, "mx.example", "a-b", 3, false, {kOther}},
           CheckRequest{CheckVerb::kChain, "", "", 0, true, {kOne, kOther, kOne}},
       }) {
    const Result<CheckRequest> again = DecodeCheckRequest(EncodeCheckRequest(request));
    ASSERT_TRUE(again.has_value()) << EncodeCheckRequest(request);
    EXPECT_EQ(*again, request);
  }
}

}  // namespace
}  // namespace tattle::daemon::check_request_test
