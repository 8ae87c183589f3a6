// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The parts of a certificate that Certificate Transparency looks at, and the precertificate's TBS.

#ifndef TATTLE_CORE_DER_CERTIFICATE_H_
#define TATTLE_CORE_DER_CERTIFICATE_H_

#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

// CertificateView says where things are in a certificate's DER. Every span borrows from the bytes
// given to DecodeCertificate.
struct CertificateView {
  Bytes whole;          // Certificate
  Bytes tbs;            // TBSCertificate with its header: what the issuer signed
  Bytes serial_number;  // contents of the INTEGER
  Bytes issuer;         // Name with its header
  Bytes subject;        // Name with its header
  Bytes spki;           // SubjectPublicKeyInfo with its header: what issuer_key_hash is over
  Bytes public_key;     // contents of the BIT STRING in it, without the count of unused bits
  std::uint64_t not_before_ms = 0;
  std::uint64_t not_after_ms = 0;
  Bytes extensions;             // the SEQUENCE OF Extension, contents only; empty if there is none
  Bytes tbs_before_extensions;  // contents of the TBS up to [3]
  // extnValue contents of extension 1.3.6.1.4.1.11129.2.4.2, and the extensions around it.
  std::optional<Bytes> sct_list_value;
  Bytes extensions_before_sct_list;
  Bytes extensions_after_sct_list;
  bool is_precertificate = false;  // carries the poison extension 1.3.6.1.4.1.11129.2.4.3
  bool has_rfc9162 = false;        // carries transparency information of RFC 9162, Section 7.1
};

// DecodeCertificate reads one certificate and nothing behind it. It checks what it walks over as
// strict DER and judges nothing else: names, keys and unknown extensions stay bytes. Fails with
// kBadEncoding, with kDuplicate if an extension that we read stands twice ("A certificate MUST NOT
// include more than one instance of a particular extension", RFC 5280, Section 4.2), with
// kOutOfRange for a validity that is no time, with kTooLarge beyond kMaxCertificateSize.
Result<CertificateView> DecodeCertificate(Bytes certificate);

// EncodePrecertTbs rebuilds the TBSCertificate that a log signed for an embedded SCT: the received
// TBS without the SCT list extension (RFC 6962, Section 3.2). Received bytes are cut and joined;
// only the three length headers around the cut are written anew. When no extension is left, the
// field goes too, since Extensions is a SEQUENCE of at least one. Fails with kMissing if there is
// no SCT list extension.
Result<ByteVector> EncodePrecertTbs(const CertificateView& certificate);

}  // namespace tattle

#endif  // TATTLE_CORE_DER_CERTIFICATE_H_
