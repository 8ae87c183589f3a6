// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/note/note.h"

#include <string>

#include <gtest/gtest.h>

#include "core/base/limits.h"

namespace tattle::note_test {
namespace {

// The example of signed-note.
constexpr std::string_view kExample =
    "Ognuno sta solo sul cuor della terra\n"
    "trafitto da un raggio di sole:\n"
    "\n"
    "ed è subito sera.\n"
    "\n"
    "— quasimodo.example/salvatore "
    "NnugSzTjtVAewIS+Z/iJhUPeFDkO/"
    "5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";

constexpr std::string_view kLine = "— example.org/log AAAAAQI=\n";  // id 00000001, one byte

Result<Note> Decode(std::string_view text) {
  return DecodeNote(AsBytes(text));
}

TEST(DecodeNoteTest, ReadsTheExampleOfTheSpecification) {
  const Result<Note> note = Decode(kExample);
  ASSERT_TRUE(note);
  // The text keeps its own empty line; the last one ends it.
  EXPECT_TRUE(note->text.ends_with("sole:\n\ned è subito sera.\n"));
  ASSERT_EQ(note->signatures.size(), 1U);
  EXPECT_EQ(note->signatures[0].key_name, "quasimodo.example/salvatore");
  EXPECT_EQ(Hex(note->signatures[0].key_id), "367ba04b");
  EXPECT_EQ(note->signatures[0].signature.size(), 64U);
  EXPECT_EQ(EncodeNote(*note), kExample);
}

TEST(DecodeNoteTest, RefusesEveryPrefix) {
  for (std::size_t len = 0; len < kExample.size(); ++len) {
    const Result<Note> note = Decode(kExample.substr(0, len));
    ASSERT_FALSE(note) << len;
    const Errc code = note.error().code;
    EXPECT_TRUE(code == Errc::kMissing || code == Errc::kTruncated || code == Errc::kBadEncoding)
        << len;
  }
}

TEST(DecodeNoteTest, TellsWhatIsWrong) {
  const std::string line(kLine);
  const struct {
    const char* name;
    std::string note;
    Errc want;
  } cases[] = {
      {"empty", "", Errc::kMissing},
      {"only a text", "text\n", Errc::kMissing},
      {"no signature", "text\n\n", Errc::kMissing},
      {"no blank line", "text\n" + line, Errc::kMissing},
      {"no text", "\n" + line, Errc::kMissing},
      {"last line without newline", "text\n\n" + line.substr(0, line.size() - 1), Errc::kTruncated},
      {"blank line behind", "text\n\n" + line + "\n", Errc::kMissing},
      {"text behind", "text\n\n" + line + "more\n", Errc::kBadEncoding},
      {"hyphen", "text\n\n- a AAAAAQI=\n", Errc::kBadEncoding},
      {"en dash", "text\n\n– a AAAAAQI=\n", Errc::kBadEncoding},
      {"no space after the dash", "text\n\n—a AAAAAQI=\n", Errc::kBadEncoding},
      {"no name", "text\n\n—  AAAAAQI=\n", Errc::kBadEncoding},
      {"only a name", "text\n\n— a\n", Errc::kBadEncoding},
      {"plus in the name", "text\n\n— a+b AAAAAQI=\n", Errc::kBadEncoding},
      {"no-break space in the name", "text\n\n— a\u00a0b AAAAAQI=\n", Errc::kBadEncoding},
      {"wide space in the name", "text\n\n— a\u3000b AAAAAQI=\n", Errc::kBadEncoding},
      {"two spaces", "text\n\n— a  AAAAAQI=\n", Errc::kBadEncoding},
      {"space behind", "text\n\n— a AAAAAQI= \n", Errc::kBadEncoding},
      {"no base64", "text\n\n— a \n", Errc::kBadLength},
      {"base64 without padding", "text\n\n— a AAAAAQI\n", Errc::kBadEncoding},
      {"base64 with stray bits", "text\n\n— a AAAAAQJ=\n", Errc::kBadEncoding},
      {"half a key id", "text\n\n— a AAA=\n", Errc::kBadLength},
      {"only a key id", "text\n\n— a AAAAAQ==\n", Errc::kBadLength},
      {"carriage return", "text\r\n\n" + line, Errc::kBadEncoding},
      {"tab", "te\txt\n\n" + line, Errc::kBadEncoding},
      {"zero byte", std::string("te\0xt\n\n", 7) + line, Errc::kBadEncoding},
      {"not UTF-8", "te\xffxt\n\n" + line, Errc::kBadEncoding},
      {"overlong UTF-8", "te\xc0\xafxt\n\n" + line, Errc::kBadEncoding},
      {"surrogate", "te\xed\xa0\x80xt\n\n" + line, Errc::kBadEncoding},
      {"cut UTF-8", "text\n\n" + line + "\xe2\x80", Errc::kBadEncoding},
  };
  for (const auto& c : cases) {
    const Result<Note> note = Decode(c.note);
    ASSERT_FALSE(note) << c.name;
    EXPECT_EQ(note.error().code, c.want) << c.name << ": " << Describe(note.error());
  }
}

TEST(DecodeNoteTest, SplitsAtTheLastEmptyLine) {
  const std::string inner = "text\n\n" + std::string(kLine);
  const std::string outer = inner + "\n" + std::string(kLine);
  const Result<Note> note = Decode(outer);
  ASSERT_TRUE(note);
  EXPECT_EQ(note->text, inner);
  EXPECT_EQ(EncodeNote(*note), outer);
  const std::string empty = "\n\n\n" + std::string(kLine);
  const Result<Note> empty_lines = Decode(empty);
  ASSERT_TRUE(empty_lines);
  EXPECT_EQ(empty_lines->text, "\n\n");
}

TEST(DecodeNoteTest, KeepsTheLimits) {
  std::string note = "text\n\n";
  for (std::size_t i = 0; i < kMaxNoteSignatures; ++i) {
    note += kLine;
  }
  const Result<Note> most = Decode(note);
  ASSERT_TRUE(most);
  EXPECT_EQ(most->signatures.size(), kMaxNoteSignatures);
  EXPECT_EQ(Decode(note + std::string(kLine)).error().code, Errc::kTooLarge);

  const std::string tail = "\n\n" + std::string(kLine);
  EXPECT_TRUE(Decode(std::string(kMaxNoteSize - tail.size(), 'x') + tail));
  EXPECT_EQ(Decode(std::string(kMaxNoteSize - tail.size() + 1, 'x') + tail).error().code,
            Errc::kTooLarge);
}

TEST(VerifySignatureTest, IgnoresOtherKeysAndTakesOneGoodLine) {
  // Same name, other id; same id, other name; two lines of the key.
  const std::string text = "text\n\n— a AAAAAgE=\n— b AAAAAQE=\n— a AAAAAQI=\n— a AAAAAQM=\n";
  const Result<Note> note = Decode(text);
  ASSERT_TRUE(note);
  const NoteKeyId id = {0, 0, 0, 1};
  std::string asked;
  const auto accept = [&](std::uint8_t byte) {
    return [&asked, byte](Bytes signature) -> Result<bool> {
      asked += Hex(signature);
      return signature[0] == byte;
    };
  };
  const Result<Bytes> good = VerifySignature(*note, "a", id, accept(3));
  ASSERT_TRUE(good);
  EXPECT_EQ(Hex(*good), "03");
  EXPECT_EQ(asked, "0203");
  EXPECT_EQ(VerifySignature(*note, "a", id, accept(1)).error().code, Errc::kMismatch);
  EXPECT_EQ(VerifySignature(*note, "c", id, accept(1)).error().code, Errc::kMissing);
  EXPECT_EQ(VerifySignature(*note, "b", {0, 0, 0, 2}, accept(1)).error().code, Errc::kMissing);
  const auto broken = [](Bytes) -> Result<bool> { return Fail(Errc::kCryptoFailed, "key"); };
  EXPECT_EQ(VerifySignature(*note, "a", id, broken).error().code, Errc::kCryptoFailed);
}

}  // namespace
}  // namespace tattle::note_test
