// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "core/note/checkpoint.h"

#include <string>

#include <gtest/gtest.h>

#include "core/base/base64.h"
#include "core/crypto/sha256.h"
#include "tests/testlib/ct_log.h"
#include "tests/testlib/pki.h"

namespace tattle::checkpoint_test {
namespace {

using testlib::Join;
using testlib::TestKey;
using testlib::Uint;

constexpr std::string_view kOrigin = "log.example/2026h2";
constexpr std::string_view kRoot = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

std::string Text(std::string_view origin, std::string_view size, std::string_view root,
                 std::string_view extensions = "") {
  return std::string(origin) + '\n' + std::string(size) + '\n' + std::string(root) + '\n' +
         std::string(extensions);
}

TEST(DecodeCheckpointTest, RoundTrips) {
  for (const std::string& text :
       {Text(kOrigin, "20852163", kRoot), Text(kOrigin, "0", kRoot), Text("a b+c", "1", kRoot),
        Text(kOrigin, "9223372036854775808", kRoot), Text(kOrigin, "7", kRoot, "one\ntwo\n")}) {
    const Result<Checkpoint> checkpoint = DecodeCheckpoint(text);
    ASSERT_TRUE(checkpoint) << text;
    EXPECT_EQ(EncodeCheckpoint(*checkpoint), text);
  }
  const std::string text = Text(kOrigin, "20852163", kRoot, "x\n");
  const Result<Checkpoint> checkpoint = DecodeCheckpoint(text);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->origin, kOrigin);
  EXPECT_EQ(checkpoint->tree_size, 20852163U);
  EXPECT_EQ(EncodeBase64(checkpoint->root_hash), kRoot);
  EXPECT_EQ(checkpoint->extensions, "x\n");
}

TEST(DecodeCheckpointTest, TellsWhatIsWrong) {
  const struct {
    const char* name;
    std::string text;
    Errc want;
  } cases[] = {
      {"empty", "", Errc::kTruncated},
      {"one line", "a\n", Errc::kTruncated},
      {"two lines", "a\n1\n", Errc::kTruncated},
      {"last line without newline", "a\n1\n" + std::string(kRoot), Errc::kTruncated},
      {"no origin", Text("", "1", kRoot), Errc::kTruncated},
      {"no size", Text("a", "", kRoot), Errc::kTruncated},
      {"no root", Text("a", "1", ""), Errc::kTruncated},
      {"leading zero", Text("a", "01", kRoot), Errc::kBadEncoding},
      {"two zeros", Text("a", "00", kRoot), Errc::kBadEncoding},
      {"sign", Text("a", "+1", kRoot), Errc::kBadEncoding},
      {"hexadecimal", Text("a", "0x1", kRoot), Errc::kBadEncoding},
      {"space", Text("a", "1 ", kRoot), Errc::kBadEncoding},
      {"beyond 2^63", Text("a", "9223372036854775809", kRoot), Errc::kOutOfRange},
      {"beyond 2^64", Text("a", "18446744073709551616", kRoot), Errc::kOutOfRange},
      {"far beyond", Text("a", std::string(40, '9'), kRoot), Errc::kOutOfRange},
      {"root without padding", Text("a", "1", kRoot.substr(0, 43)), Errc::kBadEncoding},
      {"short root", Text("a", "1", "AAAA"), Errc::kBadLength},
      {"long root", Text("a", "1", EncodeBase64(ByteVector(33))), Errc::kBadLength},
      {"empty extension line", Text("a", "1", kRoot, "\n"), Errc::kBadEncoding},
      {"empty line between", Text("a", "1", kRoot, "x\n\ny\n"), Errc::kBadEncoding},
      {"cut extension line", Text("a", "1", kRoot, "x"), Errc::kBadEncoding},
  };
  for (const auto& c : cases) {
    const Result<Checkpoint> checkpoint = DecodeCheckpoint(c.text);
    ASSERT_FALSE(checkpoint) << c.name;
    EXPECT_EQ(checkpoint.error().code, c.want) << c.name;
  }
}

TEST(CheckpointOriginTest, DropsSchemeAndSlashes) {
  EXPECT_EQ(CheckpointOrigin("https://rome.ct.example.com/2024h1/").value(),
            "rome.ct.example.com/2024h1");
  EXPECT_EQ(CheckpointOrigin("http://a//").value(), "a");
  EXPECT_EQ(CheckpointOrigin("https://a").value(), "a");
  for (const char* url : {"", "https://", "https:///", "ftp://a/", "a/b"}) {
    EXPECT_EQ(CheckpointOrigin(url).error().code, Errc::kInvalidArgument) << url;
  }
}

// A static-ct log, with its signature put together by hand.
class VerifyCheckpointTest : public testing::Test {
 protected:
  // The signature line without its newline, over whatever size and root are in `text`.
  NoteSignature SignHead(std::string_view text, std::string_view name = kOrigin) const {
    const Result<Checkpoint> checkpoint = DecodeCheckpoint(text);
    EXPECT_TRUE(checkpoint);
    const ByteVector message =
        Join({Uint(0 /* v1 */, 1), Uint(1 /* tree_hash */, 1), Uint(kTimeMs, 8),
              Uint(checkpoint->tree_size, 8), ToVector(checkpoint->root_hash)});
    const ByteVector signature = log_.key().Sign(message);
    return {name, ComputeNoteKeyId(name, NoteSignatureType::kTreeHead, log_.log_id()),
            Join({Uint(kTimeMs, 8),
                  {4 /* sha256 */, 3 /* ecdsa */},
                  Uint(signature.size(), 2),
                  signature})};
  }

