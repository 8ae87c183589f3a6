// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/reader.h"

namespace tattle {
namespace {

constexpr std::uint8_t kTagNumberMask = 0x1f;
constexpr std::uint8_t kLongForm = 0x80;
constexpr std::size_t kMaxLengthOctets = 4;

// ReadLength reads length octets (X.690, Section 8.1.3), of which DER allows one form for one
// length (Section 10.1).
bool ReadLength(ByteReader& reader, std::size_t& len) {
  std::uint8_t first = 0;
  if (!reader.ReadUint8(first)) {
    return false;
  }
  if (first < kLongForm) {
    len = first;
    return true;
  }
  const std::size_t num_octets = first & 0x7fU;
  if (num_octets == 0 /* indefinite */ || num_octets > kMaxLengthOctets) {
    return false;
  }
  std::size_t value = 0;
  for (std::size_t i = 0; i < num_octets; ++i) {
    std::uint8_t octet = 0;
    if (!reader.ReadUint8(octet) || (i == 0 && octet == 0)) {
      return false;
    }
    value = value << 8U | octet;
  }
  if (value < kLongForm) {
    return false;  // the short form would do
  }
  len = value;
  return true;
}

}  // namespace

bool DerReader::Read(DerElement& out) {
  ByteReader start = reader_;
  ByteReader ahead = reader_;
  std::uint8_t tag = 0;
  std::size_t len = 0;
  Bytes contents;
  Bytes whole;
  if (!ahead.ReadUint8(tag) || (tag & kTagNumberMask) == kTagNumberMask ||
      !ReadLength(ahead, len) || !ahead.ReadBytes(len, contents) ||
      !start.ReadBytes(ahead.offset() - start.offset(), whole)) {
    return false;
  }
  out = {tag, contents, whole, base_ + ahead.offset() - len};
  reader_ = ahead;
  return true;
}

bool DerReader::NextTagIs(std::uint8_t tag) const {
  ByteReader ahead = reader_;
  std::uint8_t next = 0;
  return ahead.ReadUint8(next) && next == tag;
}

bool DerReader::ReadTag(std::uint8_t tag, DerElement& out) {
  return NextTagIs(tag) && Read(out);
}

bool DerReader::ReadInteger(DerElement& out) {
  DerReader ahead = *this;
  DerElement element;
  if (!ahead.ReadTag(der_tag::kInteger, element) || element.contents.empty()) {
    return false;
  }
  // The first nine bits are neither all zero nor all one.
  if (element.contents.size() > 1) {
    const bool next_is_negative = (element.contents[1] & 0x80U) != 0;
    if (element.contents[0] == (next_is_negative ? 0xff : 0x00)) {
      return false;
    }
  }
  *this = ahead;
  out = element;
  return true;
}

bool DerReader::ReadOptional(std::uint8_t tag, std::optional<DerElement>& out) {
  out.reset();
  if (!NextTagIs(tag)) {
    return true;
  }
  DerElement element;
  if (!Read(element)) {
    return false;
  }
  out = element;
  return true;
}

namespace {

std::optional<DerElement> ReadOnly(DerReader reader, std::uint8_t tag) {
  DerElement element;
  if (!reader.ReadTag(tag, element) || !reader.empty()) {
    return std::nullopt;
  }
  return element;
}

}  // namespace

std::optional<DerElement> DecodeDer(std::uint8_t tag, Bytes input) {
  return ReadOnly(DerReader(input), tag);
}

std::optional<DerElement> DecodeInner(std::uint8_t tag, const DerElement& outer) {
  return ReadOnly(DerReader(outer), tag);
}

std::size_t DerHeaderSize(std::size_t len) {
  std::size_t size = 2;
  if (len >= kLongForm) {
    for (std::size_t rest = len; rest != 0; rest >>= 8U) {
      ++size;
    }
  }
  return size;
}

void AppendDerHeader(ByteVector& out, std::uint8_t tag, std::size_t len) {
  out.push_back(tag);
  if (len < kLongForm) {
    out.push_back(static_cast<std::uint8_t>(len));
    return;
  }
  const std::size_t num_octets = DerHeaderSize(len) - 2;
  out.push_back(static_cast<std::uint8_t>(kLongForm | num_octets));
  for (std::size_t i = num_octets; i > 0; --i) {
    out.push_back(static_cast<std::uint8_t>(len >> (8 * (i - 1))));
  }
}

}  // namespace tattle
