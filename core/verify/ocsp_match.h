// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_CORE_VERIFY_OCSP_MATCH_H_
#define TATTLE_CORE_VERIFY_OCSP_MATCH_H_

#include "core/der/certificate.h"
#include "core/der/ocsp.h"

namespace tattle {

// IsForCertificate says whether a SingleResponse is about this leaf of this issuer: serial number,
// hash of the issuer's name and hash of its key, by SHA-1 or SHA-256 (RFC 6960, Section 4.1.1).
// The name hashed is the issuer's as the leaf has it.
bool IsForCertificate(const OcspSingleResponse& response, const CertificateView& leaf,
                      const CertificateView& issuer);

}  // namespace tattle

#endif  // TATTLE_CORE_VERIFY_OCSP_MATCH_H_
