// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Checkpoints: tree heads as signed notes (C2SP tlog-checkpoint; static-ct-api, Checkpoints).

#ifndef TATTLE_CORE_NOTE_CHECKPOINT_H_
#define TATTLE_CORE_NOTE_CHECKPOINT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/crypto/public_key.h"
#include "core/note/note.h"
#include "core/note/note_key.h"
#include "core/wire/tree_head.h"

namespace tattle {

// Checkpoint is the text of such a note, not verified. It borrows from the text given to
// DecodeCheckpoint.
struct Checkpoint {
  std::string_view origin;
  std::uint64_t tree_size = 0;
  Hash root_hash = {};
  std::string_view extensions;  // whole lines, or empty
};

// DecodeCheckpoint reads the text of a note. Fails with kTruncated when a line is missing,
// kBadEncoding, kBadLength for a root of another length, kOutOfRange beyond kMaxTreeSize.
[[nodiscard]] Result<Checkpoint> DecodeCheckpoint(std::string_view text);

// EncodeCheckpoint writes what DecodeCheckpoint reads.
std::string EncodeCheckpoint(const Checkpoint& checkpoint);

// CheckpointOrigin is the origin of a static-ct log: "the submission prefix of the log as a
// schema-less URL with no trailing slashes". Borrows from `submission_prefix`. Fails with
// kInvalidArgument for what is not an http or https URL.
[[nodiscard]] Result<std::string_view> CheckpointOrigin(std::string_view submission_prefix);

// VerifyCheckpoint reads a checkpoint and checks that it is of this origin and signed by this log.
// The head it gives is the same as that of get-sth and passes VerifyTreeHead. The signature does
// not cover the origin, so only size, time and root are the log's word. Fails with kMismatch for
// another origin or a bad signature, kMissing without a signature of the log, kTrailingBytes for
// extension lines ("A checkpoint signed with this algorithm MUST NOT include any extension
// lines."), and as DecodeNote and DecodeCheckpoint.
[[nodiscard]] Result<SignedTreeHead> VerifyCheckpoint(Bytes note, std::string_view origin,
                                                      const LogId& log_id, const PublicKey& key);

// DecodeTreeHeadNoteSignature reads the signature of a log on its checkpoint, without verifying it:
// the head that get-sth would give. Fails with kTruncated, and as DecodeDigitallySigned, for what
// is no such signature.
[[nodiscard]] Result<SignedTreeHead> DecodeTreeHeadNoteSignature(Bytes signature,
                                                                 const Checkpoint& checkpoint);

// EncodeTreeHeadNoteSignature makes the signature line of a signed head, to turn a get-sth response
// into a checkpoint. `origin` must outlive the result.
[[nodiscard]] Result<NoteSignature> EncodeTreeHeadNoteSignature(std::string_view origin,
                                                                const LogId& log_id,
                                                                const SignedTreeHead& sth);

// VerifyCosignature checks that a witness cosigned the checkpoint in this note, and gives the time
// at which the witness says this was the largest consistent tree that it had seen, in seconds since
// 1970. Fails with kInvalidArgument unless the key is of type kCosignatureV1, and as
// DecodeCheckpoint and VerifySignature.
[[nodiscard]] Result<std::uint64_t> VerifyCosignature(const Note& note, const NoteKey& key);

}  // namespace tattle

#endif  // TATTLE_CORE_NOTE_CHECKPOINT_H_
