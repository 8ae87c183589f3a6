// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Signed notes: a text and the signatures of those who vouch for it (C2SP signed-note).

#ifndef TATTLE_CORE_NOTE_NOTE_H_
#define TATTLE_CORE_NOTE_NOTE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/error.h"

namespace tattle {

// NoteKeyId tells the keys of one name apart. Four bytes are no identity: whoever wants can make a
// key with a given id, and fails at the signature.
using NoteKeyId = std::array<std::uint8_t, 4>;

// NoteSignature is one line below a note. `key_name` borrows from the buffer given to DecodeNote.
struct NoteSignature {
  std::string_view key_name;
  NoteKeyId key_id = {};
  ByteVector signature;  // what follows the key id; its form is up to the type of the key
};

// Note is a note whose signatures have not been verified: its text must not be believed yet. `text`
// ends in a newline and borrows from the buffer given to DecodeNote.
struct Note {
  std::string_view text;
  std::vector<NoteSignature> signatures;  // in their order, one or more
};

// DecodeNote reads a note. Fails with kTooLarge beyond kMaxNoteSize or kMaxNoteSignatures;
// kMissing without a signature; kTruncated when the last line does not end; kBadLength for a
// signature of no bytes; kBadEncoding for everything else that is not as signed-note has it.
[[nodiscard]] Result<Note> DecodeNote(Bytes note);

// EncodeNote writes what DecodeNote reads.
std::string EncodeNote(const Note& note);

// CheckKeyName says whether a key may have this name: "Key names MUST be non-empty and MUST NOT
// contain any Unicode spaces or plus (U+002B) characters." (signed-note, Format)
bool CheckKeyName(std::string_view name);

// VerifySignature looks for a signature by the key of this name and id that `verify` says yes to,
// and gives it. Lines of other keys are ignored, as signed-note demands. Fails with kMissing when
// the key has no line, kMismatch when none of its lines is good, and with what `verify` fails
// with. Borrows from `note`.
//
// signed-note says that a client SHOULD reject a note with a bad signature of a known key. Here one
// good signature is enough. Whoever can add a bad line can as well spoil the good one, so rejecting
// protects nobody, and a good one proves all that it ever proves.
[[nodiscard]] Result<Bytes> VerifySignature(const Note& note, std::string_view key_name,
                                            const NoteKeyId& key_id,
                                            const std::function<Result<bool>(Bytes)>& verify);

}  // namespace tattle

#endif  // TATTLE_CORE_NOTE_NOTE_H_
