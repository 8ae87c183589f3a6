// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_CORE_DER_EXTENSION_H_
#define TATTLE_CORE_DER_EXTENSION_H_

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/der/reader.h"

namespace tattle {

// DerExtension is one extension of a certificate or of an OCSP SingleResponse. Borrows from the
// reader's input.
struct DerExtension {
  Bytes whole;  // with its header
  Bytes oid;    // contents of the OBJECT IDENTIFIER
  Bytes value;  // contents of the OCTET STRING extnValue
};

// ReadExtension takes the next extension; as every read, it consumes all of it or nothing.
[[nodiscard]] bool ReadExtension(DerReader& reader, DerExtension& out);

// DecodeSctListExtension unwraps the extnValue of the certificate's or the OCSP response's SCT
// extension: an OCTET STRING that holds a SignedCertificateTimestampList (RFC 6962, Section 3.3).
// Returns the list, which borrows from `value`. Fails with kBadEncoding.
//
// One departure from DER, for certificates of 2018 that are out there: the length may be one octet
// behind 81 where the short form would do. It says the same, and the list must still fill the
// value.
Result<Bytes> DecodeSctListExtension(Bytes value);

}  // namespace tattle

#endif  // TATTLE_CORE_DER_EXTENSION_H_
