// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Evidence and a log list in, a report of facts out.

#ifndef TATTLE_CORE_VERIFY_VERIFY_H_
#define TATTLE_CORE_VERIFY_VERIFY_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loglist/log_list.h"
#include "core/verify/report.h"
#include "core/wire/sct.h"
#include "core/wire/signed_entry.h"

namespace tattle {

// Evidence is what a connection brought, undecoded. All spans are borrowed for the call; an empty
// one means that there is none.
struct Evidence {
  Bytes leaf = {};           // DER certificate
  Bytes issuer = {};         // DER certificate that signed the leaf, from the chain as validated
  Bytes tls_scts = {};       // SignedCertificateTimestampList of TLS extension 18, leaf entry only
  Bytes ocsp_response = {};  // DER OCSPResponse, stapled
};

// ShownSct is an SCT whose signature was checked, with what the log signed, or should have. Borrows
// for the call that shows it.
struct ShownSct {
  const SctFacts& facts;  // valid, in the future, or with a bad signature
  Bytes item;             // SerializedSCT
  const Sct& sct;
  const SignedEntry& entry;
};

using ShowSct = std::function<void(const ShownSct& sct)>;

// Verify decodes and checks every SCT on its own: one bad SCT, or one bad list, never hides a good
// one. Fails only where it could not do its work: the leaf is no certificate (kBadEncoding and the
// like), or libcrypto failed (kCryptoFailed). A broken issuer, list or staple is a line in the
// report. `now_ms` decides what lies in the future. The report borrows from `logs`. `show`, if
// there is one, is called for each SCT whose signature was checked, for those who want to ask its
// log later, or to tell the server. Thread-safety: pure; any number of threads may share `logs`.
Result<Report> Verify(const Evidence& evidence, const LogList& logs, std::uint64_t now_ms,
                      const ShowSct& show = nullptr);

}  // namespace tattle

#endif  // TATTLE_CORE_VERIFY_VERIFY_H_
