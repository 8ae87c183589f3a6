// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// From a precertificate as submitted to the TBSCertificate that the log signs.

#ifndef TATTLE_TESTS_TESTLOG_PRECERT_H_
#define TATTLE_TESTS_TESTLOG_PRECERT_H_

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/der/certificate.h"

namespace tattle::testlog {

// EncodeSubmittedTbs cuts the poison out of a precertificate's TBSCertificate (RFC 6962, Section
// 3.2). With `signer`, a Precertificate Signing Certificate, issuer and Authority Key Identifier
// become the signer's own, "the final certificate's issuer" and its key's: "the TBSCertificate
// also has its issuer changed to that of the CA that will issue the final certificate". An
// identifier that only one of the two has follows the signer as well.
//
// Fails with kMissing when there is no poison, kDuplicate for a second one, kBadEncoding for one
// that is not critical or not NULL.
Result<ByteVector> EncodeSubmittedTbs(const CertificateView& precertificate,
                                      const CertificateView* signer);

// IsPrecertSigner says whether a CA's certificate is a Precertificate Signing Certificate: its
// extended key usage has 1.3.6.1.4.1.11129.2.4.4 (RFC 6962, Section 3.1).
bool IsPrecertSigner(const CertificateView& certificate);

}  // namespace tattle::testlog

#endif  // TATTLE_TESTS_TESTLOG_PRECERT_H_
