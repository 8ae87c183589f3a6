// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <cstdint>

#include "core/base/json.h"
#include "core/base/reader.h"

namespace tattle::json {
namespace {

constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";  // U+FFFD in UTF-8

// ReadContinuation takes `count` bytes of 10xxxxxx and adds their bits to `code_point`.
bool ReadContinuation(ByteReader& reader, unsigned count, std::uint32_t& code_point) {
  for (unsigned i = 0; i < count; ++i) {
    std::uint8_t byte = 0;
    if (!reader.ReadUint8(byte) || (byte & 0xc0U) != 0x80U) {
      return false;
    }
    code_point = code_point << 6U | (byte & 0x3fU);
  }
  return true;
}

// ReadCodePoint takes one character of UTF-8 in its shortest form, no surrogate and none beyond
// U+10FFFF (RFC 3629, Section 3).
bool ReadCodePoint(ByteReader& reader, std::uint32_t& out) {
  ByteReader ahead = reader;
  std::uint8_t first = 0;
  if (!ahead.ReadUint8(first)) {
    return false;
  }
  std::uint32_t code_point = first;
  if (first >= 0x80U) {
    unsigned num_more = 0;
    std::uint32_t least = 0;
    if ((first & 0xe0U) == 0xc0U) {
      num_more = 1;
      least = 0x80;
      code_point = first & 0x1fU;
    } else if ((first & 0xf0U) == 0xe0U) {
      num_more = 2;
      least = 0x800;
      code_point = first & 0x0fU;
    } else if ((first & 0xf8U) == 0xf0U) {
      num_more = 3;
      least = 0x10000;
      code_point = first & 0x07U;
    } else {
      return false;
    }
    if (!ReadContinuation(ahead, num_more, code_point) || code_point < least ||
        code_point > 0x10ffffU || (code_point >= 0xd800U && code_point <= 0xdfffU)) {
      return false;
    }
  }
  reader = ahead;
  out = code_point;
  return true;
}

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
bool NeedsEscape(std::uint32_t code_point) {
  return code_point < 0x20U || code_point == '"' || code_point == '\\' ||
         (code_point >= 0x7fU && code_point <= 0x9fU);
}

}  // namespace

std::string Quote(std::string_view text) {
  std::string out = "\"";
  ByteReader reader(AsBytes(text));
  while (!reader.empty()) {
    const std::size_t start = reader.offset();
    std::uint32_t code_point = 0;
    if (!ReadCodePoint(reader, code_point)) {
      std::uint8_t skipped = 0;
      if (reader.ReadUint8(skipped)) {
        out += kReplacementCharacter;
      }
    } else if (NeedsEscape(code_point)) {
      AppendEscaped(out, static_cast<std::uint8_t>(code_point));
    } else {
      out += text.substr(start, reader.offset() - start);
    }
  }
  return out + '"';
}

}  // namespace tattle::json
