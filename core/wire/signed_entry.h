// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a log signs and stores of a certificate (RFC 6962, Sections 3.1, 3.2 and 3.4).

#ifndef TATTLE_CORE_WIRE_SIGNED_ENTRY_H_
#define TATTLE_CORE_WIRE_SIGNED_ENTRY_H_

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/reader.h"
#include "core/base/writer.h"
#include "core/wire/sct.h"

namespace tattle {

// LogEntryType with the numbers of the wire.
enum class EntryType : std::uint16_t { kX509 = 0, kPrecert = 1 };

// SignedEntry is an ASN.1Cert or a PreCert. Borrows from its maker.
struct SignedEntry {
  EntryType type = EntryType::kX509;
  Bytes certificate;          // kX509: the certificate; kPrecert: the TBSCertificate
  Hash issuer_key_hash = {};  // kPrecert: SHA-256 of the issuer's SubjectPublicKeyInfo
};

// ReadSignedEntry takes an entry of a type off a reader.
[[nodiscard]] bool ReadSignedEntry(ByteReader& reader, EntryType type, SignedEntry& out);

void WriteSignedEntry(ByteWriter& writer, const SignedEntry& entry);

// SctDigest is the SHA-256 of what the log signed for an SCT over this entry. The bytes are hashed
// as they are cut, never joined, since a certificate is the larger part of the cost. Fails with
// kBadLength for an entry or extensions that do not fit their fields.
Result<Hash> SctDigest(const Sct& sct, const SignedEntry& entry);

}  // namespace tattle

#endif  // TATTLE_CORE_WIRE_SIGNED_ENTRY_H_
