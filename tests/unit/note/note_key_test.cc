// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/note/note_key.h"

#include <string>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "tests/testlib/pki.h"

namespace tattle::note_key_test {
namespace {

// The last 32 bytes of an Ed25519 key's SPKI are the key.
ByteVector RawKey(const testlib::TestKey& key) {
  const ByteVector spki = key.Spki();
  return ToVector(Bytes(spki).last(32));
}

std::string VerifierKey(std::string_view name, NoteSignatureType type, Bytes raw_key) {
  ByteVector encoded = {static_cast<std::uint8_t>(type)};
  Append(encoded, raw_key);
  return std::string(name) + '+' + Hex(ComputeNoteKeyId(name, type, raw_key)) + '+' +
         EncodeBase64(encoded);
}

std::string Sign(const testlib::TestKey& key, std::string_view name, std::string_view text) {
  NoteSignature signature{name, ComputeNoteKeyId(name, NoteSignatureType::kEd25519, RawKey(key)),
                          key.Sign(AsBytes(text))};
  return EncodeNote({text, {signature}});
}

TEST(DecodeNoteKeyTest, ReadsBothTypes) {
  const auto key = testlib::TestKey::Ed25519();
  for (const auto type : {NoteSignatureType::kEd25519, NoteSignatureType::kCosignatureV1}) {
    const auto decoded = DecodeNoteKey(VerifierKey("example.org/w", type, RawKey(key)));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->name, "example.org/w");
    EXPECT_EQ(decoded->type, type);
    EXPECT_EQ(decoded->id, ComputeNoteKeyId("example.org/w", type, RawKey(key)));
    EXPECT_EQ(decoded->key->type(), KeyType::kEd25519);
  }
}

// The same key and name under another type is another key.
TEST(ComputeNoteKeyIdTest, DependsOnNameTypeAndKey) {
  const ByteVector key(32, 7);
  const auto id = ComputeNoteKeyId("a", NoteSignatureType::kEd25519, key);
  EXPECT_NE(id, ComputeNoteKeyId("b", NoteSignatureType::kEd25519, key));
  EXPECT_NE(id, ComputeNoteKeyId("a", NoteSignatureType::kTreeHead, key));
  EXPECT_NE(id, ComputeNoteKeyId("a", NoteSignatureType::kEd25519, ByteVector(32, 8)));
}

TEST(DecodeNoteKeyTest, TellsWhatIsWrong) {
  const ByteVector raw = RawKey(testlib::TestKey::Ed25519());
  const std::string good = VerifierKey("a", NoteSignatureType::kEd25519, raw);
  const struct {
    const char* name;
    std::string text;
    Errc want;
  } cases[] = {
      {"empty", "", Errc::kBadEncoding},
      {"no plus", "a", Errc::kBadEncoding},
      {"one plus", "a+01234567", Errc::kBadEncoding},
      {"no name", good.substr(1), Errc::kBadEncoding},
      {"space in the name", " " + good, Errc::kBadEncoding},
      {"no key", "a+01234567+", Errc::kBadLength},
      {"another id", "a+00000000" + good.substr(10), Errc::kMismatch},
      {"id in capitals", "a+ABCDEF00" + good.substr(10), Errc::kMismatch},
      {"another name", "b" + good.substr(1), Errc::kMismatch},
      {"cut key", VerifierKey("a", NoteSignatureType::kEd25519, Bytes(raw).first(31)),
       Errc::kBadLength},
      {"tree head type", VerifierKey("a", NoteSignatureType::kTreeHead, raw),
       Errc::kUnsupportedAlgorithm},
      {"ML-DSA", VerifierKey("a", static_cast<NoteSignatureType>(6), raw),
       Errc::kUnsupportedAlgorithm},
  };
  for (const auto& c : cases) {
    const auto decoded = DecodeNoteKey(c.text);
    ASSERT_FALSE(decoded) << c.name;
    EXPECT_EQ(decoded.error().code, c.want) << c.name;
  }
}

TEST(VerifyNoteTest, AcceptsTheTextThatWasSignedAndNoOther) {
  const auto key = testlib::TestKey::Ed25519();
  const auto note_key =
      DecodeNoteKey(VerifierKey("a", NoteSignatureType::kEd25519, RawKey(key))).value();
  const std::string text = Sign(key, "a", "one\ntwo\n");
  const Result<Note> note = DecodeNote(AsBytes(text));
  ASSERT_TRUE(note);
  EXPECT_TRUE(VerifyNote(*note, note_key));

  Note changed = *note;
  changed.text = "one\ntwO\n";
  EXPECT_EQ(VerifyNote(changed, note_key).error().code, Errc::kMismatch);
  const std::string foreign = Sign(key, "b", "one\ntwo\n");
  EXPECT_EQ(VerifyNote(DecodeNote(AsBytes(foreign)).value(), note_key).error().code,
            Errc::kMissing);
}

TEST(VerifyNoteTest, RefusesAKeyOfAnotherType) {
  const auto key = testlib::TestKey::Ed25519();
  const auto cosigner =
      DecodeNoteKey(VerifierKey("a", NoteSignatureType::kCosignatureV1, RawKey(key))).value();
  const std::string text = Sign(key, "a", "one\n");
  EXPECT_EQ(VerifyNote(DecodeNote(AsBytes(text)).value(), cosigner).error().code,
            Errc::kInvalidArgument);
}

}  // namespace
}  // namespace tattle::note_key_test
