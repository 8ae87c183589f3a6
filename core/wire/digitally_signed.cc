// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/wire/digitally_signed.h"

#include "core/base/writer.h"

namespace tattle {
namespace {

// RFC 5246, Section 7.4.1.4.1.
constexpr std::uint8_t kHashSha256 = 4;
constexpr std::uint8_t kSignatureRsa = 1;
constexpr std::uint8_t kSignatureEcdsa = 3;

}  // namespace

bool DigitallySigned::Fits(KeyType key_type) const {
  if (hash_algorithm != kHashSha256) {
    return false;
  }
  switch (key_type) {
    case KeyType::kEcdsaP256:
      return signature_algorithm == kSignatureEcdsa;
    case KeyType::kRsa:
      return signature_algorithm == kSignatureRsa;
    case KeyType::kEd25519:
      break;
  }
  return false;
}

// struct {
//   SignatureAndHashAlgorithm algorithm;  -- HashAlgorithm, then SignatureAlgorithm
//   opaque signature<0..2^16-1>;
// } DigitallySigned;
bool ReadDigitallySigned(ByteReader& reader, DigitallySigned& out) {
  ByteReader ahead = reader;
  DigitallySigned value;
  if (!ahead.ReadUint8(value.hash_algorithm) || !ahead.ReadUint8(value.signature_algorithm) ||
      !ahead.ReadVector16(value.signature)) {
    return false;
  }
  reader = ahead;
  out = value;
  return true;
}

Result<DigitallySigned> DecodeDigitallySigned(Bytes input) {
  ByteReader reader(input);
  DigitallySigned value;
  if (!ReadDigitallySigned(reader, value)) {
    return Fail(Errc::kTruncated, "signature", reader.offset());
  }
  if (!reader.empty()) {
    return Fail(Errc::kTrailingBytes, "signature", reader.offset());
  }
  return value;
}

Result<ByteVector> EncodeDigitallySigned(const DigitallySigned& value) {
  ByteWriter writer;
  writer.WriteUint8(value.hash_algorithm);
  writer.WriteUint8(value.signature_algorithm);
  writer.WriteVector16(value.signature);
  return writer.Finish();
}

Result<bool> VerifyDigitallySigned(const PublicKey& key, const DigitallySigned& value,
                                   const Hash& digest) {
  if (!value.Fits(key.type())) {
    return false;
  }
  return key.VerifyDigest(digest, value.signature);
}

}  // namespace tattle
