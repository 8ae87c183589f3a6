// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Certificates for people, and the question who issued which.

#ifndef TATTLE_ADAPTERS_CLI_CHAIN_CERTIFICATE_H_
#define TATTLE_ADAPTERS_CLI_CHAIN_CERTIFICATE_H_

#include <string>
#include <vector>

#include <openssl/x509.h>

#include "core/base/bytes.h"

namespace tattle::cli {

// DescribeCertificate is a line with subject, issuer and end of validity, sanitised.
std::string DescribeCertificate(const X509* certificate);

// SubjectOf and IssuerOf are names in a line, sanitised.
std::string SubjectOf(const X509* certificate);
std::string IssuerOf(const X509* certificate);

// NamesOf are the DNS names and IP addresses that a certificate is for, as they stand in it.
std::vector<std::string> NamesOf(const X509* certificate);

// IsIssuedBy: the names fit and the issuer's key verifies the certificate's signature. Neither
// dates nor permissions are asked for; that is the chain's validation.
bool IsIssuedBy(X509* certificate, X509* issuer);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_CHAIN_CERTIFICATE_H_
