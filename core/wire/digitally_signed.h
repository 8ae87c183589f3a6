// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The signature of an SCT or a tree head, with the algorithm that it claims.

#ifndef TATTLE_CORE_WIRE_DIGITALLY_SIGNED_H_
#define TATTLE_CORE_WIRE_DIGITALLY_SIGNED_H_

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/reader.h"
#include "core/crypto/public_key.h"

namespace tattle {

// The only Version of RFC 6962, of SCTs, tree heads and leaves alike.
inline constexpr std::uint8_t kVersionV1 = 0;

// DigitallySigned is TLS 1.2's (RFC 5246, Section 4.7). `signature` borrows from the decoder's
// input. The algorithms are kept as received, since an unknown one spoils only its own SCT.
struct DigitallySigned {
  std::uint8_t hash_algorithm = 0;       // sha256 is 4
  std::uint8_t signature_algorithm = 0;  // rsa is 1, ecdsa is 3
  Bytes signature;

  // Fits says whether the algorithm bytes are those of this key: a log signs with SHA-256 and
  // either ECDSA over P-256 or RSA (RFC 6962, Section 2.1.4).
  bool Fits(KeyType key_type) const;
};

// ReadDigitallySigned takes one off a reader.
[[nodiscard]] bool ReadDigitallySigned(ByteReader& reader, DigitallySigned& out);

// DecodeDigitallySigned reads one and nothing behind it. Fails with kTruncated or kTrailingBytes.
Result<DigitallySigned> DecodeDigitallySigned(Bytes input);

// EncodeDigitallySigned writes what DecodeDigitallySigned reads.
Result<ByteVector> EncodeDigitallySigned(const DigitallySigned& value);

// VerifyDigitallySigned says whether the algorithm fits the key and the signature is good over a
// message whose SHA-256 is `digest`. Fails with kCryptoFailed only.
Result<bool> VerifyDigitallySigned(const PublicKey& key, const DigitallySigned& value,
                                   const Hash& digest);

}  // namespace tattle

#endif  // TATTLE_CORE_WIRE_DIGITALLY_SIGNED_H_
