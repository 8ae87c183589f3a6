// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#ifndef TATTLE_TESTS_TESTLIB_OCSP_H_
#define TATTLE_TESTS_TESTLIB_OCSP_H_

#include <optional>
#include <vector>

#include "core/base/bytes.h"

namespace tattle::testlib {

// OcspSingle is one SingleResponse: "good", for a certificate of an issuer, with SCTs.
struct OcspSingle {
  ByteVector leaf;    // DER
  ByteVector issuer;  // DER
  std::optional<ByteVector> sct_list = std::nullopt;
  bool sha256 = false;  // hash of the CertID; otherwise SHA-1
};

// OcspResponse makes a response (DER) through OpenSSL, signed with a key made up on the spot.
ByteVector OcspResponse(const std::vector<OcspSingle>& singles);

}  // namespace tattle::testlib

#endif  // TATTLE_TESTS_TESTLIB_OCSP_H_
