// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Public keys of logs, witnesses and list signers, behind one interface. The backend is OpenSSL's
// libcrypto; a fuzz target brings one of its own.

#ifndef TATTLE_CORE_CRYPTO_PUBLIC_KEY_H_
#define TATTLE_CORE_CRYPTO_PUBLIC_KEY_H_

#include <cstdint>
#include <memory>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

enum class KeyType : std::uint8_t {
  kEcdsaP256 = 1,  // signs with SHA-256 (RFC 6962, Section 2.1.4)
  kRsa = 2,        // 2048 bits or more; RSASSA-PKCS1-v1_5 with SHA-256 (the same section)
  kEd25519 = 3,    // cosignatures of witnesses; no log may sign SCTs or heads with it
};

// PublicKey is immutable after construction and safe to use from several threads at once.
class PublicKey {
 public:
  virtual ~PublicKey() = default;
  PublicKey(const PublicKey&) = delete;
  PublicKey& operator=(const PublicKey&) = delete;

  virtual KeyType type() const = 0;

  // VerifyDigest says whether `signature` is this key's over a message whose SHA-256 is `digest`.
  // For ECDSA the signature is strict DER of both numbers. An Ed25519 key verifies no digests:
  // the answer is kUnsupportedAlgorithm. kCryptoFailed when libcrypto could not do its work, which
  // is never a yes.
  virtual Result<bool> VerifyDigest(const Hash& digest, Bytes signature) const = 0;

  // VerifyMessage hashes as the key's algorithm wants, then verifies.
  virtual Result<bool> VerifyMessage(Bytes message, Bytes signature) const = 0;

 protected:
  PublicKey() = default;
};

// DecodePublicKey reads a DER SubjectPublicKeyInfo and keeps the key decoded, since decoding costs
// twice a verification. Fails with kBadEncoding when it is not one key and nothing behind it, with
// kUnsupportedAlgorithm for another algorithm, curve or form of point than the uncompressed one,
// for an RSA key below 2048 or beyond 8192 bits.
Result<std::shared_ptr<const PublicKey>> DecodePublicKey(Bytes spki);

}  // namespace tattle

#endif  // TATTLE_CORE_CRYPTO_PUBLIC_KEY_H_
