// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// What a log signs of a precertificate (RFC 6962, Sections 3.1 and 3.2).

#ifndef TATTLE_CORE_DER_PRECERTIFICATE_H_
#define TATTLE_CORE_DER_PRECERTIFICATE_H_

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/der/certificate.h"

namespace tattle {

// IsPrecertificateSigner says whether a CA's certificate is one that only signs precertificates:
// its extended key usage has 1.3.6.1.4.1.11129.2.4.4.
bool IsPrecertificateSigner(const CertificateView& certificate);

// EncodeSubmittedTbs cuts the poison extension out of a precertificate's TBSCertificate. Where a
// Precertificate Signing Certificate signed it (`signer`, else null), the issuer and the authority
// key identifier become the signer's own, which are those of the final certificate. Received bytes
// are cut and joined; only length headers are written anew. Fails with kMissing without a poison
// extension, or where only one of the two has an authority key identifier.
Result<ByteVector> EncodeSubmittedTbs(const CertificateView& precertificate,
                                      const CertificateView* signer);

}  // namespace tattle

#endif  // TATTLE_CORE_DER_PRECERTIFICATE_H_
