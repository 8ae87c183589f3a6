// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/bytes.h"

#include <algorithm>

namespace tattle {

Bytes AsBytes(std::string_view text) {
  // The one place where text becomes bytes: char and uint8_t may alias.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view AsText(Bytes bytes) {
  // The one place where bytes become text: char may alias anything.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool Equal(Bytes a, Bytes b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

ByteVector ToVector(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

void Append(ByteVector& out, Bytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::string Hex(Bytes bytes) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += kHexDigits[byte >> 4U];
    out += kHexDigits[byte & 0x0fU];
  }
  return out;
}

}  // namespace tattle
