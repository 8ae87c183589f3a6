// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// One SCT against one certificate: what the log signed, and whether it did.

#ifndef TATTLE_CORE_VERIFY_SCT_SIGNATURE_H_
#define TATTLE_CORE_VERIFY_SCT_SIGNATURE_H_

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/crypto/public_key.h"
#include "core/der/certificate.h"
#include "core/wire/sct.h"
#include "core/wire/signed_entry.h"

namespace tattle {

// X509Entry is what a log signs for an SCT of the TLS extension or of an OCSP response: the
// certificate itself, which it borrows.
SignedEntry X509Entry(const CertificateView& leaf);

// PrecertEntry is what a log signs for an embedded SCT. `tbs` is EncodePrecertTbs(leaf), which the
// result borrows.
SignedEntry PrecertEntry(Bytes tbs, const CertificateView& issuer);

// VerifySct says whether the log with this key signed the SCT for the entry. Fails with
// kCryptoFailed, and as SctDigest does.
[[nodiscard]] Result<bool> VerifySct(const Sct& sct, const SignedEntry& entry,
                                     const PublicKey& key);

}  // namespace tattle

#endif  // TATTLE_CORE_VERIFY_SCT_SIGNATURE_H_
