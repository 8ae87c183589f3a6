// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/extension.h"

#include <cstdint>
#include <optional>

#include "core/base/reader.h"

namespace tattle {

// Extension ::= SEQUENCE {
//   extnID     OBJECT IDENTIFIER,
//   critical   BOOLEAN DEFAULT FALSE,
//   extnValue  OCTET STRING }
bool ReadExtension(DerReader& reader, DerExtension& out) {
  DerReader ahead = reader;
  DerElement sequence;
  if (!ahead.ReadTag(der_tag::kSequence, sequence)) {
    return false;
  }
  DerReader fields(sequence);
  DerElement id;
  DerElement octets;
  std::optional<DerElement> critical;
  if (!fields.ReadTag(der_tag::kOid, id) || !fields.ReadOptional(der_tag::kBoolean, critical) ||
      !fields.ReadTag(der_tag::kOctetString, octets) || !fields.empty()) {
    return false;
  }
  // An explicit FALSE is no DER, but it is in real certificates and nothing here hangs on it.
  if (critical && critical->contents.size() != 1) {
    return false;
  }
  reader = ahead;
  out = {sequence.whole, id.contents, octets.contents};
  return true;
}

Result<Bytes> DecodeSctListExtension(Bytes value) {
  if (const std::optional<DerElement> octets = DecodeDer(der_tag::kOctetString, value)) {
    return octets->contents;
  }
  ByteReader reader(value);
  std::uint8_t tag = 0;
  std::uint8_t form = 0;
  Bytes list;
  if (!reader.ReadUint8(tag) || tag != der_tag::kOctetString || !reader.ReadUint8(form) ||
      form != 0x81 /* one length octet follows */ || !reader.ReadVector8(list) || !reader.empty()) {
    return Fail(Errc::kBadEncoding, "sct_list.octet_string");
  }
  return list;
}

}  // namespace tattle
