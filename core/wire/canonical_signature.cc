// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/canonical_signature.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/der/reader.h"
#include "core/wire/digitally_signed.h"

namespace tattle {
namespace {

// A number of P-256, big-endian.
using Scalar = std::array<std::uint8_t, 32>;

// The order n of the curve (FIPS 186-4, D.1.2.3), and (n - 1) / 2.
constexpr Scalar kOrder = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                           0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                           0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
constexpr Scalar kHalfOrder = {0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff,
                               0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b,
                               0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8};

// ScalarOf takes the contents of an INTEGER that is one of 1..n-1.
std::optional<Scalar> ScalarOf(Bytes contents) {
  if ((contents.front() & 0x80U) != 0) {
    return std::nullopt;  // negative
  }
  if (contents.front() == 0) {
    contents = contents.subspan(1);
  }
  Scalar scalar = {};
  if (contents.empty() || contents.size() > scalar.size()) {
    return std::nullopt;
  }
  std::copy_backward(contents.begin(), contents.end(), scalar.end());
  return scalar < kOrder ? std::optional(scalar) : std::nullopt;
}

// Negate is n - scalar.
Scalar Negate(const Scalar& scalar) {
  Scalar out = {};
  unsigned borrow = 0;
  for (std::size_t i = out.size(); i-- > 0;) {
    const unsigned subtrahend = scalar.at(i) + borrow;
    const unsigned minuend = kOrder.at(i);
    borrow = minuend < subtrahend ? 1 : 0;
    out.at(i) = static_cast<std::uint8_t>(minuend - subtrahend);
  }
  return out;
}

void AppendInteger(ByteVector& out, const Scalar& scalar) {
  const auto first =
      std::find_if(scalar.begin(), scalar.end(), [](auto byte) { return byte != 0; });
  const bool looks_negative = (*first & 0x80U) != 0;
  AppendDerHeader(out, der_tag::kInteger,
                  static_cast<std::size_t>(scalar.end() - first) + (looks_negative ? 1 : 0));
  if (looks_negative) {
    out.push_back(0);
  }
  out.insert(out.end(), first, scalar.end());
}

}  // namespace

// Ecdsa-Sig-Value ::= SEQUENCE {
//   r  INTEGER,
//   s  INTEGER
// }
Result<ByteVector> CanonicalSignature(Bytes digitally_signed) {
  Result<DigitallySigned> decoded = DecodeDigitallySigned(digitally_signed);
  if (!decoded) {
    return tl::unexpected(decoded.error());
  }
  if (decoded->Fits(KeyType::kRsa)) {
    return ToVector(digitally_signed);
  }
  if (!decoded->Fits(KeyType::kEcdsaP256)) {
    return Fail(Errc::kUnsupportedAlgorithm, "signature");
  }
  const std::optional<DerElement> sequence = DecodeDer(der_tag::kSequence, decoded->signature);
  if (!sequence) {
    return Fail(Errc::kBadEncoding, "signature");
  }
  DerReader reader(*sequence);
  DerElement r_element;
  DerElement s_element;
  if (!reader.ReadInteger(r_element) || !reader.ReadInteger(s_element) || !reader.empty()) {
    return Fail(Errc::kBadEncoding, "signature", reader.offset());
  }
  const std::optional<Scalar> r = ScalarOf(r_element.contents);
  const std::optional<Scalar> s = ScalarOf(s_element.contents);
  if (!r || !s) {
    return Fail(Errc::kOutOfRange, "signature");
  }
  if (*s <= kHalfOrder) {
    return ToVector(digitally_signed);
  }
  ByteVector numbers;
  AppendInteger(numbers, *r);
  AppendInteger(numbers, Negate(*s));
  ByteVector signature;
  AppendDerHeader(signature, der_tag::kSequence, numbers.size());
  Append(signature, numbers);
  decoded->signature = signature;
  return EncodeDigitallySigned(*decoded);
}

}  // namespace tattle
