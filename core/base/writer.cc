// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/writer.h"

#include <utility>

namespace tattle {

void ByteWriter::WriteUint(std::size_t num_bytes, std::uint64_t value) {
  if (num_bytes < 8 && value >> (8 * num_bytes) != 0) {
    overflow_ = true;
    return;
  }
  for (std::size_t i = num_bytes; i > 0; --i) {
    bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * (i - 1))));
  }
}

void ByteWriter::WriteUint8(std::uint8_t value) {
  WriteUint(1, value);
}
void ByteWriter::WriteUint16(std::uint16_t value) {
  WriteUint(2, value);
}
void ByteWriter::WriteUint24(std::uint64_t value) {
  WriteUint(3, value);
}
void ByteWriter::WriteUint40(std::uint64_t value) {
  WriteUint(5, value);
}
void ByteWriter::WriteUint64(std::uint64_t value) {
  WriteUint(8, value);
}
void ByteWriter::WriteBytes(Bytes bytes) {
  Append(bytes_, bytes);
}

void ByteWriter::WriteVector8(Bytes bytes) {
  WriteUint(1, bytes.size());
  WriteBytes(bytes);
}

void ByteWriter::WriteVector16(Bytes bytes) {
  WriteUint(2, bytes.size());
  WriteBytes(bytes);
}

void ByteWriter::WriteVector24(Bytes bytes) {
  WriteUint(3, bytes.size());
  WriteBytes(bytes);
}

Result<ByteVector> ByteWriter::Finish() {
  ByteVector bytes = std::exchange(bytes_, {});
  if (std::exchange(overflow_, false)) {
    return Fail(Errc::kBadLength, "vector");
  }
  return bytes;
}

}  // namespace tattle
