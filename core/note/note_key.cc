// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/note/note_key.h"

#include <array>
#include <cstddef>
#include <utility>

#include "core/base/base64.h"
#include "core/base/reader.h"
#include "core/crypto/sha256.h"

namespace tattle {
namespace {

// What stands before the 32 bytes of an Ed25519 key in a DER SubjectPublicKeyInfo (RFC 8410,
// Section 4).
constexpr std::array<std::uint8_t, 12> kEd25519SpkiPrefix = {
    0x30, 0x2a,                                // SEQUENCE, 42 bytes
    0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70,  // AlgorithmIdentifier: id-Ed25519
    0x03, 0x21, 0x00,                          // BIT STRING, 33 bytes, no unused bits
};

// EncodedKey is signature type and public key of a verifier key.
struct EncodedKey {
  NoteSignatureType type = NoteSignatureType::kEd25519;
  std::array<std::uint8_t, 32> key = {};
};

Result<EncodedKey> DecodeEncodedKey(Bytes bytes) {
  ByteReader reader(bytes);
  EncodedKey out;
  std::uint8_t type = 0;
  if (!reader.ReadUint8(type)) {
    return Fail(Errc::kBadLength, "note_key");
  }
  out.type = static_cast<NoteSignatureType>(type);
  if (out.type != NoteSignatureType::kEd25519 && out.type != NoteSignatureType::kCosignatureV1) {
    return Fail(Errc::kUnsupportedAlgorithm, "note_key.type");
  }
  if (!reader.ReadArray(out.key) || !reader.empty()) {
    return Fail(Errc::kBadLength, "note_key");
  }
  return out;
}

}  // namespace

// key ID = SHA-256(key name || 0x0A || signature type || public key)[:4]
NoteKeyId ComputeNoteKeyId(std::string_view name, NoteSignatureType type, Bytes encoded_key) {
  const std::array<std::uint8_t, 2> middle = {'\n', static_cast<std::uint8_t>(type)};
  const Hash hash = Sha256().Update(AsBytes(name)).Update(middle).Update(encoded_key).Finish();
  return {hash[0], hash[1], hash[2], hash[3]};
}

// <name>+<hash>+<base64(type || public key)>; a name has no plus, base64 may.
Result<NoteKey> DecodeNoteKey(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) {
    return Fail(Errc::kBadEncoding, "note_key");
  }
  NoteKey out;
  out.name = text.substr(0, first);
  const std::string_view id_text = text.substr(first + 1, second - first - 1);
  const Result<ByteVector> key_bytes = DecodeBase64(text.substr(second + 1));
  if (!CheckKeyName(out.name) || !key_bytes) {
    return Fail(Errc::kBadEncoding, "note_key");
  }
  const Result<EncodedKey> encoded = DecodeEncodedKey(*key_bytes);
  if (!encoded) {
    return tl::unexpected(encoded.error());
  }
  out.type = encoded->type;
  out.id = ComputeNoteKeyId(out.name, out.type, encoded->key);
  if (Hex(out.id) != id_text) {
    return Fail(Errc::kMismatch, "note_key.id");
  }
  ByteVector spki = ToVector(kEd25519SpkiPrefix);
  Append(spki, encoded->key);
  Result<std::shared_ptr<const PublicKey>> key = DecodePublicKey(spki);
  if (!key) {
    return tl::unexpected(key.error());
  }
  out.key = *std::move(key);
  return out;
}

Result<void> VerifyNote(const Note& note, const NoteKey& key) {
  if (key.type != NoteSignatureType::kEd25519) {
    return Fail(Errc::kInvalidArgument, "note_key.type");
  }
  const Result<Bytes> good =
      VerifySignature(note, key.name, key.id, [&](Bytes signature) -> Result<bool> {
        return key.key->VerifyMessage(AsBytes(note.text), signature);
      });
  if (!good) {
    return tl::unexpected(good.error());
  }
  return {};
}

}  // namespace tattle
