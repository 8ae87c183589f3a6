// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Names that are compared without case: ASCII only, since the process's locale has no say in them.

#ifndef TATTLE_CORE_BASE_LOWER_CASE_H_
#define TATTLE_CORE_BASE_LOWER_CASE_H_

#include <algorithm>
#include <string>
#include <string_view>

namespace tattle {

// LowerCase is the letter in lower case, or what is no letter as it is.
constexpr char LowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string LowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    c = LowerCase(c);
  }
  return out;
}

inline bool EqualsInAnyCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return LowerCase(x) == LowerCase(y); });
}

}  // namespace tattle

#endif  // TATTLE_CORE_BASE_LOWER_CASE_H_
