// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/reader.h"

namespace tattle {

bool ByteReader::ReadUint(std::size_t num_bytes, std::uint64_t& out) {
  Bytes bytes;
  if (!ReadBytes(num_bytes, bytes)) {
    return false;
  }
  out = 0;
  for (const std::uint8_t byte : bytes) {
    out = out << 8U | byte;
  }
  return true;
}

bool ByteReader::ReadUint16(std::uint16_t& out) {
  std::uint64_t value = 0;
  if (!ReadUint(2, value)) {
    return false;
  }
  out = static_cast<std::uint16_t>(value);
  return true;
}

bool ByteReader::ReadUint24(std::uint32_t& out) {
  std::uint64_t value = 0;
  if (!ReadUint(3, value)) {
    return false;
  }
  out = static_cast<std::uint32_t>(value);
  return true;
}

bool ByteReader::ReadUint40(std::uint64_t& out) {
  return ReadUint(5, out);
}

bool ByteReader::ReadUint64(std::uint64_t& out) {
  return ReadUint(8, out);
}

bool ByteReader::ReadVector(std::size_t num_len_bytes, std::size_t min_len, Bytes& out) {
  ByteReader ahead = *this;
  std::uint64_t len = 0;
  if (!ahead.ReadUint(num_len_bytes, len) || len < min_len || !ahead.ReadBytes(len, out)) {
    return false;
  }
  *this = ahead;
  return true;
}

bool ByteReader::ReadVector8(Bytes& out, std::size_t min_len) {
  return ReadVector(1, min_len, out);
}

bool ByteReader::ReadVector16(Bytes& out, std::size_t min_len) {
  return ReadVector(2, min_len, out);
}

bool ByteReader::ReadVector24(Bytes& out, std::size_t min_len) {
  return ReadVector(3, min_len, out);
}

}  // namespace tattle
