// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// DerReader: the only way to take ASN.1 apart, and only as strict DER (X.690, Section 10).

#ifndef TATTLE_CORE_DER_READER_H_
#define TATTLE_CORE_DER_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/reader.h"

namespace tattle {

// Identifier octets. Tag numbers of 31 and more do not occur in what we read.
namespace der_tag {
inline constexpr std::uint8_t kBoolean = 0x01;
inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kBitString = 0x03;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kOid = 0x06;
inline constexpr std::uint8_t kEnumerated = 0x0a;
inline constexpr std::uint8_t kUtcTime = 0x17;
inline constexpr std::uint8_t kGeneralizedTime = 0x18;
inline constexpr std::uint8_t kSequence = 0x30;

// ContextPrimitive and ContextConstructed are [n] of a context.
constexpr std::uint8_t ContextPrimitive(unsigned n) {
  return static_cast<std::uint8_t>(0x80U | n);
}
constexpr std::uint8_t ContextConstructed(unsigned n) {
  return static_cast<std::uint8_t>(0xa0U | n);
}
}  // namespace der_tag

// DerElement is one value: identifier, contents, and the whole with its header. Borrows from the
// reader's input.
struct DerElement {
  std::uint8_t tag = 0;
  Bytes contents;
  Bytes whole;
  std::size_t offset = 0;  // of the contents, from the start of the outermost reader's input
};

// DerReader walks forward over the elements of a buffer that it borrows. Lengths must be definite
// and as short as can be. As with ByteReader, a read consumes exactly what it returns, or returns
// false and changes nothing.
class DerReader {
 public:
  explicit DerReader(Bytes input) : reader_(input) {}

  // A reader of what is in `outer` counts its offsets on from there, so that an error says where
  // it is in the whole.
  explicit DerReader(const DerElement& outer) : reader_(outer.contents), base_(outer.offset) {}

  // Read takes the next element, whatever its tag.
  [[nodiscard]] bool Read(DerElement& out);

  // ReadTag takes the next element if it has this tag.
  [[nodiscard]] bool ReadTag(std::uint8_t tag, DerElement& out);

  // ReadInteger takes an INTEGER of one octet or more, and no more than its value needs (X.690,
  // Section 8.3). Any size, either sign: serial numbers come in all of them.
  [[nodiscard]] bool ReadInteger(DerElement& out);

  // ReadOptional takes the next element if it has this tag and leaves `out` empty if there is none
  // or it has another; false only for an element of this tag that is no DER.
  [[nodiscard]] bool ReadOptional(std::uint8_t tag, std::optional<DerElement>& out);

  bool empty() const { return reader_.empty(); }
  std::size_t offset() const { return base_ + reader_.offset(); }
  std::size_t remaining() const { return reader_.remaining(); }

 private:
  bool NextTagIs(std::uint8_t tag) const;

  ByteReader reader_;
  std::size_t base_ = 0;
};

// DecodeDer reads a buffer that is one element with this tag and nothing behind it.
std::optional<DerElement> DecodeDer(std::uint8_t tag, Bytes input);

// DecodeInner reads the one element with this tag that is all the contents of `outer`.
std::optional<DerElement> DecodeInner(std::uint8_t tag, const DerElement& outer);

// AppendDerHeader writes identifier and length octets for contents of `len` bytes.
void AppendDerHeader(ByteVector& out, std::uint8_t tag, std::size_t len);

// DerHeaderSize is the number of bytes that AppendDerHeader writes.
std::size_t DerHeaderSize(std::size_t len);

}  // namespace tattle

#endif  // TATTLE_CORE_DER_READER_H_
