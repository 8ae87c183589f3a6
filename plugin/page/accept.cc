// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/lower_case.h"
#include "plugin/page/page.h"

namespace tattle {
namespace {

constexpr unsigned kFullWeight = 1000;

bool IsSpace(char c) {
  return c == ' ' || c == '\t';
}

std::string_view TrimSpace(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && IsSpace(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

// TakeUpTo cuts off what stands before the next `end`, and that with it.
std::string_view TakeUpTo(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return TrimSpace(part);
}

// ReadWeight reads "0", "0.5", "1.000" in thousandths; what is none of them is no weight at all.
//   qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
unsigned ReadWeight(std::string_view text) {
  constexpr std::size_t kLongest = 5;
  if (text.empty() || text.size() > kLongest || (text[0] != '0' && text[0] != '1') ||
      (text.size() > 1 && text[1] != '.')) {
    return 0;
  }
  unsigned weight = text[0] == '1' ? kFullWeight : 0;
  unsigned place = kFullWeight / 10;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9') {
      return 0;
    }
    weight += place * static_cast<unsigned>(digit - '0');
    place /= 10;
  }
  return std::min(weight, kFullWeight);
}

// WeightOf is that of one media range with its parameters.
unsigned WeightOf(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view parameter = TakeUpTo(parameters, ';');
    const std::string_view name = TakeUpTo(parameter, '=');
    if (name == "q" || name == "Q") {
      return ReadWeight(TrimSpace(parameter));
    }
  }
  return kFullWeight;
}

}  // namespace

StatusFormat FindStatusFormat(std::string_view accept) {
  unsigned html = 0;
  unsigned json = 0;
  unsigned text = 0;
  while (!accept.empty()) {
    std::string_view range = TakeUpTo(accept, ',');
    const std::string type = LowerCase(TakeUpTo(range, ';'));
    const unsigned weight = WeightOf(range);
    if (type == "text/html" || type == "application/xhtml+xml") {
      html = std::max(html, weight);
    } else if (type == "application/json") {
      json = std::max(json, weight);
    } else if (type == "text/plain" || type == "application/openmetrics-text") {
      text = std::max(text, weight);
    }
  }
  if (html > json && html >= text) {
    return StatusFormat::kHtml;
  }
  return text > json ? StatusFormat::kPrometheus : StatusFormat::kJson;
}

}  // namespace tattle
