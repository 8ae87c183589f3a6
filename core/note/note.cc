// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/note/note.h"

#include <cstddef>
#include <utility>

#include "core/base/base64.h"
#include "core/base/limits.h"
#include "core/base/reader.h"
#include "core/base/utf8.h"

namespace tattle {
namespace {

constexpr std::string_view kSignatureMark = "\u2014 ";  // em dash, space
constexpr std::string_view kSeparator = "\n\n";         // end of the text, blank line

// "Signed notes MUST be valid UTF-8 and MUST NOT contain any ASCII control characters (those below
// U+0020) other than newline." (signed-note, Format)
Result<void> CheckText(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t offset = text.size() - rest.size();
    char32_t code_point = 0;
    if (!ReadCodePoint(rest, code_point) || (code_point < 0x20 && code_point != '\n')) {
      return Fail(Errc::kBadEncoding, "note", offset);
    }
  }
  return {};
}

// <em dash> <key name> base64(32-bit key ID || signature)
Result<NoteSignature> DecodeSignatureLine(std::string_view line) {
  if (!line.starts_with(kSignatureMark)) {
    return Fail(Errc::kBadEncoding, "note.signature");
  }
  line.remove_prefix(kSignatureMark.size());
  NoteSignature out;
  out.key_name = line.substr(0, line.find(' '));
  if (out.key_name.size() == line.size() || !CheckKeyName(out.key_name)) {
    return Fail(Errc::kBadEncoding, "note.key_name");
  }
  const Result<ByteVector> bytes = DecodeBase64(line.substr(out.key_name.size() + 1));
  if (!bytes) {
    return Fail(Errc::kBadEncoding, "note.signature");
  }
  ByteReader reader(*bytes);
  if (!reader.ReadArray(out.key_id) || reader.empty()) {
    return Fail(Errc::kBadLength, "note.signature");
  }
  Bytes signature;
  if (!reader.ReadBytes(reader.remaining(), signature)) {
    return Fail(Errc::kInternal, "note.signature");
  }
  out.signature = ToVector(signature);
  return out;
}

}  // namespace

// "A signed note consists of a text ending in newline (U+000A), followed by a blank line (only a
// newline), followed by one or more signature lines [...] the text is separated from the signatures
// by the last empty line in the note." (signed-note, Format)
Result<Note> DecodeNote(Bytes note) {
  if (note.size() > kMaxNoteSize) {
    return Fail(Errc::kTooLarge, "note");
  }
  const std::string_view all = AsText(note);
  if (const Result<void> checked = CheckText(all); !checked) {
    return tl::unexpected(checked.error());
  }
  const std::size_t separator = all.rfind(kSeparator);
  if (separator == std::string_view::npos || separator + kSeparator.size() == all.size()) {
    return Fail(Errc::kMissing, "note.signature", all.size());
  }
  Note out;
  out.text = all.substr(0, separator + 1);
  std::string_view rest = all.substr(separator + kSeparator.size());
  while (!rest.empty()) {
    const std::size_t offset = all.size() - rest.size();
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) {
      return Fail(Errc::kTruncated, "note.signature", all.size());
    }
    if (out.signatures.size() == kMaxNoteSignatures) {
      return Fail(Errc::kTooLarge, "note.signatures", offset);
    }
    Result<NoteSignature> signature = DecodeSignatureLine(rest.substr(0, end));
    if (!signature) {
      return Fail(signature.error().code, signature.error().field, offset);
    }
    out.signatures.push_back(*std::move(signature));
    rest.remove_prefix(end + 1);
  }
  return out;
}

std::string EncodeNote(const Note& note) {
  std::string out(note.text);
  out += '\n';
  for (const NoteSignature& signature : note.signatures) {
    ByteVector bytes = ToVector(signature.key_id);
    Append(bytes, signature.signature);
    out.append(kSignatureMark).append(signature.key_name).append(" ");
    out.append(EncodeBase64(bytes)).append("\n");
  }
  return out;
}

bool CheckKeyName(std::string_view name) {
  if (name.empty()) {
    return false;
  }
  while (!name.empty()) {
    char32_t code_point = 0;
    if (!ReadCodePoint(name, code_point) || code_point == '+' || IsUnicodeSpace(code_point)) {
      return false;
    }
  }
  return true;
}

Result<Bytes> VerifySignature(const Note& note, std::string_view key_name, const NoteKeyId& key_id,
                              const std::function<Result<bool>(Bytes)>& verify) {
  Errc why_not = Errc::kMissing;
  for (const NoteSignature& signature : note.signatures) {
    if (signature.key_name != key_name || signature.key_id != key_id) {
      continue;
    }
    const Result<bool> good = verify(signature.signature);
    if (!good) {
      return tl::unexpected(good.error());
    }
    if (*good) {
      return Bytes(signature.signature);
    }
    why_not = Errc::kMismatch;
  }
  return Fail(why_not, "note.signature");
}

}  // namespace tattle
