// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/service/list_signature.h"

#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/runtime/outcome.h"

namespace tattle::list_signature_test {
namespace {

using testing::ElementsAre;

TEST(SignatureUrlsTest, AreBehindTheListAndInThePlaceOfJson) {
  EXPECT_THAT(SignatureUrls("https://a.example/l.json"),
              ElementsAre("https://a.example/l.json.sig", "https://a.example/l.sig"));
  EXPECT_THAT(SignatureUrls("https://a.example/l"), ElementsAre("https://a.example/l.sig"));
  EXPECT_THAT(SignatureUrls("https://a.example"), ElementsAre("https://a.example.sig"));
}

class FetchListSignatureTest : public testing::Test {
 protected:
  Outcome<ListSignature> Run() {
    return FetchListSignature(
        "https://a.example/l.json",
        [this](const std::string& url, std::size_t max_size) -> Outcome<ByteVector> {
          EXPECT_EQ(max_size, kMaxListSignatureSize);
          asked_.push_back(url);
          const auto found = web_.find(url);
          return found == web_.end() ? Sorry(url + ": none") : Outcome<ByteVector>(found->second);
        });
  }

  std::map<std::string, ByteVector> web_;
  std::vector<std::string> asked_;
};

TEST_F(FetchListSignatureTest, TakesTheFirstThatIsThere) {
  web_["https://a.example/l.sig"] = {1};
  EXPECT_EQ(Run()->bytes, ByteVector{1});
  EXPECT_THAT(asked_, ElementsAre("https://a.example/l.json.sig", "https://a.example/l.sig"));
  web_["https://a.example/l.json.sig"] = {2};
  asked_.clear();
  EXPECT_EQ(Run()->bytes, ByteVector{2});
  EXPECT_EQ(Run()->url, "https://a.example/l.json.sig");
  EXPECT_EQ(asked_.size(), 2U);
}

TEST_F(FetchListSignatureTest, SaysOfEachWhatIsWrong) {
  EXPECT_EQ(Run().error(), "https://a.example/l.json.sig: none; https://a.example/l.sig: none");
}

}  // namespace
}  // namespace tattle::list_signature_test
