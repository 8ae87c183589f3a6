// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/note/checkpoint.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/base/reader.h"
#include "core/base/writer.h"

namespace tattle {
namespace {

constexpr std::uint64_t kMaxCosignatureTime = (std::uint64_t{1} << 63U) - 1;

// ReadLine takes a line that is not empty off the front, without its newline.
[[nodiscard]] bool ReadLine(std::string_view& text, std::string_view& out) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || end == 0) {
    return false;
  }
  out = text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
}

// "the ASCII decimal representation of the number of leaves in the tree, with no leading zeroes
// (unless the tree is empty, in which case the tree size is 0)" (tlog-checkpoint, Note text)
Result<std::uint64_t> DecodeTreeSize(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') {
      return Fail(Errc::kBadEncoding, "checkpoint.tree_size");
    }
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMaxTreeSize - digit) / 10) {
      return Fail(Errc::kOutOfRange, "checkpoint.tree_size");
    }
    value = value * 10 + digit;
  }
  if (digits.empty() || (digits.front() == '0' && digits.size() > 1)) {
    return Fail(Errc::kBadEncoding, "checkpoint.tree_size");
  }
  return value;
}

// struct {
//   u64 timestamp;
//   opaque ed25519_signature[64];
// } timestamped_signature;
struct TimestampedSignature {
  std::uint64_t timestamp_s = 0;
  Bytes ed25519_signature;
};

// A timestamp "MUST NOT exceed 2^63 - 1" (tlog-cosignature, Format).
[[nodiscard]] bool DecodeTimestampedSignature(Bytes input, TimestampedSignature& out) {
  ByteReader reader(input);
  return reader.ReadUint64(out.timestamp_s) && out.timestamp_s <= kMaxCosignatureTime &&
         reader.ReadBytes(64, out.ed25519_signature) && reader.empty();
}

}  // namespace

// struct {
//   uint64 timestamp;
//   TreeHeadSignature signature;
// } RFC6962NoteSignature;
Result<SignedTreeHead> DecodeTreeHeadNoteSignature(Bytes signature, const Checkpoint& checkpoint) {
  ByteReader reader(signature);
  SignedTreeHead out;
  Bytes digitally_signed;
  if (!reader.ReadUint64(out.head.timestamp_ms) ||
      !reader.ReadBytes(reader.remaining(), digitally_signed)) {
    return Fail(Errc::kTruncated, "note.signature");
  }
  if (const auto decoded = DecodeDigitallySigned(digitally_signed); !decoded) {
    return tl::unexpected(decoded.error());
  }
  out.head.tree_size = checkpoint.tree_size;
  out.head.sha256_root_hash = checkpoint.root_hash;
  out.signature = ToVector(digitally_signed);
  return out;
}

Result<Checkpoint> DecodeCheckpoint(std::string_view text) {
  Checkpoint out;
  std::string_view rest = text;
  std::string_view size_line;
  std::string_view root_line;
  if (!ReadLine(rest, out.origin) || !ReadLine(rest, size_line) || !ReadLine(rest, root_line)) {
    return Fail(Errc::kTruncated, "checkpoint", text.size() - rest.size());
  }
  const Result<std::uint64_t> tree_size = DecodeTreeSize(size_line);
  if (!tree_size) {
    return tl::unexpected(tree_size.error());
  }
  out.tree_size = *tree_size;
  const Result<ByteVector> root_hash = DecodeBase64(root_line);
  if (!root_hash) {
    return Fail(Errc::kBadEncoding, "checkpoint.root_hash");
  }
  if (root_hash->size() != out.root_hash.size()) {
    return Fail(Errc::kBadLength, "checkpoint.root_hash");
  }
  std::copy(root_hash->begin(), root_hash->end(), out.root_hash.begin());
  out.extensions = rest;
  while (!rest.empty()) {
    std::string_view extension;
    if (!ReadLine(rest, extension)) {
      return Fail(Errc::kBadEncoding, "checkpoint.extensions", text.size() - rest.size());
    }
  }
  return out;
}