  Result<SignedTreeHead> Verify(const Note& note, std::string_view origin = kOrigin) const {
    const std::string text = EncodeNote(note);
    return VerifyCheckpoint(AsBytes(text), origin, log_.log_id(), *key_);
  }

  static constexpr std::uint64_t kTimeMs = 1'790'000'123'456;
  const testlib::TestLog log_{"log", "operator"};
  const std::shared_ptr<const PublicKey> key_ = log_.Entry().key;
  const std::string text_ = Text(kOrigin, "20852163", kRoot);
};

TEST_F(VerifyCheckpointTest, GivesTheHeadThatTheLogSigned) {
  const auto sth = Verify({text_, {SignHead(text_)}});
  ASSERT_TRUE(sth) << Describe(sth.error());
  EXPECT_EQ(sth->head.tree_size, 20852163U);
  EXPECT_EQ(sth->head.timestamp_ms, kTimeMs);
  EXPECT_EQ(EncodeBase64(sth->head.sha256_root_hash), kRoot);
  // The same head as get-sth would give.
  EXPECT_TRUE(VerifyTreeHead(*sth, *key_).value());
  EXPECT_TRUE(DecodeGetSth(AsBytes(EncodeGetSth(*sth))));
}

TEST_F(VerifyCheckpointTest, ComesBackFromTheHead) {
  const NoteSignature line = SignHead(text_);
  const auto sth = Verify({text_, {line}});
  ASSERT_TRUE(sth);
  const auto encoded = EncodeTreeHeadNoteSignature(kOrigin, log_.log_id(), *sth);
  ASSERT_TRUE(encoded);
  EXPECT_EQ(EncodeNote({text_, {*encoded}}), EncodeNote({text_, {line}}));
  EXPECT_EQ(EncodeTreeHeadNoteSignature("a b", log_.log_id(), *sth).error().code,
            Errc::kInvalidArgument);
}

TEST_F(VerifyCheckpointTest, AcceptsNoOneBitChangeOfTheSignedParts) {
  const Note good{text_, {SignHead(text_)}};
  for (std::size_t i = 0; i < good.signatures[0].signature.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Note bad = good;
      bad.signatures[0].signature[i] ^= static_cast<std::uint8_t>(1U << bit);
      const auto sth = Verify(bad);
      ASSERT_FALSE(sth) << i << "." << bit;
      EXPECT_EQ(sth.error().code, Errc::kMismatch);
    }
  }
  const std::string size = Text(kOrigin, "20852164", kRoot);
  EXPECT_EQ(Verify({size, good.signatures}).error().code, Errc::kMismatch);
  const std::string root = Text(kOrigin, "20852163", "D" + std::string(kRoot.substr(1)));
  EXPECT_EQ(Verify({root, good.signatures}).error().code, Errc::kMismatch);
}

TEST_F(VerifyCheckpointTest, RefusesEveryTruncatedOrProlongedSignature) {
  const Note good{text_, {SignHead(text_)}};
  for (std::size_t len = 1; len < good.signatures[0].signature.size(); ++len) {
    Note bad = good;
    bad.signatures[0].signature.resize(len);
    EXPECT_EQ(Verify(bad).error().code, Errc::kMismatch) << len;
  }
  Note bad = good;
  bad.signatures[0].signature.push_back(0);
  EXPECT_EQ(Verify(bad).error().code, Errc::kMismatch);
}

TEST_F(VerifyCheckpointTest, RefusesAnotherOriginAndUnknownKeys) {
  const NoteSignature line = SignHead(text_);
  EXPECT_EQ(Verify({text_, {line}}, "log.example/other").error().code, Errc::kMismatch);
  EXPECT_EQ(Verify({text_, {SignHead(text_, "log.example/other")}}).error().code, Errc::kMissing);
  const testlib::TestLog other("other", "operator");
  const std::string note = EncodeNote({text_, {line}});
  EXPECT_EQ(VerifyCheckpoint(AsBytes(note), kOrigin, other.log_id(), *key_).error().code,
            Errc::kMissing);
  EXPECT_EQ(
      VerifyCheckpoint(AsBytes(note), kOrigin, log_.log_id(), *other.Entry().key).error().code,
      Errc::kMismatch);
}

