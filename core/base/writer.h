// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// ByteWriter: the only way to put big-endian numbers and TLS vectors into bytes.

#ifndef TATTLE_CORE_BASE_WRITER_H_
#define TATTLE_CORE_BASE_WRITER_H_

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

// ByteWriter appends to a buffer of its own. A value or length that does not fit its field is not
// cut: the writer remembers it, and Finish fails. Not thread-safe.
class ByteWriter {
 public:
  void WriteUint8(std::uint8_t value);
  void WriteUint16(std::uint16_t value);
  void WriteUint24(std::uint64_t value);
  void WriteUint40(std::uint64_t value);
  void WriteUint64(std::uint64_t value);
  void WriteBytes(Bytes bytes);

  // WriteVector8, 16 and 24 write a TLS vector: a length of that many bits, then the bytes.
  void WriteVector8(Bytes bytes);
  void WriteVector16(Bytes bytes);
  void WriteVector24(Bytes bytes);

  // Finish hands the bytes over and leaves the writer empty. Fails with kBadLength when a value
  // did not fit.
  Result<ByteVector> Finish();

 private:
  void WriteUint(std::size_t num_bytes, std::uint64_t value);

  ByteVector bytes_;
  bool overflow_ = false;
};

}  // namespace tattle

#endif  // TATTLE_CORE_BASE_WRITER_H_