std::string EncodeCheckpoint(const Checkpoint& checkpoint) {
  std::string out(checkpoint.origin);
  out += '\n' + std::to_string(checkpoint.tree_size) + '\n';
  out += EncodeBase64(checkpoint.root_hash) + '\n';
  return out.append(checkpoint.extensions);
}

Result<std::string_view> CheckpointOrigin(std::string_view submission_prefix) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (submission_prefix.starts_with(scheme)) {
      std::string_view origin = submission_prefix.substr(scheme.size());
      while (origin.ends_with('/')) {
        origin.remove_suffix(1);
      }
      if (!origin.empty()) {
        return origin;
      }
    }
  }
  return Fail(Errc::kInvalidArgument, "submission_prefix");
}

Result<SignedTreeHead> VerifyCheckpoint(Bytes note, std::string_view origin, const LogId& log_id,
                                        const PublicKey& key) {
  const Result<Note> decoded = DecodeNote(note);
  if (!decoded) {
    return tl::unexpected(decoded.error());
  }
  const Result<Checkpoint> checkpoint = DecodeCheckpoint(decoded->text);
  if (!checkpoint) {
    return tl::unexpected(checkpoint.error());
  }
  if (checkpoint->origin != origin) {
    return Fail(Errc::kMismatch, "checkpoint.origin");
  }
  if (!checkpoint->extensions.empty()) {
    return Fail(Errc::kTrailingBytes, "checkpoint.extensions");
  }
  // "The key name of the signature line MUST match the checkpoint origin line." (static-ct-api)
  const NoteKeyId key_id = ComputeNoteKeyId(origin, NoteSignatureType::kTreeHead, log_id);
  const Result<Bytes> good =
      VerifySignature(*decoded, origin, key_id, [&](Bytes signature) -> Result<bool> {
        const Result<SignedTreeHead> sth = DecodeTreeHeadNoteSignature(signature, *checkpoint);
        return sth ? VerifyTreeHead(*sth, key) : false;
      });
  if (!good) {
    return tl::unexpected(good.error());
  }
  return DecodeTreeHeadNoteSignature(*good, *checkpoint);
}

Result<NoteSignature> EncodeTreeHeadNoteSignature(std::string_view origin, const LogId& log_id,
                                                  const SignedTreeHead& sth) {
  if (!CheckKeyName(origin)) {
    return Fail(Errc::kInvalidArgument, "note.key_name");
  }
  ByteWriter writer;
  writer.WriteUint64(sth.head.timestamp_ms);
  writer.WriteBytes(sth.signature);
  Result<ByteVector> signature = writer.Finish();
  if (!signature) {
    return tl::unexpected(signature.error());
  }
  return NoteSignature{origin, ComputeNoteKeyId(origin, NoteSignatureType::kTreeHead, log_id),
                       *std::move(signature)};
}

// The message is "two newline (U+000A) terminated lines (one header line and one timestamp line)
// followed by the whole note body of the cosigned checkpoint" (tlog-cosignature).
Result<std::uint64_t> VerifyCosignature(const Note& note, const NoteKey& key) {
  if (key.type != NoteSignatureType::kCosignatureV1) {
    return Fail(Errc::kInvalidArgument, "note_key.type");
  }
  if (const Result<Checkpoint> checkpoint = DecodeCheckpoint(note.text); !checkpoint) {
    return tl::unexpected(checkpoint.error());
  }
  TimestampedSignature cosignature;
  const Result<Bytes> good =
      VerifySignature(note, key.name, key.id, [&](Bytes signature) -> Result<bool> {
        if (!DecodeTimestampedSignature(signature, cosignature)) {
          return false;
        }
        const std::string message = "cosignature/v1\ntime " +
                                    std::to_string(cosignature.timestamp_s) + '\n' +
                                    std::string(note.text);
        return key.key->VerifyMessage(AsBytes(message), cosignature.ed25519_signature);
      });
  if (!good) {
    return tl::unexpected(good.error());
  }
  return cosignature.timestamp_s;
}

}  // namespace tattle
