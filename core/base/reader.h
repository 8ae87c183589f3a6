// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// ByteReader: the only way to take big-endian numbers and TLS vectors out of bytes from outside.

#ifndef TATTLE_CORE_BASE_READER_H_
#define TATTLE_CORE_BASE_READER_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace tattle {

// ByteReader walks forward over a buffer that it borrows. A read either consumes exactly what it
// returns, or returns false and changes nothing, neither the reader nor the output. There is no
// way back; copy the reader to look ahead. Not thread-safe, as any value.
class ByteReader {
 public:
  explicit ByteReader(Bytes input) : rest_(input), size_(input.size()) {}

  [[nodiscard]] bool ReadUint8(std::uint8_t& out) {
    if (rest_.empty()) {
      return false;
    }
    out = rest_.front();
    rest_ = rest_.subspan(1);
    return true;
  }
  [[nodiscard]] bool ReadUint16(std::uint16_t& out);
  [[nodiscard]] bool ReadUint24(std::uint32_t& out);
  [[nodiscard]] bool ReadUint40(std::uint64_t& out);
  [[nodiscard]] bool ReadUint64(std::uint64_t& out);

  // ReadBytes takes `len` bytes; `out` borrows from the reader's input.
  [[nodiscard]] bool ReadBytes(std::size_t len, Bytes& out) {
    if (len > rest_.size()) {
      return false;
    }
    out = rest_.first(len);
    rest_ = rest_.subspan(len);
    return true;
  }

  // ReadArray takes exactly N bytes and copies them.
  template <std::size_t N>
  [[nodiscard]] bool ReadArray(std::array<std::uint8_t, N>& out) {
    Bytes bytes;
    if (!ReadBytes(N, bytes)) {
      return false;
    }
    std::size_t i = 0;
    for (std::uint8_t& byte : out) {
      byte = bytes[i++];
    }
    return true;
  }

  // ReadVector8, 16 and 24 take a TLS vector: a length of that many bits, then as many bytes
  // (RFC 8446, Section 3.4). `min_len` is the type's lower bound, in bytes: the 1 of <1..2^16-1>.
  [[nodiscard]] bool ReadVector8(Bytes& out, std::size_t min_len = 0);
  [[nodiscard]] bool ReadVector16(Bytes& out, std::size_t min_len = 0);
  [[nodiscard]] bool ReadVector24(Bytes& out, std::size_t min_len = 0);

  std::size_t offset() const { return size_ - rest_.size(); }
  std::size_t remaining() const { return rest_.size(); }
  bool empty() const { return rest_.empty(); }

 private:
  [[nodiscard]] bool ReadUint(std::size_t num_bytes, std::uint64_t& out);
  [[nodiscard]] bool ReadVector(std::size_t num_len_bytes, std::size_t min_len, Bytes& out);

  Bytes rest_;
  std::size_t size_;
};

}  // namespace tattle

#endif  // TATTLE_CORE_BASE_READER_H_
