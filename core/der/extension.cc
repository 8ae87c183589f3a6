// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/der/extension.h"

#include <optional>

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
  const std::optional<DerElement> octets = DecodeDer(der_tag::kOctetString, value);
  if (!octets) {
    return Fail(Errc::kBadEncoding, "sct_list.octet_string");
  }
  return octets->contents;
}

}  // namespace tattle
