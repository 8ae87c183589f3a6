// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/verify/ocsp_match.h"

#include "core/crypto/sha256.h"

namespace tattle {

bool IsForCertificate(const OcspSingleResponse& response, const CertificateView& leaf,
                      const CertificateView& issuer) {
  if (!Equal(response.serial_number, leaf.serial_number)) {
    return false;
  }
  switch (response.hash) {
    case OcspHash::kSha1:
      return Equal(response.issuer_name_hash, Sha1Of(leaf.issuer)) &&
             Equal(response.issuer_key_hash, Sha1Of(issuer.public_key));
    case OcspHash::kSha256:
      return Equal(response.issuer_name_hash, Sha256Of(leaf.issuer)) &&
             Equal(response.issuer_key_hash, Sha256Of(issuer.public_key));
    case OcspHash::kUnknown:
      break;
  }
  return false;
}

}  // namespace tattle
