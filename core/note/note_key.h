// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// NoteKey: who may sign a note, and how.

#ifndef TATTLE_CORE_NOTE_NOTE_KEY_H_
#define TATTLE_CORE_NOTE_NOTE_KEY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/crypto/public_key.h"
#include "core/note/note.h"

namespace tattle {

// NoteSignatureType is the byte that goes into the key id (signed-note, Signature types). A log
// signs its checkpoints with kTreeHead; the other two are for whoever else signs or cosigns.
enum class NoteSignatureType : std::uint8_t {
  kEd25519 = 0x01,
  kCosignatureV1 = 0x04,  // Ed25519 over time and checkpoint (tlog-cosignature)
  kTreeHead = 0x05,       // RFC 6962's TreeHeadSignature (static-ct-api, Checkpoints)
};

// NoteKey is immutable once decoded and safe to share.
struct NoteKey {
  std::string name;
  NoteKeyId id = {};
  NoteSignatureType type = NoteSignatureType::kEd25519;
  std::shared_ptr<const PublicKey> key;
};

// ComputeNoteKeyId hashes what identifies a key. `encoded_key` is the key's 32 bytes, and for
// kTreeHead the LogId.
NoteKeyId ComputeNoteKeyId(std::string_view name, NoteSignatureType type, Bytes encoded_key);

// DecodeNoteKey reads a verifier key such as "witness.example.org+b8a2cf20+BFLN3yik...". Fails with
// kBadEncoding, kBadLength, kMismatch when the id is not that of name and key, and with
// kUnsupportedAlgorithm for a type other than kEd25519 and kCosignatureV1.
[[nodiscard]] Result<NoteKey> DecodeNoteKey(std::string_view text);

// VerifyNote checks that a key of type kEd25519 signed the note's text. Fails with kInvalidArgument
// for a key of another type, and as VerifySignature.
[[nodiscard]] Result<void> VerifyNote(const Note& note, const NoteKey& key);

}  // namespace tattle

#endif  // TATTLE_CORE_NOTE_NOTE_KEY_H_
