// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Text for people: made harmless, measured, coloured.

#ifndef TATTLE_ADAPTERS_CLI_OUTPUT_TERMINAL_TEXT_H_
#define TATTLE_ADAPTERS_CLI_OUTPUT_TERMINAL_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace tattle::cli {

// Printable makes text from outside safe to print: control characters, terminal escapes, marks that
// turn the direction of writing, and bytes that are not UTF-8 become "?".
std::string Printable(std::string_view text);

// Sanitize is Printable, and cuts what is longer than `max_chars` characters, with "..." behind it.
std::string Sanitize(std::string_view text, std::size_t max_chars = 200);

// NumChars counts the characters of UTF-8 text, which is close enough to the columns it takes.
std::size_t NumChars(std::string_view text);

// Padding is the spaces that text lacks to be `width` characters.
std::string Padding(std::string_view text, std::size_t width);

// Words turns the words of interfaces, such as "bad_signature", into those of people.
std::string Words(std::string_view name);

// Counted is "1 log", "2 logs".
std::string Counted(std::uint64_t number, std::string_view noun);

// Write writes text as it is. Whether it arrived is seen when the program ends (main.cc).
void Write(std::FILE* to, std::string_view text);

// Style colours text for a terminal, or leaves it as it is.
class Style {
 public:
  explicit Style(bool enabled) : enabled_(enabled) {}

  std::string Good(std::string_view text) const { return Paint("32", text); }
  std::string Bad(std::string_view text) const { return Paint("31", text); }
  std::string Doubtful(std::string_view text) const { return Paint("33", text); }
  std::string Strong(std::string_view text) const { return Paint("1", text); }

 private:
  std::string Paint(std::string_view code, std::string_view text) const;

  bool enabled_;
};

// ColourWanted: `fd` is a terminal that knows colours, and the person did not set NO_COLOR
// (no-color.org).
bool ColourWanted(int fd);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_OUTPUT_TERMINAL_TEXT_H_
