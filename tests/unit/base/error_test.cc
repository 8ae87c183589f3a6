// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/error.h"

#include <set>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace tattle::error_test {
namespace {

constexpr Errc kAll[] = {
    Errc::kTruncated,
    Errc::kTrailingBytes,
    Errc::kBadEncoding,
    Errc::kBadLength,
    Errc::kOutOfRange,
    Errc::kDuplicate,
    Errc::kMissing,
    Errc::kMismatch,
    Errc::kTooLarge,
    Errc::kUnsupportedVersion,
    Errc::kUnsupportedAlgorithm,
    Errc::kUnsupportedFormat,
    Errc::kInvalidArgument,
    Errc::kNotAuthentic,
    Errc::kOlder,
    Errc::kInternal,
    Errc::kCryptoFailed,
};

TEST(ErrorTest, IsThreePlainWords) {
  static_assert(std::is_trivially_copyable_v<Error>);
  EXPECT_EQ(Error().code, Errc::kInternal);
}

TEST(CategoryOfTest, IsTheHighByte) {
  EXPECT_EQ(CategoryOf(Errc::kTooLarge), ErrorCategory::kMalformed);
  EXPECT_EQ(CategoryOf(Errc::kUnsupportedVersion), ErrorCategory::kUnsupported);
  EXPECT_EQ(CategoryOf(Errc::kOlder), ErrorCategory::kArgument);
  EXPECT_EQ(CategoryOf(Errc::kCryptoFailed), ErrorCategory::kInternal);
}

TEST(ErrcNameTest, GivesEachCodeAWordOfItsOwn) {
  std::set<std::string_view> names;
  std::set<std::string> phrases;
  for (const Errc code : kAll) {
    EXPECT_TRUE(names.insert(ErrcName(code)).second) << ErrcName(code);
    EXPECT_TRUE(phrases.insert(Describe({code, 0, ""})).second) << ErrcName(code);
    EXPECT_EQ(ErrcName(code).find_first_not_of("abcdefghijklmnopqrstuvwxyz_"),
              std::string_view::npos);
  }
  EXPECT_FALSE(names.contains("unknown"));
  EXPECT_EQ(ErrcName(static_cast<Errc>(0)), "unknown");
}

TEST(DescribeTest, NamesFieldAndByte) {
  EXPECT_EQ(Describe({Errc::kTruncated, 43, "sct.signature"}),
            "sct.signature: truncated at byte 43");
  EXPECT_EQ(Describe({Errc::kMissing, 0, "issuer"}), "issuer: missing");
  EXPECT_EQ(Describe({Errc::kCryptoFailed, 7, "key"}), "key: crypto library failed");
  EXPECT_EQ(Describe({Errc::kTruncated, 3, ""}), "truncated at byte 3");
}

}  // namespace
}  // namespace tattle::error_test
