// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/base64.h"

#include <array>
#include <cstdint>
#include <optional>

namespace tattle {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> MakeDigits() {
  std::array<std::uint8_t, 256> digits{};
  for (std::uint8_t& digit : digits) {
    digit = kNoDigit;
  }
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits.at(static_cast<std::uint8_t>(kAlphabet[i])) = static_cast<std::uint8_t>(i);
  }
  return digits;
}

constexpr std::array<std::uint8_t, 256> kDigits = MakeDigits();

std::optional<std::uint8_t> HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return static_cast<std::uint8_t>(c - '0');
  }
  if (c >= 'a' && c <= 'f') {
    return static_cast<std::uint8_t>(c - 'a' + 10);
  }
  if (c >= 'A' && c <= 'F') {
    return static_cast<std::uint8_t>(c - 'A' + 10);
  }
  return std::nullopt;
}

}  // namespace

Result<ByteVector> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return Fail(Errc::kBadEncoding, "base64", text.size());
  }
  std::size_t num_digits = text.size();
  while (num_digits > 0 && text.size() - num_digits < 2 && text[num_digits - 1] == '=') {
    --num_digits;
  }
  ByteVector out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  unsigned num_bits = 0;
  for (std::size_t i = 0; i < num_digits; ++i) {
    const std::uint8_t digit = kDigits.at(static_cast<std::uint8_t>(text[i]));
    if (digit == kNoDigit) {
      return Fail(Errc::kBadEncoding, "base64", i);
    }
    bits = bits << 6U | digit;
    num_bits += 6;
    if (num_bits >= 8) {
      num_bits -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> num_bits));
      bits &= (1U << num_bits) - 1;
    }
  }
  // Bits beyond the last byte must be zero, or two texts would mean one value.
  if (bits != 0) {
    return Fail(Errc::kBadEncoding, "base64", text.size());
  }
  return out;
}

std::string EncodeBase64(Bytes bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned num_bits = 0;
  for (const std::uint8_t byte : bytes) {
    bits = bits << 8U | byte;
    num_bits += 8;
    while (num_bits >= 6) {
      num_bits -= 6;
      out += kAlphabet[bits >> num_bits & 0x3fU];
    }
  }
  if (num_bits > 0) {
    out += kAlphabet[bits << (6 - num_bits) & 0x3fU];
  }
  while (out.size() % 4 != 0) {
    out += '=';
  }
  return out;
}

Result<ByteVector> DecodeHex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return Fail(Errc::kBadEncoding, "hex", text.size());
  }
  ByteVector out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::optional<std::uint8_t> high = HexDigit(text[i]);
    const std::optional<std::uint8_t> low = HexDigit(text[i + 1]);
    if (!high || !low) {
      return Fail(Errc::kBadEncoding, "hex", i);
    }
    out.push_back(static_cast<std::uint8_t>(*high << 4U | *low));
  }
  return out;
}

}  // namespace tattle
