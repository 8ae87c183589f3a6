// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// A CA and a server's certificate to throw away.

#ifndef TATTLE_ADAPTERS_CLI_SELFTEST_CERTIFICATES_H_
#define TATTLE_ADAPTERS_CLI_SELFTEST_CERTIFICATES_H_

#include "adapters/cli/openssl_ptr.h"
#include "plugin/runtime/outcome.h"

namespace tattle::cli {

// TestCertificates is a CA whose private key nobody has any more, and what it issued: a certificate
// of localhost, 127.0.0.1 and ::1, without SCTs.
struct TestCertificates {
  X509Ptr ca;
  X509Ptr server;
  KeyPtr server_key;
};

// CreateTestCertificates makes some that are valid since yesterday, for so many days from now.
Outcome<TestCertificates> CreateTestCertificates(int num_days = 1);

// EncodePem writes a certificate as PEM.
std::string EncodePem(X509* certificate);

}  // namespace tattle::cli

#endif  // TATTLE_ADAPTERS_CLI_SELFTEST_CERTIFICATES_H_
