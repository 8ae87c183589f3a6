// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/base64.h"

#include <string>

#include <gtest/gtest.h>

namespace tattle::base64_test {
namespace {

TEST(Base64Test, RoundTripsTheRfc4648Examples) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, encoded] : cases) {
    EXPECT_EQ(EncodeBase64(AsBytes(plain)), encoded);
    const Result<ByteVector> decoded = DecodeBase64(encoded);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(AsText(*decoded), plain);
  }
}

TEST(Base64Test, RefusesEverythingThatIsNotTheOneEncoding) {
  for (const char* text : {"Zg=", "Zg", "Z===", "====", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm9-",
                           "Zg==Zg==", "Z=m9", "="}) {
    const Result<ByteVector> decoded = DecodeBase64(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().code, Errc::kBadEncoding) << text;
  }
}

TEST(DecodeHexTest, TakesBothCasesAndNothingElse) {
  const Result<ByteVector> decoded = DecodeHex("00fFAb");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(Hex(*decoded), "00ffab");
  for (const char* text : {"0", "0g", "0x00", "00 "}) {
    EXPECT_FALSE(DecodeHex(text)) << text;
  }
}

}  // namespace
}  // namespace tattle::base64_test
