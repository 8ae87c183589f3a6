// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0
// Target: DecodeNote, DecodeCheckpoint, DecodeNoteKey, VerifyCheckpoint, VerifyCosignature
// Property: an accepted note or checkpoint re-encodes to itself; a checkpoint is accepted only with
// a line of the log and without extensions, and its head is the one in the text.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "core/note/checkpoint.h"
#include "core/note/note.h"
#include "core/note/note_key.h"

namespace tattle {
namespace {

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

// LenientKey takes every signature whose last byte is odd, so that the fuzzer gets behind it.
class LenientKey final : public PublicKey {
 public:
  KeyType type() const override { return KeyType::kEcdsaP256; }
  Result<bool> VerifyDigest(const Hash&, Bytes signature) const override {
    return !signature.empty() && signature.back() % 2 == 1;
  }
  Result<bool> VerifyMessage(Bytes, Bytes signature) const override {
    return !signature.empty() && signature.back() % 2 == 1;
  }
};

void CheckNote(const Note& note, Bytes bytes) {
  Require(EncodeNote(note) == AsText(bytes));
  Require(note.text.ends_with('\n') && !note.signatures.empty());
  for (const NoteSignature& signature : note.signatures) {
    Require(CheckKeyName(signature.key_name) && !signature.signature.empty());
  }
}

void CheckCheckpoint(const Note& note, Bytes bytes) {
  const Result<Checkpoint> checkpoint = DecodeCheckpoint(note.text);
  const LogId log_id = {};
  const LenientKey key;
  const std::string_view origin = note.text.substr(0, note.text.find('\n'));
  const Result<SignedTreeHead> sth = VerifyCheckpoint(bytes, origin, log_id, key);
  if (!checkpoint) {
    Require(!sth.has_value());
    return;
  }
  Require(EncodeCheckpoint(*checkpoint) == note.text);
  if (sth) {
    Require(checkpoint->extensions.empty() && checkpoint->origin == origin);
    Require(sth->head.tree_size == checkpoint->tree_size &&
            sth->head.sha256_root_hash == checkpoint->root_hash);
    const auto line = EncodeTreeHeadNoteSignature(origin, log_id, *sth);
    Require(line.has_value());
    const std::string again = EncodeNote({note.text, {*line}});
    Require(VerifyCheckpoint(AsBytes(again), origin, log_id, key).has_value());
  }
}

void CheckCosignature(const Note& note) {
  NoteKey key;
  key.name = note.signatures.front().key_name;
  key.id = note.signatures.front().key_id;
  key.type = NoteSignatureType::kCosignatureV1;
  key.key = std::make_shared<const LenientKey>();
  const auto time = VerifyCosignature(note, key);
  Require(!time || (*time >> 63U == 0 && DecodeCheckpoint(note.text).has_value()));
}

void CheckNoteKey(std::string_view text) {
  const Result<NoteKey> key = DecodeNoteKey(text);
  Require(!key || (text.starts_with(key->name + "+" + Hex(key->id) + "+") && key->key != nullptr));
}

}  // namespace
}  // namespace tattle

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tattle::Bytes bytes(data, size);
  tattle::CheckNoteKey(tattle::AsText(bytes));
  const tattle::Result<tattle::Note> note = tattle::DecodeNote(bytes);
  if (note) {
    tattle::CheckNote(*note, bytes);
    tattle::CheckCheckpoint(*note, bytes);
    tattle::CheckCosignature(*note);
  }
  return 0;
}
