// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/time.h"

#include "core/base/reader.h"
#include "core/base/time.h"

namespace tattle {
namespace {

bool ReadTwoDigits(ByteReader& reader, unsigned& out) {
  std::uint8_t tens = 0;
  std::uint8_t ones = 0;
  if (!reader.ReadUint8(tens) || !reader.ReadUint8(ones) || tens < '0' || tens > '9' ||
      ones < '0' || ones > '9') {
    return false;
  }
  out = (tens - unsigned{'0'}) * 10 + (ones - unsigned{'0'});
  return true;
}

bool ReadYear(std::uint8_t tag, ByteReader& reader, int& out) {
  unsigned century = 0;
  unsigned year = 0;
  if (tag == der_tag::kGeneralizedTime) {
    if (!ReadTwoDigits(reader, century) || !ReadTwoDigits(reader, year)) {
      return false;
    }
  } else {
    if (!ReadTwoDigits(reader, year)) {
      return false;
    }
    century = year >= 50 ? 19 : 20;
  }
  out = static_cast<int>(century * 100 + year);
  return true;
}

}  // namespace

Result<std::uint64_t> DecodeDerTime(const DerElement& time) {
  if (time.tag != der_tag::kUtcTime && time.tag != der_tag::kGeneralizedTime) {
    return Fail(Errc::kBadEncoding, "time");
  }
  ByteReader reader(time.contents);
  CivilTime civil;
  std::uint8_t zulu = 0;
  if (!ReadYear(time.tag, reader, civil.year) || !ReadTwoDigits(reader, civil.month) ||
      !ReadTwoDigits(reader, civil.day) || !ReadTwoDigits(reader, civil.hour) ||
      !ReadTwoDigits(reader, civil.minute) || !ReadTwoDigits(reader, civil.second) ||
      !reader.ReadUint8(zulu) || zulu != 'Z' || !reader.empty()) {
    return Fail(Errc::kBadEncoding, "time");
  }
  // Roots of the last century exist; when exactly they began matters to nobody here.
  if (civil.year < 1970) {
    return 0;
  }
  return ToMs(civil);
}

}  // namespace tattle
