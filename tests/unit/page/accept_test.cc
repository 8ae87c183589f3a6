// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <gtest/gtest.h>

#include "plugin/page/page.h"

namespace tattle {
namespace {

struct AcceptCase {
  const char* name;
  std::string accept;
  StatusFormat want;
};

class FindStatusFormatTest : public testing::TestWithParam<AcceptCase> {};

TEST_P(FindStatusFormatTest, IsWhatIsPreferred) {
  EXPECT_EQ(FindStatusFormat(GetParam().accept), GetParam().want) << GetParam().accept;
}

constexpr StatusFormat kHtml = StatusFormat::kHtml;
constexpr StatusFormat kJson = StatusFormat::kJson;
constexpr StatusFormat kText = StatusFormat::kPrometheus;

INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section12, FindStatusFormatTest,
    testing::Values(
        AcceptCase{"Nothing", "", kJson}, AcceptCase{"Curl", "*/*", kJson},
        AcceptCase{"Chromium",
                   "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
                   "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
                   kHtml},
        AcceptCase{"BrowserThatTakesText",
                   "text/html,application/xhtml+xml,text/plain;q=0.8,*/*;q=0.5", kHtml},
        AcceptCase{"Prometheus",
                   "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;"
                   "q=0.3,*/*;q=0.1",
                   kText},
        AcceptCase{"Json", "application/json", kJson},
        AcceptCase{"JsonOrText", "application/json, text/plain, */*", kJson},
        AcceptCase{"JsonRatherThanHtml", "text/html;q=0.9, application/json", kJson},
        AcceptCase{"HtmlRatherThanJson", "application/json;q=0.9, text/html", kHtml},
        AcceptCase{"HtmlAndJsonAlike", "text/html, application/json", kJson},
        AcceptCase{"NoHtml", "text/html;q=0", kJson},
        AcceptCase{"NoHtmlButAnything", "text/html;q=0.000, */*", kJson},
        AcceptCase{"AnyCaseAndSpace", " \tTEXT/HTML ; Q = 0.5 ,", kHtml},
        AcceptCase{"AnyText", "text/*", kJson}, AcceptCase{"Image", "image/png", kJson},
        AcceptCase{"WeightOfLetters", "text/html;q=high", kJson},
        AcceptCase{"WeightBeyondOne", "text/html;q=2", kJson},
        AcceptCase{"WeightOfManyDigits", "text/html;q=0.99999", kJson},
        AcceptCase{"OnlySigns", ",;=,;;,q=1,=;", kJson},
        AcceptCase{"AnotherType", "xtext/html, text/htmlx", kJson}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace tattle