TEST_F(VerifyCheckpointTest, RefusesExtensionLines) {
  const std::string text = text_ + "extension\n";
  EXPECT_EQ(Verify({text, {SignHead(text)}}).error().code, Errc::kTrailingBytes);
}

// "Clients MUST ignore signatures with unknown key names and IDs." Real checkpoints carry lines
// under invalid names and lines of the log's own name that are no tree head signatures.
TEST_F(VerifyCheckpointTest, FindsTheGoodLineAmongOthersInAnyPlace) {
  const NoteSignature good = SignHead(text_);
  const NoteSignature grease{"grease.invalid", {1, 2, 3, 4}, {1, 2, 3}};
  const NoteSignature other_id{kOrigin, {1, 2, 3, 4}, {1, 2, 3}};
  const NoteSignature cut{kOrigin, good.key_id, {1, 2, 3}};
  NoteSignature forged = good;
  forged.signature.back() ^= 1U;
  std::vector<NoteSignature> lines = {grease, other_id, cut, forged};
  EXPECT_EQ(Verify({text_, lines}).error().code, Errc::kMismatch);
  for (std::size_t i = 0; i <= lines.size(); ++i) {
    std::vector<NoteSignature> all = lines;
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(i), good);
    const auto sth = Verify({text_, all});
    ASSERT_TRUE(sth) << i;
    EXPECT_EQ(sth->signature, ToVector(Bytes(good.signature).subspan(8)));
  }
}

class VerifyCosignatureTest : public testing::Test {
 protected:
  NoteSignature Cosign(std::string_view text, std::uint64_t time) const {
    const std::string message =
        "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(text);
    return {"w", note_key_.id, Join({Uint(time, 8), key_.Sign(AsBytes(message))})};
  }

  NoteKey MakeKey() const {
    const ByteVector spki = key_.Spki();
    const Bytes raw = Bytes(spki).last(32);
    const ByteVector typed = Join({{0x04}, ToVector(raw)});
    return DecodeNoteKey("w+" + Hex(ComputeNoteKeyId("w", NoteSignatureType::kCosignatureV1, raw)) +
                         "+" + EncodeBase64(typed))
        .value();
  }

  const TestKey key_ = TestKey::Ed25519();
  const NoteKey note_key_ = MakeKey();
  const std::string text_ = Text(kOrigin, "300", kRoot, "extension\n");
};

TEST_F(VerifyCosignatureTest, GivesTheTimeOfTheWitness) {
  const Note note{text_, {Cosign(text_, 1679315147)}};
  EXPECT_EQ(VerifyCosignature(note, note_key_).value(), 1679315147U);
}

TEST_F(VerifyCosignatureTest, RefusesWhatWasNotSigned) {
  Note note{text_, {Cosign(text_, 1679315147)}};
  note.signatures[0].signature[7] ^= 1U;  // the time
  EXPECT_EQ(VerifyCosignature(note, note_key_).error().code, Errc::kMismatch);
  const std::string other = Text(kOrigin, "301", kRoot, "extension\n");
  EXPECT_EQ(VerifyCosignature({other, {Cosign(text_, 1)}}, note_key_).error().code,
            Errc::kMismatch);
  EXPECT_EQ(
      VerifyCosignature({text_, {Cosign(text_, std::uint64_t{1} << 63U)}}, note_key_).error().code,
      Errc::kMismatch);
  for (const std::size_t len : {1U, 8U, 71U, 73U}) {
    Note bad{text_, {Cosign(text_, 5)}};
    bad.signatures[0].signature.resize(len);
    EXPECT_EQ(VerifyCosignature(bad, note_key_).error().code, Errc::kMismatch) << len;
  }
}

TEST_F(VerifyCosignatureTest, IsForCheckpointsAndCosignersOnly) {
  const std::string text = "no checkpoint\n";
  EXPECT_EQ(VerifyCosignature({text, {Cosign(text, 5)}}, note_key_).error().code, Errc::kTruncated);
  NoteKey plain = note_key_;
  plain.type = NoteSignatureType::kEd25519;
  EXPECT_EQ(VerifyCosignature({text_, {Cosign(text_, 5)}}, plain).error().code,
            Errc::kInvalidArgument);
}

// A line that decodes but does not verify must not leave its time behind.
TEST_F(VerifyCosignatureTest, GivesTheTimeOfTheGoodLine) {
  NoteSignature forged = Cosign(text_, 99);
  forged.signature.back() ^= 1U;
  const Note note{text_, {forged, Cosign(text_, 7), forged}};
  EXPECT_EQ(VerifyCosignature(note, note_key_).value(), 7U);
}

}  // namespace
}  // namespace tattle::checkpoint_test
