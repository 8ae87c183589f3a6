// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <cstdint>

#include "core/base/json.h"
#include "core/base/utf8.h"

namespace tattle::json {
namespace {

constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";  // U+FFFD in UTF-8

// AppendEscaped writes a quotation mark, a reverse solidus or a control character (RFC 8259,
// Section 7).
void AppendEscaped(std::string& out, std::uint8_t code) {
  switch (code) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00" + Hex(std::array<std::uint8_t, 1>{code});
  }
}

// JSON asks for escapes below U+0020 only; those of U+007F to U+009F are controls too, and our
// JSON is printed on terminals that may obey them.
bool NeedsEscape(char32_t code_point) {
  return code_point < 0x20U || code_point == U'"' || code_point == U'\\' ||
         (code_point >= 0x7fU && code_point <= 0x9fU);
}

}  // namespace

std::string Quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    std::string_view rest = text;
    char32_t code_point = 0;
    if (!ReadCodePoint(rest, code_point)) {
      out += kReplacementCharacter;
      text.remove_prefix(1);
      continue;
    }
    if (NeedsEscape(code_point)) {
      AppendEscaped(out, static_cast<std::uint8_t>(code_point));
    } else {
      out += text.substr(0, text.size() - rest.size());
    }
    text = rest;
  }
  return out + '"';
}

}  // namespace tattle::json
