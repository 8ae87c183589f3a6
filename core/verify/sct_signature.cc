// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/verify/sct_signature.h"

#include "core/crypto/sha256.h"
#include "core/wire/digitally_signed.h"

namespace tattle {

SignedEntry X509Entry(const CertificateView& leaf) {
  return {EntryType::kX509, leaf.whole, {}};
}

SignedEntry PrecertEntry(Bytes tbs, const CertificateView& issuer) {
  return {EntryType::kPrecert, tbs, Sha256Of(issuer.spki)};
}

Result<bool> VerifySct(const Sct& sct, const SignedEntry& entry, const PublicKey& key) {
  const Result<Hash> digest = SctDigest(sct, entry);
  if (!digest) {
    return tl::unexpected(digest.error());
  }
  return VerifyDigitallySigned(key, sct.signature, *digest);
}

}  // namespace tattle
