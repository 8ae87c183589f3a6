// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// DER put together by hand, apart from our own encoder.

#ifndef TATTLE_TESTS_UNIT_DER_TLV_H_
#define TATTLE_TESTS_UNIT_DER_TLV_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/base64.h"
#include "core/base/bytes.h"

namespace tattle::testlib {

// Tlv is one element: tag, length, and the joined parts.
inline ByteVector Tlv(std::uint8_t tag, const std::vector<ByteVector>& parts) {
  ByteVector contents;
  for (const ByteVector& part : parts) {
    Append(contents, part);
  }
  const std::size_t len = contents.size();
  ByteVector out = {tag};
  if (len < 0x80) {
    out.push_back(static_cast<std::uint8_t>(len));
  } else if (len < 0x100) {
    Append(out, ByteVector{0x81, static_cast<std::uint8_t>(len)});
  } else {
    Append(out,
           ByteVector{0x82, static_cast<std::uint8_t>(len >> 8U), static_cast<std::uint8_t>(len)});
  }
  Append(out, contents);
  return out;
}

inline ByteVector FromHex(std::string_view text) {
  return DecodeHex(text).value();
}

inline ByteVector FromText(std::string_view text) {
  return ToVector(AsBytes(text));
}

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_UNIT_DER_TLV_H_
