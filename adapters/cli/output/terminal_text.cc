// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/output/terminal_text.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "core/base/utf8.h"

namespace tattle::cli {
namespace {

// TakeCharacter takes a code point off the front of text that is not empty; where it is not UTF-8,
// it takes one byte and returns false.
bool TakeCharacter(std::string_view& rest, char32_t& out) {
  if (ReadCodePoint(rest, out)) {
    return true;
  }
  rest.remove_prefix(1);
  return false;
}

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array<Range, 9> kHarmful = {{
    {0x00, 0x1F},        // control characters, among them ESC
    {0x7F, 0x9F},        // DEL, and the control characters that begin escapes with one byte
    {0xAD, 0xAD},        // soft hyphen: unseen
    {0x61C, 0x61C},      // Arabic letter mark
    {0x200B, 0x200F},    // unseen, or turning the direction
    {0x2028, 0x202E},    // line breaks; embeddings and overrides
    {0x2060, 0x206F},    // unseen; isolates
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xE0000, 0xE007F},  // tags: unseen
}};

bool IsHarmful(char32_t code_point) {
  for (const Range& range : kHarmful) {
    if (code_point >= range.first && code_point <= range.last) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string Printable(std::string_view text) {
  return Sanitize(text, text.size());
}

std::string Sanitize(std::string_view text, std::size_t max_chars) {
  std::string out;
  std::string_view rest = text;
  for (std::size_t num_chars = 0; !rest.empty(); ++num_chars) {
    if (num_chars == max_chars) {
      return out + "...";
    }
    const std::string_view before = rest;
    char32_t code_point = 0;
    const bool ok = TakeCharacter(rest, code_point) && !IsHarmful(code_point);
    out += ok ? before.substr(0, before.size() - rest.size()) : "?";
  }
  return out;
}

std::size_t NumChars(std::string_view text) {
  std::size_t num = 0;
  char32_t code_point = 0;
  while (!text.empty()) {
    static_cast<void>(TakeCharacter(text, code_point));
    ++num;
  }
  return num;
}

std::string Padding(std::string_view text, std::size_t width) {
  return std::string(width - std::min(width, NumChars(text)), ' ');
}

std::string Words(std::string_view name) {
  std::string words(name);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string Counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

void Write(std::FILE* to, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), to);
}

std::string Style::Paint(std::string_view code, std::string_view text) const {
  if (!enabled_ || text.empty()) {
    return std::string(text);
  }
  std::string out = "\x1b[";
  out.append(code).append("m").append(text).append("\x1b[0m");
  return out;
}

bool ColourWanted(int fd) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read before any thread is started
  const char* no_color = std::getenv("NO_COLOR");
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the same
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  return isatty(fd) == 1 && !dumb && (no_color == nullptr || *no_color == '\0');
}

}  // namespace tattle::cli
