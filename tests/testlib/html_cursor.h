// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The words that HTML is read by.

#ifndef TATTLE_TESTS_TESTLIB_HTML_CURSOR_H_
#define TATTLE_TESTS_TESTLIB_HTML_CURSOR_H_

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace tattle::testlib {

// HtmlCursor is what is left to be read. Take takes what it names, or nothing.
class HtmlCursor {
 public:
  explicit HtmlCursor(std::string_view html) : rest_(html) {}

  bool Take(std::string_view text) {
    if (!rest_.starts_with(text)) {
      return false;
    }
    rest_.remove_prefix(text.size());
    return true;
  }

  std::string TakeName() {
    const auto is_part = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    };
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_part);
    std::string name(rest_.begin(), end);
    rest_.remove_prefix(name.size());
    return name;
  }

  // TakeReference takes what an ampersand begins.
  bool TakeReference() {
    constexpr std::array<std::string_view, 5> kKnown = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    return std::any_of(kKnown.begin(), kKnown.end(), [this](auto known) { return Take(known); });
  }

 protected:
  std::string_view rest_;
};

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_TESTLIB_HTML_CURSOR_H_
