// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What an SCT was signed over, rebuilt from certificates.

#ifndef TATTLE_PLUGIN_AUDIT_REBUILT_ENTRY_H_
#define TATTLE_PLUGIN_AUDIT_REBUILT_ENTRY_H_

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/wire/signed_entry.h"

namespace tattle {

// RebuiltEntry: `entry` borrows from `tbs` and from the certificates. To be moved, never copied.
struct RebuiltEntry {
  ByteVector tbs;
  SignedEntry entry;
};

// RebuildEntry makes it of a certificate and, for a precertificate entry, of its issuer. Fails as
// DecodeCertificate and EncodePrecertTbs, and with kBadLength where an x509 entry has an issuer.
Result<RebuiltEntry> RebuildEntry(Bytes leaf, Bytes issuer, bool is_precert);

}  // namespace tattle

#endif  // TATTLE_PLUGIN_AUDIT_REBUILT_ENTRY_H_
