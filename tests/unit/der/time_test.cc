// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/time.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace tattle::time_test {
namespace {

Result<std::uint64_t> Decode(std::uint8_t tag, std::string_view text) {
  return DecodeDerTime({tag, AsBytes(text), AsBytes(text)});
}

TEST(DecodeDerTimeTest, ReadsBothForms) {
  const std::tuple<std::uint8_t, std::string, std::uint64_t> cases[] = {
      {der_tag::kUtcTime, "700101000000Z", 0},
      {der_tag::kUtcTime, "260415000000Z", 1'776'211'200'000},
      {der_tag::kUtcTime, "491231235959Z", 2'524'607'999'000},
      {der_tag::kGeneralizedTime, "20260415000000Z", 1'776'211'200'000},
      {der_tag::kGeneralizedTime, "99991231235959Z", 253'402'300'799'000},
  };
  for (const auto& [tag, text, want] : cases) {
    const Result<std::uint64_t> ms = Decode(tag, text);
    ASSERT_TRUE(ms) << text;
    EXPECT_EQ(*ms, want) << text;
  }
}

TEST(DecodeDerTimeTest, ReadsTimesBefore1970As1970) {
  EXPECT_EQ(Decode(der_tag::kUtcTime, "500101000000Z"), std::uint64_t{0});
  EXPECT_EQ(Decode(der_tag::kUtcTime, "691231235959Z"), std::uint64_t{0});
  EXPECT_EQ(Decode(der_tag::kGeneralizedTime, "00000101000000Z"), std::uint64_t{0});
}

TEST(DecodeDerTimeTest, RefusesEveryOtherForm) {
  const std::pair<std::uint8_t, std::string> cases[] = {
      {der_tag::kUtcTime, ""},
      {der_tag::kUtcTime, "2604150000Z"},        // without seconds
      {der_tag::kUtcTime, "260415000000"},       // without Z
      {der_tag::kUtcTime, "260415000000+0000"},  // with an offset
      {der_tag::kUtcTime, "260415000000z"},
      {der_tag::kUtcTime, "260415000000ZZ"},
      {der_tag::kUtcTime, "20260415000000Z"},  // the other form
      {der_tag::kUtcTime, "2604150000 0Z"},
      {der_tag::kGeneralizedTime, "260415000000Z"},
      {der_tag::kGeneralizedTime, "20260415000000.5Z"},
      {der_tag::kOctetString, "260415000000Z"},
  };
  for (const auto& [tag, text] : cases) {
    const Result<std::uint64_t> ms = Decode(tag, text);
    ASSERT_FALSE(ms) << text;
    EXPECT_EQ(ms.error().code, Errc::kBadEncoding) << text;
  }
}

TEST(DecodeDerTimeTest, RefusesDatesThatDoNotExist) {
  for (const char* text : {"260229000000Z", "261301000000Z", "260400000000Z", "260415240000Z",
                           "260415006000Z", "260415000060Z"}) {
    const Result<std::uint64_t> ms = Decode(der_tag::kUtcTime, text);
    ASSERT_FALSE(ms) << text;
    EXPECT_EQ(ms.error().code, Errc::kOutOfRange) << text;
  }
}

}  // namespace
}  // namespace tattle::time_test
