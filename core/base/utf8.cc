// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/utf8.h"

#include <cstddef>
#include <cstdint>

namespace tattle {
namespace {

// Sequence is what a first byte announces: how many bytes follow, the bits that it carries itself,
// and the smallest code point that may be written at this length.
struct Sequence {
  std::size_t num_following = 0;
  char32_t bits = 0;
  char32_t smallest = 0;
};

bool ReadFirstByte(std::uint8_t byte, Sequence& out) {
  if (byte < 0x80) {
    out = {0, byte, 0};
  } else if ((byte & 0xe0U) == 0xc0U) {
    out = {1, byte & 0x1fU, 0x80};
  } else if ((byte & 0xf0U) == 0xe0U) {
    out = {2, byte & 0x0fU, 0x800};
  } else if ((byte & 0xf8U) == 0xf0U) {
    out = {3, byte & 0x07U, 0x10000};
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool ReadCodePoint(std::string_view& text, char32_t& out) {
  Sequence sequence;
  if (text.empty() || !ReadFirstByte(static_cast<std::uint8_t>(text.front()), sequence) ||
      text.size() <= sequence.num_following) {
    return false;
  }
  char32_t code_point = sequence.bits;
  for (const char c : text.substr(1, sequence.num_following)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte & 0xc0U) != 0x80U) {
      return false;
    }
    code_point = code_point << 6U | (byte & 0x3fU);
  }
  const bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point < sequence.smallest || code_point > 0x10ffff || is_surrogate) {
    return false;
  }
  text.remove_prefix(1 + sequence.num_following);
  out = code_point;
  return true;
}

bool IsUnicodeSpace(char32_t code_point) {
  return (code_point >= 0x09 && code_point <= 0x0d) || code_point == 0x20 || code_point == 0x85 ||
         code_point == 0xa0 || code_point == 0x1680 ||
         (code_point >= 0x2000 && code_point <= 0x200a) || code_point == 0x2028 ||
         code_point == 0x2029 || code_point == 0x202f || code_point == 0x205f ||
         code_point == 0x3000;
}

}  // namespace tattle
