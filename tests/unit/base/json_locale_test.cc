// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The JSON parser asks localeconv() for the decimal point of the process, which may be anything in
// somebody else's. It is replaced for this program, and asked for by nobody else here.

#include <clocale>
#include <string>

#include <gtest/gtest.h>

#include "core/base/json.h"

namespace {

std::string decimal_point = ".";

}  // namespace

lconv* localeconv() noexcept {
  static lconv answer = {};
  answer.decimal_point = decimal_point.data();
  return &answer;
}

namespace tattle::json::json_locale_test {
namespace {

TEST(JsonDocumentTest, ReadsFractionsWhateverTheLocale) {
  for (const char* point : {".", ",", "\xd9\xab", ""}) {
    decimal_point = point;
    const std::string text = R"({"a":1.5,"b":-0.25e-3,"c":[2e2],"d":7})";
    const Result<Document> document = Document::Decode(AsBytes(text), text.size());
    ASSERT_TRUE(document) << point;
    EXPECT_TRUE(document->root().Find("a")) << point;
    EXPECT_FALSE(document->root().FindUint64("a")) << point;
    EXPECT_EQ(document->root().FindUint64("d"), 7U) << point;
    for (const char* refused : {"1,5", "[1,5", "18446744073709551616"}) {
      EXPECT_FALSE(Document::Decode(AsBytes(std::string_view(refused)), 100)) << point << refused;
    }
  }
  decimal_point = ".";
}

}  // namespace
}  // namespace tattle::json::json_locale_test
