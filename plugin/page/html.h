// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Html: markup of our own, in which everything else is escaped.

#ifndef TATTLE_PLUGIN_PAGE_HTML_H_
#define TATTLE_PLUGIN_PAGE_HTML_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tattle {

// What is shown of one text: longer ones are cut, and say so by an ellipsis.
inline constexpr std::size_t kMaxShownText = 240;

// Markup is known when the program is compiled, so that nothing from outside can be one.
class Markup {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is what it is made of
  consteval Markup(const char* literal) : text_(literal) {}
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// Html is what has been written so far.
class Html {
 public:
  Html& operator<<(Markup markup);

  // Text writes UTF-8 of anybody's, escaped for an element or an attribute in quotation marks.
  // Controls become U+FFFD, as they may not stand in HTML.
  Html& Text(std::string_view text);

  // Name writes such a text with its own direction, isolated from what stands beside it.
  Html& Name(std::string_view text);

  // Sentence is a Name in which what stands between backticks is code, such as a command.
  Html& Sentence(std::string_view text);

  // Moment writes a time for people and for machines.
  Html& Moment(std::uint64_t time_ms);

  // Digits writes a number as machines read it, Number as people do: 1,234,567.
  Html& Digits(std::uint64_t number);
  Html& Number(std::uint64_t number);

  const std::string& text() const { return text_; }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

// Plural: "1 head", "2 heads", where the plural only has an "s" more.
std::string Plural(std::uint64_t number, std::string_view noun);

// WithCommas: "1,234,567".
std::string WithCommas(std::uint64_t number);

// DescribeSpan says how long in one unit: "3 s", "5 min", "7 h", "12 days".
std::string DescribeSpan(std::uint64_t span_ms);

// DescribeMoment is "2026-11-28 00:12 UTC", DescribeDay the first half of it.
std::string DescribeMoment(std::uint64_t time_ms);
std::string DescribeDay(std::uint64_t time_ms);

// DescribeSize is "12.3 MB" and the like.
std::string DescribeSize(std::uint64_t num_bytes);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_PAGE_HTML_H_
